// Tests the rules for identities, callers of endpoints, secrets in plain text, data collection and transport.

import { SCORE_ACTION } from "../../../facts/roles";
import { type RuleResource, SECRET, UNKNOWN, type Value } from "../../../rules";
import { bodyWith, checksOf, GROUP, INVOKER, idOf, outcomes, resourceOf } from "./support";

const IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const ENDPOINT = `${WORKSPACE}/onlineEndpoints`;
const DEPLOYMENT = `${ENDPOINT}/deployments`;

const identity = resourceOf(IDENTITY, {});

describe("identities that resources use", () => {
  const property = "identity.userAssignedIdentities";
  const of = (identities: Value, others: readonly RuleResource[], more: Partial<RuleResource> = {}) =>
    outcomes(
      "MOOR472",
      resourceOf(ENDPOINT, { identity: { type: "UserAssigned", userAssignedIdentities: identities } }, more),
      ...others,
    ).filter((one) => one.includes(property));

  test.each<[string, Value, string[]]>([
    ["of the stack", { [identity.id!]: {} }, [`holds ${property}`]],
    ["in other case", { [identity.id!.toLowerCase()]: {} }, [`holds ${property}`]],
    ["as a list", [identity.id!], [`holds ${property}`]],
    ["another one", { [idOf(IDENTITY, "other")]: {} }, [`violated ${property}`]],
    ["two", { [identity.id!]: {}, [idOf(IDENTITY, "other")]: {} }, [`holds ${property}`, `violated ${property}`]],
    ["unknown", UNKNOWN, [`unknown ${property}`]],
    ["an unknown one", [UNKNOWN], [`unknown ${property}`]],
    ["none", {}, []],
  ])("%s", (_, identities, expected) => expect(of(identities, [identity])).toEqual(expected));

  test("an adopted endpoint's identity that wasn't read", () => {
    expect(of({ [identity.id!]: {} }, [], { from: "observed" })).toEqual([`unknown ${property}`]);
  });

  test("the primary identity of a workspace", () => {
    const workspace = (id: string) => resourceOf(WORKSPACE, { properties: { primaryUserAssignedIdentity: id } });
    expect(outcomes("MOOR472", workspace(identity.id!), identity)).toEqual(["holds properties.primaryUserAssignedIdentity"]);
    expect(outcomes("MOOR472", workspace(idOf(IDENTITY, "other")), identity)).toEqual(["violated properties.primaryUserAssignedIdentity"]);
  });
});

test.each<[string | undefined, Value, string]>([
  ["2024-11-30", "Regional", "holds"],
  ["2024-11-30", "None", "violated"],
  ["2024-11-30", undefined, "violated"],
  ["2025-01-31-preview", undefined, "violated"],
  ["2023-01-31", undefined, "unknown"],
  [undefined, undefined, "unknown"],
  ["2023-01-31", "None", "violated"],
  ["2024-11-30", UNKNOWN, "unknown"],
])("isolation scope, API version %s, value %p: %s", (apiVersion, isolationScope, outcome) => {
  const one = resourceOf(IDENTITY, { properties: { isolationScope } }, { apiVersion });
  expect(outcomes("MOOR473", one)).toEqual([`${outcome} properties.isolationScope`]);
});

test("a template that writes the isolation scope of an identity", () => {
  const written = resourceOf(IDENTITY, { properties: { isolationScope: "Regional" } }, { apiVersion: "2024-11-30", name: "template" });
  expect(outcomes("MOOR473", resourceOf(IDENTITY, {}, { apiVersion: "2023-01-31" }), written)).toEqual([]);
  expect(outcomes("MOOR473", written, identity)).toEqual(["holds properties.isolationScope"]);
});

test("a federated identity credential is always a finding", () => {
  const credential = resourceOf(`${IDENTITY}/federatedIdentityCredentials`, { properties: { issuer: "https://token.example.com" } });
  const [check] = checksOf([credential]);
  expect([check?.code, check?.outcome, check?.value]).toEqual(["MOOR474", "violated", "https://token.example.com"]);
});

