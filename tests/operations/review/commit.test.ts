// Proves which commit a reference means, what is wrong without one, and that the files of a commit are written without touching the work tree.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { extractCommit, resolveCommit } from "../../../operations/review/commit";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "moor-commit-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const clone = path.join(folder, "clone");
const program = path.join(clone, "program");

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Moor", "-c", "user.email=moor@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8" }).trim();
}

function commit(text: string): string {
  fs.writeFileSync(path.join(program, "file"), text);
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "--message", text);
  return git(clone, "rev-parse", "HEAD");
}

let [first, second] = ["", ""];
beforeAll(() => {
  fs.mkdirSync(program, { recursive: true });
  git(clone, "init", "--quiet", "--initial-branch", "main");
  fs.writeFileSync(path.join(clone, "outside"), "");
  [first, second] = [commit("first"), commit("second")];
  git(clone, "tag", "v1", first);
});

test("A branch, a tag and an ID are the commits that Git says.", () => {
  expect(["main", "v1", first.slice(0, 8), "HEAD~1"].map((ref) => resolveCommit(program, ref))).toEqual([second, first, first, first]);
});

test.each<[ref: string, message: string]>([
  ["", '--base is "". Set it to a branch, a tag or the ID of a commit.'],
  ["--help", '--base is "--help". Set it to a branch, a tag or the ID of a commit.'],
  ["none", 'The repository doesn\'t contain the commit "none". Run `git fetch`, and check the name.'],
  ["HEAD:program", 'The repository doesn\'t contain the commit "HEAD:program". Run `git fetch`, and check the name.'],
])("%j is refused.", (ref, message) => {
  expect(() => resolveCommit(program, ref)).toThrow(new Error(message));
});

test("A shallow clone needs more commits, and a branch of the remote is named.", () => {
  const shallow = path.join(folder, "shallow");
  git(folder, "clone", "--quiet", "--depth", "1", `file://${clone}`, shallow);
  expect(() => resolveCommit(shallow, "v1")).toThrow("The clone is shallow: run `git fetch --unshallow`");
  git(shallow, "checkout", "--quiet", "--detach");
  git(shallow, "branch", "--quiet", "-D", "main");
  expect(() => resolveCommit(shallow, "main")).toThrow("Set --base to origin/main.");
});

test("Without a repository, the message of Git is shown.", () => {
  expect(() => resolveCommit(folder, "main")).toThrow(
    /^--base needs a Git clone of the program\. Git can't use .*: fatal: not a git repository/,
  );
});

test("The files of the program at a commit are written, and the work tree stays as it is.", () => {
  fs.writeFileSync(path.join(program, "file"), "edited");
  const target = fs.mkdtempSync(path.join(folder, "target-"));
  extractCommit(program, first, target);
  expect(fs.readdirSync(target)).toEqual(["file"]);
  expect(fs.readFileSync(path.join(target, "file"), "utf8")).toBe("first");
  expect(git(clone, "status", "--porcelain")).toBe("M program/file");
  expect(git(clone, "rev-parse", "HEAD")).toBe(second);
});
