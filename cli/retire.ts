import * as fs from "node:fs";
import * as path from "node:path";
import { type Lock, type LockEntry, lockEntry, lockFileName, readLock, writeLock } from "../config/lockFile";
import { reportMistakes } from "../config/mistakes";
import { requireStackFile, root } from "./stackFiles";

export interface RetireOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
}

/** `npm run retire`: gives up a deployment that is kept for the way back. The next `pulumi up` deletes it. */
export function retire({ stack, endpoint, label }: RetireOptions): void {
  requireStackFile(stack);
  const file = path.join(root, lockFileName(stack));
  if (!fs.existsSync(file)) throw new Error(`There is no ${lockFileName(stack)}: without a lock nothing is kept.`);
  const { text, name } = retireText(stack, fs.readFileSync(file, "utf8"), endpoint, label);
  fs.writeFileSync(file, text);
  console.log(
    `${name} is out of ${lockFileName(stack)}. Commit it; the next \`pulumi up\` deletes the deployment if it is still there, and there is no way back to it.`,
  );
}

/**
 * The lock without the previous decision of one deployment.
 * @throws Error when it can't be read, or has none
 */
export function retireText(stack: string, lockText: string, endpoint: string, label: string): { text: string; name: string } {
  const read = readLock(stack, lockText);
  if ("mistakes" in read) throw new Error(reportMistakes(stack, read.mistakes));
  const { lock } = read;
  const { previous, ...entry } = lockEntry(lock, endpoint, label) ?? ({} as Partial<LockEntry>);
  if (previous === undefined) {
    const kept = withPrevious(lock);
    const which = kept.length === 0 ? "It keeps none of any deployment" : `It keeps one of ${kept.join(", ")}`;
    throw new Error(`The lock keeps nothing before ${endpoint}/${label}: there is nothing to retire. ${which}.`);
  }
  const endpoints = { ...lock.endpoints, [endpoint]: { ...lock.endpoints[endpoint], [label]: entry as LockEntry } };
  return { text: writeLock({ ...lock, endpoints }), name: previous.name };
}

function withPrevious({ endpoints }: Lock): string[] {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).flatMap(([label, { previous }]) => (previous === undefined ? [] : [`${key}/${label}`])),
  );
}
