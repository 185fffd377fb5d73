// Proves an endpoint's resources, options and bodies, and that a changed identity is rejected. Doesn't prove that the roles are sufficient
// in Azure.
import { rejectNewName } from "../../../components/endpoint/immutableProperties";
import { OnlineEndpoint, type OnlineEndpointArgs } from "../../../components/endpoint/onlineEndpoint";
import { BUILT_IN_ROLES } from "../../../facts/roles";
import { group, registryId, storageId, vaultId, workspace, workspaceId } from "../fixtures";
import { armRequest, CREATED_AT, find, listing, PRINCIPAL, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const invoker = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";
const base: OnlineEndpointArgs = {
  workspace,
  endpointName: "chat-prod-x7k2p9",
  resourceGroupName: "rg",
  auth: "key",
  imageRegistryId: registryId,
  storageAccountId: storageId,
  tags: { owner: "ml" },
};
const make = (args: Partial<OnlineEndpointArgs> = {}, preview = false) =>
  record(() => new OnlineEndpoint("chat", { ...base, ...args }), { preview });
const only = (name: string) => (recording: Awaited<ReturnType<typeof make>>) => find(recording, name);
const endpointOf = only("chat-endpoint");

test.each([false, true])("An endpoint consists of an identity with two roles, and the endpoint (preview %s).", async (preview) => {
  expect(listing(await make({}, preview))).toEqual(
    [
      "chat: moor:index:OnlineEndpoint",
      "chat-acr-pull: authorization:RoleAssignment",
      "chat-blob-reader: authorization:RoleAssignment",
      "chat-endpoint: machinelearningservices:OnlineEndpoint",
      "chat-identity: managedidentity:UserAssignedIdentity",
      "chat-identity-isolation: resources:Deployment",
    ].sort(),
  );
});

test("It is created without public access and without traffic, and ARM's schemas accept it.", async () => {
  const recording = await make();
  expect(armRequest(endpointOf(recording))).toEqual({
    id: `${workspaceId}/onlineEndpoints/chat-prod-x7k2p9`,
    body: {
      location: "swedencentral",
      kind: "Managed",
      tags: { owner: "ml" },
      identity: {
        type: "UserAssigned",
        userAssignedIdentities: { [`${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-chat-prod-x7k2p9`]: {} },
      },
      properties: { authMode: "Key", publicNetworkAccess: "Disabled" },
    },
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test("It depends on its roles, is protected, ignores changes of properties and tags, and keeps its identity.", async () => {
  const endpoint = endpointOf(await make());
  expect(endpoint.dependsOn).toEqual(
    expect.arrayContaining(["chat-acr-pull", "chat-blob-reader", "chat-identity", "chat-identity-isolation"]),
  );
  expect(endpoint).toMatchObject({
    parent: "chat",
    protect: true,
    ignoreChanges: ["properties", "tags"],
    hooks: { beforeUpdate: ["chat-identity-guard"] },
    customTimeouts: { create: "30m", update: "30m", delete: "60m" },
  });
  expect(endpointOf(await make({ protect: false })).protect).toBe(false);
});

test("In a preview, its ID and its identity's ID are known before they are created, so that other resources don't change if one was deleted.", async () => {
  const recording = await make({ auth: "entra", invokers: [PRINCIPAL] }, true);
  const identityId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-chat-prod-x7k2p9`;
  expect(endpointOf(recording).inputs.identity).toEqual({ type: "UserAssigned", userAssignedIdentities: [identityId] });
  expect(find(recording, `chat-invoker-${PRINCIPAL}`).inputs.scope).toBe(`${workspaceId}/onlineEndpoints/chat-prod-x7k2p9`);
});

describe("A changed name", () => {
  const change = (oldName: unknown, newName: unknown) => {
    const args = { name: "chat", urn: "", id: "", type: "", oldInputs: { endpointName: oldName }, newInputs: { endpointName: newName } };
    return record(() => rejectNewName("guard").callback(args));
  };

  test("is rejected before any resource of the endpoint changes.", async () => {
    expect(find(await make(), "chat").hooks).toEqual({ beforeUpdate: ["chat-name-guard"] });
    await expect(change("chat-a", "chat-b")).rejects.toThrow(
      "Endpoint chat: its name in Azure would change from chat-a to chat-b, but the name of an endpoint can't be changed. Restore the name, or add a second endpoint, move the callers, then remove this one.",
    );
  });

  test.each([
    ["the same", "chat-a", "chat-a"],
    ["not known yet", "chat-a", undefined],
    ["of a state that has none", undefined, "chat-a"],
  ])("is accepted if it is %s.", async (_, oldName, newName) => {
    await change(oldName, newName);
  });
});

test("The endpoint's identity gets roles: pull on the registry, read on the workspace's storage, secrets only with a vault.", async () => {
  const recording = await make({ vaultId });
  const grants = recording.resources
    .filter(({ type }) => type.endsWith("RoleAssignment"))
    .map(({ name, inputs }) => [
      name,
      inputs.scope,
      String(inputs.roleDefinitionId).split("/").at(-1),
      inputs.principalId,
      inputs.principalType,
    ]);
  expect(grants.sort()).toEqual([
    ["chat-acr-pull", registryId, BUILT_IN_ROLES.AcrPull, PRINCIPAL, "ServicePrincipal"],
    ["chat-blob-reader", storageId, BUILT_IN_ROLES["Storage Blob Data Reader"], PRINCIPAL, "ServicePrincipal"],
    ["chat-secrets-user", vaultId, BUILT_IN_ROLES["Key Vault Secrets User"], PRINCIPAL, "ServicePrincipal"],
  ]);
});

test("Invokers get a role that only allows scoring, only on this endpoint.", async () => {
  const recording = await make({ auth: "entra", invokers: [invoker] });
  const role = armRequest(find(recording, "chat-invoker-role"));
  expect(role.body).toEqual({
    properties: {
      type: "CustomRole",
      roleName: "Score chat-prod-x7k2p9 in swedencentral",
      description: "May call one online endpoint, and nothing else.",
      permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"], notActions: [] }],
      assignableScopes: [group],
    },
  });
  const assignment = find(recording, `chat-invoker-${invoker}`).inputs;
  expect(assignment).toMatchObject({ principalId: invoker, scope: `${workspaceId}/onlineEndpoints/chat-prod-x7k2p9` });
  expect(assignment.roleDefinitionId).toBe(
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role.id.split("/").at(-1)}`,
  );
  // Azure determines whether it is a user, a group or a service principal.
  expect(assignment).not.toHaveProperty("principalType");
  expect(armRequest(endpointOf(recording)).body.properties).toMatchObject({ authMode: "AADToken" });
});

test("With roles: external, no role is granted, including those of invokers.", async () => {
  const recording = await make({ auth: "entra", invokers: [invoker], roles: "external" });
  expect(listing(recording).filter((line) => line.includes("RoleAssignment"))).toEqual([]);
  expect(listing(recording)).toHaveLength(4);
});

test("fails on invokers with auth: key.", async () => {
  await expect(make({ invokers: [invoker] })).rejects.toThrow(
    'Endpoint "chat": `invokers` is not allowed with auth "key", because any client with a key can call the endpoint. Set auth to "entra".',
  );
});

test("An existing identity is used as given.", async () => {
  const id = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs`;
  const recording = await make({ identity: { existing: { id, principalId: invoker } } });
  expect(recording.resources.some(({ type }) => type.endsWith("UserAssignedIdentity"))).toBe(false);
  expect(endpointOf(recording).inputs.identity).toEqual({ type: "UserAssigned", userAssignedIdentities: [id] });
  expect(find(recording, "chat-acr-pull").inputs.principalId).toBe(invoker);
});

test("Outputs contain the host that clients call, and the creation time of the endpoint.", async () => {
  const recording = await make();
  expect(recording.outputs.chat).toMatchObject({
    id: `${workspaceId}/onlineEndpoints/chat-prod-x7k2p9`,
    name: "chat-prod-x7k2p9",
    origin: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com",
  });
  const endpoint = recording.result as OnlineEndpoint;
  const createdAt = await new Promise((resolve) => endpoint.createdAt.apply(resolve));
  expect(createdAt).toBe(CREATED_AT);
});

test("Resources that must be deleted after the endpoint are dependencies.", async () => {
  const recording = await record(() => {
    const first = new OnlineEndpoint("first", base);
    return new OnlineEndpoint("chat", { ...base, after: [first.resource] });
  });
  expect(find(recording, "chat-endpoint").dependsOn).toContain("first-endpoint");
});
