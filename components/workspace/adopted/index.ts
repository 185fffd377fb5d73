/** What other teams own and this stack stands on: read before anything is made on it, in the preview too. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { canonicalArmId, parentOf, sameArmId } from "../../../azure/armId";
import { armTypeOf, resourceTypes, type TypedResourceName } from "../../../azure/resourceTypes";
import { canonicalRegion } from "../../../facts/regions";
import { stop } from "../../../program/fail";
import { logsApiVersion, logsProblems, type ShownAppInsights, type ShownLogs } from "./logsRules";
import { addedRules, ruleProblems, type ShownRule, targetOf } from "./outboundRules";
import { Reader } from "./reader";
import { registryProblems, type ShownRegistry, type ShownReplication } from "./registryRules";
import { type Adopted, type Problem, residencyProblems, type Shown } from "./rules";
import { type ShownStorage, storageProblems } from "./storageRules";
import { networkProblems, type ShownSubnet, type SubnetUsage, subnetProblems } from "./subnetRules";
import { type ShownVault, vaultProblems } from "./vaultRules";
import { type ShownWorkspace, workspaceNotes, workspacePrincipal, workspaceProblems } from "./workspaceRules";

export type { PlannedEndpoint } from "./rules";

/** ARM ids of what is adopted. */
export interface AdoptedIds {
  readonly workspace?: string;
  readonly imageRegistry?: string;
  readonly logs?: string;
  /** Subnet that takes private endpoints of this stack. */
  readonly subnet?: string;
}

/** What has been read, for those who need it. */
export interface Found {
  readonly workspace?: ShownWorkspace;
  /** Host name of the image registry. */
  readonly loginServer?: string;
  /** The ids as Azure spells them; those of what can't be read as they are given. */
  readonly ids: AdoptedIds;
}

/** What everything must fit. A part that isn't given is looked at as if the stack needed nothing of it. */
export type Place = Pick<Adopted, "subscriptionId" | "location" | "regions"> & Partial<Adopted>;

/**
 * Reads what is adopted. What can't be read for lack of rights is warned of, and not taken for good; without its workspace no stack can be.
 * @param name Logical name of the component that adopts.
 * Ends the program with every problem in one message: what is so, of which id, what is needed and how to change it. Problems that don't keep the
 * stack from being created are warned of.
 */
export async function checkAdopted(name: string, azure: ArmClient, adopted: AdoptedIds, given: Place): Promise<Found> {
  const ids = canonical(adopted);
  const place: Adopted = {
    vaultSecrets: false,
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
    return stop(`${name}: without Reader on ${ids.workspace} it can't be adopted.`);
  }
  const notes = workspace === undefined ? [] : workspaceNotes(ids.workspace!, workspace);
  const warnings = reader.problems.map(({ id, what, change }) => `${id}: ${what} Fix: ${change}`);
  for (const note of [...warnings, ...notes]) pulumi.log.warn(note);
  const spelt = { workspace: workspace?.id, imageRegistry: registry?.id, logs: logs?.id, subnet: subnet?.id };
  return {
    workspace,
    loginServer: registry?.properties.loginServer,
    ids: { ...ids, ...Object.fromEntries(Object.entries(spelt).filter(([, id]) => id !== undefined)) },
  };
}

/** The ids in one spelling, but for the names in them. */
function canonical({ workspace, imageRegistry, logs, subnet }: AdoptedIds): AdoptedIds {
  const inSpelling = (id: string | undefined, type: TypedResourceName) => id && canonicalArmId(id, armTypeOf(type));
  const spelt = {
    workspace: inSpelling(workspace, "machinelearningservices:Workspace"),
    imageRegistry: inSpelling(imageRegistry, "containerregistry:Registry"),
    logs: inSpelling(logs, "operationalinsights:Workspace"),
    subnet: inSpelling(subnet, "network:Subnet"),
  };
  return Object.fromEntries(Object.entries(spelt).filter(([, id]) => id !== undefined));
}

/** A workspace, with its stores and the rules of its managed network. */
async function readWorkspace(reader: Reader, id: string, place: Adopted): Promise<ShownWorkspace | undefined> {
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

async function readAppInsights(reader: Reader, id: string, place: Adopted): Promise<void> {
  const shown = await reader.get<ShownAppInsights>(id);
  if (shown === undefined) return;
  reader.add(residencyProblems(id, shown, place));
  const { WorkspaceResourceId: logsId } = shown.properties;
  if (logsId) await readLogs(reader, logsId, place);
}

async function readRules(reader: Reader, id: string, place: Adopted): Promise<void> {
  const rules = await reader.list<ShownRule>(`${id}/outboundRules`);
  for (const rule of addedRules(rules ?? [], pulumi.getStack())) {
    const target = targetOf(rule);
    reader.add(ruleProblems(id, rule, target === undefined ? undefined : await reader.target(target), place));
  }
}

async function readRegistry(reader: Reader, id: string, place: Adopted): Promise<ShownRegistry | undefined> {
  const shown = await reader.get<ShownRegistry>(id);
  if (shown === undefined) return undefined;
  const isPremium = shown.sku?.name === "Premium";
  const replications = isPremium ? await reader.list<ShownReplication>(`${id}/replications`) : [];
  reader.add(registryProblems(id, shown, replications ?? [], place));
  return shown;
}

async function readLogs(reader: Reader, id: string, place: Adopted): Promise<Shown | undefined> {
  const shown = await reader.get<ShownLogs>(id, logsApiVersion);
  if (shown !== undefined) reader.add(logsProblems(id, shown, place));
  return shown;
}

async function readSubnet(reader: Reader, id: string, place: Adopted): Promise<ShownSubnet | undefined> {
  const networkId = parentOf(id);
  const network = await reader.get<Shown>(networkId);
  if (network === undefined) return undefined;
  reader.add(networkProblems(networkId, network, place));
  // A subnet that takes nothing of the stack need not be as the stack needs it.
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
  const blocks = problems.map(({ id, what, change }) => `${id}\n  ${what}\n  Fix: ${change}`);
  const count = problems.length === 1 ? "one thing is" : `${problems.length} things are`;
  return [`${name}: of what the stack adopts, ${count} not as needed.`, ...blocks].join("\n\n");
}
