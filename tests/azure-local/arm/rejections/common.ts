import { paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const LOCK = "/providers/Microsoft.Authorization/locks/keep";
const other = "/resourceGroups/other";

function withIdentity({ body, id }: Scene) {
  return { ...body.logs, identity: { type: "UserAssigned", userAssignedIdentities: { [id(paths.identity)]: {} } } };
}

export const commonRejections: readonly RejectedRequest[] = [
  {
    rule: "resource-group-exists",
    answer: "404 ResourceGroupNotFound",
    rejected: ({ body }) => ["PUT", "/resourceGroups/nowhere/providers/Microsoft.OperationalInsights/workspaces/logs2", body.logs],
    accepted: ({ body }) => ["PUT", "/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs2", body.logs],
  },
  {
    rule: "resource-group-not-deleting",
    answer: "409 ResourceGroupBeingDeleted",
    setup: async ({ caller, body }) => {
      await caller.made(other, body.group);
      await caller.delete(other);
    },
    rejected: ({ body }) => ["PUT", `${other}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one`, body.identity],
    accepted: ({ body }) => ["PUT", "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one", body.identity],
  },
  {
    rule: "parent-exists",
    answer: "404 ParentResourceNotFound",
    rejected: () => ["PUT", `${paths.zone}.other/A/host`, { properties: { ttl: 10 } }],
    accepted: () => ["PUT", `${paths.zone}/A/host`, { properties: { ttl: 10 } }],
  },
  {
    rule: "parent-exists",
    case: "a version requires its workspace, but not its container",
    answer: "404 ParentResourceNotFound",
    rejected: ({ body }) => ["PUT", paths.environment.replace("workspaces/workspace", "workspaces/other"), body.environment],
    accepted: ({ body }) => ["PUT", paths.environment.replace("vllm", "brand-new"), body.environment],
  },
  {
    rule: "parent-succeeded",
    answer: "409 Conflict",
    setup: ({ caller, body }) => caller.put(paths.workspace, but(body.workspace, "properties/description", "changing")),
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.logs.replace("workspaces/logs", "workspaces/logs2"), body.logs],
  },
  {
    rule: "one-operation-per-resource",
    answer: "409 AnotherOperationInProgress",
    setup: ({ caller, body }) => caller.put(paths.storage, but(body.storage, "tags", { one: "1" })),
    rejected: ({ body }) => ["PUT", paths.storage, but(body.storage, "tags", { two: "2" })],
    accepted: ({ body }) => ["PUT", paths.registry, but(body.registry, "tags", { two: "2" })],
  },
  {
    rule: "location-fixed",
    answer: "409 InvalidResourceLocation",
    rejected: ({ body }) => ["PUT", paths.logs, but(body.logs, "location", "westeurope")],
    accepted: ({ body }) => ["PUT", paths.logs, but(body.logs, "location", "Sweden Central")],
  },
  {
    rule: "location-required",
    answer: "400 LocationRequired",
    rejected: ({ body }) => ["PUT", `${paths.network}-2`, but(body.network, "location", undefined)],
    accepted: ({ body }) => ["PUT", `${paths.network}-2`, body.network],
  },
  {
    rule: "location-known",
    answer: "400 LocationNotAvailableForResourceType",
    rejected: ({ body }) => ["PUT", `${paths.logs}2`, but(body.logs, "location", "sweden")],
    accepted: ({ body }) => ["PUT", `${paths.logs}2`, but(body.logs, "location", "Sweden Central")],
  },
  {
    rule: "location-known",
    case: "a private DNS zone in a region",
    answer: "400 LocationNotAvailableForResourceType",
    rejected: ({ body }) => ["PUT", `${paths.zone}.se`, but(body.zone, "location", "swedencentral")],
    accepted: ({ body }) => ["PUT", `${paths.zone}.se`, but(body.zone, "location", "Global")],
  },
  {
    rule: "identities-exist",
    answer: "400 FailedIdentityOperation",
    rejected: ({ body, id }) => [
      "PUT",
      paths.endpoint.replace("chat-dev", "next-dev"),
      but(body.endpoint, "identity", { type: "UserAssigned", userAssignedIdentities: { [id(`${paths.identity}-gone`)]: {} } }),
    ],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint],
  },
  {
    rule: "identity-regional",
    answer: "400 FailedIdentityOperation",
    setup: ({ caller, body }) =>
      caller.send("PUT", paths.identity, { ...body.identity, properties: { isolationScope: "Regional" } }, "2024-11-30"),
    rejected: (scene) => ["PUT", `${paths.logs}2`, but(withIdentity(scene), "location", "westeurope")],
    accepted: (scene) => ["PUT", `${paths.logs}2`, withIdentity(scene)],
  },
  {
    rule: "identity-type-matches",
    answer: "400 InvalidIdentityValues",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), but(body.endpoint, "identity/type", "SystemAssigned")],
    accepted: ({ body }) => [
      "PUT",
      paths.endpoint.replace("chat-dev", "next-dev"),
      but(body.endpoint, "identity", { type: "SystemAssigned" }),
    ],
  },
  {
    rule: "lock-blocks-delete",
    answer: "409 ScopeLocked",
    setup: ({ caller }) => caller.made(`${paths.zone}${LOCK}`, { properties: { level: "CanNotDelete" } }),
    rejected: () => ["DELETE", paths.zone],
    accepted: () => ["DELETE", `${paths.zone}${LOCK}`],
  },
  {
    rule: "lock-blocks-delete",
    case: "a lock on a resource blocks the deletion of its resource group",
    answer: "409 ScopeLocked",
    setup: ({ caller }) => caller.made(`${paths.zone}${LOCK}`, { properties: { level: "CanNotDelete" } }),
    rejected: () => ["DELETE", paths.group],
    accepted: () => ["DELETE", paths.model],
  },
  {
    rule: "read-only-lock-blocks-write",
    answer: "409 ScopeLocked",
    setup: ({ caller }) => caller.made(`${paths.logs}${LOCK}`, { properties: { level: "ReadOnly" } }),
    rejected: ({ body }) => ["PUT", paths.logs, body.logs],
    accepted: ({ body }) => ["PUT", paths.insights, body.insights],
  },
  {
    rule: "tag-limits",
    answer: "400 InvalidTagNameOrValue",
    rejected: ({ body }) => ["PUT", paths.logs, but(body.logs, "tags", { owner: "x".repeat(257) })],
    accepted: ({ body }) => ["PUT", paths.logs, but(body.logs, "tags", { owner: "x".repeat(256) })],
  },
];
