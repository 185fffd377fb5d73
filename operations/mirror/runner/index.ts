/** `--via runner`: this machine is inside the network and controls the copy. */
import type { BlobContainer } from "../../../azure/blobStorage";
import { manifestDigest, manifestFileName, manifestText, type WeightFile } from "../../../planner/weights";
import { inParallel } from "../../parallel";
import { interrupted, some, WeightsError } from "../error";
import type { PreparedWeights } from "../prepare";
import type { StagingWay } from "../way";
import { CopyContext, type CopyOptions, parallel } from "./context";
import { copyFile } from "./copyFile";
import { isComplete, planFiles } from "./plan";
import { storageProblem } from "./problems";
import { hashMetadata, verifyBlob } from "./verify";

export type { CopyClock, CopyOptions } from "./context";

export interface RunnerOptions extends CopyOptions {
  /** Whether files that were verified are read back again. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/** Copies files with this machine. `problems` are translated, so all errors say what to do. */
export function runnerWay(options: RunnerOptions): StagingWay {
  const { container, signal } = options;
  return {
    has: (path, files) => storageProblem(container, () => hasAll(options, path, files)),
    stage: (weights) =>
      storageProblem(container, () => stage(options, weights)).catch((error: unknown) => throwUnlessInterrupted(error, signal)),
  };
}

async function hasAll({ container, signal }: RunnerOptions, path: string, files: readonly WeightFile[]): Promise<boolean> {
  const plan = planFiles(path, files, await container.list(`${path}/`, { signal }));
  rejectOthers(container, path, plan.others);
  return isComplete(plan);
}

async function stage(options: RunnerOptions, { wanted, files }: PreparedWeights): Promise<number> {
  const { container, progress, force, signal } = options;
  const folder = wanted.path;
  const context = new CopyContext(options, folder);
  const plan = planFiles(folder, files, await container.list(`${folder}/`, { signal }), force);
  rejectOthers(container, folder, plan.others);
  progress.expect({ copy: bytesOf(plan.copy), verify: bytesOf(plan.copy) + bytesOf(plan.verify) });
  // The largest files first, so that the last one doesn't run alone for long.
  const work = [...plan.copy.map((file) => ({ file, run: copyFile })), ...plan.verify.map((file) => ({ file, run: verifyBlob }))];
  work.sort((one, other) => other.file.size - one.file.size);
  await inParallel(work, options.files ?? parallel.files, signal, ({ file, run }, either) => run(context, file, either));
  await writeList(options, folder, files);
  return context.copied;
}

/** Writes the list of files, after all of them are there and verified. */
async function writeList({ container, force, signal }: RunnerOptions, folder: string, files: readonly WeightFile[]): Promise<void> {
  const plan = planFiles(folder, files, await container.list(`${folder}/`, { signal }));
  rejectOthers(container, folder, plan.others);
  const missing = [...plan.copy, ...plan.verify].map(({ path }) => path);
  if (missing.length > 0) {
    throw new WeightsError(
      "incomplete",
      `These files in ${container.host}/${container.container}/${folder} were changed or deleted during the copy: ${some(missing)}. ` +
        "Nothing was registered. Check that no other process writes to the folder, and run the command again.",
    );
  }
  // The content of the list is not read back, so it is written again.
  if (plan.isListed && !force) return;
  const metadata = { [hashMetadata]: manifestDigest(files).slice("sha256:".length) };
  await container.put(`${folder}/${manifestFileName}`, Buffer.from(manifestText(files)), { metadata, contentType: "text/plain", signal });
}

/** The container refuses files that are not in the list. They are not deleted here, because a deployment could use them. */
function rejectOthers({ account, container, host }: BlobContainer, folder: string, others: readonly string[]): void {
  if (others.length === 0) return;
  const commands = others
    .slice(0, 10)
    .map(
      (name) => `  az storage blob delete --auth-mode login --account-name ${account} --container-name ${container} --name ${quoted(name)}`,
    );
  throw new WeightsError(
    "otherFiles",
    [
      `The folder ${folder} in ${host}/${container} contains ${others.length} ${others.length === 1 ? "file that doesn't" : "files that don't"} belong to the weights. ` +
        "The container would refuse to start with them. Nothing was registered. If no deployment uses them, delete them, and run the command again:",
      ...commands,
      ...(others.length > commands.length ? [`  (and ${others.length - commands.length} more)`] : []),
    ].join("\n"),
  );
}

/** A name as one argument of a shell, without control characters. */
function quoted(name: string): string {
  return /[^ -~]/.test(name)
    ? `$'${[...Buffer.from(name)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`
    : `'${name.replaceAll("'", "'\\''")}'`;
}

function bytesOf(files: readonly WeightFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function throwUnlessInterrupted(error: unknown, signal: AbortSignal): never {
  throw signal.aborted ? interrupted() : error;
}
