/** Stages the weights of a stack: copies them from the Hugging Face Hub into the workspace's storage account, verified. */
import type { Lock } from "../../config/lockFile";
import type { WeightFile } from "../../planner/weights";
import type { HubTransport } from "../hub";
import { interrupted, WeightsError } from "./error";
import { type PreparedWeights, prepareWeights } from "./prepare";
import { sizeText, summaryLine } from "./progress";
import { type WantedWeights, wantedWeights } from "./wanted";
import type { StagingWay } from "./way";

export interface MirrorOptions {
  readonly lock: Lock;
  /** Key of the only endpoint whose weights are staged. @default - all endpoints */
  readonly endpoint?: string;
  /** Whether staged weights are verified again, and weights that are staged without a list get one. */
  readonly force: boolean;
  /** License IDs of Hugging Face that are allowed. */
  readonly licenses: readonly string[];
  readonly hub: HubTransport;
  /** Folder of the stack file, to which the paths of adapters are relative. @default - the working directory */
  readonly stackFolder?: string;
  readonly way: StagingWay;
  /** Receives the files of each model, as soon as all of them are staged and verified. */
  readonly record: (weights: WantedWeights, files: readonly WeightFile[]) => void;
  readonly report: (line: string) => void;
  /** The time in milliseconds, for tests. @default - the real time */
  readonly now?: () => number;
  /** The signal that interrupts `hub` and `way`. @default - they can't be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Stages the weights. All models are checked before the first byte is copied. Weights that are staged and verified are not read again.
 * @throws Error for an unknown endpoint or if there is nothing to stage; WeightsError, HubError; then nothing is recorded for this model
 */
export async function mirrorWeights(options: MirrorOptions): Promise<void> {
  try {
    await mirrorAll(options);
  } catch (error) {
    throw options.signal?.aborted && (error as Error).name === "AbortError" ? interrupted() : error;
  }
}

async function mirrorAll(options: MirrorOptions): Promise<void> {
  const { lock, endpoint, force, hub, licenses, stackFolder, way, record, report, now = () => performance.now() } = options;
  const prepared: PreparedWeights[] = [];
  for (const weights of wantedWeights(lock, endpoint)) {
    if (!force) rejectOtherList(weights);
    if (!force && (await isDone(options, weights))) continue;
    prepared.push(await prepareWeights(weights, { hub, licenses, report, force, stackFolder }));
  }
  const start = now();
  const done = { files: 0, bytes: 0, copied: 0 };
  for (const weights of prepared) {
    const { wanted, files } = weights;
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const names = wanted.adapters.map(({ name }) => name);
    const adapters = names.length === 0 ? "" : ` with ${names.length === 1 ? "the adapter" : "the adapters"} ${names.join(", ")}`;
    report(
      `${wanted.id} at ${wanted.revision}${adapters}: ${files.length} files, ${sizeText(bytes)}, for ${wanted.deployments.join(", ")}.`,
    );
    done.copied += await way.stage(weights);
    done.files += files.length;
    done.bytes += bytes;
    record(wanted, files);
  }
  await way.finish?.();
  if (prepared.length > 0) report(summaryLine({ ...done, seconds: (now() - start) / 1000 }));
}

/** A folder has one list. After a merge of two branches, deployments can have different ones. */
function rejectOtherList({ id, revision, path, deployments, otherList }: WantedWeights): void {
  if (otherList === undefined) return;
  throw new WeightsError(
    "conflict",
    `The lock file has different lists of the files of ${id} at ${revision} for ${deployments.join(", ")}: that of ${otherList} is another one, ` +
      `although all of them use the folder ${path}. A deployment with the wrong list can't start. Run the command with --force, which gives all of them ` +
      "the list of the staged files, and then `pulumi up` immediately.",
  );
}

/** Whether nothing has to be copied for these weights. */
async function isDone({ way, record, report }: MirrorOptions, weights: WantedWeights): Promise<boolean> {
  const { id, revision, path, listed, isStaged, isListed } = weights;
  const name = `${id} at ${revision}`;
  if (listed === undefined) {
    if (!isStaged) return false;
    report(
      `${name} is staged without a list of its files, so the container doesn't verify them. With --force, this command verifies the files and records the list. ` +
        "The deployments then get a new name, and the next `pulumi up` replaces them.",
    );
    return true;
  }
  // Only the Hub knows whether a changed `vllm.remoteCode` changes the list.
  if ((weights.remoteCode === "allow") !== listed.some((file) => file.path.endsWith(".py"))) return false;
  const has = await way.has(path, listed);
  if (has === false)
    report(`${name}: the storage account doesn't contain all files of the manifest in the lock file. The missing files are staged again.`);
  if (has === false || (has === "unknown" && !isListed)) return false;
  report(
    has === "unknown" ? `${name} is staged, according to the lock file. Its presence was not checked.` : `${name} is staged and verified.`,
  );
  if (!isListed) record(weights, listed);
  return true;
}

export type { PreparedFile } from "./origin";
export type { PreparedWeights } from "./prepare";
export type { WantedWeights } from "./wanted";
export type { StagingWay } from "./way";
