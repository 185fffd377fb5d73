import { paths } from "../platform";
import { but, type Refusal } from "./refusal";

const LOCK = "/providers/Microsoft.Authorization/locks/keep";
const other = "/resourceGroups/other";

export const commonRefusals: readonly Refusal[] = [
  {
    rule: "resource-group-exists",
    answer: "404 ResourceGroupNotFound",
    refused: ({ body }) => ["PUT", "/resourceGroups/nowhere/providers/Microsoft.OperationalInsights/workspaces/logs2", body.logs],
    accepted: ({ body }) => ["PUT", "/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs2", body.logs],
  },
  {
    rule: "resource-group-not-deleting",
    answer: "409 ResourceGroupBeingDeleted",
    given: async ({ caller, body }) => {
      await caller.made(other, body.group);
      await caller.delete(other);
    },
    refused: ({ body }) => ["PUT", `${other}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one`, body.identity],
    accepted: ({ body }) => ["PUT", "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one", body.identity],
  },
  {
    rule: "parent-exists",
    answer: "404 ParentResourceNotFound",
    refused: () => ["PUT", `${paths.zone}.other/A/host`, { properties: { ttl: 10 } }],
    accepted: () => ["PUT", `${paths.zone}/A/host`, { properties: { ttl: 10 } }],
  },
  {
    rule: "parent-exists",
    case: "a version needs its workspace, not its container",
    answer: "404 ParentResourceNotFound",
    refused: ({ body }) => ["PUT", paths.environment.replace("workspaces/workspace", "workspaces/other"), body.environment],
    accepted: ({ body }) => ["PUT", paths.environment.replace("vllm", "brand-new"), body.environment],
  },
  {
    rule: "parent-succeeded",
    answer: "409 Conflict",
    given: ({ caller, body }) => caller.put(paths.workspace, but(body.workspace, "properties/description", "changing")),
    refused: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.logs.replace("workspaces/logs", "workspaces/logs2"), body.logs],
  },
  {
    rule: "one-operation-per-resource",
    answer: "409 AnotherOperationInProgress",
    given: ({ caller, body }) => caller.put(paths.storage, but(body.storage, "tags", { one: "1" })),
    refused: ({ body }) => ["PUT", paths.storage, but(body.storage, "tags", { two: "2" })],
    accepted: ({ body }) => ["PUT", paths.registry, but(body.registry, "tags", { two: "2" })],
  },
  {
    rule: "location-fixed",
    answer: "409 InvalidResourceLocation",
    refused: ({ body }) => ["PUT", paths.logs, but(body.logs, "location", "westeurope")],
    accepted: ({ body }) => ["PUT", paths.logs, but(body.logs, "location", "Sweden Central")],
  },
  {
    rule: "location-required",
    answer: "400 LocationRequired",
    refused: ({ body }) => ["PUT", `${paths.network}-2`, but(body.network, "location", undefined)],
    accepted: ({ body }) => ["PUT", `${paths.network}-2`, body.network],
  },
  {
    rule: "location-known",
    answer: "400 LocationNotAvailableForResourceType",
    refused: ({ body }) => ["PUT", `${paths.logs}2`, but(body.logs, "location", "sweden")],
    accepted: ({ body }) => ["PUT", `${paths.logs}2`, but(body.logs, "location", "Sweden Central")],
  },
  {
    rule: "location-known",
    case: "a zone is nowhere but in the world",
    answer: "400 LocationNotAvailableForResourceType",
    refused: ({ body }) => ["PUT", `${paths.zone}.se`, but(body.zone, "location", "swedencentral")],
    accepted: ({ body }) => ["PUT", `${paths.zone}.se`, but(body.zone, "location", "Global")],
  },
  {
    rule: "identities-exist",
    answer: "400 FailedIdentityOperation",
    refused: ({ body, id }) => [
      "PUT",
      paths.endpoint.replace("chat-dev", "next-dev"),
      but(body.endpoint, "identity", { type: "UserAssigned", userAssignedIdentities: { [id(`${paths.identity}-gone`)]: {} } }),
    ],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint],
  },
  {
    rule: "identity-type-matches",
    answer: "400 InvalidIdentityValues",
    refused: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "next-dev"), but(body.endpoint, "identity/type", "SystemAssigned")],
    accepted: ({ body }) => [
      "PUT",
      paths.endpoint.replace("chat-dev", "next-dev"),
      but(body.endpoint, "identity", { type: "SystemAssigned" }),
    ],
  },
  {
    rule: "lock-blocks-delete",
    answer: "409 ScopeLocked",
    given: ({ caller }) => caller.made(`${paths.zone}${LOCK}`, { properties: { level: "CanNotDelete" } }),
    refused: () => ["DELETE", paths.zone],
    accepted: () => ["DELETE", `${paths.zone}${LOCK}`],
  },
  {
    rule: "lock-blocks-delete",
    case: "a lock inside blocks the resource group",
    answer: "409 ScopeLocked",
    given: ({ caller }) => caller.made(`${paths.zone}${LOCK}`, { properties: { level: "CanNotDelete" } }),
    refused: () => ["DELETE", paths.group],
    accepted: () => ["DELETE", paths.model],
  },
  {
    rule: "read-only-lock-blocks-write",
    answer: "409 ScopeLocked",
    given: ({ caller }) => caller.made(`${paths.logs}${LOCK}`, { properties: { level: "ReadOnly" } }),
    refused: ({ body }) => ["PUT", paths.logs, body.logs],
    accepted: ({ body }) => ["PUT", paths.insights, body.insights],
  },
  {
    rule: "tag-limits",
    answer: "400 InvalidTagNameOrValue",
    refused: ({ body }) => ["PUT", paths.logs, but(body.logs, "tags", { owner: "x".repeat(257) })],
    accepted: ({ body }) => ["PUT", paths.logs, but(body.logs, "tags", { owner: "x".repeat(256) })],
  },
];
