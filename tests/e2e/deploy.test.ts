// Proves with the real engine that `npm run deploy` applies the approved plan, and that a changed stack file, lock file, source file, version,
// environment variable, state or number of instances is refused without a write. Doesn't prove that against real Azure, nor the approval in a pipeline.
import * as fs from "node:fs";
import * as path from "node:path";
import { planHolds } from "../../operations/deploy/updatePlan";
import type { Approval } from "../../review";
import { cloneProgram } from "./clone";
import { approve, type DeployRun, deploy, planned, writes } from "./deploySupport";
import { endpointOf, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let clone: string;
let sandbox: Sandbox;

beforeAll(async () => {
  clone = cloneProgram();
  sandbox = await openSandbox({}, undefined, clone);
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(clone, { recursive: true, force: true });
});

/** Replaces a text in a file of the clone. Returns a function that restores the file. */
function edit(file: string, from: string | RegExp, to: string): () => void {
  const place = path.join(clone, file);
  const text = fs.readFileSync(place, "utf8");
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${file} doesn't contain ${from}`);
  fs.writeFileSync(place, edited);
  return () => fs.writeFileSync(place, text);
}

/** Writes the review of one stack, as `npm run review` does. */
function reviewFile(approval: Approval, stack = "dev"): string {
  const file = path.join(sandbox.home, "review.json");
  fs.writeFileSync(file, JSON.stringify({ version: 1, stacks: [{ stack, approval }] }));
  return file;
}

async function refused(approval: Approval, reason: string, { args = [], ...run }: DeployRun = {}): Promise<void> {
  const before = writes(sandbox).length;
  const review = ["--review", reviewFile(approval, run.stack)];
  const { code, output } = await deploy(sandbox, approval.digest, { ...run, args: [...review, ...args] });
  expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(/\nNothing was applied\.\n$/) });
  expect(output).toContain(reason);
  expect(writes(sandbox).length).toBe(before);
}

/** Update plans are in temporary folders, which must be removed. */
async function applied(approval: Approval): Promise<void> {
  const folder = fs.mkdtempSync(path.join(sandbox.home, "temporary-"));
  const { code, output } = await deploy(sandbox, approval.digest, { environment: { TMPDIR: folder } });
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain(`The plan is the approved one (${approval.steps.length} steps).`);
  expect(output).toContain("The approved plan of the stack dev was applied.");
  expect(fs.readdirSync(folder).filter((name) => name.startsWith("moor-plan-"))).toEqual([]);
}

const owner = (name: string) => edit("Pulumi.dev.yaml", /owner: [\w-]+/, `owner: ${name}`);
const changedState = "The steps differ from the reviewed ones, because the state of the stack or Azure has changed since the review: ";

test("An approved plan is applied from nothing. A second review of the same commit has the same digest.", async () => {
  const [first, second] = [await approve(sandbox, "dev"), await approve(sandbox, "dev")];
  expect(second).toEqual(first);
  await applied(first);
  expect(sandbox.resources().length).toBeGreaterThan(40);
  // The plan was applied, so it is no longer the plan.
  await refused(first, changedState);
});

test("An approved update is refused after a change of what it depends on, and applied otherwise.", async () => {
  owner("second-team");
  const approval = await approve(sandbox, "dev");
  const changes: [file: string, from: string | RegExp, to: string, reason: string][] = [
    ["Pulumi.dev.yaml", "second-team", "third-team", "The stack file differs from the reviewed one: Pulumi.dev.yaml differs."],
    [
      "components/endpoint/autoscale.ts",
      /^/,
      "// A comment.\n",
      "The source files differ from the reviewed ones: components/endpoint/autoscale.ts differs.",
    ],
    ["package-lock.json", /\n$/, "\n\n", "differ from those of the review: package-lock.json differs."],
  ];
  for (const [file, from, to, reason] of changes) {
    const restore = edit(file, from, to);
    await refused(approval, reason);
    restore();
  }
  await refused(approval, "MOOR_WAITS differs.", { environment: { MOOR_WAITS: "{}" } });
  await refused(approval, "--skip-preview is refused.", { args: ["--skip-preview"] });
  await applied(approval);
});

test("An approved update is refused after another update of the stack.", async () => {
  const restore = owner("third-team");
  const approval = await approve(sandbox, "dev");
  restore();
  const between = owner("fourth-team");
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  between();
  owner("third-team");
  await refused(approval, changedState);
});

test("A plan of updates alone is applied with an update plan.", async () => {
  edit("Pulumi.dev.yaml", "{ build: docker/vllm }", `moor/vllm@sha256:${"4".repeat(64)}`);
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  owner("planned-team");
  const [approval, preview] = [await approve(sandbox, "dev"), await planned(sandbox, "dev")];
  expect(planHolds(preview)).toBe(true);
  await applied(approval);
  expect(await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});

test("Autoscale can change the instances within its bounds, and no one can change them outside.", async () => {
  edit("Pulumi.dev.yaml", "instances: 1", "scale: { min: 2, max: 4 }");
  await applied(await approve(sandbox, "dev"));
  await setInstances(2);
  owner("fifth-team");
  const approval = await approve(sandbox, "dev");
  await setInstances(1);
  await refused(approval, "sku.capacity");
  await setInstances(3);
  await applied(approval);
});

async function setInstances(capacity: number): Promise<void> {
  const [name] = Object.keys((await serving(sandbox)).traffic);
  const id = `${await endpointOf(sandbox)}/deployments/${name}`;
  expect((await sandbox.arm("PATCH", id, "2025-12-01", { sku: { name: "Default", capacity } })).ok).toBe(true);
  expect((await sandbox.arm("GET", id, "2025-12-01")).ok).toBe(true);
}

test("A plan is refused after a change of the lock file, and for another stack.", async () => {
  const staged = edit("moor.lock.prod.yaml", /staged: false/g, "staged: true");
  const approval = await approve(sandbox, "prod");
  await refused(approval, "The digest is of another stack, another Azure, or another backend: stack differs.", { stack: "dev" });
  edit("moor.lock.prod.yaml", /^/, "# A comment.\n");
  await refused(approval, "The lock file differs from the reviewed one: moor.lock.prod.yaml differs.", { stack: "prod" });
  staged();
});
