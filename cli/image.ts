import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkSettings, checkStack } from "../config/checkStack";
import { reportErrors } from "../config/errors";
import { type Lock, lockCommand, lockFileName, readLock, readOtherLocks } from "../config/lockFile";
import type { RawStack } from "../config/settings";
import type { Settings } from "../config/stackFile";
import { settingsOf } from "../config/stackYaml";
import { buildImages, type ImageToBuild } from "../operations/image";
import { withDigest } from "../operations/image/lock";
import { stackAzure, stackRegistry } from "../operations/stackAzure";
import { requireStackFile, root } from "./stackFiles";
import { type OpenStack, openStackPulumi, type StackOptions } from "./stackPulumi";

export interface ImageOptions extends Omit<StackOptions, "configFile"> {
  /** Setting of the only image to build. @default - all images with `build` */
  readonly only?: string;
  /** Also build images whose digest is in the lock file. @default false */
  readonly force?: boolean;
}

/** `npm run image`: builds images with ACR tasks and writes their digests to the lock file. */
export async function image({ only, force = false, ...options }: ImageOptions): Promise<void> {
  const { raw, settings, images, lock } = readStack(options.stack);
  const stack = await openStackPulumi(options);
  const interruption = new AbortController();
  const interrupt = () => {
    console.error("Removing the task. To end without removing it, press Ctrl-C again.");
    interruption.abort();
  };
  process.once("SIGINT", interrupt);
  try {
    const azure = stackAzure(stack, raw.settings);
    const { imageRegistry } = settings["moor:platform"];
    await buildImages(stack, {
      ...{ azure, images, lock, force, ...(only === undefined ? {} : { only }) },
      ...(imageRegistry === "create" ? {} : { adoptedRegistry: imageRegistry }),
      manifestExists: async ({ loginServer }, repository, digest) => manifestExists(stack, azure, loginServer, repository, digest),
      record: (built, digest) => {
        const file = path.join(root, lockFileName(options.stack));
        const text = withDigest(options.stack, fs.readFileSync(file, "utf8"), built, digest);
        fs.writeFileSync(`${file}.part`, text);
        fs.renameSync(`${file}.part`, file);
        console.log(`${path.basename(file)} was updated. Review and commit it, then run \`pulumi up -s ${options.stack}\`.`);
      },
      report: (line) => console.log(line),
      clock: { now: () => Date.now(), sleep: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }) },
      signal: interruption.signal,
    });
  } finally {
    process.off("SIGINT", interrupt);
    await stack.close();
  }
}

interface ReadStack {
  readonly raw: RawStack;
  readonly settings: Settings;
  readonly images: readonly ImageToBuild[];
  readonly lock: Lock;
}

/** Reads the stack file and the lock file, which must match each other. */
function readStack(stack: string): ReadStack {
  const file = requireStackFile(stack);
  const fromFile = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const lockPath = path.join(root, lockFileName(stack));
  const lockText = fs.existsSync(lockPath) ? fs.readFileSync(lockPath, "utf8") : undefined;
  const otherLocks = readOtherLocks(root, stack);
  const raw = { project: "moor", stack, folder: root, ...fromFile, ...(lockText === undefined ? {} : { lock: lockText }), otherLocks };
  const { settings, images, errors } = checkSettings(raw);
  if (settings === undefined) throw new Error(reportErrors(stack, errors));
  if (settings["moor:lock"] === "none") throw new Error(noLock(stack));
  const checked = checkStack(raw);
  if ("errors" in checked) throw new Error(reportErrors(stack, checked.errors));
  const read = lockText === undefined ? undefined : readLock(stack, lockText);
  if (read === undefined || "errors" in read)
    throw new Error(`${lockFileName(stack)} does not exist. To create it, run \`${lockCommand(stack)}\`.`);
  const toBuild = images.all.flatMap(({ reference, source, setting }) => {
    if (source.kind !== "build" || !("inputs" in reference)) return [];
    const { context, dockerfile, args } = source;
    return [{ reference, context, dockerfile, args, setting }];
  });
  return { raw, settings, images: toBuild, lock: read.lock };
}

function noLock(stack: string): string {
  return (
    `The stack ${stack} uses no lock file (moor:lock: none), so there is no place for the digest of a built image. Remove this setting and run ` +
    `\`${lockCommand(stack)}\`; or build where Docker is installed with \`pulumi up\`; or use \`layer\`, which doesn't require Docker.`
  );
}

async function manifestExists(
  stack: OpenStack,
  azure: ReturnType<typeof stackAzure>,
  loginServer: string,
  repository: string,
  digest: string,
): Promise<boolean | "unknown"> {
  const registry = stackRegistry(stack, azure, loginServer);
  if ((await registry.probe(repository)) !== "reachable") return "unknown";
  return (await registry.has(repository, digest)) !== undefined;
}
