/** What renewed tables change in the lock files. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { decisionDifferences } from "../config/decisionDifferences";
import { type Lock, lockEntry } from "../config/lockFile";

/** Deployments for which `npm run lock` would write another decision, and those for which only the reasons would differ. */
export interface LockChanges {
  readonly decisions: readonly string[];
  readonly reasons: readonly string[];
}

/** A line for all lock files in a folder, which a renewal doesn't change, and one for what `npm run lock` would change in each. */
export function lockNotes(folder: string, changesOf: (stack: string) => LockChanges | Error = changesWith(folder)): readonly string[] {
  const stacks = fs.readdirSync(folder).flatMap((file) => /^moor\.lock\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  return [
    "No lock file was changed: a lock file keeps its decisions until you run `npm run lock`.",
    ...stacks.map((stack) => `moor.lock.${stack}.yaml: ${noteOf(stack, changesOf(stack))}`),
  ];
}

function noteOf(stack: string, changes: LockChanges | Error): string {
  const command = `\`npm run lock -- -s ${stack}\``;
  if (changes instanceof Error) return `what ${command} would change is unknown: ${changes.message}`;
  const { decisions, reasons } = changes;
  if (decisions.length > 0) return `${command} would change the decisions of ${decisions.join(", ")}. Run it to review them.`;
  const reworded = reasons.length > 0 ? `. Only numbers in the reasons of ${reasons.join(", ")} would change` : "";
  return `${command} would make the same decisions${reworded}.`;
}

/** What differs between the deployments of two lock files. */
export function lockChanges(before: Lock, next: Lock): LockChanges {
  const names = [...new Set([before, next].flatMap(deploymentsOf))];
  const changed = (name: string) => {
    const [was, is] = [before, next].map((lock) => lockEntry(lock, ...(name.split("/") as [string, string]))?.current);
    if (was === undefined || is === undefined || was.name !== is.name || decisionDifferences(was, is).length > 0) return "decisions";
    return was.reasons.join("\n") === is.reasons.join("\n") ? undefined : "reasons";
  };
  const withChange = (kind: keyof LockChanges) => names.filter((name) => changed(name) === kind);
  return { decisions: withChange("decisions"), reasons: withChange("reasons") };
}

const deploymentsOf = ({ endpoints }: Lock) =>
  Object.entries(endpoints).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));

/** The first line that the process prints if it can't compare the lock files. */
const firstLine = (text: string) => text.split("\n").find((line) => line.trim() !== "") ?? "the process printed nothing";

/** Compares in another process, because this one has loaded the tables from before the renewal. */
const changesWith = (folder: string) => (stack: string) => {
  const script = `require("./program/register"); require("./cli/renewLocks").printLockChanges(${JSON.stringify(stack)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as LockChanges) : new Error(firstLine(stderr));
};

/** Prints what `npm run lock` would change, as JSON. */
export async function printLockChanges(stack: string): Promise<void> {
  try {
    const { comparedLocks } = require("./lock") as typeof import("./lock");
    const { before, next } = await comparedLocks({ stack, folder: path.join(__dirname, "..") });
    process.stdout.write(JSON.stringify(lockChanges(before, next)));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
