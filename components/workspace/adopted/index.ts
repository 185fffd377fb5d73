/** What others made and this stack stands on: read before anything is made on it, in the preview too. */
import * as pulumi from "@pulumi/pulumi";
import { type ArmClient, ArmError } from "../../../azure/arm";
import { parentOf } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { stop } from "../../../program/fail";
import { type Adopted, networkProblems, type Problem, registryProblems, type Shown, storeProblems, vaultProblems } from "./rules";
import { type ShownWorkspace, workspaceNotes, workspaceProblems } from "./workspaceRules";

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

/**
 * Reads what is adopted. What can't be read for lack of rights is warned of, and not taken for good; without its workspace no stack can be.
 * @param name Logical name of the component that adopts.
 * Ends the program with every problem in one message: what is so, of which id, what is needed and how to change it.
 */
export async function checkAdopted(name: string, azure: ArmClient, ids: AdoptedIds, place: Adopted): Promise<Found> {
  const canonical = { ...place, location: canonicalRegion(place.location), regions: place.regions.map(canonicalRegion) };
  const read = <T extends Shown>(id: string | undefined, check: Check<T>) => readAndCheck(azure, id, check, canonical);
  const workspace = await read<ShownWorkspace>(ids.workspace, workspaceProblems);
  const registry = await read(ids.imageRegistry, registryProblems);
  const logs = await read(ids.logs, storeProblems);
  const network = await read(ids.subnet && parentOf(ids.subnet), networkProblems);
  const others = [
    await read(workspace.shown?.properties.storageAccount, storeProblems),
    await read(workspace.shown?.properties.keyVault, vaultProblems),
    logs,
    network,
  ];
  const problems = [workspace, registry, ...others].flatMap((one) => one.problems);
  if (problems.length > 0) return stop(report(name, problems));
  if (ids.workspace !== undefined && workspace.shown === undefined) {
    return stop(`${name}: without Reader on ${ids.workspace} it can't be adopted.`);
  }
  for (const note of workspace.shown === undefined ? [] : workspaceNotes(ids.workspace!, workspace.shown)) pulumi.log.warn(note);
  const spelt = { workspace: workspace.shown?.id, imageRegistry: registry.shown?.id, logs: logs.shown?.id };
  return {
    workspace: workspace.shown,
    loginServer: registry.shown?.properties.loginServer,
    ids: { ...ids, ...Object.fromEntries(Object.entries(spelt).filter(([, id]) => id !== undefined)) },
  };
}

type Check<T extends Shown> = (id: string, shown: T, place: Adopted) => Problem[];

async function readAndCheck<T extends Shown>(azure: ArmClient, id: string | undefined, check: Check<T>, place: Adopted) {
  if (id === undefined) return { problems: [] };
  const shown = await azure.get<T>(id).catch((error: Error) => error);
  if (!(shown instanceof Error)) return { shown, problems: check(id, shown, place) };
  if (!(shown instanceof ArmError) || !(shown.isAbsence || shown.isRefusal)) {
    return stop(`What the stack adopts can't be read: ${shown.message}`);
  }
  if (shown.isAbsence) {
    const change = "Correct the id in the stack file, or have its owner make it.";
    return { problems: [{ id, what: "It doesn't exist.", change }] };
  }
  pulumi.log.warn(`${id} can't be read (Azure answered ${shown.status}), so nothing here tells whether it is as the stack needs it.`);
  return { problems: [] };
}

function report(name: string, problems: readonly Problem[]): string {
  const blocks = problems.map(({ id, what, change }) => `${id}\n  ${what}\n  Fix: ${change}`);
  const count = problems.length === 1 ? "one thing is" : `${problems.length} things are`;
  return [`${name}: of what the stack adopts, ${count} not as needed.`, ...blocks].join("\n\n");
}
