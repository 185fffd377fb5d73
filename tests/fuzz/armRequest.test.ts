// Proves that no request crashes the resource manager: all routes, with mutated paths, queries, headers and bodies, including templates,
// get a status below 500 without a stack trace, a valid request is answered after each, and no secret is logged. Requests use a real
// socket, because the HTTP parser is Node's. Doesn't prove that Azure returns the same responses.
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import fc from "fast-check";
import { Caller } from "../azure-local/arm/client";
import { bodies, buildPlatform, paths } from "../azure-local/arm/platform";
import { fuzz } from "./fuzz";
import { anyJson, mutated } from "./mutate";

let caller: Caller;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterAll(async () => {
  agent.destroy();
  await caller.stop();
});

/** A secret, at places that are secret by a header, a name or a template. Secrets by resource type are in arm/requestLog.test.ts. */
const secret = "fuzzed-secret-do-not-log";
const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";
const sample = bodies({
  id: (below: string) => `${subscription}${below}`,
  arm: { tenantId: "00000000-0000-4000-8000-0000000000aa" },
} as Caller);
const versions: Readonly<Record<string, string>> = {
  group: "2024-03-01",
  logs: "2023-09-01",
  insights: "2020-02-02",
  storage: "2024-01-01",
  vault: "2024-11-01",
  registry: "2023-01-01-preview",
  network: "2024-05-01",
  zone: "2024-06-01",
  identity: "2023-01-31",
  privateEndpoint: "2024-05-01",
};
const versionOf = (name: string) => versions[name] ?? "2025-12-01";

const vaultSecret = {
  type: "Microsoft.KeyVault/vaults/secrets",
  apiVersion: "2024-11-01",
  name: "vault01/fuzzed",
  properties: { value: "by-type" },
};
const template = {
  properties: {
    mode: "Incremental",
    parameters: { token: { value: secret } },
    template: { $schema: "x", contentVersion: "1.0.0.0", parameters: { token: { type: "secureString" } }, resources: [vaultSecret] },
  },
};
const resources = Object.entries(sample).map(([name, body]) => ({
  method: "PUT",
  target: `${paths[name as keyof typeof sample]}?api-version=${versionOf(name)}`,
  body: JSON.stringify(body),
}));
const others = [
  ["PUT", "/resourceGroups/rg/providers/Microsoft.Resources/deployments/one?api-version=2024-03-01", template],
  ["PUT", `${paths.vault}/secrets/fuzzed?api-version=2024-11-01`, { properties: { value: "by-type", contentType: "text/plain" } }],
  ["PATCH", `${paths.endpoint}?api-version=2025-12-01`, { properties: { traffic: { "main-1": 100 } } }],
  ["POST", `${paths.endpoint}/listKeys?api-version=2025-12-01`, {}],
  ["POST", `${paths.endpoint}/regenerateKeys?api-version=2025-12-01`, { keyType: "Primary", keyValue: secret }],
  ["POST", `${paths.deployment}/getLogs?api-version=2025-12-01`, { tail: 5 }],
  [
    "POST",
    "/providers/Microsoft.KeyVault/checkNameAvailability?api-version=2024-11-01",
    { name: "vault01", type: "Microsoft.KeyVault/vaults" },
  ],
  ["GET", "/resourceGroups/rg/resources?$filter=resourceType eq 'x'", undefined],
  ["GET", "/providers/Microsoft.MachineLearningServices/locations/swedencentral/usages?api-version=2025-12-01", undefined],
  ["GET", "/providers/Microsoft.Network/operationsStatus/none?api-version=2024-05-01", undefined],
  ["GET", "/providers/Microsoft.KeyVault/deletedVaults?api-version=2024-11-01", undefined],
  ["POST", "/providers/Microsoft.KeyVault/locations/swedencentral/deletedVaults/vault01/purge?api-version=2024-11-01", {}],
  [
    "PUT",
    `${paths.registry}/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-000000000009?api-version=2022-04-01`,
    { properties: { principalId: "p", roleDefinitionId: "r" } },
  ],
  ["DELETE", `${paths.model}?api-version=2025-12-01&forceToPurge=true`, undefined],
  ["GET", "/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d?api-version=2022-04-01", undefined],
].map(([method, target, body]) => ({
  method: method as string,
  target: target as string,
  body: body === undefined ? "" : JSON.stringify(body),
}));
const outside = [
  ["PUT", "/faults", '[{"effect":"refuse","times":0}]'],
  ["GET", "/faults", ""],
  ["PUT", "/data/storage01.blob.core.windows.net/models/a", "x"],
  ["PUT", "/data/registry01.azurecr.io/v2/vllm/manifests/one", "{}"],
  ["PUT", "/data/vault01.vault.azure.net/secrets/one", JSON.stringify({ value: "by-type" })],
  ["GET", "/subscriptions?api-version=2022-12-01", ""],
].map(([method, target, body]) => ({ method: method!, target: target!, body: body! }));
const routes = [...[...resources, ...others].map((one) => ({ ...one, target: subscription + one.target })), ...outside];

