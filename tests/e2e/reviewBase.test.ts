// Proves with the real engine that `npm run review -- --base <ref>` on a machine without any state gives the same review as `--local` with the
// stack up, that a second run brings nothing up, and what it says about new and removed stacks. Doesn't prove the texts of a review: see
// tests/review. Doesn't prove a review of a stack in Azure.
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exitCode } from "../../cli/pulumiProcess";
import { cloneProgram } from "./clone";
import { openSandbox } from "./sandbox";

jest.setTimeout(500_000);

const clone = cloneProgram();
const empty = fs.mkdtempSync(path.join(os.tmpdir(), "moor-empty-"));
afterAll(() => {
  for (const folder of [clone, empty]) fs.rmSync(folder, { recursive: true, force: true });
});

const stackFile = path.join(clone, "Pulumi.prod.yaml");
const lockFile = path.join(clone, "moor.lock.prod.yaml");
const edit = (file: string, change: (text: string) => string) => fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Moor", "-c", "user.email=moor@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: clone, encoding: "utf8" }).trim();
}

/** Runs the command in the clone. */
async function review(home: string, ...args: string[]) {
  const child = spawn(process.execPath, [path.join(clone, "cli", "run.js"), "review", ...args], {
    cwd: clone,
    // The engine of a test runs for seconds, so garbage collection isn't required.
    env: { ...process.env, MOOR_LOCAL_HOME: home, GOGC: "400" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, progress] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    progress += text;
  });
  return { code: await exitCode(child), output, progress: progress.trimEnd().split("\n").sort() };
}

const trafficSummary = expect.stringContaining("90% to 70%");

/** The reviews of all stacks. What can be deployed differs: a review with `--base` has no digest. */
function stacksOf(output: string): unknown[] {
  const { stacks } = JSON.parse(output) as { readonly stacks: readonly Record<string, unknown>[] };
  return stacks.map(({ approval: _approval, notApprovable: _reason, ...rest }) => rest);
}

test("A review against a commit needs no state, and equals the review with the stack up.", async () => {
  // As after `npm run mirror`. In the repository, no weights are staged.
  edit(lockFile, (text) => text.replaceAll("staged: false", "staged: true"));
  git("init", "--quiet");
  fs.writeFileSync(path.join(clone, ".git", "info", "exclude"), "node_modules\n");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Base");
  const commit = git("rev-parse", "HEAD");

  const sandbox = await openSandbox({}, undefined, clone);
  let first: Awaited<ReturnType<typeof review>>;
  try {
    for (const stack of ["dev", "prod"]) {
      const up = await sandbox.run("up", stack);
      expect([up.code, up.output.slice(-2000)]).toEqual([0, expect.any(String)]);
    }
    edit(path.join(clone, "Pulumi.dev.yaml"), (text) => text.replace("owner: ml-platform", "owner: another-team"));
    edit(stackFile, (text) =>
      text.replace("weight: 90", "weight: 70").replace("weight: 10\n", "weight: 30\n").replace("owner: ml-platform", "owner: another-team"),
    );
    const withState = await review(sandbox.home, "--local", "--format", "json");
    expect(withState).toMatchObject({ code: 0, progress: ["dev: previewed", "prod: previewed"] });

    first = await review(empty, "--base", "HEAD", "--format", "json");
    const bringingUp = `bringing up ${commit.slice(0, 12)} on the local Azure`;
    const progress = [`dev: ${bringingUp}`, "dev: previewed", `prod: ${bringingUp}`, "prod: previewed"];
    expect(first).toMatchObject({ code: 0, progress });
    expect(stacksOf(first.output)).toEqual(stacksOf(withState.output));
    expect(JSON.stringify(stacksOf(first.output)) === JSON.stringify(stacksOf(withState.output))).toBe(true);
    // A review of nothing would be equal too.
    expect(stacksOf(first.output)).toMatchObject([
      { stack: "dev", result: "succeeded", verdict: "safe" },
      { stack: "prod", result: "succeeded", sections: { traffic: { summary: trafficSummary } } },
    ]);
  } finally {
    await sandbox.close();
  }

  const second = await review(empty, "--base", "HEAD", "-s", "dev", "--format", "json");
  expect(second).toMatchObject({ code: 0, progress: ["dev: previewed"] });
  expect(stacksOf(second.output)).toEqual(stacksOf(first.output).slice(0, 1));
  expect(git("status", "--porcelain").split("\n")).toEqual(["M Pulumi.dev.yaml", " M Pulumi.prod.yaml"]);
  expect(git("worktree", "list").split("\n")).toHaveLength(1);
  expect(fs.readdirSync(empty)).toEqual([]);
  const cached = fs.readdirSync(path.join(clone, ".moor", "base", commit)).sort();
  expect(cached).toEqual([expect.stringMatching(/^dev-[0-9a-f]{16}$/), expect.stringMatching(/^prod-[0-9a-f]{16}$/), "program"]);
});

test("A stack can be new, removed, or have a preview that fails.", async () => {
  fs.renameSync(path.join(clone, "Pulumi.dev.yaml"), path.join(clone, "Pulumi.test.yaml"));
  fs.writeFileSync(stackFile, "config: {}\n");
  const { code, output, progress } = await review(empty, "--base", "HEAD");
  expect({ code, progress }).toEqual({ code: 1, progress: ["prod: the preview failed", "test: previewed"] });
  expect(output).toContain("stack dev is removed from the repository");
});

test("A base that can't be brought up is the reason why the stack has no review.", async () => {
  git("add", "--all");
  git("commit", "--quiet", "--message", "A stack file that is invalid");
  git("checkout", "--quiet", "HEAD~1", "--", "Pulumi.prod.yaml");
  const { code, output, progress } = await review(empty, "--base", "HEAD", "-s", "prod", "--format", "json");
  expect(code).toBe(1);
  expect(progress).toContainEqual(
    expect.stringMatching(/^prod: no preview: The stack prod of the commit [0-9a-f]{12} can't be brought up on the local Azure/),
  );
  expect(output).toContain("configuration error");
  const cached = fs.readdirSync(path.join(clone, ".moor", "base", git("rev-parse", "HEAD")));
  expect(cached).toEqual(["program"]);
});
