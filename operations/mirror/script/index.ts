/** `--via azure`: a deployment script in the stack's network copies the weights. This machine needs only Azure Resource Manager and the Hub. */
import { type ArmClient, ArmError } from "../../../azure/arm";
import type { AdapterDecision } from "../../../planner/decision";
import { adapterFolder } from "../../../planner/weights";
import type { Checkpoint } from "../../checkpoint";
import type { StackPulumi } from "../../stackPulumi";
import { blockSizeOf } from "../blocks";
import { WeightsError } from "../error";
import type { PreparedWeights } from "../prepare";
import { createFirst, type WeightStore } from "../store";
import type { StagingWay } from "../way";
import type { ScriptPlace } from "./body";
import { type ScriptGroup, scriptGroup, scriptPlace, secretAddress } from "./environment";
import { type CopyJob, type JobAdapter, jobFiles } from "./job";
import { removeOthers, runScript, type ScriptClock } from "./run";

export interface ScriptWayOptions {
  readonly pulumi: Pick<StackPulumi, "stack" | "local">;
  readonly azure: ArmClient;
  readonly state: Checkpoint;
  readonly store: WeightStore;
  /** Address of the Hub, for the script. */
  readonly hub: string;
  /** Tags of the stack's resources, which the script has too. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether files that were verified are read back again. */
  readonly force: boolean;
  readonly report: (line: string) => void;
  readonly clock: ScriptClock;
  /** Ends the copy. The script is removed before it rejects. */
  readonly signal: AbortSignal;
}

/**
 * Copies files with deployment scripts, one for each model.
 * @throws Error with what to do, if the stack has no environment for scripts
 */
export function scriptWay(options: ScriptWayOptions): StagingWay {
  const { pulumi, state, hub } = options;
  requireNoPassword(hub);
  const group = scriptGroup(state);
  if (group === undefined) throw new Error(`The stack ${pulumi.stack} doesn't exist in Azure yet. ${createFirst(pulumi)}`);
  const place = scriptPlace(pulumi, state);
  return {
    has: async () => "unknown",
    stage: (weights) => stage(options, group, place, weights),
    // Also if nothing was staged, because a script of a killed run continues for up to a day.
    finish: () => removeLeftScripts(options),
  };
}

/** The address of the Hub is part of the script, which everyone with the role Reader can read. */
function requireNoPassword(hub: string): void {
  const { username, password, host } = new URL(hub);
  if (username === "" && password === "") return;
  throw new Error(
    `HF_ENDPOINT contains a user name or a password for ${host}, which would be visible in the deployment script. Set it to an address without them, ` +
      "or run the command from inside the network, with --via runner.",
  );
}

async function stage(options: ScriptWayOptions, group: ScriptGroup, place: ScriptPlace, weights: PreparedWeights): Promise<number> {
  const { pulumi, azure, tags, report, clock, signal } = options;
  const { stack } = pulumi;
  requireHub(stack, weights);
  const job = await jobOf(options, place, weights);
  const run = { azure, stack, location: group.location, resourceGroupId: group.id, place, job, tags, report, clock, signal };
  return (await runScript(run)).bytes;
}

/** The script reads files only from the Hub. The files of this machine would be too large for its text. */
function requireHub(stack: string, { wanted: { adapters } }: PreparedWeights): void {
  const local = adapters.filter(({ id }) => id === undefined).map(({ name }) => name);
  if (local.length === 0) return;
  throw new WeightsError(
    "adapter",
    `${local.length === 1 ? `The adapter ${local[0]} is` : `The adapters ${local.join(", ")} are`} in a folder of this machine, which a deployment script in Azure can't read. ` +
      `Run \`npm run mirror -- -s ${stack}\` on a machine inside the network, or push the adapter to a private repository on Hugging Face and set \`model\` instead of \`path\`.`,
  );
}

/**
 * Removes the scripts that killed runs of a stack left. A caller that isn't permitted to read or delete scripts gets only a line about it,
 * because a copy on a runner requires no such permission.
 */
export async function removeLeftScripts(options: Pick<ScriptWayOptions, "pulumi" | "azure" | "state" | "report">): Promise<void> {
  const { pulumi, azure, state, report } = options;
  const group = scriptGroup(state);
  if (group === undefined) return;
  try {
    await removeOthers({ azure, resourceGroupId: group.id, stack: pulumi.stack, report });
  } catch (error) {
    if (!(error instanceof ArmError) || !error.isAccessDenied) throw error;
    report(
      `Scripts of \`npm run mirror\` that killed runs left could not be removed. The next \`pulumi up\` removes them. ${error.message}`,
    );
  }
}

async function jobOf(options: ScriptWayOptions, place: ScriptPlace, { wanted, files, manifest }: PreparedWeights): Promise<CopyJob> {
  const { azure, store, hub, force, pulumi } = options;
  const { tokenSecretId } = place;
  return {
    blobs: `https://${store.account}.blob.${azure.cloud.storageDomain}`,
    container: store.container,
    ...{ folder: wanted.path, hub, model: wanted.id, revision: wanted.revision },
    files: jobFiles(files, blockSizeOf),
    ...(wanted.adapters.length === 0 ? {} : { adapters: wanted.adapters.flatMap(jobAdapter) }),
    manifest: manifest.slice("sha256:".length),
    clientId: await clientIdOf(azure, place.identityId),
    ...(tokenSecretId === undefined ? {} : { tokenSecret: secretAddress(tokenSecretId) }),
    ...(force ? { force } : {}),
    // The local Azure answers immediately, and its roles take effect without a delay.
    ...(pulumi.local ? { pauseScale: 0 } : {}),
  };
}

function jobAdapter({ name, id, revision }: AdapterDecision): JobAdapter[] {
  return id === undefined ? [] : [{ folder: adapterFolder(name), model: id, revision }];
}

/** The managed identity is named by its client ID in requests for tokens. */
async function clientIdOf(azure: ArmClient, identityId: string): Promise<string> {
  type Shown = { readonly properties?: { readonly clientId?: string } };
  const clientId = (await azure.find<Shown>(identityId))?.properties?.clientId;
  if (clientId !== undefined) return clientId;
  throw new Error(`The identity of the scripts, ${identityId}, doesn't exist. Run \`pulumi up\`, and run the command again.`);
}
