// Proves with the real engine that `npm run deploy` applies exactly the approved plan, and that a changed stack file, source file, version,
// environment variable or state is refused without a write. Doesn't prove that against real Azure, nor the approval in a pipeline.
import * as fs from "node:fs";
import * as path from "node:path";
import type { Approval } from "../../review";
import { cloneProgram } from "./clone";
import { approve, deploy, writes } from "./deploySupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(300_000);

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
function reviewFile(approval: Approval): string {
  const file = path.join(sandbox.home, "review.json");
  fs.writeFileSync(file, JSON.stringify({ version: 1, stacks: [{ stack: "dev", approval }] }));
  return file;
}

async function refused(approval: Approval, reason: string, ...args: string[]): Promise<void> {
  const before = writes(sandbox).length;
  const { code, output } = await deploy(sandbox, "dev", approval.digest, "--review", reviewFile(approval), ...args);
  expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(/\nNothing was applied\.\n$/) });
  expect(output).toContain(reason);
  expect(writes(sandbox).length).toBe(before);
}

async function applied(approval: Approval): Promise<void> {
  const { code, output } = await deploy(sandbox, "dev", approval.digest);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain(`The plan is the approved one (${approval.steps.length} steps).`);
  expect(output).toContain("The approved plan of the stack dev was applied.");
}

const owner = (name: string) => edit("Pulumi.dev.yaml", /owner: [\w-]+/, `owner: ${name}`);

test("An approved plan is applied from nothing. A second review of the same commit has the same digest.", async () => {
  const [first, second] = [await approve(sandbox, "dev"), await approve(sandbox, "dev")];
  expect(second).toEqual(first);
  await applied(first);
  expect(sandbox.resources().length).toBeGreaterThan(40);
  // The plan was applied, so it is no longer the plan.
  await refused(first, "The steps differ from the reviewed ones, because the state of the stack or Azure has changed since the review: ");
});

test("An approved update is refused after a change of what it depends on, and applied otherwise.", async () => {
  owner("second-team");
  const approval = await approve(sandbox, "dev");
  const changes: [what: string, file: string, from: string | RegExp, to: string, reason: string][] = [
    [
      "stack file",
      "Pulumi.dev.yaml",
      "second-team",
      "third-team",
      "The stack file differs from the reviewed one: Pulumi.dev.yaml differs.",
    ],
    [
      "source",
      "components/endpoint/autoscale.ts",
      /^/,
      "// A comment.\n",
      "The source files differ from the reviewed ones: components/endpoint/autoscale.ts differs.",
    ],
    ["versions", "package-lock.json", /\n$/, "\n\n", "differ from those of the review: package-lock.json differs."],
  ];
  for (const [, file, from, to, reason] of changes) {
    const restore = edit(file, from, to);
    await refused(approval, reason);
    restore();
  }
  await applied(approval);
});
