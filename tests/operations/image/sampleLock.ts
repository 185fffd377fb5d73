/** A lock file whose deployments use built images. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Lock, type LockEntry, readLock, writeLock } from "../../../config/lockFile";
import type { BuiltImage, DeploymentDecision } from "../../../planner/decision";
import { imageText } from "../../../planner/image";
import { physicalName } from "../../../planner/names";

/** The first deployment of the shipped lock file. */
function shipped(): { readonly lock: Lock; readonly entry: LockEntry } {
  const read = readLock("prod", fs.readFileSync(path.join(__dirname, "../../../moor.lock.prod.yaml"), "utf8"));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const [labels] = Object.values(read.lock.endpoints);
  return { lock: read.lock, entry: Object.values(labels!)[0]! };
}

/** A decision with another image. Its name follows from the image. */
function decisionWith(label: string, decision: DeploymentDecision, image: BuiltImage): DeploymentDecision {
  const changed = { ...decision, image };
  return { ...changed, name: physicalName(label, changed) };
}

/** A lock file with one endpoint and a deployment for each image. */
export function lockWith(...images: readonly BuiltImage[]): Lock {
  const { lock, entry } = shipped();
  const deployments = images.map((image, index) => {
    const label = `main${index}`;
    const { "image.build": _build, "image.inputs": _inputs, ...wish } = entry.wish;
    const { repository, inputs } = image;
    const locked = { ...wish, image: imageText({ repository, inputs }), "image.build": "docker/score", "image.inputs": inputs };
    return [label, { wish: locked, current: decisionWith(label, entry.current, image) }] as const;
  });
  return { ...lock, endpoints: { chat: Object.fromEntries(deployments) } };
}

/** The lock file with a previous decision for its first deployment. */
export function withPrevious(lock: Lock, image: BuiltImage, flag: string): Lock {
  const { main0, ...others } = lock.endpoints.chat!;
  const { current } = main0!;
  const previous = decisionWith("main0", { ...current, flags: [...(current.flags ?? []), flag] }, image);
  return { ...lock, endpoints: { chat: { main0: { ...main0!, previous }, ...others } } };
}

export const lockText = (lock: Lock): string => writeLock(lock);
