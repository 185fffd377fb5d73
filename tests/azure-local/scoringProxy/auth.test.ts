// Does not prove the text of Azure's error bodies except the codes for keys, nor how Azure handles groups that a token omits because
// there are too many.
import { authenticate, scoringAudience } from "../../../azure-local/scoringProxy/auth";
import { defaultRules } from "../../../azure-local/scoringProxy/rules";
import { endpoint, inOneHour, signToken } from "./support";

const secret = "issuer-secret";
const entra = endpoint({ authMode: "AADToken", keys: [], tokenSecret: secret, scorers: ["app-1", "group-1"] });
const aml = endpoint({ authMode: "AMLToken", keys: ["opaque-token"], tokenSecret: secret });
const bearer = (token: string) => `Bearer ${token}`;
const entraToken = (changes: object = {}) => signToken({ aud: scoringAudience, oid: "app-1", exp: inOneHour(), ...changes }, secret);

test.each(["first-key", "second-key"])("the key %s is accepted", (key) => {
  expect(authenticate(endpoint(), bearer(key), defaultRules)).toBeUndefined();
});

test.each(["first-key2", "first-ke", "FIRST-KEY", "x"])(
  "the key %s is rejected with Azure's code, and the message does not contain it",
  (key) => {
    const error = authenticate(endpoint(), bearer(key), defaultRules)!;
    expect(error).toMatchObject({ status: 401, code: "key_auth_access_denied" });
    expect(error.message).toBe("The key is not valid for endpoint chat. Read the keys with listKeys.");
  },
);

test.each([undefined, "", "first-key", "Basic first-key", "Bearer", "Bearer first-key extra"])(
  "the header %p is rejected as malformed",
  (header) => {
    expect(authenticate(endpoint(), header, defaultRules)).toMatchObject({ status: 401, code: "key_auth_bad_header_forbidden" });
  },
);

test("an endpoint without keys accepts no key", () => {
  expect(authenticate(endpoint({ keys: [] }), bearer("undefined"), defaultRules)).toMatchObject({ status: 401 });
});

test.each([{}, { oid: "someone", groups: ["group-0", "group-1"] }])("an Entra token of a scorer is accepted: %j", (changes) => {
  expect(authenticate(entra, bearer(entraToken(changes)), defaultRules)).toBeUndefined();
});

test("an Entra token without the score role is rejected with the status of the rule", () => {
  const token = bearer(entraToken({ oid: "stranger" }));
  expect(authenticate(entra, token, defaultRules)).toMatchObject({ status: 403, code: "aad_token_auth_access_denied" });
  expect(authenticate(entra, token, { ...defaultRules, noScoreRoleStatus: 401 })).toMatchObject({ status: 401 });
});

test.each([
  [
    "for another audience",
    entraToken({ aud: "https://management.azure.com" }),
    "The audience of the token is https://management.azure.com",
  ],
  ["that has expired", entraToken({ exp: 1 }), "has expired"],
  ["without an expiry", entraToken({ exp: undefined }), "has expired"],
  ["from the future", entraToken({ nbf: inOneHour() }), "is not valid yet"],
  ["signed with another secret", signToken({ aud: scoringAudience, oid: "app-1", exp: inOneHour() }, "other"), "has a wrong signature"],
  ["that names no algorithm", signToken({ oid: "app-1", exp: inOneHour() }, secret, { alg: "none" }), "is not signed with HS256"],
  ["that is an endpoint key", "first-key", "is not a JSON Web Token"],
  ["with a fourth part", `${entraToken()}.x`, "is not a JSON Web Token"],
])("an Entra token %s is rejected with 401", (_, token, why) => {
  const error = authenticate(entra, bearer(token), defaultRules)!;
  expect(error.status).toBe(401);
  expect(error.message).toContain(why);
});

test("changed claims are rejected with the old signature", () => {
  const [header, , signature] = entraToken({ oid: "stranger" }).split(".");
  const payload = Buffer.from(JSON.stringify({ aud: scoringAudience, oid: "app-1", exp: inOneHour() })).toString("base64url");
  expect(authenticate(entra, bearer(`${header}.${payload}.${signature}`), defaultRules)).toMatchObject({ status: 401 });
});

test("an endpoint token is accepted only by its own endpoint", () => {
  const token = (name: string) => bearer(signToken({ endpoint: name, exp: inOneHour() }, secret));
  expect(authenticate(aml, bearer("opaque-token"), defaultRules)).toBeUndefined();
  expect(authenticate(aml, token("chat"), defaultRules)).toBeUndefined();
  expect(authenticate(aml, token("other"), defaultRules)).toMatchObject({ status: 401, code: "aml_token_auth_access_denied" });
});

test("without an issuer secret no token is accepted, not even one signed with an empty secret", () => {
  const token = signToken({ aud: scoringAudience, oid: "app-1", exp: inOneHour() }, "");
  expect(authenticate({ ...entra, tokenSecret: undefined }, bearer(token), defaultRules)).toMatchObject({ status: 401 });
  expect(authenticate({ ...entra, tokenSecret: "" }, bearer(token), defaultRules)).toMatchObject({ status: 401 });
});

test("a signature with a different encoding of the same bytes is rejected", () => {
  const [header, payload, signature] = entraToken().split(".") as [string, string, string];
  const standard = signature.replaceAll("-", "+").replaceAll("_", "/");
  const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(signature.at(-1)!);
  // The last of 43 characters contains four bits of the digest and two unused bits.
  const spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]!;
  const spellings = [
    `${signature}=`,
    `${signature}!`,
    `${signature.slice(0, 9)}*${signature.slice(9)}`,
    `${standard}=`,
    signature.slice(0, -1) + spare,
  ];
  for (const spelling of spellings) {
    expect(authenticate(entra, bearer(`${header}.${payload}.${spelling}`), defaultRules)).toMatchObject({ status: 401 });
  }
  expect(authenticate(entra, bearer(`${header}.${payload}.${signature}`), defaultRules)).toBeUndefined();
});
