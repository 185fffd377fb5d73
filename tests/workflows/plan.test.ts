// Proves what the deploy jobs read from a review. Doesn't prove that the digest is that of the plan: tests/e2e/workflows.test.ts applies one.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "./files";

const digest = `m1-${"0".repeat(64)}`;
const approval = { digest };

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-plan-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Runs pipelines/plan.js on a review of these stacks. */
function read(stacks: readonly object[], stack = "prod", env: NodeJS.ProcessEnv = {}) {
  const file = path.join(folder, "review.json");
  fs.writeFileSync(file, JSON.stringify({ version: 1, stacks }));
  const command = [path.join(root, "pipelines", "plan.js"), file, stack];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", env: { PATH: process.env.PATH, ...env } });
  return { status, stdout, stderr: stderr.trim() };
}

test("GitHub Actions gets the outputs in a file", () => {
  const output = path.join(folder, "output");
  const stacks = [
    { stack: "dev", verdict: "safe", approval: { digest: "m1-other-stack" } },
    { stack: "prod", verdict: "look", approval },
  ];
  expect(read(stacks, "prod", { GITHUB_OUTPUT: output })).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(fs.readFileSync(output, "utf8")).toBe(`verdict=look\ndigest=${digest}\n`);
});

test("Azure Pipelines gets the outputs as logging commands", () => {
  const { status, stdout } = read([{ stack: "prod", verdict: "dangerous", approval }]);
  expect([status, stdout.split("\n")]).toEqual([
    0,
    [
      "##vso[task.setvariable variable=verdict;isOutput=true;isReadOnly=true]dangerous",
      `##vso[task.setvariable variable=digest;isOutput=true;isReadOnly=true]${digest}`,
      "",
    ],
  ]);
});

test("without changes, there is no digest to approve", () => {
  expect(read([{ stack: "prod", verdict: "unchanged" }]).stdout).toContain("isReadOnly=true]unchanged\n");
});

test.each<[name: string, stacks: readonly object[], error: string]>([
  ["a review without the stack", [{ stack: "dev", verdict: "safe", approval }], "The review doesn't contain the stack prod."],
  [
    "a plan that can't be deployed",
    [{ stack: "prod", verdict: "look" }],
    "The plan of prod can't be deployed. The review states the reason.",
  ],
  ["an unknown verdict", [{ stack: "prod", verdict: "fine", approval }], "The review of prod has an unknown verdict."],
  [
    "a digest with a line break",
    [{ stack: "prod", verdict: "safe", approval: { digest: `${digest}\nverdict=safe` } }],
    "The digest of prod has an invalid format.",
  ],
])("%s is refused", (_, stacks, error) => {
  expect(read(stacks)).toEqual({ status: 1, stdout: "", stderr: error });
});
