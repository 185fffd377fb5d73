import { createHash, timingSafeEqual } from "node:crypto";
import type { AuthMode, EndpointView } from "./directory";
import type { ErrorResponse } from "./errorResponse";
import { readToken } from "./jwt";
import type { ScoringProxyRules } from "./rules";

/** Checks a bearer token for an endpoint. */
export interface Verifier {
  /** Returns the error, or undefined if the caller can score. */
  verify(endpoint: EndpointView, bearer: string, rules: ScoringProxyRules): ErrorResponse | undefined;
}

/** Audience of Entra tokens for scoring, without the `/.default` of the scope (Azure docs, how-to-authenticate-online-endpoint). */
export const scoringAudience = "https://ml.azure.com";

const keyVerifier: Verifier = {
  verify(endpoint, bearer) {
    if (endpoint.keys.some((key) => sameSecret(key, bearer))) return undefined;
    return unauthorized("key_auth_access_denied", `The key is not valid for endpoint ${endpoint.name}. Read the keys with listKeys.`);
  },
};

/** ARM's endpoint tokens are opaque. A token of the local issuer that names the endpoint is also accepted. */
const amlTokenVerifier: Verifier = {
  verify(endpoint, bearer) {
    if (endpoint.keys.some((token) => sameSecret(token, bearer))) return undefined;
    const token = readToken(bearer, endpoint.tokenSecret);
    if ("invalid" in token) return unauthorized("aml_token_auth_access_denied", `The token ${token.invalid}.`);
    if (token.claims.endpoint === endpoint.name) return undefined;
    return unauthorized("aml_token_auth_access_denied", `The token was not issued for endpoint ${endpoint.name}.`);
  },
};

const entraVerifier: Verifier = {
  verify(endpoint, bearer, rules) {
    const token = readToken(bearer, endpoint.tokenSecret);
    if ("invalid" in token) return unauthorized("aad_token_auth_access_denied", `The token ${token.invalid}.`);
    const { aud, oid, groups } = token.claims;
    if (aud !== scoringAudience) {
      const message = `The audience of the token is ${shown(aud)}. Request a token with the scope ${scoringAudience}/.default.`;
      return unauthorized("aad_token_auth_access_denied", message);
    }
    const principals = [oid, ...(Array.isArray(groups) ? groups : [])];
    if (principals.some((id) => typeof id === "string" && endpoint.scorers.includes(id))) return undefined;
    return {
      status: rules.noScoreRoleStatus,
      code: "aad_token_auth_access_denied",
      message: `${shown(oid)} has no role that allows Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action on ${endpoint.name}.`,
    };
  },
};

const verifiers: Readonly<Record<AuthMode, Verifier>> = { Key: keyVerifier, AMLToken: amlTokenVerifier, AADToken: entraVerifier };

/** Checks the `Authorization` header of a request against the endpoint's `authMode`. */
export function authenticate(
  endpoint: EndpointView,
  authorization: string | undefined,
  rules: ScoringProxyRules,
): ErrorResponse | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (bearer === undefined) {
    const prefix = { Key: "key_auth", AMLToken: "aml_token_auth", AADToken: "aad_token_auth" }[endpoint.authMode];
    return unauthorized(`${prefix}_bad_header_forbidden`, "Send the header Authorization: Bearer <key or token>.");
  }
  return verifiers[endpoint.authMode].verify(endpoint, bearer, rules);
}

/** Formats a claim for a message. A claim can be any JSON value. */
function shown(claim: unknown): string {
  return typeof claim === "string" ? claim : (JSON.stringify(claim) ?? "undefined");
}

function unauthorized(code: string, message: string): ErrorResponse {
  return { status: 401, code, message };
}

/** Compares digests, because timingSafeEqual needs equal lengths and the length of a key must not leak. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
