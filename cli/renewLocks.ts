/** What a renewed table changes in the lock files. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Checks the lock files in a folder against the decisions that the renewed tables lead to, in a process that loads these tables.
 * @param check Returns undefined if `npm run lock` would write the same decisions, otherwise the first line of its report.
 */
export function lockNotes(folder: string, check: (stack: string) => string | undefined = lockCheck(folder)): readonly string[] {
  const stacks = fs.readdirSync(folder).flatMap((file) => /^moor\.lock\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const notes = stacks.map((stack) => {
    const difference = check(stack);
    const file = `moor.lock.${stack}.yaml`;
    return difference === undefined
      ? `${file}: \`npm run lock -- -s ${stack}\` would make the same decisions.`
      : `${file}: \`npm run lock -- -s ${stack}\` would change it. Run it to review the differences. \`--check\` reports: ${difference}`;
  });
  return ["No lock file was changed: a lock file keeps its decisions until you run `npm run lock`.", ...notes];
}

const lockCheck = (folder: string) => (stack: string) => {
  const command = [path.join(folder, "cli", "run.js"), "lock", "-s", stack, "--check"];
  const { status, stderr, stdout } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  return status === 0 ? undefined : (`${stderr}${stdout}`.split("\n").find((line) => line.trim() !== "") ?? `exit code ${status}`);
};
