import type { Parsed } from "../client";
import { ACR_PULL, grant, paths } from "../platform";
import { but, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const ASSIGNMENT = "22222222-0000-4000-8000-00000000000";
const SECRET = `${paths.vault}/secrets/token`;
const other = "/resourceGroups/other";

const otherGroup = ({ caller, body }: Scene) => caller.made(other, body.group);

/** A role assignment on the Log Analytics workspace for the principal with this number. */
function assignment({ caller }: Scene, name: string, role = ACR_PULL, principal = "1"): [string, Parsed] {
  return grant(caller, paths.logs, name, role, `33333333-0000-4000-8000-00000000000${principal}`) as [string, Parsed];
}

function changed([path, body]: [string, Parsed], at: string, value: unknown): Request {
  return ["PUT", path, but(body, at, value)];
}

/** A custom role with the score action, with this number and name. */
function role(number: number, roleName: string): Request {
  const body = { properties: { roleName, type: "CustomRole", permissions: [{ dataActions: [] }], assignableScopes: [paths.group] } };
  return [
    "PUT",
    `/providers/Microsoft.Authorization/roleDefinitions/44444444-0000-4000-8000-00000000000${number}`,
    body,
    "2022-05-01-preview",
  ];
}

const CONTAINER = `${paths.storage}/blobServices/default/containers/models`;
const LOGS = paths.logs.replace(/logs$/, "logs-02");

async function deletedLogs({ caller, body }: Scene): Promise<void> {
  await caller.made(LOGS, body.logs);
  await caller.outcome(await caller.delete(LOGS));
}

const PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000001";

function onSubscription(number: number, principalId: string, roleDefinitionId: string): [string, unknown] {
  const path = `/providers/Microsoft.Authorization/roleAssignments/33333333-0000-4000-8000-00000000000${number}`;
  return [path, { properties: { principalId, roleDefinitionId, principalType: "ServicePrincipal" } }];
}

export const serviceRejections: readonly RejectedRequest[] = [
  {
    rule: "role-name-unique",
    answer: "409 RoleDefinitionWithSameNameExists",
    setup: ({ caller }) => caller.send(...role(1, "Scorer")),
    rejected: () => role(2, "scorer"),
    accepted: () => role(1, "Scorer"),
  },
  {
    rule: "role-name-unique",
    case: "the name of a built-in role",
    answer: "409 RoleDefinitionWithSameNameExists",
    rejected: () => role(1, "AcrPull"),
    accepted: () => role(1, "AcrPull of ours"),
  },
  {
    rule: "role-assignment-name",
    answer: "400 InvalidRoleAssignmentId",
    rejected: (scene) => ["PUT", ...assignment(scene, "pull")],
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`)],
  },
  {
    rule: "role-assignment-unique",
    answer: "409 RoleAssignmentExists",
    setup: (scene) => scene.caller.made(...assignment(scene, `${ASSIGNMENT}1`)),
    rejected: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}2`)],
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}2`, ACR_PULL, "2")],
  },
  {
    rule: "role-assignment-unique",
    case: "on the subscription, with other spellings of principal and role",
    answer: "409 RoleAssignmentExists",
    setup: ({ caller }) => caller.put(...onSubscription(1, PRINCIPAL, `/providers/Microsoft.Authorization/roleDefinitions/${ACR_PULL}`)),
    rejected: ({ id }) => [
      "PUT",
      ...onSubscription(2, PRINCIPAL.toUpperCase(), id(`/providers/Microsoft.Authorization/roleDefinitions/${ACR_PULL.toUpperCase()}`)),
    ],
    accepted: () => [
      "PUT",
      ...onSubscription(2, PRINCIPAL.replace("a", "b"), `/providers/Microsoft.Authorization/roleDefinitions/${ACR_PULL}`),
    ],
  },
  {
    rule: "role-assignment-fixed",
    answer: "400 RoleAssignmentUpdateNotPermitted",
    setup: (scene) => scene.caller.made(...assignment(scene, `${ASSIGNMENT}1`)),
    rejected: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`, ACR_PULL, "2")],
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`)],
  },
  {
    rule: "role-assignment-ids",
    answer: "400 BadRequestFormat",
    rejected: (scene) => changed(assignment(scene, `${ASSIGNMENT}1`), "properties/roleDefinitionId", ACR_PULL),
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`)],
  },
  {
    rule: "role-assignment-ids",
    case: "the resource ID of an identity",
    answer: "400 BadRequestFormat",
    rejected: (scene) => changed(assignment(scene, `${ASSIGNMENT}1`), "properties/principalId", scene.id(paths.identity)),
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`)],
  },
  {
    rule: "role-in-use",
    answer: "400 RoleDefinitionHasAssignments",
    setup: async (scene) => {
      for (const number of [1, 2]) await scene.caller.send(...role(number, `Scorer ${number}`));
      await scene.caller.made(...assignment(scene, `${ASSIGNMENT}1`, "44444444-0000-4000-8000-000000000001"));
    },
    rejected: () => ["DELETE", role(1, "")[1], undefined, role(1, "")[3]],
    accepted: () => ["DELETE", role(2, "")[1], undefined, role(2, "")[3]],
  },
  {
    rule: "role-exists",
    answer: "400 RoleDefinitionDoesNotExist",
    rejected: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`, ACR_PULL.replace("4680", "4780"))],
    accepted: (scene) => ["PUT", ...assignment(scene, `${ASSIGNMENT}1`)],
  },
  {
    rule: "principal-exists",
    answer: "400 PrincipalNotFound",
    rejected: (scene) => {
      const [path, body] = grant(scene.caller, paths.logs, `${ASSIGNMENT}1`, ACR_PULL, identityOf(scene)) as [string, Parsed];
      return ["PUT", path, but(body, "properties/principalType", undefined)];
    },
    accepted: (scene) => ["PUT", ...grant(scene.caller, paths.logs, `${ASSIGNMENT}1`, ACR_PULL, identityOf(scene))],
  },
  {
    rule: "lock-level",
    answer: "400 LockLevelNotSupported",
    rejected: () => ["PUT", `${paths.zone}/providers/Microsoft.Authorization/locks/keep`, { properties: { level: "NotSpecified" } }],
    accepted: () => ["PUT", `${paths.zone}/providers/Microsoft.Authorization/locks/keep`, { properties: { level: "CanNotDelete" } }],
  },
  {
    rule: "registry-name-unique",
    answer: "409 AlreadyInUse",
    setup: otherGroup,
    rejected: ({ body }) => ["PUT", paths.registry.replace("/rg/", "/other/"), body.registry],
    accepted: ({ body }) => ["PUT", paths.registry.replace("/rg/", "/other/").replace("registry01", "registry02"), body.registry],
  },
  {
    rule: "registry-private-needs-premium",
    answer: "400 DisablePublicNetworkAccessNotSupported",
    rejected: ({ body }) => ["PUT", paths.registry.replace("registry01", "registry02"), but(body.registry, "sku/name", "Standard")],
    accepted: ({ body }) => ["PUT", paths.registry.replace("registry01", "registry02"), body.registry],
  },
  {
    rule: "registry-with-private-endpoints-stays-premium",
    answer: "400 SkuChangeNotAllowed",
    setup: ({ caller, body, id }) => {
      const connection = { name: "r", properties: { privateLinkServiceId: id(paths.registry), groupIds: ["registry"] } };
      const endpoint = but(body.privateEndpoint, "properties/privateLinkServiceConnections", [connection]);
      return caller.made(paths.privateEndpoint.replace("privateEndpoints/workspace", "privateEndpoints/registry"), endpoint);
    },
    rejected: ({ body }) => [
      "PUT",
      paths.registry,
      but(but(body.registry, "sku/name", "Standard"), "properties/publicNetworkAccess", "Enabled"),
    ],
    accepted: ({ body }) => ["PUT", paths.registry, but(body.registry, "properties/publicNetworkAccess", "Enabled")],
  },
  {
    rule: "replication-needs-premium",
    answer: "400 ReplicationNotSupported",
    setup: ({ caller, body }) =>
      caller.made(paths.registry.replace("registry01", "registry02"), but(but(body.registry, "sku/name", "Basic"), "properties", {})),
    rejected: () => ["PUT", `${paths.registry.replace("registry01", "registry02")}/replications/swedensouth`, { location: "swedensouth" }],
    accepted: () => ["PUT", `${paths.registry}/replications/swedensouth`, { location: "swedensouth" }],
  },
  {
    rule: "vault-name-unique",
    answer: "409 VaultAlreadyExists",
    setup: otherGroup,
    rejected: ({ body }) => ["PUT", paths.vault.replace("/rg/", "/other/"), body.vault],
    accepted: ({ body }) => ["PUT", paths.vault.replace("/rg/", "/other/").replace("vault01", "vault02"), body.vault],
  },
  {
    rule: "vault-name",
    answer: "400 VaultNameNotValid",
    rejected: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault--02"), body.vault],
    accepted: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault-02"), body.vault],
  },
  {
    rule: "vault-soft-deleted",
    answer: "409 ConflictError",
    setup: async ({ caller, body }) => {
      const vault = paths.vault.replace("vault01", "vault02");
      await caller.made(vault, body.vault);
      await caller.outcome(await caller.delete(vault));
    },
    rejected: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault02"), body.vault],
    accepted: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault02"), but(body.vault, "properties/createMode", "recover")],
  },
  {
    rule: "vault-soft-deleted",
    case: "recovered in another resource group",
    answer: "409 ConflictError",
    setup: async (scene) => {
      await otherGroup(scene);
      const vault = paths.vault.replace("vault01", "vault02");
      await scene.caller.made(vault, scene.body.vault);
      await scene.caller.outcome(await scene.caller.delete(vault));
    },
    rejected: ({ body }) => [
      "PUT",
      paths.vault.replace("vault01", "vault02").replace("/rg/", "/other/"),
      but(body.vault, "properties/createMode", "recover"),
    ],
    accepted: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault02"), but(body.vault, "properties/createMode", "recover")],
  },
  {
    rule: "log-workspace-soft-deleted",
    answer: "409 Conflict",
    setup: deletedLogs,
    rejected: ({ body }) => ["PUT", LOGS, but(body.logs, "location", "germanywestcentral")],
    accepted: ({ body }) => ["PUT", LOGS, body.logs],
  },
  {
    rule: "log-workspace-soft-deleted-elsewhere",
    answer: "409 Conflict",
    setup: async (scene) => {
      await otherGroup(scene);
      await deletedLogs(scene);
    },
    rejected: ({ body }) => ["PUT", LOGS.replace("/rg/", "/other/"), body.logs],
    accepted: ({ body }) => ["PUT", LOGS, body.logs],
  },
  {
    rule: "secret-soft-deleted",
    answer: "409 Conflict",
    setup: async ({ caller }) => {
      await caller.made(`${paths.vault}/secrets/token`, { properties: { value: "x" } });
      await caller.delete(`${paths.vault}/secrets/token`);
    },
    rejected: () => ["PUT", `${paths.vault}/secrets/token`, { properties: { value: "x" } }],
    accepted: () => ["PUT", `${paths.vault}/secrets/token-2`, { properties: { value: "x" } }],
  },
  {
    rule: "container-being-deleted",
    answer: "409 ContainerBeingDeleted",
    setup: async ({ caller }) => {
      await caller.put(CONTAINER, {});
      await caller.delete(CONTAINER);
    },
    rejected: () => ["PUT", CONTAINER, {}],
    accepted: () => ["PUT", CONTAINER.replace(/models$/, "others"), {}],
  },
  {
    rule: "vault-retention",
    answer: "400 BadRequest",
    rejected: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault02"), but(body.vault, "properties/softDeleteRetentionInDays", 6)],
    accepted: ({ body }) => ["PUT", paths.vault.replace("vault01", "vault02"), but(body.vault, "properties/softDeleteRetentionInDays", 7)],
  },
  {
    rule: "vault-retention-fixed",
    answer: "400 BadRequest",
    rejected: ({ body }) => ["PUT", paths.vault, but(body.vault, "properties/softDeleteRetentionInDays", 30)],
    accepted: ({ body }) => ["PUT", paths.vault, but(body.vault, "properties/softDeleteRetentionInDays", 90)],
  },
  {
    rule: "vault-soft-delete-on",
    answer: "400 BadRequest",
    rejected: ({ body }) => ["PUT", paths.vault, but(body.vault, "properties/enableSoftDelete", false)],
    accepted: ({ body }) => ["PUT", paths.vault, but(body.vault, "properties/enableSoftDelete", true)],
  },
  {
    rule: "vault-purge-protection-one-way",
    answer: "400 BadRequest",
    setup: ({ caller, body }) => caller.made(paths.vault, but(body.vault, "properties/enablePurgeProtection", true)),
    rejected: ({ body }) => ["PUT", paths.vault, body.vault],
    accepted: ({ body }) => ["PUT", paths.vault, but(body.vault, "properties/enablePurgeProtection", true)],
  },
  {
    rule: "secret-has-value",
    answer: "400 BadParameter",
    rejected: () => ["PUT", SECRET, { properties: { contentType: "text/plain" } }],
    accepted: () => ["PUT", SECRET, { properties: { contentType: "text/plain", value: "hf_very-secret" } }],
  },
  {
    rule: "storage-account-name-unique",
    answer: "409 StorageAccountAlreadyTaken",
    setup: otherGroup,
    rejected: ({ body }) => ["PUT", paths.storage.replace("/rg/", "/other/"), body.storage],
    accepted: ({ body }) => ["PUT", paths.storage.replace("/rg/", "/other/").replace("storage01", "storage02"), body.storage],
  },
  {
    rule: "storage-name",
    answer: "400 AccountNameInvalid",
    rejected: ({ body }) => ["PUT", paths.storage.replace("storage01", "s".repeat(25)), body.storage, "2023-05-01"],
    accepted: ({ body }) => ["PUT", paths.storage.replace("storage01", "s".repeat(24)), body.storage, "2023-05-01"],
  },
  {
    rule: "storage-tag-names",
    answer: "400 InvalidTagNameOrValue",
    rejected: ({ body }) => ["PUT", paths.storage, but(body.storage, "tags", { ["t".repeat(129)]: "x" })],
    accepted: ({ body }) => ["PUT", paths.storage, but(body.storage, "tags", { ["t".repeat(128)]: "x" })],
  },
  {
    rule: "storage-kind-fixed",
    answer: "409 AccountPropertyCannotBeUpdated",
    rejected: ({ body }) => [
      "PUT",
      paths.storage,
      {
        ...body.storage,
        kind: "BlobStorage",
        sku: { name: "Standard_LRS" },
        properties: { ...body.storage.properties, accessTier: "Hot" },
      },
    ],
    accepted: ({ body }) => ["PUT", paths.storage, body.storage],
  },
  {
    rule: "storage-hns-fixed",
    answer: "409 AccountPropertyCannotBeUpdated",
    rejected: ({ body }) => ["PUT", paths.storage, but(body.storage, "properties/isHnsEnabled", true)],
    accepted: ({ body }) => ["PUT", paths.storage, but(body.storage, "properties/isHnsEnabled", false)],
  },
  {
    rule: "container-name",
    answer: "400 ContainerOperationFailure",
    rejected: () => ["PUT", `${paths.storage}/blobServices/default/containers/models--x`, { properties: {} }],
    accepted: () => ["PUT", `${paths.storage}/blobServices/default/containers/models-x`, { properties: {} }],
  },
];

function identityOf({ caller }: Scene): string {
  return (caller.arm.get(caller.id(paths.identity)) as Parsed).properties.principalId;
}
