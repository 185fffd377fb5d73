/** Commits of the Git repository that contains the program. Neither the work tree nor the index is written. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * The ID of a commit.
 * @param folder Folder of the program.
 * @param ref Anything that Git resolves: a branch, a tag, or an ID.
 * @throws Error with what to do, if Git isn't installed, the folder isn't in a repository, or the repository doesn't contain the commit
 */
export function resolveCommit(folder: string, ref: string): string {
  if (ref.trim() === "" || ref.startsWith("-")) throw new Error(`--base is "${ref}". Set it to a branch, a tag or the ID of a commit.`);
  const inside = git(folder, ["rev-parse", "--is-shallow-repository"]);
  if (inside.code !== 0) throw new Error(`--base needs a Git clone of the program. Git can't use ${folder}: ${inside.errors.trim()}`);
  const resolved = commitOf(folder, ref);
  if (resolved !== undefined) return resolved;
  const remote = commitOf(folder, `origin/${ref}`) === undefined ? undefined : `Set --base to origin/${ref}.`;
  const fetch =
    inside.output.trim() === "true"
      ? "The clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` where the pipeline checks it out."
      : "Run `git fetch`, and check the name.";
  throw new Error(`The repository doesn't contain the commit "${ref}". ${remote ?? fetch}`);
}

function commitOf(folder: string, ref: string): string | undefined {
  const { code, output } = git(folder, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  return code === 0 ? output.trim() : undefined;
}

/**
 * Writes the files of the program at a commit to an empty folder.
 * @throws Error with the message of Git
 */
export function extractCommit(folder: string, commit: string, target: string): void {
  const archive = path.join(target, ".commit.tar");
  // In a subfolder of the repository, Git writes only the files of that folder.
  const { code, errors } = git(folder, ["archive", "--format=tar", `--output=${archive}`, commit]);
  if (code !== 0) throw new Error(`The files of the commit ${commit} can't be read: ${errors.trim()}`);
  const { status, error, stderr } = spawnSync("tar", ["-xf", archive, "-C", target], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The files of the commit ${commit} can't be written to ${target}: ${error?.message ?? stderr.trim()}`);
  fs.rmSync(archive);
}

function git(folder: string, args: readonly string[]): { readonly code: number; readonly output: string; readonly errors: string } {
  const { status, stdout, stderr, error } = spawnSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") throw new Error("--base needs Git, which is not on the PATH.");
  if (error !== undefined) throw error;
  return { code: status ?? 1, output: stdout, errors: stderr };
}