describe("callers of an endpoint", () => {
  const endpoint = (authMode: Value, more: Partial<RuleResource> = {}) => resourceOf(ENDPOINT, { properties: { authMode } }, more);
  const roleId = "ac98c858-0290-54a8-ab4f-647320b68702";
  const definition = resourceOf(
    "Microsoft.Authorization/roleDefinitions",
    { properties: { permissions: [{ actions: [SCORE_ACTION], notActions: [] }], assignableScopes: [GROUP] } },
    { id: `${GROUP}/providers/Microsoft.Authorization/roleDefinitions/${roleId}` },
  );
  const invoker = resourceOf(
    "Microsoft.Authorization/roleAssignments",
    {
      properties: {
        principalId: INVOKER,
        roleDefinitionId: `/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
      },
    },
    { id: `${idOf(ENDPOINT)}/providers/Microsoft.Authorization/roleAssignments/70309dc1-5c37-5ec4-a722-676ec8fa6696` },
  );

  test("a template with a weaker mode than the resource is a finding, and one with the same isn't", () => {
    const written = (mode: string) => endpoint(mode, { name: "traffic" });
    expect(outcomes("MOOR467", written("Key"), endpoint("AADToken"))).toEqual(["violated properties.authMode"]);
    expect(outcomes("MOOR467", written("AMLToken"), endpoint("AADToken"))).toEqual(["violated properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("AADToken"), written("Key"))).toEqual(["holds properties.authMode"]);
    expect(outcomes("MOOR467", written("Key"), endpoint("Key"))).toEqual(["holds properties.authMode"]);
    expect(outcomes("MOOR467", written("Key"), endpoint("AADToken", { id: idOf(ENDPOINT, "one", "other") }))).toEqual([
      "holds properties.authMode",
    ]);
  });

  test("a key would bypass the roles of invokers", () => {
    expect(outcomes("MOOR467", endpoint("AADToken"), invoker, definition)).toEqual(["holds properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("Key"), invoker, definition)).toEqual(["violated properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("AMLToken"), invoker, definition)).toEqual(["violated properties.authMode"]);
    // Which endpoint the invoker can call isn't known.
    expect(outcomes("MOOR467", endpoint("Key", { id: undefined }), invoker, definition)).toEqual(["unknown properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("Key"), { ...invoker, id: undefined }, definition)).toEqual(["unknown properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("AADToken"), { ...invoker, id: undefined }, definition)).toEqual(["holds properties.authMode"]);
    expect(outcomes("MOOR467", endpoint("Key", { id: undefined }))).toEqual(["holds properties.authMode"]);
  });
});

describe("secrets in plain text", () => {
  const planted = "planted-secret-value";
  const rows: readonly (readonly [string, string, (secret: Value) => Value])[] = [
    ["Microsoft.KeyVault/vaults/secrets", "properties.value", (secret) => secret],
    [ENDPOINT, "properties.keys.primaryKey", (secret) => secret],
    [`${WORKSPACE}/connections`, "properties.credentials.key", (secret) => secret],
    [`${WORKSPACE}/connections`, "properties.credentials.keys.token", (secret) => secret],
    [`${WORKSPACE}/datastores`, "properties.credentials.secrets.key", (secret) => secret],
    ["Microsoft.Resources/deploymentScripts", "properties.storageAccountSettings.storageAccountKey", (secret) => secret],
    ["Microsoft.ContainerRegistry/registries/tasks", "properties.credentials.customRegistries.host.password.value", (secret) => secret],
    ["Microsoft.ContainerInstance/containerGroups", "properties.imageRegistryCredentials.0.password", (secret) => secret],
  ];

  test.each(rows)("%s %s", (type, property, value) => {
    const path = property.replace(/^(.*)\.0\.(\w+)$/, "$1");
    const body = (secret: Value) =>
      path === property ? bodyWith(property, value(secret)) : bodyWith(path, [{ server: "registry", username: "user", password: secret }]);
    const checks = checksOf([resourceOf(type, body(planted))]).filter(({ code }) => code === "MOOR469");
    expect(checks.map((one) => `${one.outcome} ${one.property}`)).toEqual([`violated ${property}`]);
    expect(JSON.stringify(checks)).toContain('"value":"plain text"');
    expect(checks.map(({ resource: _, ...texts }) => JSON.stringify(texts)).join()).not.toContain(planted);
    expect(outcomes("MOOR469", resourceOf(type, body(SECRET)))).toEqual([`holds ${property}`]);
    expect(outcomes("MOOR469", resourceOf(type, body(UNKNOWN)))).toEqual([`unknown ${property}`]);
    expect(outcomes("MOOR469", resourceOf(type, body(undefined)))).toEqual([]);
  });

  test("members that aren't secret, and a task with an identity", () => {
    const connection = { properties: { credentials: { clientId: "id", tenantId: "tenant", clientSecret: SECRET } } };
    expect(outcomes("MOOR469", resourceOf(`${WORKSPACE}/connections`, connection))).toEqual(["holds properties.credentials.clientSecret"]);
    const task = { properties: { credentials: { customRegistries: { host: { identity: "[system]" } } } } };
    expect(outcomes("MOOR469", resourceOf("Microsoft.ContainerRegistry/registries/tasks", task))).toEqual([]);
  });
});

const COLLECTIONS = "properties.dataCollector.collections";
test.each<[Value, string[]]>([
  [undefined, [`holds ${COLLECTIONS}`]],
  [{}, [`holds ${COLLECTIONS}`]],
  [{ request: { dataCollectionMode: "Disabled" } }, [`holds ${COLLECTIONS}.request.dataCollectionMode`]],
  [{ request: { dataCollectionMode: "Enabled" } }, [`violated ${COLLECTIONS}.request.dataCollectionMode`]],
  [{ request: { dataCollectionMode: 1 } }, [`violated ${COLLECTIONS}.request.dataCollectionMode`]],
  [UNKNOWN, [`unknown ${COLLECTIONS}`]],
  [{ request: UNKNOWN }, [`unknown ${COLLECTIONS}.request.dataCollectionMode`]],
])("data collection %p", (collections, expected) => {
  expect(outcomes("MOOR476", resourceOf(DEPLOYMENT, bodyWith(COLLECTIONS, collections)))).toEqual(expected);
});

test.each<[Value, string]>([
  ["SMB3.0;SMB3.1.1", "holds"],
  ["SMB3.1.1;", "holds"],
  [undefined, "holds"],
  ["SMB2.1;SMB3.1.1", "violated"],
  [3, "violated"],
  [UNKNOWN, "unknown"],
])("versions of SMB %p: %s", (versions, outcome) => {
  const service = resourceOf("Microsoft.Storage/storageAccounts/fileServices", { properties: { protocolSettings: { smb: { versions } } } });
  expect(outcomes("MOOR466", service)).toContain(`${outcome} properties.protocolSettings.smb.versions`);
});

test("webhooks without HTTPS, whose addresses no finding shows", () => {
  const receivers: readonly Value[] = ["https://hooks.example.com/secret", "http://hooks.example.com/secret", undefined, SECRET, UNKNOWN];
  const group = resourceOf("Microsoft.Insights/actionGroups", {
    properties: { webhookReceivers: receivers.map((serviceUri) => ({ serviceUri })) },
  });
  expect(outcomes("MOOR466", group)).toEqual([
    "holds properties.webhookReceivers.0.serviceUri",
    "violated properties.webhookReceivers.1.serviceUri",
    "violated properties.webhookReceivers.2.serviceUri",
  ]);
  expect(
    checksOf([group])
      .map(({ resource: _, ...texts }) => JSON.stringify(texts))
      .join(),
  ).not.toContain("hooks.example.com");
});

test("local users of a storage account", () => {
  expect(outcomes("MOOR460", resourceOf("Microsoft.Storage/storageAccounts/localUsers", {}))).toEqual(["violated name"]);
});

test("evidence of encryption holds whatever the value is", () => {
  const account = (value: Value) =>
    outcomes("MOOR478", resourceOf("Microsoft.Storage/storageAccounts", bodyWith("properties.encryption.keySource", value)));
  const values: readonly Value[] = [undefined, "Microsoft.Storage", "Microsoft.Keyvault", UNKNOWN];
  for (const value of values)
    expect(account(value).slice(0, 2)).toEqual([
      "holds properties.encryption.keySource",
      "holds properties.encryption.requireInfrastructureEncryption",
    ]);
});
