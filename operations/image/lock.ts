/** The digests of built images in a lock file. */

import { reportErrors } from "../../config/errors";
import { type Lock, type LockEntry, readLock, writeLock } from "../../config/lockFile";
import type { BuiltImage, DeploymentDecision } from "../../planner/decision";

/** The digest of an image in a lock file. Undefined if the lock file has none. */
export function lockedDigest(lock: Lock, image: BuiltImage): string | undefined {
  return decisionsWith(lock, image).find(({ digest }) => digest !== undefined)?.digest;
}

/** Whether a decision of a lock file uses an image. */
export function usesImage(lock: Lock, image: BuiltImage): boolean {
  return decisionsWith(lock, image).length > 0;
}

/** Names of the deployments, current and previous, that use an image. */
export function deploymentsWith({ endpoints }: Lock, image: BuiltImage): string[] {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  const decisions = entries.flatMap(({ current, previous }) => (previous === undefined ? [current] : [current, previous]));
  return decisions.flatMap((decision) => (isSame(decision, image) ? [decision.name] : []));
}

function decisionsWith({ endpoints }: Lock, image: BuiltImage): BuiltImage[] {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  return entries.flatMap(({ current }) => (isSame(current, image) ? [current.image] : []));
}

type Decision<Image> = DeploymentDecision & { readonly image: Image };

function isSame(decision: DeploymentDecision, { repository, inputs }: BuiltImage): decision is Decision<BuiltImage> {
  return "inputs" in decision.image && decision.image.inputs === inputs && decision.image.repository === repository;
}

/**
 * Sets the digest of a built image in the text of a lock file. Each decision with these inputs receives it, including previous decisions,
 * because all of them use the same image. All other bytes are unchanged.
 * @throws Error with a report if the lock file is invalid; Error if no decision uses the image anymore
 */
export function withDigest(stack: string, lockText: string, image: BuiltImage, digest: string): string {
  const read = readLock(stack, lockText);
  if ("errors" in read) throw new Error(reportErrors(stack, read.errors));
  if (!usesImage(read.lock, image)) {
    throw new Error(
      `The lock file of ${stack} has changed during the build: no deployment uses ${image.repository} with the inputs ${image.inputs} any more. ` +
        `The image was built as ${image.repository}@${digest}, but its digest was not written. To build the image of the changed files, run the command again.`,
    );
  }
  const changed = (decision: DeploymentDecision): DeploymentDecision =>
    isSame(decision, image) ? { ...decision, image: { repository: image.repository, inputs: image.inputs, digest } } : decision;
  const entry = ({ current, previous, ...rest }: LockEntry): LockEntry => ({
    ...rest,
    current: changed(current),
    ...(previous === undefined ? {} : { previous: changed(previous) }),
  });
  const endpoints = mapValues(read.lock.endpoints, (labels) => mapValues(labels, entry));
  return writeLock({ ...read.lock, endpoints });
}

function mapValues<Value, Result>(values: Readonly<Record<string, Value>>, map: (value: Value) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
