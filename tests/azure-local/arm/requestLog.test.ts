// Proves that the request log contains no secrets of requests, and has a maximum size. Does not prove it for secrets that neither the
// schema nor the name identifies.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Catalog } from "../../../azure-local/arm/catalog";
import { RequestLog } from "../../../azure-local/arm/requestLog";

let folder: string;
let file: string;
let log: RequestLog;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "log-"));
  file = path.join(folder, "requests.jsonl");
  log = new RequestLog(file, new Catalog());
});
afterEach(() => {
  log.close();
  fs.rmSync(folder, { recursive: true });
});

const group = "/subscriptions/s/resourceGroups/rg/providers";
const template = `${group}/Microsoft.Resources/deployments/one`;
const entry = (where: string) => ({ time: "2026-01-01T00:00:00.000Z", method: "PUT", path: where, status: 200, correlationId: "c" });
const all = () =>
  fs
    .readdirSync(folder)
    .map((name) => fs.readFileSync(path.join(folder, name), "utf8"))
    .join("");
const secret = "do-not-log";

function deployment(parameters: object, declared: object, resources: object[] = []) {
  return {
    properties: { mode: "Incremental", parameters, template: { $schema: "x", contentVersion: "1.0.0.0", parameters: declared, resources } },
  };
}

test.each([
  ["a secureString", deployment({ p: { value: secret } }, { p: { type: "secureString" } })],
  ["a secureObject, in another case", deployment({ P: { value: { any: [secret] } } }, { p: { type: "SecureObject" } })],
  ["the default of a secureString", deployment({}, { p: { type: "securestring", defaultValue: secret } })],
  ["a parameter that no template declares", { properties: { templateLink: { uri: "https://x" }, parameters: { p: { value: secret } } } }],
  [
    "parameters of a nested template",
    deployment({}, {}, [
      { type: "Microsoft.Resources/deployments", name: "in", ...deployment({ p: { value: secret } }, { p: { type: "secureString" } }) },
    ]),
  ],
  ["a resource of a template", deployment({}, {}, [{ type: "Microsoft.KeyVault/vaults/secrets", properties: { value: secret } }])],
  [
    "resources by symbolic names",
    { properties: { template: { resources: { one: { type: "Microsoft.KeyVault/vaults/secrets", properties: { value: secret } } } } } },
  ],
  [
    "a child of a resource of a template",
    deployment({}, {}, [{ type: "Microsoft.KeyVault/vaults", resources: [{ type: "secrets", properties: { value: secret } }] }]),
  ],
  [
    "a SAS in a link",
    {
      properties: { templateLink: { uri: `https://x.blob.core.windows.net/t.json?sv=1&sig=${secret}`, queryString: `sv=1&sig=${secret}` } },
    },
  ],
])("in a template, %s is redacted", (_what, body) => {
  log.add(entry(template), body);
  log.read();
  expect(all()).not.toContain(secret);
  expect(all()).toContain("redacted");
});

test("names, types and values of other parameters are not redacted", () => {
  const body = deployment({ p: { value: secret }, size: { value: "large" } }, { p: { type: "secureString" }, size: { type: "string" } });
  log.add(entry(template), body);
  expect(log.read()[0]!.body).toEqual(
    deployment({ p: { value: "[redacted]" }, size: { value: "large" } }, body.properties.template.parameters),
  );
});

