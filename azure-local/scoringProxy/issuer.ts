import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { scoringAudience } from "./auth";
import { signToken } from "./jwt";

/** Whom a test token speaks for. */
export interface TokenRequest {
  /** Object id of the user, service principal or managed identity. */
  readonly oid: string;
  /** Object ids of the groups that it is a member of. @default none */
  readonly groups?: readonly string[];
  /** @default `https://ml.azure.com`, the audience for scoring */
  readonly audience?: string;
  /** Seconds. @default 3600 */
  readonly lifetime?: number;
}

/** Stands in for Entra ID: signs tokens with a secret that only this machine's scoring proxy checks. */
export interface Issuer {
  readonly secret: string;
  issueToken(request: TokenRequest): string;
}

/** Length of the secret. */
const bytes = 32;

/** The secret, unless it was cut off: an empty one would sign tokens that no scoring proxy can check. */
function readSecret(file: string): string | undefined {
  try {
    const text = fs.readFileSync(file, "utf8");
    return /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === bytes ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Of two commands that make one at the same time, both take the first one's. */
function makeSecret(file: string): void {
  fs.rmSync(file, { force: true });
  const whole = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(whole, randomBytes(bytes).toString("base64url"), { mode: 0o600 });
    fs.linkSync(whole, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(whole, { force: true });
  }
}

/** The issuer whose secret is in `file`; the secret is made at the first call and readable by its owner only. */
export function openIssuer(file: string): Issuer {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (readSecret(file) === undefined) makeSecret(file);
  const secret = readSecret(file)!;
  return {
    secret,
    issueToken({ oid, groups = [], audience = scoringAudience, lifetime = 3600 }) {
      const now = Math.floor(Date.now() / 1000);
      return signToken({ iss: "azure-local", aud: audience, oid, groups, iat: now, nbf: now, exp: now + lifetime }, secret);
    },
  };
}
