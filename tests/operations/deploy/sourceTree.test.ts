// Proves which files count as source files, with and without Git. Doesn't prove that the program reads no others: the imports are checked by
// `npm run lint`.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { hashOf, sourceTree } from "../../../operations/deploy/sourceTree";

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-source-"));
  const files: Record<string, string> = {
    ".gitignore": "ignored.txt\n",
    "Pulumi.yaml": "name: moor\n",
    "Pulumi.prod.yaml": "config: {}\n",
    "moor.lock.prod.yaml": "own\n",
    "moor.lock.dev.yaml": "other\n",
    "index.ts": "index\n",
    "components/a.ts": "a\n",
    "docker/docs/a.txt": "in a build\n",
    "README.md": "readme\n",
    "docs/a.md": "doc\n",
    "tests/a.test.ts": "test\n",
    "bench/a.ts": "bench\n",
    ".moor/local/state.json": "state\n",
    "node_modules/a/index.js": "package\n",
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
}

function git(...args: string[]): void {
  const { status, stderr } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

const tree = () => sourceTree(folder, ["moor.lock.prod.yaml"]);
const expected = [".gitignore", "Pulumi.yaml", "components/a.ts", "docker/docs/a.txt", "index.ts", "moor.lock.dev.yaml"];

function track(): void {
  write(".gitignore", "ignored.txt\nnode_modules/\n.moor/\n");
  git("init", "-q");
  git("add", "-A");
}

test.each([
  ["with Git", track],
  ["without Git", () => {}],
])("%s, all files count but documents, tests, stack files, generated files and the exceptions", (_, prepare) => {
  prepare();
  expect(Object.keys(tree())).toEqual(expected);
  expect(tree()["index.ts"]).toBe(hashOf("index\n"));
});

test("With Git, uncommitted changes and untracked files count. Ignored and deleted files don't.", () => {
  track();
  write("index.ts", "changed\n");
  write("untracked.ts", "new\n");
  write("ignored.txt", "ignored\n");
  fs.rmSync(path.join(folder, "components/a.ts"));
  expect(Object.keys(tree())).toEqual([".gitignore", "Pulumi.yaml", "docker/docs/a.txt", "index.ts", "moor.lock.dev.yaml", "untracked.ts"]);
  expect(tree()["index.ts"]).toBe(hashOf("changed\n"));
});

test("In a folder that Git ignores, all files count.", () => {
  track();
  const inner = path.join(folder, ".moor", "copy");
  fs.mkdirSync(inner, { recursive: true });
  for (const file of ["Pulumi.yaml", "index.ts"]) fs.copyFileSync(path.join(folder, file), path.join(inner, file));
  expect(Object.keys(sourceTree(inner, []))).toEqual(["Pulumi.yaml", "index.ts"]);
});

test("A symbolic link counts with its target, and the files behind it don't.", () => {
  fs.symlinkSync("/somewhere", path.join(folder, "link"));
  expect(tree().link).toBe(hashOf("link /somewhere"));
});

test("The files of this program include what a run imports.", () => {
  const found = Object.keys(sourceTree(path.join(__dirname, "..", "..", ".."), []));
  expect(found).toEqual(
    expect.arrayContaining(["index.ts", "Pulumi.yaml", "components/index.ts", "planner/names.ts", "docker/vllm/Dockerfile"]),
  );
  expect(found.filter((file) => /^(tests|docs|bench|node_modules|\.moor|\.git)\//.test(file))).toEqual([]);
});
