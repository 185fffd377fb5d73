/** Adopted resources: checked before any resource that depends on them is created, and in previews. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { canonicalArmId, parentOf, sameArmId } from "../../../azure/armId";
import { registryApiVersion } from "../../../azure/containerRegistry";
import { armTypeOf, resourceTypes, type TypedResourceName } from "../../../azure/resourceTypes";
import { canonicalRegion } from "../../../facts/regions";
import { stop } from "../../../program/fail";
import { logsApiVersion, logsProblems, type ShownAppInsights, type ShownLogs } from "./logsRules";
import { addedRules, ruleProblems, type ShownRule, targetOf } from "./outboundRules";
import { Reader } from "./reader";
import { registryProblems, type ShownRegistry, type ShownReplication } from "./registryRules";
import { type AdoptionRequirements, type Problem, residencyProblems, type Shown } from "./rules";
import { type ShownStorage, storageProblems } from "./storageRules";
import { networkProblems, type ShownSubnet, type SubnetUsage, subnetProblems } from "./subnetRules";
import { type ShownVault, vaultProblems } from "./vaultRules";
import { type ShownWorkspace, workspaceNotes, workspacePrincipal, workspaceProblems } from "./workspaceRules";

export type { PlannedEndpoint } from "./rules";

/** ARM IDs of the adopted resources. */
export interface AdoptedIds {
  readonly workspace?: string;
  readonly imageRegistry?: string;
  readonly logs?: string;
  /** Subnet for the private endpoints of the stack. */
  readonly subnet?: string;
}

/** The adopted resources as Azure returns them. */
export interface AdoptedResources {
  readonly workspace?: ShownWorkspace;
  /** Host name of the container registry. */
  readonly loginServer?: string;
  /** Azure region of the container registry. */
  readonly registryLocation?: string;
  /** The IDs with the case that Azure returns. IDs of resources that can't be read are as given. */
  readonly ids: AdoptedIds;
}

/** Requirements of the stack. An omitted requirement is not checked. */
export type GivenRequirements = Pick<AdoptionRequirements, "subscriptionId" | "location" | "regions"> & Partial<AdoptionRequirements>;

/**
 * Reads and checks the adopted resources. If a resource can't be read because permissions are missing, it logs a warning; an adopted
 * workspace must be readable. Problems that don't prevent the creation of the stack are warnings too.
 * @param name Logical name of the component that adopts the resources.
 * @throws pulumi.RunError that lists all problems: for each, the ID, the current value, the required value and the fix
 */
export async function checkAdopted(
  name: string,
  azure: ArmClient,
  adopted: AdoptedIds,
  given: GivenRequirements,
): Promise<AdoptedResources> {
  const ids = canonical(adopted);
  const place: AdoptionRequirements = {
    vaultSecrets: false,
    registryTasks: false,
    endpoints: [],
    ...given,
    location: canonicalRegion(given.location),
    regions: given.regions.map(canonicalRegion),
  };
  const reader = new Reader(azure);
  const workspace = ids.workspace === undefined ? undefined : await readWorkspace(reader, ids.workspace, place);
  const registry = ids.imageRegistry === undefined ? undefined : await readRegistry(reader, ids.imageRegistry, place);
  const logs = ids.logs === undefined ? undefined : await readLogs(reader, ids.logs, place);
  const subnet = ids.subnet === undefined ? undefined : await readSubnet(reader, ids.subnet, place);
  const problems = reader.problems.filter(({ warning }) => warning !== true);
  if (problems.length > 0) return stop(report(name, problems));
  if (ids.workspace !== undefined && workspace === undefined) {
    return stop(`${name}: can't read ${ids.workspace}. To adopt it, the identity of this run requires the role Reader on it.`);
  }
  const notes = workspace === undefined ? [] : workspaceNotes(ids.workspace!, workspace);
  const warnings = reader.problems.map(({ id, what, fix }) => `${id}: ${what} Fix: ${fix}`);
  for (const note of [...warnings, ...notes]) pulumi.log.warn(note);
  const readIds = { workspace: workspace?.id, imageRegistry: registry?.id, logs: logs?.id, subnet: subnet?.id };
  return {
    workspace,
    loginServer: registry?.properties.loginServer,
    registryLocation: registry === undefined ? undefined : canonicalRegion(registry.location),
    ids: { ...ids, ...Object.fromEntries(Object.entries(readIds).filter(([, id]) => id !== undefined)) },
  };
}

