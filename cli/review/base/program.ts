/** The program of the base commit, with its packages. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { cachedFolder } from "../../../operations/review/cache";
import { extractCommit } from "../../../operations/review/commit";
import { exitCode } from "../../pulumiProcess";
import { root } from "../../stackFiles";

/**
 * Returns the folder of the program at a commit. Its packages are those of the current program if the two have the same package-lock.json;
 * otherwise, `npm ci` installs them.
 * @param folder Folder of the commit in the cache.
 * @throws Error if the files can't be read, or the packages can't be installed
 */
export function baseProgram(folder: string, commit: string, report: (line: string) => void): Promise<string> {
  return cachedFolder(path.join(folder, "program"), async (unfinished) => {
    extractCommit(root, commit, unfinished);
    if (packagesOf(unfinished) === packagesOf(root)) {
      fs.symlinkSync(path.join(root, "node_modules"), path.join(unfinished, "node_modules"));
    } else {
      report(`package-lock.json has changed since ${commit.slice(0, 12)}: installing the packages of that commit (npm ci)`);
      await install(unfinished, commit);
    }
  });
}

function packagesOf(folder: string): string | undefined {
  const file = path.join(folder, "package-lock.json");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

async function install(folder: string, commit: string): Promise<void> {
  // The output of npm must not be on the standard output, which contains the review.
  const child = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: ["ignore", 2, 2] });
  if ((await exitCode(child)) === 0) return;
  throw new Error(
    `The packages of the commit ${commit} can't be installed: see npm's message above. Fix the problem and run the command again.`,
  );
}