test.each([
  ["password", secret],
  ["administratorLoginPassword", secret],
  ["clientSecret", secret],
  ["sasToken", secret],
  ["HF_TOKEN", secret],
  ["OPENAI_API_KEY", secret],
  ["apiKey", secret],
  ["api-key", secret],
  ["accessKey", secret],
  ["AZURE_STORAGE_KEY", secret],
  ["accountKey", secret],
  ["primarySharedKey", secret],
  ["connectionString", `AccountKey=${secret}`],
  ["privateKey", secret],
  ["passphrase", secret],
  ["credential", secret],
  ["Authorization", `Bearer ${secret}`],
  ["pfxBlob", secret],
  ["secretAccessKey", secret],
  ["password", { value: secret }],
  ["tokens", [secret]],
  ["credentials", { any: { deep: secret } }],
  ["password", 12345678],
  ["sharedAccessSignature", secret],
])("a value named %s is redacted in each resource type", (name, value) => {
  for (const type of ["Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/e", "Microsoft.Nothing/things/t"]) {
    log.add(entry(`${group}/${type}`), { properties: { environmentVariables: { [name]: value, plain: "kept" } } });
  }
  const bodies = log.read().map(({ body }) => JSON.stringify(body));
  expect(bodies.join()).not.toMatch(/do-not-log|12345678/);
  expect(bodies.every((body) => body.includes("kept"))).toBe(true);
});

test("names that only resemble secrets, references and booleans are not redacted", () => {
  const kept = {
    tokenizer: "x",
    maxTokens: 5,
    keyVault: "/subscriptions/s",
    primaryKeyVersion: "1",
    allowSharedKeyAccess: false,
    secretName: "hub",
  };
  const properties = { ...kept, HF_TOKEN: "${{secrets/hub}}", password: null, disableLocalAuth: true, keyType: "Primary" };
  log.add(entry(`${group}/Microsoft.Nothing/things/t`), { properties });
  expect(log.read()[0]!.body).toEqual({ properties });
});

test.each(["sig", "code", "access_token", "api-key", "subscription-key", "password", "X-Amz-Signature"])(
  "the query parameter %s is redacted",
  (name) => {
    log.add(entry(`${group}/Microsoft.Nothing/things/t?api-version=1&${name}=${secret}&x=1`), undefined);
    expect(log.read()[0]!.path).toBe(`${group}/Microsoft.Nothing/things/t?api-version=1&${name}=[redacted]&x=1`);
  },
);

test("a bearer token or a signed link in any string is redacted", () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJvaWQiOiJtZSJ9.${"a".repeat(43)}`;
  log.add(
    { ...entry("/x"), client: { "x-ms-client-name": `Bearer ${jwt}` } },
    { properties: { note: `see ${jwt}`, uri: `https://x/?sig=${secret}` } },
  );
  expect(all() + JSON.stringify(log.read())).not.toMatch(/eyJhbGciOiJ|do-not-log/);
});

describe("has at most two files of 16 MiB", () => {
  const bytes = () => fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
  const most = 2 * 16 * 1024 * 1024;

  test("a log of a million lines of an earlier run is reduced to its newest lines", () => {
    log.close();
    const lines = Array.from(
      { length: 1_000_000 },
      (_, index) => `{"time":"t","method":"GET","path":"/${index}","status":200,"correlationId":""}\n`,
    );
    fs.writeFileSync(file, lines.join(""));
    log = new RequestLog(file, new Catalog());
    expect(bytes()).toBeLessThanOrEqual(most / 2);
    log.add(entry("/last"), undefined);
    const paths = log.read().map(({ path: one }) => one);
    expect(paths.slice(-2)).toEqual(["/999999", "/last"]);
    expect(paths.length).toBeGreaterThan(100_000);
    for (const line of all().split("\n").filter(Boolean)) JSON.parse(line);
  });

  test("a log that grows while it is open is rotated, and reads return both files", () => {
    const body = { properties: { text: "x".repeat(1024 * 1024) } };
    for (let index = 0; index < 50; index++) {
      log.add(entry(`/${index}`), body);
      if (index % 5 === 4) log.read();
    }
    const paths = log.read().map(({ path: one }) => one);
    expect(paths.at(-1)).toBe("/49");
    expect(paths.length).toBeGreaterThanOrEqual(15);
    expect(bytes()).toBeLessThanOrEqual(most + 6 * 1024 * 1024);
    expect(fs.readdirSync(folder).sort()).toEqual(["requests.1.jsonl", "requests.jsonl"]);
    for (const name of fs.readdirSync(folder)) expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
  });
});
