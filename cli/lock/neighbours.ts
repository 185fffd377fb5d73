/** The other stacks in the folder. Stacks in the same region and subscription share their quota. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings } from "../../config/checkStack";
import { type Lock, lockEntry, lockFileName, readLock } from "../../config/lockFile";
import { type KnownDecisions, quotaDeployments } from "../../config/quota";
import type { RawStack } from "../../config/settings";
import { settingsOf } from "../../config/stackYaml";
import { canonicalRegion } from "../../facts/regions";
import type { QuotaDeployment } from "../../planner/quota/cores";
import { stacksWithFile } from "../stackFiles";
import type { OtherStack } from "./copies";

export interface Neighbour {
  readonly stack: string;
  readonly deployments: readonly QuotaDeployment[];
  /** Why `deployments` can be incomplete. */
  readonly incomplete?: string;
}

/** Looks up the decisions in a lock file. */
export function decisionsOf(lock: Lock | undefined): KnownDecisions {
  return (endpoint, label) => (lock && lockEntry(lock, endpoint, label)) ?? {};
}

/** The settings of the other readable stack files in the folder. */
export function otherStacks({ stack, folder = "." }: RawStack): OtherStack[] {
  return stacksWithFile(folder).flatMap((name) => {
    if (name === stack) return [];
    try {
      const read = settingsOf(fs.readFileSync(path.join(folder, `Pulumi.${name}.yaml`), "utf8"));
      return [{ stack: name, draft: checkSettings({ project: "moor", stack: name, folder, ...read }).draft }];
    } catch {
      return [];
    }
  });
}

/** The stacks in the same region and, according to the stack files, the same subscription. */
export function neighboursOf({ stack, settings, folder = "." }: RawStack): Neighbour[] {
  return stacksWithFile(folder).flatMap((name) => (name === stack ? [] : neighbour(name, settings, folder)));
}

function neighbour(stack: string, own: RawStack["settings"], folder: string): Neighbour[] {
  const file = `Pulumi.${stack}.yaml`;
  let read: ReturnType<typeof settingsOf>;
  try {
    read = settingsOf(fs.readFileSync(path.join(folder, file), "utf8"));
  } catch {
    return [{ stack, deployments: [], incomplete: `${file} is not readable` }];
  }
  if (!sharesQuota(own, read.settings)) return [];
  const { draft, errors } = checkSettings({ project: "moor", stack, folder, ...read });
  const lockPath = path.join(folder, lockFileName(stack));
  const locked = fs.existsSync(lockPath) ? readLock(stack, fs.readFileSync(lockPath, "utf8")) : undefined;
  const lock = locked && "lock" in locked ? locked.lock : undefined;
  const deployments = quotaDeployments(stack, draft, decisionsOf(lock));
  const all = Object.values(draft["moor:endpoints"] ?? {}).flatMap((endpoint) => Object.keys(endpoint?.deployments ?? {}));
  if (errors.length > 0) return [{ stack, deployments, incomplete: `${file} has configuration errors` }];
  if (deployments.length < all.length) return [{ stack, deployments, incomplete: "it has `size: auto` and no lock file" }];
  return [{ stack, deployments }];
}

/** Two stacks are assumed to share a subscription unless both stack files set different ones. */
function sharesQuota(own: RawStack["settings"], other: RawStack["settings"]): boolean {
  const [mine, its] = [own, other].map((settings) => settings["azure-native:subscriptionId"]);
  const [here, there] = [own, other].map((settings) => canonicalRegion(settings["azure-native:location"] ?? ""));
  return here === there && (mine === undefined || its === undefined || mine === its);
}
