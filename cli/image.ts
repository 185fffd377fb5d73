import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockCommand } from "../config/lockFile";
import { buildImages } from "../operations/image";
import { withDigest } from "../operations/image/lock";
import { stackAzure, stackRegistry } from "../operations/stackAzure";
import { onInterrupt } from "./interruption";
import { readLockedStack, replaceFile } from "./lockedStack";
import { lockStore } from "./lockStore";
import { type OpenStack, openStackPulumi, type StackOptions } from "./stackPulumi";

export interface ImageOptions extends Omit<StackOptions, "configFile"> {
  /** Setting of the only image to build. @default - all images with `build` */
  readonly only?: string;
  /** Also build images whose digest is in the lock file. @default false */
  readonly force?: boolean;
}

/** `npm run image`: builds images with ACR tasks and writes their digests to the lock file, in the local Azure to its local copy. */
export async function image({ only, force = false, ...options }: ImageOptions): Promise<void> {
  const store = lockStore(options.stack, options.local === true);
  const { raw, settings, images, lock } = readStack(options.stack, store.read());
  const stack = await openStackPulumi(options);
  const interruption = onInterrupt("Removing the task. To end without removing it, press Ctrl-C again.");
  try {
    const azure = stackAzure(stack, raw.settings);
    const { imageRegistry } = settings["moor:platform"];
    await buildImages(stack, {
      ...{ azure, images, lock, force, ...(only === undefined ? {} : { only }) },
      ...(imageRegistry === "create" ? {} : { adoptedRegistry: imageRegistry }),
      manifestExists: async ({ loginServer }, repository, digest) => manifestExists(stack, azure, loginServer, repository, digest),
      record: (built, digest) => {
        replaceFile(store.file, withDigest(options.stack, store.read() ?? "", built, digest));
        console.log(`${path.relative(process.cwd(), store.file)} was updated. ${store.next}`);
      },
      report: (line) => console.log(line),
      clock: { now: () => Date.now(), sleep: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }) },
      signal: interruption.signal,
    });
  } finally {
    interruption.end();
    await stack.close();
  }
}

/** Reads the stack file and the lock file, and the images that are built. */
function readStack(stack: string, lockText: string | undefined) {
  const { raw, settings, images, lock } = readLockedStack(stack, {
    noLock: () => noLock(stack),
    ...(lockText === undefined ? {} : { lockText }),
  });
  const toBuild = images.all.flatMap(({ reference, source, setting }) => {
    if (source.kind !== "build" || !("inputs" in reference)) return [];
    const { context, dockerfile, args } = source;
    return [{ reference, context, dockerfile, args, setting }];
  });
  return { raw, settings, images: toBuild, lock };
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
