/**
 * The roles of a stack: who has which role, on which resource, and why. It is the only table: the rules allow nothing else, docs/roles.md shows
 * it, and a test compares it with the role assignments of the shipped stacks.
 */
import { armTypeOf } from "../../../azure/resourceTypes";
import type { BuiltInRole } from "../../../facts/roles";
import { ENDPOINT, REGISTRY, STORAGE, VAULT, WORKSPACE } from "../types";

/** `workspace`, `endpoint`, `scripts` and `task` are managed identities. The stack file names operators and invokers. */
export type Holder = "workspace" | "endpoint" | "scripts" | "task" | "operator" | "invoker";

/** The custom role that only allows calls to an endpoint. */
export const SCORE_ROLE = "Score";

export const RESOURCE_GROUP = "Microsoft.Resources/resourceGroups";

export interface RoleRow {
  readonly holder: Holder;
  readonly role: BuiltInRole | typeof SCORE_ROLE;
  /** ARM type of the resource on which the role is assigned. */
  readonly scope: string;
  /** When a stack has the role assignment. */
  readonly when: "always" | "registry of another team" | "Hugging Face token" | "scripts" | "via: task" | "operators" | "invokers";
  /** What the holder does with it. */
  readonly why: string;
  /** What Azure refuses without it. The local Azure refuses it too. */
  readonly without: string;
  readonly source: string;
}

const identities = "Azure docs, machine-learning/how-to-identity-based-service-authentication (2025-06)";
const endpointIdentity = "Azure docs, machine-learning/how-to-access-resources-from-endpoints-managed-identities (2025)";
const managedNetwork = "Azure docs, machine-learning/how-to-managed-network (2025-05-23)";
const scriptNetwork = "Azure docs, azure-resource-manager/bicep/deployment-script-vnet-private-endpoint (2025)";
const registryRoles = "Azure docs, container-registry/container-registry-roles (2025)";
const blobRoles = "Azure docs, storage/blobs/authorize-access-azure-active-directory (2025)";

const workspace = { holder: "workspace", when: "always", source: identities, without: "the creation of the workspace" } as const;

export const roleTable: readonly RoleRow[] = [
  {
    ...workspace,
    role: "Contributor",
    scope: STORAGE,
    why: "Creates blob containers and file shares, and private endpoints of the managed network.",
  },
  { ...workspace, role: "Storage Blob Data Contributor", scope: STORAGE, why: "Reads and writes models and code." },
  { ...workspace, role: "Storage File Data Privileged Contributor", scope: STORAGE, why: "Reads and writes the workspace's file share." },
  { ...workspace, role: "Contributor", scope: VAULT, why: "Connects the managed network to the vault." },
  { ...workspace, role: "Key Vault Administrator", scope: VAULT, why: "Stores endpoint keys and connection secrets." },
  {
    ...workspace,
    role: "Contributor",
    scope: armTypeOf("applicationinsights:Component"),
    why: "Connects the workspace to Application Insights.",
  },
  { ...workspace, role: "Contributor", scope: REGISTRY, why: "Connects the managed network to the registry." },
  {
    ...workspace,
    role: "Azure AI Enterprise Network Connection Approver",
    scope: RESOURCE_GROUP,
    why: "Approves the managed network's private endpoints, before the workspace exists.",
    without: "the managed network's private endpoints",
    source: managedNetwork,
  },
  {
    ...workspace,
    role: "Contributor",
    scope: WORKSPACE,
    why: "Manages the workspace's computes and endpoints.",
    without: "the creation of a deployment",
  },
  {
    ...workspace,
    when: "registry of another team",
    role: "Azure AI Enterprise Network Connection Approver",
    scope: REGISTRY,
    why: "Approves the managed network's private endpoint to the registry.",
    without: "the outbound rule to the registry",
    source: managedNetwork,
  },
  {
    holder: "endpoint",
    when: "always",
    role: "AcrPull",
    scope: REGISTRY,
    why: "Pulls the images of its deployments.",
    without: "the creation of a deployment",
    source: endpointIdentity,
  },
  {
    holder: "endpoint",
    when: "always",
    role: "Storage Blob Data Reader",
    scope: STORAGE,
    why: "Downloads weights and code.",
    without: "the creation of a deployment",
    source: endpointIdentity,
  },
  {
    holder: "endpoint",
    when: "Hugging Face token",
    role: "Key Vault Secrets User",
    scope: VAULT,
    why: "Reads the Hugging Face token.",
    without: "the creation of a deployment that reads the token",
    source: "Azure docs, machine-learning/concept-secret-injection (2025)",
  },
  {
    holder: "scripts",
    when: "scripts",
    role: "Storage File Data Privileged Contributor",
    scope: STORAGE,
    why: "Mounts the file share with the script.",
    without: "the run of a script",
    source: scriptNetwork,
  },
  {
    holder: "scripts",
    when: "scripts",
    role: "Storage Blob Data Contributor",
    scope: armTypeOf("storage:BlobContainer"),
    why: "Writes weights to the container for weights.",
    without: "the script's writes to the blob service",
    source: blobRoles,
  },
  {
    holder: "scripts",
    when: "Hugging Face token",
    role: "Key Vault Secrets User",
    scope: armTypeOf("keyvault:Secret"),
    why: "Reads the Hugging Face token.",
    without: "the script's read of the token",
    source: "Azure docs, key-vault/general/rbac-guide (2025)",
  },
  {
    holder: "task",
    when: "via: task",
    role: "AcrPush",
    scope: REGISTRY,
    why: "Publishes an image.",
    without: "the task's push to the registry",
    source: registryRoles,
  },
  {
    holder: "operator",
    when: "operators",
    role: "AcrPush",
    scope: REGISTRY,
    why: "Pushes images.",
    without: "pushes to the registry",
    source: registryRoles,
  },
  {
    holder: "operator",
    when: "operators",
    role: "Storage Blob Data Contributor",
    scope: STORAGE,
    why: "Stages weights.",
    without: "writes to the blob service",
    source: blobRoles,
  },
  {
    holder: "invoker",
    when: "invokers",
    role: SCORE_ROLE,
    scope: ENDPOINT,
    why: "Calls one endpoint.",
    without: "requests to the endpoint",
    source: "Azure docs, machine-learning/how-to-authenticate-online-endpoint (2025)",
  },
];

/** Whether the table contains a role assignment. A scope type of undefined isn't known, and matches any scope. */
export function isInTable(holders: readonly Holder[], role: RoleRow["role"], scopeType: string | undefined): boolean {
  return roleTable.some(
    (row) =>
      holders.includes(row.holder) && row.role === role && (scopeType === undefined || row.scope.toLowerCase() === scopeType.toLowerCase()),
  );
}
