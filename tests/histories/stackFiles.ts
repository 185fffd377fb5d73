/** The stack file and the lock file of a history's stack: the shipped development stack, with a lock file. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { lock } from "../../cli/lock";
import { type Lock, lockFileName, readLock } from "../../config/lockFile";
import { scaleWeights } from "../../planner/traffic";
import { concurrencies, type Label } from "../planner/rollout/edits";
import type { Wish, Wishes } from "../planner/rollout/wishes";

/** Settings of the stack, without the deployments. */
export const stack = "dev";

/** Writes the stack file and the lock file. */
export async function writeStack(folder: string, wishes: Wishes, tag: number): Promise<void> {
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  const document = parseDocument(fs.readFileSync(file, "utf8"));
  document.deleteIn(["config", "moor:lock"]);
  document.setIn(["config", "moor:platform", "tags", "owner"], `team-${tag}`);
  document.setIn(["config", "moor:endpoints", "chat", "deployments"], document.createNode(deployments(wishes)));
  fs.writeFileSync(file, document.toString());
  await quietly(() => lock({ stack, folder }));
}

/** `npm run lock -- --rollback chat/<label>` */
export function rollBack(folder: string, label: Label): Promise<void> {
  return quietly(() => lock({ stack, folder, rollback: `chat/${label}` }));
}

export function currentLock(folder: string): Lock {
  const read = readLock(stack, fs.readFileSync(path.join(folder, lockFileName(stack)), "utf8"));
  if ("lock" in read) return read.lock;
  throw new Error(JSON.stringify(read.errors));
}

/** Traffic weights by label, as in the stack file. It rejects mirrored traffic to a deployment with a weight, and without any traffic to mirror. */
export function sharesOf(wishes: Wishes): { label: Label; weight: number; mirror: number }[] {
  const filled = scaleWeights([...wishes].map(([label, wish]) => ({ label, ...wish })));
  const hasTraffic = filled.some(({ weight }) => weight > 0);
  return filled.map(({ label, weight, mirror }) => ({ label, weight, mirror: weight > 0 || !hasTraffic ? 0 : mirror }));
}

function deployments(wishes: Wishes) {
  return Object.fromEntries(sharesOf(wishes).map(({ label, ...shares }) => [label, { ...deployment(wishes.get(label)!), ...shares }]));
}

function deployment({ asked, instances, max, keepPrevious, inPlace }: Wish) {
  return {
    vllm: {
      model: "Qwen/Qwen2.5-0.5B-Instruct",
      revision: String(asked).repeat(40),
      source: "hub",
      servedName: "chat",
      context: "8k",
      concurrencyPerInstance: concurrencies[asked - 1],
    },
    size: "Standard_NC4as_T4_v3",
    ...(max === undefined ? { instances } : { scale: { min: instances, max } }),
    ...(keepPrevious ? { keepPrevious } : {}),
    ...(inPlace ? { update: "inPlace" } : {}),
  };
}

/** The lock command prints to the console. */
async function quietly(act: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = () => {};
  try {
    await act();
  } finally {
    console.log = log;
  }
}