/** Returns the IDs in canonical case, except for the names in them. */
function canonical({ workspace, imageRegistry, logs, subnet }: AdoptedIds): AdoptedIds {
  const canonicalId = (id: string | undefined, type: TypedResourceName) => id && canonicalArmId(id, armTypeOf(type));
  const canonicalIds = {
    workspace: canonicalId(workspace, "machinelearningservices:Workspace"),
    imageRegistry: canonicalId(imageRegistry, "containerregistry:Registry"),
    logs: canonicalId(logs, "operationalinsights:Workspace"),
    subnet: canonicalId(subnet, "network:Subnet"),
  };
  return Object.fromEntries(Object.entries(canonicalIds).filter(([, id]) => id !== undefined));
}

/** Reads and checks a workspace with its stores and the outbound rules of its managed network. */
async function readWorkspace(reader: Reader, id: string, place: AdoptionRequirements): Promise<ShownWorkspace | undefined> {
  const shown = await reader.get<ShownWorkspace>(id);
  if (shown === undefined) return undefined;
  reader.add(workspaceProblems(id, shown, place));
  const { storageAccount, keyVault, applicationInsights, systemDatastoresAuthMode, managedNetwork } = shown.properties;
  const storage = storageAccount === undefined ? undefined : await reader.get<ShownStorage>(storageAccount);
  if (storage !== undefined) reader.add(storageProblems(storageAccount!, storage, systemDatastoresAuthMode, id, place));
  const vault = keyVault === undefined ? undefined : await reader.get<ShownVault>(keyVault);
  if (vault !== undefined) reader.add(vaultProblems(keyVault!, vault, workspacePrincipal(shown), place));
  if (applicationInsights) await readAppInsights(reader, applicationInsights, place);
  if ((managedNetwork?.isolationMode ?? "Disabled") !== "Disabled") await readRules(reader, id, place);
  return shown;
}

async function readAppInsights(reader: Reader, id: string, place: AdoptionRequirements): Promise<void> {
  const shown = await reader.get<ShownAppInsights>(id);
  if (shown === undefined) return;
  reader.add(residencyProblems(id, shown, place));
  const { WorkspaceResourceId: logsId } = shown.properties;
  if (logsId) await readLogs(reader, logsId, place);
}

async function readRules(reader: Reader, id: string, place: AdoptionRequirements): Promise<void> {
  const rules = await reader.list<ShownRule>(`${id}/outboundRules`);
  for (const rule of addedRules(rules ?? [], pulumi.getStack())) {
    const target = targetOf(rule);
    reader.add(ruleProblems(id, rule, target === undefined ? undefined : await reader.target(target), place));
  }
}

async function readRegistry(reader: Reader, id: string, place: AdoptionRequirements): Promise<ShownRegistry | undefined> {
  // azure-native's API version doesn't return the property that tasks require.
  const shown = await reader.get<ShownRegistry>(id, place.registryTasks ? registryApiVersion : undefined);
  if (shown === undefined) return undefined;
  const isPremium = shown.sku?.name === "Premium";
  const replications = isPremium ? await reader.list<ShownReplication>(`${id}/replications`) : [];
  reader.add(registryProblems(id, shown, replications ?? [], place));
  return shown;
}

async function readLogs(reader: Reader, id: string, place: AdoptionRequirements): Promise<Shown | undefined> {
  const shown = await reader.get<ShownLogs>(id, logsApiVersion);
  if (shown !== undefined) reader.add(logsProblems(id, shown, place));
  return shown;
}

async function readSubnet(reader: Reader, id: string, place: AdoptionRequirements): Promise<ShownSubnet | undefined> {
  const networkId = parentOf(id);
  const network = await reader.get<Shown>(networkId);
  if (network === undefined) return undefined;
  reader.add(networkProblems(networkId, network, place));
  // A subnet without private endpoints of the stack doesn't have to meet any requirements.
  if (place.endpoints.length === 0) return undefined;
  const shown = await reader.get<ShownSubnet>(id);
  if (shown === undefined) return undefined;
  const { apiVersion } = resourceTypes["network:VirtualNetwork"];
  const usages = await reader.list<SubnetUsage>(`${networkId}/usages`, apiVersion);
  const usage = usages?.find((one) => sameArmId(one.id, id));
  reader.add(subnetProblems(id, shown, usage, place));
  return shown;
}

function report(name: string, problems: readonly Problem[]): string {
  const blocks = problems.map(({ id, what, fix }) => `${id}\n  ${what}\n  Fix: ${fix}`);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${name}: ${count} with adopted resources.`, ...blocks].join("\n\n");
}
