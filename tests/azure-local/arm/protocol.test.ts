// Proves the protocol of Azure Resource Manager as far as stacks and their tools use it: paths, versions, errors, lists, names.
import * as http from "node:http";
import { loadSchemas } from "../../../azure-local/arm/schemas";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

let caller: Caller;
beforeAll(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterAll(() => caller.stop());

const codeOf = (answer: { status: number; body: { error: { code: string } } }) => `${answer.status} ${answer.body.error.code}`;
const namesOf = (answer: { body: { value: { name: string }[] } }) => answer.body.value.map(({ name }) => name).sort();

describe("rejects with Azure's codes", () => {
  test.each([
    ["a request without an API version", "GET", paths.storage, undefined, "", "400 MissingApiVersionParameter"],
    ["an unknown API version", "GET", paths.storage, undefined, "1999-01-01", "400 NoRegisteredProviderFound"],
    ["another type's API version", "GET", paths.insights, undefined, "2018-03-01", "400 NoRegisteredProviderFound"],
    [
      "an unknown namespace",
      "PUT",
      "/resourceGroups/rg/providers/Microsoft.Nothing/things/one",
      {},
      "2024-01-01",
      "404 InvalidResourceNamespace",
    ],
    ["an unknown type", "PUT", "/resourceGroups/rg/providers/Microsoft.Storage/things/one", {}, "2024-01-01", "404 InvalidResourceType"],
    ["a missing resource", "GET", `${paths.storage}2`, undefined, "2024-01-01", "404 ResourceNotFound"],
    ["a missing group", "GET", "/resourceGroups/nowhere", undefined, "2024-03-01", "404 ResourceGroupNotFound"],
    [
      "another subscription",
      "GET",
      "/subscriptions/00000000-0000-4000-8000-00000000dead/resourceGroups/rg",
      undefined,
      "2024-03-01",
      "404 SubscriptionNotFound",
    ],
    ["an unknown action", "POST", `${paths.endpoint}/fly`, {}, "2025-12-01", "404 InvalidAction"],
    ["a PUT on a collection", "PUT", paths.storage.replace(/\/[^/]+$/, ""), {}, "2024-01-01", "405 MethodNotAllowed"],
    ["a PUT without a body", "PUT", paths.storage, undefined, "2024-01-01", "400 InvalidRequestContent"],
    ["a body that is a list", "PUT", paths.storage, [], "2024-01-01", "400 InvalidRequestContent"],
  ])("%s", async (_what, method, path, body, version, expected) => {
    expect(codeOf(await caller.send(method, path, body, version))).toBe(expected);
  });

  test("a body that is not JSON, without internals in the message", async () => {
    const answer = await fetch(`${caller.arm.url}${caller.id(paths.storage)}?api-version=2024-01-01`, { method: "PUT", body: "{" });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe(
      '{"error":{"code":"InvalidRequestContent","message":"The request content was invalid and could not be deserialized: it is not JSON."}}',
    );
  });

  test("the error for an unknown version lists the supported ones", async () => {
    const { error } = (await caller.send("GET", paths.identity, undefined, "1999-01-01")).body;
    expect(error.message).toContain(
      "The supported api-versions are '2015-08-31-preview, 2018-11-30, 2021-09-30-preview, 2022-01-31-preview, 2023-01-31, 2023-07-31-preview, 2024-11-30, 2025-01-31-preview, 2025-05-31-preview'.",
    );
  });
});

describe("accepts a path as it was sent", () => {
  /** `fetch` would normalize the path. */
  const get = (path: string) =>
    new Promise<number | undefined>((resolve, reject) =>
      http.get({ port: caller.arm.port, path }, (answer) => resolve(answer.resume().statusCode)).once("error", reject),
    );

  test.each([
    ["//", 404],
    ["//%", 404],
    ["/data/%zz", 404],
    ["*", 404],
  ])("%s", async (path, status) => {
    expect(await get(path)).toBe(status);
    expect(await get(`${caller.id(paths.group)}?api-version=2024-03-01`)).toBe(200);
  });

  test("after an origin with a trailing slash", async () => {
    expect(await get(`/${caller.id(paths.group)}?api-version=2024-03-01`)).toBe(200);
  });

  test("in an absolute URL", async () => {
    expect(await get(`http://management.azure.com${caller.id(paths.group)}?api-version=2024-03-01`)).toBe(200);
  });
});

describe("validates a body against its schema", () => {
  const group = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/strict01";
  const storage = () => bodies(caller).storage;

  test.each([
    [
      "an unknown property",
      { nonsense: 1 },
      "Could not find member 'properties.nonsense' on Microsoft.Storage/storageAccounts at API version 2024-01-01.",
    ],
    ["a wrong type", { allowSharedKeyAccess: "no" }, "'properties.allowSharedKeyAccess' must be boolean."],
    ["a missing nested property", { networkAcls: {} }, "Required property 'properties.networkAcls.defaultAction' not found."],
    ["an invalid value of a closed enum", { accessTier: "Warm" }, "'properties.accessTier' must be one of Hot, Cool, Premium, Cold."],
  ])("rejects %s with its path", async (_what, properties, message) => {
    const answer = await caller.put(group, { ...storage(), properties });
    expect(codeOf(answer)).toBe("400 InvalidRequestContent");
    expect(answer.body.error.message).toBe(`The request content was invalid: ${message}`);
    expect((await caller.get(group)).status).toBe(404);
  });

  test("an unknown discriminator value is rejected with the value", async () => {
    const answer = await caller.put(`${paths.workspace}/outboundRules/one`, { properties: { type: "Tunnel" } });
    expect(answer.body.error.message).toContain("'properties.type' has the value 'Tunnel'");
  });

  test("read-only properties and nulls are ignored, enum values are normalized; without the rule, open enums accept any value", async () => {
    const body = {
      ...storage(),
      kind: "storagev2",
      properties: {
        provisioningState: "Failed",
        primaryLocation: "mars",
        publicNetworkAccess: "disabled",
        minimumTlsVersion: "TLS9",
        customDomain: null,
      },
    };
    const lenient = await caller.fork({ withoutRules: ["known-words"] });
    const made = await lenient.made(group, body);
    expect(made.kind).toBe("StorageV2");
    expect(made.properties).toMatchObject({
      provisioningState: "Succeeded",
      primaryLocation: "swedencentral",
      publicNetworkAccess: "Disabled",
      minimumTlsVersion: "TLS9",
    });
    await lenient.stop();
  });

  test("an older supported version is accepted without strict validation", async () => {
    const answer = await caller.send("PUT", group, { ...storage(), properties: { someOldProperty: true } }, "2022-09-01");
    expect(answer.status).toBe(201);
    await caller.outcome(answer);
    await caller.outcome(await caller.delete(group));
  });

  test("all 63 types have a schema that compiles", () => {
    const schemas = [...loadSchemas().values()];
    expect(schemas).toHaveLength(63);
    for (const schema of schemas) expect(() => schema.validate({ notThere: 1 })).toThrow("The request content was invalid: ");
  });
});

describe("lists", () => {
  test("a collection in a resource, in a group and in the subscription", async () => {
    expect(namesOf(await caller.send("GET", `${paths.endpoint}/deployments`, undefined, "2025-12-01"))).toEqual(["main-1"]);
    expect(
      namesOf(await caller.send("GET", "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts", undefined, "2024-01-01")),
    ).toEqual(["storage01"]);
    expect(namesOf(await caller.send("GET", "/providers/Microsoft.Storage/storageAccounts", undefined, "2024-01-01"))).toEqual([
      "storage01",
    ]);
    expect(namesOf(await caller.send("GET", "/resourceGroups", undefined, "2024-03-01"))).toEqual(["rg"]);
    expect(namesOf(await caller.send("GET", `${paths.network}/subnets`, undefined, "2024-05-01"))).toEqual(["endpoints"]);
  });

  test("role assignments of one scope", async () => {
    const found = await caller.send("GET", `${paths.registry}/providers/Microsoft.Authorization/roleAssignments`, undefined, "2022-04-01");
    expect(found.body.value).toHaveLength(1);
    expect(found.body.value[0].properties.scope).toBe(caller.id(paths.registry));
  });

  test("role assignments: with atScope() at the scope and above it, otherwise also below it", async () => {
    const list = async (scope: string, filter = "") => {
      const query = filter === "" ? "" : `?$filter=${encodeURIComponent(filter)}`;
      const path = `${scope}/providers/Microsoft.Authorization/roleAssignments${query}`;
      const { status, body } = await caller.send("GET", path, undefined, "2022-04-01");
      return status === 200 ? body.value.length : `${status} ${body.error.code}`;
    };
    expect(await list(paths.group)).toBe(2);
    expect(await list(paths.group, "atScope()")).toBe(0);
    expect(await list(paths.storage, "atScope()")).toBe(1);
    expect(await list("", "principalId eq '99999999-0000-4000-8000-000000000001'")).toBe(0);
    expect(await list(paths.group, "name eq 'x'")).toBe("400 InvalidFilter");
    expect(await list("/resourceGroups/none")).toBe("404 ResourceGroupNotFound");
  });

  test("the data boundary of a subscription and of a group", async () => {
    for (const scope of ["", paths.group]) {
      const { body } = await caller.send("GET", `${scope}/providers/Microsoft.Resources/dataBoundaries/default`, undefined, "2024-08-01");
      expect(body).toMatchObject({ name: "default", properties: { dataBoundary: "NotDefined" } });
    }
  });

  test("resources of a group by type and by tag", async () => {
    const resources = (filter: string) =>
      caller.send("GET", `/resourceGroups/rg/resources?$filter=${encodeURIComponent(filter)}`, undefined, "2024-03-01");
    expect(namesOf(await resources("resourceType eq 'Microsoft.KeyVault/vaults'"))).toEqual(["vault01"]);
    await caller.made(paths.vault, { ...bodies(caller).vault, tags: { stack: "dev" } });
    expect(namesOf(await resources("tagName eq 'stack' and tagValue eq 'dev'"))).toEqual(["vault01"]);
    expect(namesOf(await resources("tagName eq 'stack' and tagValue eq 'prod'"))).toEqual([]);
    expect(codeOf(await resources("name lt 'x'"))).toBe("400 InvalidFilterInQueryString");
  });
});

test("resource groups of a subscription are filtered by tag, like resources", async () => {
  const groups = (filter: string) => caller.send("GET", `/resourceGroups?$filter=${encodeURIComponent(filter)}`, undefined, "2024-03-01");
  await caller.made("/resourceGroups/tagged", { location: "westeurope", tags: { "moor-stack": "dev" } });
  expect(namesOf(await groups("tagName eq 'moor-stack'"))).toEqual(["tagged"]);
  expect(namesOf(await groups("tagName eq 'moor-stack' and tagValue eq 'dev'"))).toEqual(["tagged"]);
  expect(namesOf(await groups("tagName eq 'moor-stack' and tagValue eq 'prod'"))).toEqual([]);
  expect(codeOf(await groups("name lt 'x'"))).toBe("400 InvalidFilterInQueryString");
});

test("PATCH merges, null removes, other values are unchanged", async () => {
  await caller.made(paths.logs, { ...bodies(caller).logs, tags: { a: "1", b: "2" } });
  const answer = await caller.send("PATCH", paths.logs, { tags: { a: null, c: "3" } }, "2023-09-01");
  expect(answer.status).toBe(200);
  expect(answer.body.tags).toEqual({ b: "2", c: "3" });
  expect(answer.body.properties.retentionInDays).toBe(30);
});

test("a name is free, taken, or reserved by a deleted vault until it is purged", async () => {
  const available = async (name: string) =>
    (await caller.post("/providers/Microsoft.KeyVault/checkNameAvailability", { name, type: "Microsoft.KeyVault/vaults" })).body
      .nameAvailable;
  const vault = paths.vault.replace("vault01", "vault77");
  expect([await available("vault77"), await available("VAULT01")]).toEqual([true, false]);
  await caller.made(vault, bodies(caller).vault);
  await caller.outcome(await caller.delete(vault));
  expect(await available("vault77")).toBe(false);
  const deleted = "/providers/Microsoft.KeyVault/locations/swedencentral/deletedVaults/vault77";
  expect((await caller.get(deleted)).body.properties.vaultId).toBe(caller.id(vault));
  expect((await caller.post(`${deleted}/purge`)).status).toBe(200);
  expect(await available("vault77")).toBe(true);
});

test("a deleted vault's name is free after its retention", async () => {
  const other = await caller.fork();
  await other.outcome(await other.delete(paths.vault));
  other.clock.advance(90 * 24 * 3600);
  expect((await other.put(paths.vault, bodies(other).vault)).status).toBe(201);
  await other.stop();
});

test("a workspace deleted with forceToPurge frees its name immediately", async () => {
  const other = await caller.fork();
  const deleted = await other.delete(`${paths.workspace}?forceToPurge=true`);
  await other.outcome(deleted);
  expect((await other.put(paths.workspace, bodies(other).workspace)).status).toBe(201);
  await other.stop();
});

test("a zone group creates the workspace's records, including the wildcard, and deletes them with itself", async () => {
  const other = await caller.fork();
  const group = `${paths.privateEndpoint}/privateDnsZoneGroups/default`;
  await other.made(group, {
    properties: { privateDnsZoneConfigs: [{ name: "api", properties: { privateDnsZoneId: other.id(paths.zone) } }] },
  });
  const guid = (await other.get(paths.workspace)).body.properties.workspaceId;
  const record = (await other.get(`${paths.zone}/A/*.${guid}.inference.swedencentral`)).body;
  expect(record.properties.aRecords).toEqual([{ ipv4Address: "10.40.0.6" }]);
  expect((await other.get(paths.zone)).body.properties.numberOfRecordSets).toBe(4);
  await other.outcome(await other.delete(paths.privateEndpoint));
  expect((await other.get(paths.zone)).body.properties.numberOfRecordSets).toBe(1);
  await other.stop();
});

test("providers are registered and built-in roles exist", async () => {
  expect((await caller.send("GET", "/providers/Microsoft.Network", undefined, "2024-03-01")).body.registrationState).toBe("Registered");
  const role = "/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d";
  expect((await caller.send("GET", role, undefined, "2022-04-01")).body.properties.roleName).toBe("AcrPull");
});

test("the logs of both containers contain the lifecycle of a deployment", async () => {
  const server = (await caller.post(`${paths.deployment}/getLogs`, { containerType: "InferenceServer", tail: 1 })).body.content;
  expect(server).toContain("Container image: registry01.azurecr.io/vllm@sha256:");
  const storage = (await caller.post(`${paths.deployment}/getLogs`, { containerType: "StorageInitializer" })).body.content;
  expect(storage).toContain("models/qwen/versions/1");
  for (const wrong of [{ containerType: "Sidecar" }, { tail: "ten" }, { tail: 0 }])
    expect(codeOf(await caller.post(`${paths.deployment}/getLogs`, wrong))).toBe("400 InvalidRequestContent");
});

test("the platform is also created with the weaker rules switched off", async () => {
  const other = await Caller.start({ withoutGrades: ["E", "I", "K"] });
  await buildPlatform(other);
  expect(
    (await other.put(paths.endpoint.replace("chat-dev", "far-dev"), { ...bodies(other).endpoint, location: "westeurope" })).status,
  ).toBe(201);
  await other.stop();
});
