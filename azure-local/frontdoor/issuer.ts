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

/** Stands in for Entra ID: signs tokens with a secret that only this machine's front door checks. */
export interface Issuer {
  readonly secret: string;
  issueToken(request: TokenRequest): string;
}

/** The issuer whose secret is in `file`; the secret is made at the first call and readable by its owner only. */
export function openIssuer(file: string): Issuer {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = fs.readFileSync(file, "utf8");
  return {
    secret,
    issueToken({ oid, groups = [], audience = scoringAudience, lifetime = 3600 }) {
      const now = Math.floor(Date.now() / 1000);
      return signToken({ iss: "azure-local", aud: audience, oid, groups, iat: now, nbf: now, exp: now + lifetime }, secret);
    },
  };
}
