import { createHash } from "node:crypto";
import type { ErrorBody } from "../azureError";
import { splitSecrets } from "../bodyWalk";
import { fingerprint } from "../credentials";
import { secondsOf } from "../duration";
import type { JsonObject } from "../json";
import { sameJson, without } from "../json";
import type { Body, ProvisioningState, Resource } from "../model";
import { loadSchemas } from "../schemas";

export const SCRIPT = "Microsoft.Resources/deploymentScripts";
export const CONTAINER_GROUP = "Microsoft.ContainerInstance/containerGroups";

/** The properties of a deployment script that the simulator reads. */
export interface ScriptProperties {
  readonly azCliVersion?: string;
  readonly azPowerShellVersion?: string;
  readonly scriptContent?: string;
  readonly primaryScriptUri?: string;
  readonly supportingScriptUris?: readonly string[];
  readonly arguments?: string;
  readonly environmentVariables?: readonly EnvironmentVariable[];
  readonly timeout?: string;
  readonly retentionInterval?: string;
  readonly cleanupPreference?: string;
  readonly containerSettings?: { readonly containerGroupName?: string; readonly subnetIds?: readonly { readonly id: string }[] };
  readonly storageAccountSettings?: { readonly storageAccountName?: string; readonly storageAccountKey?: string };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly secureValue?: string;
}

/** An execution of a script, stored with the facts of its resource. */
export interface ScriptRun {
  readonly runId: string;
  /** Milliseconds since 1970: the creation of the container, and the start of the script in it. Absent until then. */
  readonly createdAt?: number;
  readonly startsAt?: number;
  readonly result?: ScriptResult;
}

export interface ScriptResult {
  readonly succeeded: boolean;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  readonly error?: ErrorBody;
  readonly outputs?: JsonObject;
  readonly log: string;
}

export function propertiesOf({ properties }: Pick<Body, "properties">): ScriptProperties {
  return (properties ?? {}) as ScriptProperties;
}

export function runOf({ facts }: Pick<Resource, "facts">): ScriptRun | undefined {
  return facts.run as ScriptRun | undefined;
}

/** The state in responses. After the commands have ended, the script stays in the state Running until it would have ended in Azure. */
export function stateOf(script: Resource, now: number): ProvisioningState {
  const { createdAt, startsAt, result } = runOf(script) ?? {};
  if (result && now >= result.finishedAt) return result.succeeded ? "Succeeded" : "Failed";
  if (createdAt === undefined || startsAt === undefined) return result ? "Running" : "Creating";
  return now < startsAt ? "ProvisioningResources" : "Running";
}

/** Whether the script is in no final state. */
export function isActive(script: Resource, now: number): boolean {
  return !["Succeeded", "Failed"].includes(stateOf(script, now));
}

/** ID of the container group, whose generated name is a hash. Source: Azure docs, azure-resource-manager/bicep/deployment-script-bicep. */
export function containerGroupIdOf(scriptId: string, body: Pick<Body, "properties">): string {
  const group = scriptId.split("/").slice(0, 5).join("/");
  const hash = BigInt(`0x${createHash("sha256").update(scriptId.toLowerCase()).digest("hex").slice(0, 16)}`)
    .toString(36)
    .padStart(13, "0");
  const name = propertiesOf(body).containerSettings?.containerGroupName ?? `${hash.slice(-13)}azscripts`;
  return `${group}/providers/${CONTAINER_GROUP}/${name}`;
}

/** Time at which the service deletes a script that has ended: its retention interval is independent of the clock's speed. */
export function expiryOf(script: Resource): number | undefined {
  const { result } = runOf(script) ?? {};
  const seconds = secondsOf(propertiesOf(script.body).retentionInterval);
  return result && seconds !== undefined ? result.finishedAt + seconds * 1000 : undefined;
}

/** What identifies the work of a script without storing its secrets. */
export interface WorkStamp {
  readonly salt: string;
  readonly properties: unknown;
  readonly secrets?: string;
}

/** @param salt of the resource, so that equal secrets of two resources have different fingerprints */
export function workStamp(body: Body, salt: string): WorkStamp {
  const { kind, identity, properties } = without(body, "tags");
  const { body: open, secrets } = splitSecrets({ kind, identity, properties }, SCRIPT, loadSchemas().get(SCRIPT.toLowerCase())!.root);
  return { salt, properties: fingerprint(open, salt), ...(Object.keys(secrets).length > 0 ? { secrets: fingerprint(secrets, salt) } : {}) };
}

/**
 * Whether a write changes the work of a script, so that it runs again. Tags don't. Secrets that the request omits are unchanged.
 * Source: Azure docs, azure-resource-manager/bicep/deployment-script-develop, "Run a script more than once".
 */
export function changesWork(previous: Pick<Resource, "facts"> | undefined, body: Body): boolean {
  const before = previous?.facts.work as WorkStamp | undefined;
  if (before === undefined) return true;
  const { properties, secrets = before.secrets } = workStamp(body, before.salt);
  return !sameJson([properties, secrets], [before.properties, before.secrets]);
}
