// Proves that only the right credential is accepted: any other Authorization header is rejected with 401 or 403, and never causes a
// failure. The claims of a validly signed token are compared with a second implementation of the rules here. Proves nothing about Microsoft
// Entra ID's own tokens.
import { createHmac } from "node:crypto";
import fc from "fast-check";
import type { EndpointView } from "../../azure-local/scoringProxy";
import { authenticate, scoringAudience } from "../../azure-local/scoringProxy/auth";
import { defaultRules } from "../../azure-local/scoringProxy/rules";
import { endpoint, signToken } from "../azure-local/scoringProxy/support";
import { fuzz } from "./fuzz";
import { anyJson, mutated } from "./mutate";

const secret = "issuer-secret-0123456789";
const scorer = "11111111-1111-4111-8111-111111111111";
const group = "22222222-2222-4222-8222-222222222222";
const far = 4_102_444_800;
const views: Readonly<Record<string, EndpointView>> = {
  key: endpoint({ keys: ["first-key", "second-key"] }),
  aml: endpoint({ authMode: "AMLToken", keys: ["opaque-token"], tokenSecret: secret }),
  entra: endpoint({ authMode: "AADToken", keys: [], tokenSecret: secret, scorers: [scorer, group] }),
};
const right = signToken({ aud: scoringAudience, oid: scorer, exp: far }, secret);
const rightAml = signToken({ endpoint: "chat", exp: far }, secret);
const opening = new Set(["first-key", "second-key", "opaque-token", right, rightAml]);
const words = [
  "Bearer ",
  "bearer",
  "Basic ",
  ".",
  "..",
  "=",
  "+",
  "/",
  " ",
  "\t",
  "\n",
  "\0",
  "eyJhbGciOiJub25lIn0",
  "first-key",
  "null",
  "é",
  "%",
];

function statusOf(view: EndpointView, authorization: string | undefined): number | undefined {
  return authenticate(view, authorization, defaultRules)?.status;
}

/** The credential in an Authorization header, by the grammar of RFC 6750. */
const bearerOf = (header: string) => /^bearer +([^\s]+)$/i.exec(header)?.[1];

describe("Authorization", () => {
  const samples = [...opening].map((credential) => `Bearer ${credential}`);
  fuzz("headers that are nearly right", mutated(samples, words), (header) => {
    for (const [mode, view] of Object.entries(views)) {
      const status = statusOf(view, header);
      if (status === undefined) expect([mode, opening.has(bearerOf(header) ?? "")]).toEqual([mode, true]);
      else expect([401, 403]).toContain(status);
    }
  });
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value) ?? "").toString("base64url");
const claims = { aud: scoringAudience, oid: scorer, exp: far, endpoint: "chat" };

const forged = fc
  .record({
    header: fc.oneof(
      fc.constantFrom(...["HS256", "none", "None", "HS512", "RS256", "hs256", ""].map((alg) => ({ alg, typ: "JWT" }))),
      anyJson(["alg", "kid"]),
    ),
    payload: fc.oneof(fc.constant(claims), anyJson(Object.keys(claims))),
    key: fc.constantFrom("", " ", "issuer-secret", `${secret} `, secret.toUpperCase(), right),
    hash: fc.constantFrom("sha256", "sha1", "sha512"),
    shape: fc.constantFrom("signed", "unsigned", "right signature", "signature cut", "signature twice", "more parts"),
  })
  .map(({ header, payload, key, hash, shape }) => {
    const text = `${part(header)}.${part(payload)}`;
    const signature = createHmac(hash, key).update(text).digest("base64url");
    switch (shape) {
      case "signed":
        return `${text}.${signature}`;
      case "unsigned":
        return `${text}.`;
      case "right signature":
        return `${text}.${right.split(".")[2]}`;
      case "signature cut":
        return `${text}.${signature.slice(0, -1)}`;
      case "signature twice":
        return `${text}.${signature}${signature}`;
      default:
        return `${text}.${signature}.${signature}`;
    }
  });

describe("forged tokens", () => {
  fuzz("by other keys, algorithms and shapes", forged, (token) => {
    if (token === right || token === rightAml) return;
    for (const view of [views.aml!, views.entra!]) expect(statusOf(view, `Bearer ${token}`)).toBe(401);
  });
});

const timesOf = fc.oneof(fc.constantFrom(far, 0, -1, 1e308, "4102444800", null, true, [far], Math.floor(Date.now() / 1000) - 1), anyJson());
const claimed = fc.record(
  {
    aud: fc.oneof(
      fc.constantFrom(scoringAudience, `${scoringAudience}/`, [scoringAudience], scoringAudience.toUpperCase()),
      anyJson(["toString"]),
    ),
    oid: fc.oneof(fc.constantFrom(scorer, scorer.toUpperCase(), [scorer], "", "stranger"), anyJson(["toString"])),
    groups: fc.oneof(fc.constantFrom([group], group, [[group]], ["stranger", group], {}, { 0: group }), anyJson()),
    exp: timesOf,
    nbf: timesOf,
    endpoint: fc.oneof(fc.constantFrom("chat", "Chat", "other", ["chat"]), anyJson()),
  },
  { requiredKeys: [] },
);

describe("tokens signed by the issuer", () => {
  fuzz("with any claims", claimed, (given) => {
    const token = `Bearer ${signToken(given, secret)}`;
    const now = Date.now() / 1000;
    const isNow = typeof given.exp === "number" && given.exp > now && !(typeof given.nbf === "number" && given.nbf > now);
    const named = Array.isArray(given.groups) && given.groups.includes(group);
    const mayScore = isNow && given.aud === scoringAudience && (given.oid === scorer || named);
    const status = statusOf(views.entra!, token);
    expect(mayScore ? [undefined] : [401, 403]).toContain(status);
    expect(isNow && given.endpoint === "chat" ? [undefined] : [401]).toContain(statusOf(views.aml!, token));
  });
});