const keys = [
  "id",
  "name",
  "type",
  "location",
  "tags",
  "properties",
  "identity",
  "sku",
  "kind",
  "traffic",
  "resources",
  "template",
  "parameters",
  "value",
];
const pathWords = [
  "/",
  "//",
  "..",
  "%2f",
  "%00",
  "%zz",
  "%E2%80%AE",
  "?",
  "&",
  "=",
  "api-version=",
  "$filter=",
  "providers",
  "subscriptions",
  "__proto__",
  "constructor",
];
const bodyWords = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "null",
  "true",
  "1e999",
  "-0",
  "__proto__",
  "constructor",
  "[[",
  "\\u0000",
  "\\ud800",
  `${"[".repeat(70)}`,
];

interface Input {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A JSON body with one replaced value. */
function changed(body: string): fc.Arbitrary<string> {
  const parsed = body === "" ? {} : (JSON.parse(body) as unknown);
  const places = placesIn(parsed);
  return fc
    .tuple(fc.constantFrom(...places), anyJson(keys))
    .map(([place, value]) => JSON.stringify(place.length === 0 ? value : replaced(parsed, place, value)) ?? "");
}

function placesIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, item]) => placesIn(item).map((place) => [key, ...place]))];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item));
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}

const headers = fc.dictionary(
  fc.constantFrom(
    "x-ms-client-request-id",
    "x-ms-correlation-request-id",
    "authorization",
    "content-type",
    "x-azure-local-network",
    "if-match",
    "accept-encoding",
    "x-ms-client-name",
  ),
  fc.oneof(
    fc.constantFrom("", "inside", "application/json", "text/plain", `Bearer ${secret}`, "*", "x".repeat(300)),
    fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, "~")),
  ),
  { maxKeys: 3 },
);
const input: fc.Arbitrary<Input> = fc.constantFrom(...routes).chain((route) =>
  fc.record({
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constant(route.method) },
      fc.constantFrom("GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "LOCK"),
    ),
    target: fc.oneof({ weight: 3, arbitrary: fc.constant(route.target) }, { weight: 2, arbitrary: mutated([route.target], pathWords) }),
    body: fc.oneof(
      { weight: 4, arbitrary: route.body.startsWith("{") ? changed(route.body) : fc.constant(route.body) },
      { weight: 2, arbitrary: mutated([route.body.replaceAll(secret, "no-secret")], bodyWords) },
      fc.constantFrom(...routes.map(({ body }) => body)),
    ),
    headers,
  }),
);

function send({ method, target, body, headers: given }: Input): Promise<{ status: number; text: string }> {
  // Characters that a client can't send in the request line are escaped.
  const asSent = target.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(Buffer.from(character).toString()));
  return new Promise((resolve, reject) => {
    const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
    const options = { host: "127.0.0.1", port: caller.arm.port, agent, method, path: asSent || "/", headers: { ...given, ...length } };
    const request = http.request(options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.once("end", () => resolve({ status: answer.statusCode!, text }));
    });
    request.once("error", reject).end(body);
  });
}

fuzz("requests to the resource manager", input, async (one) => {
  const { status, text } = await send(one);
  if (status >= 500 || /\bat \S+ \(?\/|\.ts:\d+|'undefined'/.test(text)) throw new Error(`${status} ${text.slice(0, 500)}`);
  caller.clock.advance(600);
  if (one.target === "/faults" && one.method === "PUT") caller.arm.setFaults([]);
  const after = await send({ method: "GET", target: `${subscription}?api-version=2022-12-01`, body: "", headers: {} });
  expect(after.status).toBe(200);
});

test("no secret of these requests is in the log or in the state", () => {
  expect(caller.arm.requests().length).toBeGreaterThan(500);
  const files = fs.readdirSync(caller.home).filter((name) => name !== "secrets.jsonl");
  expect(files.filter((name) => fs.readFileSync(path.join(caller.home, name), "utf8").includes(secret))).toEqual([]);
});
