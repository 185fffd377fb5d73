import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { scoringAudience } from "./auth";
import { signToken } from "./jwt";

/** The identity in a test token. */
export interface TokenRequest {
  /** Object ID of the user, service principal or managed identity. */
  readonly oid: string;
  /** Object IDs of the groups that it is a member of. @default none */
  readonly groups?: readonly string[];
  /** @default `https://ml.azure.com`, the audience for scoring requests */
  readonly audience?: string;
  /** Seconds. @default 3600 */
  readonly lifetime?: number;
}

/** Stand-in for Microsoft Entra ID: signs tokens with a secret that only the local scoring proxy verifies. */
export interface Issuer {
  readonly secret: string;
  issueToken(request: TokenRequest): string;
}

/** Length of the secret. */
const bytes = 32;

/** Returns the secret, or undefined if the file is missing or incomplete. An empty secret would sign tokens that can't be verified. */
function readSecret(file: string): string | undefined {
  try {
    const text = fs.readFileSync(file, "utf8");
    return /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === bytes ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** If two commands create the secret at the same time, both use the first one. */
function createSecret(file: string): void {
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

/** Opens the issuer whose secret is in `file`. The first call creates the secret. Only the owner can read it. */
export function openIssuer(file: string): Issuer {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (readSecret(file) === undefined) createSecret(file);
  const secret = readSecret(file)!;
  return {
    secret,
    issueToken({ oid, groups = [], audience = scoringAudience, lifetime = 3600 }) {
      const now = Math.floor(Date.now() / 1000);
      return signToken({ iss: "azure-local", aud: audience, oid, groups, iat: now, nbf: now, exp: now + lifetime }, secret);
    },
  };
}
