// Does not prove anything about Microsoft Entra ID, which signs tokens with RSA keys that rotate.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { authenticate } from "../../../azure-local/scoringProxy/auth";
import { readToken } from "../../../azure-local/scoringProxy/jwt";
import { defaultRules } from "../../../azure-local/scoringProxy/rules";
import { endpoint } from "./support";

let file: string;
beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "moor-issuer-")), "home", "secret");
});
afterEach(() => fs.rmSync(path.dirname(path.dirname(file)), { recursive: true }));

test("a token is accepted for its object ID and its groups, and only with the same secret", () => {
  const issuer = openIssuer(file);
  const opens = (scorer: string, secret = issuer.secret) => {
    const token = issuer.issueToken({ oid: "me", groups: ["us"] });
    const view = endpoint({ authMode: "AADToken", keys: [], tokenSecret: secret, scorers: [scorer] });
    return authenticate(view, `Bearer ${token}`, defaultRules)?.status;
  };
  expect([opens("me"), opens("us"), opens("them"), opens("me", "another")]).toEqual([undefined, undefined, 403, 401]);
});

test("a token has the requested lifetime", () => {
  const issuer = openIssuer(file);
  const { claims } = readToken(issuer.issueToken({ oid: "me", lifetime: 60 }), issuer.secret) as { claims: { exp: number; iat: number } };
  expect(claims.exp - claims.iat).toBe(60);
  expect(readToken(issuer.issueToken({ oid: "me", lifetime: -1 }), issuer.secret)).toEqual({ invalid: "has expired" });
});

test("the secret is kept, and only its owner can read it", () => {
  const { secret } = openIssuer(file);
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(openIssuer(file).secret).toBe(secret);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["", "half", "\n"])("a secret that was truncated to %j is created again", (text) => {
  openIssuer(file);
  fs.writeFileSync(file, text);
  expect(Buffer.from(openIssuer(file).secret, "base64url")).toHaveLength(32);
});
