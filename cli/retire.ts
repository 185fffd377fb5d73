import * as fs from "node:fs";
import * as path from "node:path";
import { reportErrors } from "../config/errors";
import { type Lock, type LockEntry, lockEntry, lockFileName, readLock, writeLock } from "../config/lockFile";
import { withUsedManifests } from "../config/stagedWeights";
import { withUsedModels } from "../config/usedModels";
import { requireStackFile, root } from "./stackFiles";

export interface RetireOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
}

/** `npm run retire`: removes a previous deployment that is kept for a rollback. The next `pulumi up` deletes it. */
export function retire({ stack, endpoint, label }: RetireOptions): void {
  requireStackFile(stack);
  const file = path.join(root, lockFileName(stack));
  if (!fs.existsSync(file))
    throw new Error(`${lockFileName(stack)} does not exist. Without a lock file, Moor keeps no previous deployments.`);
  const { text, name } = retireText(stack, fs.readFileSync(file, "utf8"), endpoint, label);
  fs.writeFileSync(file, text);
  console.log(
    `${name} was removed from ${lockFileName(stack)}. Commit the file. The next \`pulumi up\` deletes the deployment if it exists. A rollback to it is then no longer possible.`,
  );
}

/**
 * Removes the previous decision of a deployment from the text of a lock file.
 * @throws Error if the lock file is invalid, or if the deployment has no previous decision
 */
export function retireText(stack: string, lockText: string, endpoint: string, label: string): { text: string; name: string } {
  const read = readLock(stack, lockText);
  if ("errors" in read) throw new Error(reportErrors(stack, read.errors));
  const { lock } = read;
  const { previous, ...entry } = lockEntry(lock, endpoint, label) ?? ({} as Partial<LockEntry>);
  if (previous === undefined) {
    const others = withPrevious(lock);
    const which = others.length === 0 ? "none" : others.join(", ");
    throw new Error(`${endpoint}/${label} has no previous decision to retire. Deployments with a previous decision: ${which}.`);
  }
  const endpoints = { ...lock.endpoints, [endpoint]: { ...lock.endpoints[endpoint], [label]: entry as LockEntry } };
  return { text: writeLock(withUsedModels(withUsedManifests({ ...lock, endpoints }))), name: previous.name };
}

function withPrevious({ endpoints }: Lock): string[] {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).flatMap(([label, { previous }]) => (previous === undefined ? [] : [`${key}/${label}`])),
  );
}
