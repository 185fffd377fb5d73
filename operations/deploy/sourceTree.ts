/** The files that a run of the program can read. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Folders and files at the top that the program never reads. The name of an image contains a hash of its own files, wherever they are. */
const unread = ["README.md", "bench", "docs", "tests"];
/** Folders without source files, in a copy that isn't a Git work tree. */
const generated = [".git", ".moor", "node_modules"];

/**
 * SHA-256 hash of each source file by its path, which is relative and has forward slashes. In a Git work tree, those are the tracked files with
 * their current content and the untracked files that Git doesn't ignore; elsewhere, they are all files.
 * @param except Files that are counted elsewhere. Stack files aren't source files.
 */
export function sourceTree(root: string, except: readonly string[]): Record<string, string> {
  const files = gitFiles(root) ?? allFiles(root);
  const read = files.filter((file) => !unread.includes(file.split("/")[0]!) && !isStackFile(file) && !except.includes(file));
  return Object.fromEntries(read.sort().flatMap((file) => hashed(root, file)));
}

function isStackFile(file: string): boolean {
  return /^Pulumi\.[^/]+\.yaml$/.test(file);
}

/** Variables that Git sets for hooks. */
const ofAnotherTree = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"];

/** Undefined if the folder isn't a Git work tree, or if Git ignores it. */
function gitFiles(root: string): string[] | undefined {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofAnotherTree.includes(name)));
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout } = spawnSync("git", args, { cwd: root, env: environment, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) return undefined;
  const files = [...new Set(stdout.split("\0").filter(Boolean))];
  return files.includes("Pulumi.yaml") ? files : undefined;
}

function allFiles(root: string, folder = ""): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (generated.includes(entry.name)) return [];
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? allFiles(root, file) : [file];
  });
}

/** A deleted file that is still tracked doesn't count. A symbolic link counts with its target. */
function hashed(root: string, file: string): [string, string][] {
  const stats = fs.lstatSync(path.join(root, file), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isSymbolicLink()) return [[file, hashOf(`link ${fs.readlinkSync(path.join(root, file))}`)]];
  return stats.isFile() ? [[file, hashOf(fs.readFileSync(path.join(root, file)))]] : [];
}

export function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
