// Proves where secrets are stored. Does not prove anything about memory, nor about access to the files, which only their owner can read.
import * as fs from "node:fs";
import * as path from "node:path";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

const SECRET = `${paths.vault}/secrets/hub-token`;
const VALUE = "hf_0123456789-do-not-log";

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterEach(() => caller.stop());

function filesWith(text: string): string[] {
  return fs.readdirSync(caller.home).filter((file) => fs.readFileSync(path.join(caller.home, file), "utf8").includes(text));
}

test("a Key Vault secret's value is in no file and no response", async () => {
  const answer = await caller.put(SECRET, { properties: { value: VALUE, contentType: "text/plain" } });
  expect(answer.status).toBe(201);
  expect(JSON.stringify(answer.body)).not.toContain(VALUE);
  expect(JSON.stringify((await caller.get(SECRET)).body)).not.toContain(VALUE);
  expect(filesWith(VALUE)).toEqual([]);
});

test("a secret's version is 32 hexadecimal digits, stays with the value and changes with it", async () => {
  const version = async (value: string) => (await caller.made(SECRET, { properties: { value } })).properties.secretUriWithVersion;
  const first = await version("one");
  expect(first).toMatch(/^https:\/\/vault01\.vault\.azure\.net\/secrets\/hub-token\/[0-9a-f]{32}$/);
  expect(await version("one")).toBe(first);
  expect(await version("two")).not.toBe(first);
});

test("endpoint keys given at creation are valid, and are only in the secrets file", async () => {
  const endpoint = paths.endpoint.replace("chat-dev", "keyed-dev");
  const body = bodies(caller).endpoint;
  const keys = { primaryKey: "primary-key-do-not-log", secondaryKey: "secondary-key-do-not-log" };
  const made = await caller.made(endpoint, { ...body, properties: { ...body.properties, keys } });
  expect(made.properties.keys).toBeUndefined();
  expect((await caller.post(`${endpoint}/listKeys`)).body).toEqual(keys);
  expect(filesWith("do-not-log")).toEqual(["secrets.jsonl"]);
});

test("keys are generated at creation, and regenerating one does not change the other", async () => {
  const before = (await caller.post(`${paths.endpoint}/listKeys`)).body;
  expect(before.primaryKey).toMatch(/^[\w-]{32}$/);
  expect((await caller.post(`${paths.endpoint}/regenerateKeys`, { keyType: "Secondary", keyValue: "chosen-do-not-log" })).status).toBe(200);
  const after = (await caller.post(`${paths.endpoint}/listKeys`)).body;
  expect(after).toEqual({ primaryKey: before.primaryKey, secondaryKey: "chosen-do-not-log" });
  expect(caller.arm.endpointCredentials(caller.id(paths.endpoint)).keys).toEqual(after);
  expect(filesWith("do-not-log")).toEqual(["secrets.jsonl"]);
});

test("keys exist only in Key mode, a token only in AMLToken mode, and it is valid for one hour", async () => {
  expect((await caller.post(`${paths.endpoint}/token`)).body.error.code).toBe("BadRequest");
  const body = bodies(caller).endpoint;
  await caller.made(paths.endpoint, { ...body, properties: { ...body.properties, authMode: "AMLToken" } });
  expect((await caller.post(`${paths.endpoint}/listKeys`)).body.error.code).toBe("BadRequest");
  const token = (await caller.post(`${paths.endpoint}/token`)).body;
  expect(token.expiryTimeUtc - Math.floor(caller.clock.now() / 1000)).toBe(3600);
  expect((await caller.post(`${paths.endpoint}/token`)).body.accessToken).toBe(token.accessToken);
  const valid = () => caller.arm.endpointCredentials(caller.id(paths.endpoint)).tokens.map(({ accessToken }) => accessToken);
  expect(valid()).toEqual([token.accessToken]);
  caller.clock.advance(2401);
  const refreshed = (await caller.post(`${paths.endpoint}/token`)).body;
  expect(valid()).toEqual([token.accessToken, refreshed.accessToken]);
  caller.clock.advance(1200);
  expect(valid()).toEqual([refreshed.accessToken]);
});

test("only the action returns a connection's credentials", async () => {
  const connection = `${paths.workspace}/connections/hub-token`;
  const credentials = { keys: { token: "connection-do-not-log" } };
  const body = { properties: { category: "CustomKeys", authType: "CustomKeys", target: "_", credentials } };
  expect(JSON.stringify(await caller.made(connection, body))).not.toContain("do-not-log");
  expect((await caller.post(`${connection}/listsecrets`)).body.properties.credentials).toEqual(credentials);
  expect(filesWith("do-not-log")).toEqual(["secrets.jsonl"]);
});

test("the request log contains method, path, status, Azure's code and the caller's headers, with redacted secrets", async () => {
  const url = `${caller.arm.url}${caller.id(SECRET)}?api-version=2024-11-01`;
  const headers = { "x-ms-client-request-id": "run-7", authorization: "Bearer header-do-not-log" };
  const answer = await fetch(url, {
    method: "PUT",
    headers,
    body: JSON.stringify({ properties: { value: VALUE, nonsense: 1, password: "p-do-not-log" } }),
  });
  expect(answer.headers.get("x-ms-client-request-id")).toBe("run-7");
  const last = caller.arm.requests().at(-1)!;
  expect(last).toMatchObject({
    method: "PUT",
    path: `${caller.id(SECRET)}?api-version=2024-11-01`,
    status: 400,
    error: "InvalidRequestContent",
    client: { "x-ms-client-request-id": "run-7" },
    body: { properties: { value: "[redacted]", nonsense: 1, password: "[redacted]" } },
  });
  expect(answer.headers.get("x-ms-correlation-request-id")).toBe(last.correlationId);
  expect(filesWith("do-not-log")).toEqual([]);
});

test("secrets inside a template are redacted in the log and leave the secrets file when the deployment has ended", async () => {
  const body = bodies(caller).endpoint;
  const resource = {
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    apiVersion: "2025-12-01",
    name: "workspace/templated-dev",
    ...body,
    properties: { ...body.properties, authMode: "AADToken", keys: undefined },
  };
  const secret = {
    type: "Microsoft.KeyVault/vaults/secrets",
    apiVersion: "2024-11-01",
    name: "vault01/hub-token",
    properties: { value: VALUE },
  };
  const template = { $schema: "x", contentVersion: "1.0.0.0", resources: [resource, secret] };
  await caller.made("/resourceGroups/rg/providers/Microsoft.Resources/deployments/one", { properties: { mode: "Incremental", template } });
  expect((await caller.get(SECRET)).status).toBe(200);
  expect(caller.arm.requests().filter(({ body: sent }) => JSON.stringify(sent ?? "").includes("[redacted]"))).toHaveLength(1);
  expect(fs.readFileSync(path.join(caller.home, "requests.jsonl"), "utf8")).not.toContain(VALUE);
  const next = await caller.fork();
  await next.arm.close();
  expect(fs.readFileSync(path.join(next.home, "secrets.jsonl"), "utf8")).not.toContain(VALUE);
  fs.rmSync(next.home, { recursive: true });
});
