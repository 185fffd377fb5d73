import { isClosed } from "../closedRegistry";
import { at, isObject, type JsonObject } from "../json";
import type { Inventory, Resource } from "../model";
import { sameId } from "../path";

/** The identity with which a run accesses its registry, or the reason why it fails before its first step. */
export interface Admission {
  readonly principalId?: string;
  /** The log of the failed run. */
  readonly refusal?: string;
}

/** An address of Azure's build agents. From a range for documentation (RFC 5737). */
const AGENT = "203.0.113.10";

/**
 * Whether the registry admits the run. With restricted access, it admits only tasks that use their system-assigned identity, if the
 * registry allows trusted services and the network bypass of tasks.
 * Sources: Azure docs, container-registry/manage-network-bypass-policy-for-tasks and allow-access-trusted-services.
 * @param task undefined for a run without a task
 */
export function admissionOf(registry: Resource, task: Resource | undefined, inventory: Inventory): Admission {
  const server = loginServerOf(registry);
  const identity = task && identityFor(server, task);
  if (identity === undefined) return isClosed(registry.body) ? { refusal: loginFailed(server) } : {};
  const isSystem = identity.toLowerCase() === "[system]";
  const principalId = isSystem ? (task?.facts.principalId as string | undefined) : userAssigned(identity, task!, inventory);
  if (!isClosed(registry.body)) return { principalId };
  const { networkRuleBypassOptions, networkRuleBypassAllowedForTasks } = registry.body.properties ?? {};
  const isAdmitted = isSystem && networkRuleBypassOptions !== "None" && networkRuleBypassAllowedForTasks === true;
  return isAdmitted ? { principalId } : { principalId, refusal: exchangeFailed(server) };
}

export function loginServerOf(registry: Resource): string {
  return String(at(registry.outputs, "properties.loginServer"));
}

/**
 * The identity in the task's credentials for the login server: `[system]`, or the client ID or ARM ID of a user-assigned identity. In API
 * version 2025-03-01-preview, the default login can have an identity too.
 */
function identityFor(loginServer: string, task: Resource): string | undefined {
  const registries = at(task.body, "properties.credentials.customRegistries");
  const [, credentials] = Object.entries(isObject(registries) ? registries : {}).find(([name]) => sameId(name, loginServer)) ?? [];
  const identity = at(credentials, "identity") ?? at(task.body, "properties.credentials.sourceRegistry.identity");
  return typeof identity === "string" ? identity : undefined;
}

function userAssigned(identity: string, task: Resource, inventory: Inventory): string | undefined {
  const assigned = Object.keys(task.body.identity?.userAssignedIdentities ?? {});
  const properties = assigned.map((id) => ({ id, ...(inventory.get(id)?.outputs.properties as JsonObject | undefined) }) as UserIdentity);
  return properties.find(({ id, clientId }) => sameId(id, identity) || sameId(clientId, identity))?.principalId;
}

interface UserIdentity {
  readonly id: string;
  readonly clientId?: string;
  readonly principalId?: string;
}

/** Text of Azure/azure-cli issue 27253 and Azure/acr issue 662. */
function loginFailed(server: string): string {
  const denied = `denied: client with IP '${AGENT}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`;
  return [
    `Logging in to registry: ${server}`,
    `failed to login, ran out of retries: failed to set docker credentials: Error response from daemon: Get "https://${server}/v2/": ${denied}`,
  ].join("\n");
}

/** Text of Azure/azure-cli issue 28151. */
function exchangeFailed(server: string): string {
  return [
    `Logging in to registry: ${server}`,
    "failed to unmarshal task before running: failed to resolve secrets: failed to get ACR refresh token, exchange API response code: 403 Forbidden",
  ].join("\n");
}
