/** Builds the images of a stack that have `build` with ACR tasks, for machines without Docker. */
import type { ArmClient } from "../../azure/arm";
import type { Lock } from "../../config/lockFile";
import type { BuiltImage } from "../../planner/decision";
import { imageTag, imageText } from "../../planner/image";
import { exportState } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import { archiveContext } from "./context";
import { lockedDigest, usesImage } from "./lock";
import { type ImageRegistry, readRegistry, registryIdOf } from "./registry";
import { type Clock, runBuild } from "./run";
import { createTask, leftTasks, removeTask, type TaskOwner, taskIdOf } from "./task";
import { taskBody } from "./taskFile";

/** An image of the stack file that is built from a Dockerfile. */
export interface ImageToBuild {
  readonly reference: BuiltImage;
  /** Absolute paths. */
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Path in the stack file, for example `moor:images.score`. */
  readonly setting: string;
}

export interface BuildImagesOptions {
  readonly azure: ArmClient;
  /** All images of the stack that are built. */
  readonly images: readonly ImageToBuild[];
  readonly lock: Lock;
  /** ID of the registry that the stack adopts. @default - the stack creates the registry */
  readonly adoptedRegistry?: string;
  /** Setting of the only image to build. @default - all */
  readonly only?: string;
  /** Also build images whose digest is in the lock file. */
  readonly force: boolean;
  /** Whether the registry has a manifest. "unknown" if this machine can't reach the registry. */
  readonly manifestExists: (registry: ImageRegistry, repository: string, digest: string) => Promise<boolean | "unknown">;
  /** Receives each digest as soon as it is known. */
  readonly record: (image: BuiltImage, digest: string) => void;
  readonly report: (line: string) => void;
  readonly clock: Clock;
  /** Ends the build. The task is removed before the promise rejects. @default - the build can't be ended */
  readonly signal?: AbortSignal;
}

/**
 * Builds the images and records their digests. An image that was already built is skipped. Each task and its role assignment are removed at
 * the end, even if the build fails. Those that a killed run left are removed at the start.
 * @throws Error if there is nothing to build, if the registry rejects tasks, or if a build fails
 */
export async function buildImages(pulumi: StackPulumi, options: BuildImagesOptions): Promise<void> {
  const { azure, lock, force, report } = options;
  const chosen = choose(pulumi.stack, options);
  const state = await exportState(pulumi);
  const registryId = registryIdOf(pulumi, options.adoptedRegistry, state);
  const registry = await readRegistry(pulumi.stack, azure, registryId);
  const group = (state.deployment.resources ?? []).find((resource) => resource.type === "azure-native:resources:ResourceGroup");
  const owner: TaskOwner = { registryId, stack: pulumi.stack, scope: group?.id ?? pulumi.stack };
  const missing: ImageToBuild[] = [];
  for (const image of chosen) {
    const digest = lockedDigest(lock, image.reference);
    if (force || digest === undefined || !(await isPresent(options, registry, image, digest))) missing.push(image);
  }
  const tasks = missing.map((image) => ({ image, taskId: taskIdOf(owner, imageText(image.reference)) }));
  // The archives are made first, so that a context that is too large fails before anything is created.
  const bodies = tasks.map(({ image }) => bodyOf(registry, image));
  const continued = tasks.map(({ taskId }) => taskId);
  for (const left of await leftTasks(azure, owner, continued)) {
    report(`Removing the task ${nameOf(left)}, which a killed run left.`);
    await removeTask(azure, owner, left);
  }
  for (const [index, { image, taskId }] of tasks.entries()) await buildOne(pulumi, options, owner, image, taskId, bodies[index]!);
}

/** The images to build, in the order of the stack file. */
function choose(stack: string, { images, lock, only }: BuildImagesOptions): readonly ImageToBuild[] {
  const unique = [...new Map(images.map((image) => [imageText(image.reference), image])).values()];
  const settings = images.map(({ setting }) => setting).join(", ");
  if (images.length === 0) {
    throw new Error(
      `The stack ${stack} builds no image. This command builds the images that the stack file sets with \`build\`. \`pulumi up\` publishes \`import\` and \`layer\`.`,
    );
  }
  if (only !== undefined) {
    const image = images.find(({ setting }) => setting === only);
    if (image === undefined) throw new Error(`--only is "${only}". Allowed: a setting with \`build\` in the stack file: ${settings}.`);
    if (!usesImage(lock, image.reference)) throw new Error(`No deployment of the stack ${stack} uses the image of ${only}.`);
    return [image];
  }
  const used = unique.filter(({ reference }) => usesImage(lock, reference));
  if (used.length === 0) throw new Error(`No deployment of the stack ${stack} uses an image that is built (${settings}).`);
  return used;
}

async function isPresent(
  options: BuildImagesOptions,
  registry: ImageRegistry,
  { reference, setting }: ImageToBuild,
  digest: string,
): Promise<boolean> {
  const exists = await options.manifestExists(registry, reference.repository, digest);
  const built = `${setting} was already built: ${reference.repository}@${digest}`;
  if (exists === true) options.report(`${built}. Nothing was sent.`);
  if (exists === "unknown") {
    options.report(
      `${built}, according to the lock file. This machine doesn't reach the registry, so its presence was not checked. To build it again, add --force.`,
    );
  }
  if (exists === false) options.report(`${setting}: the registry no longer has ${reference.repository}@${digest}. It is built again.`);
  return exists !== false;
}

function bodyOf({ location, loginServer }: ImageRegistry, { reference, context, dockerfile, args, setting }: ImageToBuild): object {
  const archive = archiveContext({ context, dockerfile });
  return taskBody({ setting, repository: reference.repository, tag: imageTag(reference), args, archive, location, loginServer });
}

async function buildOne(
  pulumi: StackPulumi,
  options: BuildImagesOptions,
  owner: TaskOwner,
  image: ImageToBuild,
  taskId: string,
  body: object,
): Promise<void> {
  const { azure, lock, force, report, clock, signal } = options;
  const { reference, setting } = image;
  report(`Building ${setting} as ${imageText(reference)} with the task ${nameOf(taskId)}.`);
  try {
    await createTask(azure, owner, taskId, body);
    // If the lock file has no digest, a run that succeeded was started by a killed command with the same inputs, so its result is used.
    const again = force || lockedDigest(lock, reference) !== undefined;
    const { registryId } = owner;
    const { repository } = reference;
    const { local } = pulumi;
    const run = { registryId, taskId, repository, tag: imageTag(reference), again, clock, report, local, signal };
    const { digest, unbuilt } = await runBuild(azure, run);
    options.record(reference, digest);
    const result = `${reference.repository}@${digest}`;
    report(unbuilt === undefined ? `Built ${result}.` : `${setting}: ${unbuilt} The lock file has ${result}, an image without content.`);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new Error(
      "The build was interrupted. A run that has started can still end, but without the role of its task it can't push the image.",
    );
  } finally {
    await removeTask(azure, owner, taskId).catch((error: Error) => {
      report(`The task ${nameOf(taskId)} could not be removed. The next run of this command removes it. ${error.message}`);
    });
  }
}

function nameOf(taskId: string): string {
  return taskId.slice(taskId.lastIndexOf("/") + 1);
}
