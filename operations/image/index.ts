/** Builds the images of a stack that have `build` with ACR tasks, for machines without Docker. */
import type { ArmClient } from "../../azure/arm";
import type { Lock } from "../../config/lockFile";
import type { BuiltImage } from "../../planner/decision";
import { imageTag, imageText } from "../../planner/image";
import { exportState } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import { archiveContext } from "./context";
import { type LiveImage, liveImage } from "./live";
import { deploymentsWith, lockedDigest, usesImage } from "./lock";
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
 * Builds the images and records their digests. Nothing is sent for an image that was built already. If a deployment with the image exists in
 * Azure, the digest that it runs is recorded instead. Each task and its role are removed in any case; those of a killed run are removed at the
 * start.
 * @throws Error if there is nothing to build, the registry excludes tasks, a build fails, or a deployment
 * exists and `force` is set
 */
export async function buildImages(pulumi: StackPulumi, options: BuildImagesOptions): Promise<void> {
  const { azure, lock, force, report } = options;
  const chosen = choose(pulumi.stack, options);
  const state = await exportState(pulumi);
  const toBuild: ImageToBuild[] = [];
  for (const image of chosen) {
    const names = deploymentsWith(lock, image.reference);
    const live = await liveImage({ stack: pulumi.stack, azure, state, setting: image.setting, names, force });
    if (live === undefined) toBuild.push(image);
    else recordLive(options, image, live);
  }
  const registryId = registryIdOf(pulumi, options.adoptedRegistry, state);
  const group = (state.deployment.resources ?? []).find((resource) => resource.type === "azure-native:resources:ResourceGroup");
  const owner: TaskOwner = { registryId, stack: pulumi.stack, scope: group?.id ?? pulumi.stack };
  // The archives are made first, so that a context that is too large fails before anything is created.
  const builds = await requiredBuilds(pulumi, options, owner, toBuild);
  const continued = builds.map(({ taskId }) => taskId);
  for (const left of await leftTasks(azure, owner, continued)) {
    report(`Removing the task ${nameOf(left)}, which a killed run left.`);
    await removeTask(azure, owner, left);
  }
  for (const build of builds) await buildOne({ ...options, local: pulumi.local }, owner, build);
}

interface Build {
  readonly image: ImageToBuild;
  readonly taskId: string;
  /** Body of the task. */
  readonly body: object;
}

/** The builds of the images that the registry doesn't have. A registry that excludes tasks is an error only if an image is to be built. */
async function requiredBuilds(
  pulumi: StackPulumi,
  options: BuildImagesOptions,
  owner: TaskOwner,
  images: readonly ImageToBuild[],
): Promise<Build[]> {
  if (images.length === 0) return [];
  const { azure, lock, force } = options;
  const registry = await readRegistry(pulumi, azure, owner.registryId);
  const builds: Build[] = [];
  for (const image of images) {
    const digest = lockedDigest(lock, image.reference);
    if (!force && digest !== undefined && (await isPresent(options, registry, image, digest))) continue;
    builds.push({ image, taskId: taskIdOf(owner, imageText(image.reference)), body: bodyOf(registry, image) });
  }
  return builds;
}

/** Writes the digest that a deployment runs to the lock file, unless it is there. */
function recordLive({ lock, record, report }: BuildImagesOptions, { reference, setting }: ImageToBuild, live: LiveImage): void {
  const { deployment, digest } = live;
  report(`${setting}: the deployment ${deployment} runs ${reference.repository}@${digest}. Nothing is built.`);
  if (lockedDigest(lock, reference) !== digest) record(reference, digest);
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

type BuildOptions = BuildImagesOptions & { /** Whether the stack runs in the local Azure. */ readonly local: boolean };

async function buildOne(options: BuildOptions, owner: TaskOwner, { image, taskId, body }: Build): Promise<void> {
  const { azure, lock, force, report, clock, local, signal } = options;
  const { reference, setting } = image;
  report(`Building ${setting} as ${imageText(reference)} with the task ${nameOf(taskId)}.`);
  try {
    await createTask(azure, owner, taskId, body);
    // If the lock file has no digest, a run that succeeded was started by a killed command with the same inputs, so its result is used.
    const again = force || lockedDigest(lock, reference) !== undefined;
    const { registryId } = owner;
    const { repository } = reference;
    const run = { registryId, taskId, repository, tag: imageTag(reference), again, clock, report, local, signal };
    const { digest, unbuilt } = await runBuild(azure, run);
    options.record(reference, digest);
    const result = `${reference.repository}@${digest}`;
    report(
      unbuilt === undefined
        ? `Built ${result}.`
        : `${setting}: ${unbuilt} The local copy of the lock file has ${result}, an image without content.`,
    );
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
