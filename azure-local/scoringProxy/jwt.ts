import { createHmac, timingSafeEqual } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;
export type TokenReading = { readonly claims: Claims } | { readonly invalid: string };

/**
 * Reads a JSON Web Token signed with HS256. The algorithm is fixed and never read from the token, which prevents `alg: none` and
 * key confusion attacks. `exp` is required, as in every Microsoft Entra token.
 * @returns the claims, or in `invalid` the problem, as the continuation of "The token "
 */
export function readToken(token: string, secret: string | undefined, now: Date = new Date()): TokenReading {
  if (!secret) return { invalid: "can't be verified because the directory has no issuer secret" };
  const [header = "", payload = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0 || signature === "") return { invalid: "is not a JSON Web Token" };
  if (parse(header)?.alg !== "HS256") return { invalid: "is not signed with HS256" };
  const expected = createHmac("sha256", secret).update(`${header}.${payload}`).digest();
  const actual = Buffer.from(signature, "base64url");
  // Node ignores characters outside base64url and unused bits. Accept only the exact signed text.
  if (actual.toString("base64url") !== signature) return { invalid: "has a wrong signature" };
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return { invalid: "has a wrong signature" };
  const claims = parse(payload);
  if (!claims) return { invalid: "has no readable claims" };
  const seconds = now.getTime() / 1000;
  if (typeof claims.exp !== "number" || claims.exp <= seconds) return { invalid: "has expired" };
  if (typeof claims.nbf === "number" && claims.nbf > seconds) return { invalid: "is not valid yet" };
  return { claims };
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Signs a token that `readToken` accepts with the same secret. */
export function signToken(claims: Claims, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
