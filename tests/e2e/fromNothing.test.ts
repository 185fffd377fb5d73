// Proves that the documented commands alone create prod from nothing on the local Azure and later change its model under a steady load without
// a lost request, without an edit of the lock file. Doesn't prove that Azure accepts the resources, or the time that a real model
// takes to be copied and loaded: the models of the local Hub are tiny.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { clouds } from "../../azure/clouds";
import { exitCode } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import { cloneProgram } from "./clone";
import { type Load, type Model, startLoad, startModel } from "./rolloutLoad";
import { endpointOf, serving } from "./rolloutSupport";
import { openSandbox, type Run, type Sandbox } from "./sandbox";

jest.setTimeout(900_000);

const streamSeconds = 3;
const changedRevision = "c".repeat(40);
/** Member of the group that can send requests. */
const group = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";

let sandbox: Sandbox;
let model: Model;
let load: Load | undefined;
let folder: string;

beforeAll(async () => {
  folder = cloneProgram();
  fs.rmSync(path.join(folder, "moor.lock.prod.yaml"));
  model = await startModel(streamSeconds);
  // The commands attach to this local Azure.
  sandbox = await openSandbox({ backends: { "*": model.url } }, undefined, folder, false);
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 60 });
});
afterAll(async () => {
  await load?.stop();
  await sandbox.close();
  await model.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Runs a command line in the copy of the project, as its user would. */
async function run(line: string): Promise<Run> {
  const env = { ...sandbox.environment, MOOR_LOCAL_HOME: sandbox.home };
  const child = spawn("sh", ["-c", line], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}

/** Runs a command that must succeed. Returns its output. */
async function must(line: string): Promise<string> {
  const { code, output } = await run(line);
  expect({ line, code, output }).toEqual({ line, code: 0, output: expect.any(String) });
  return output;
}

const lockText = () => fs.readFileSync(path.join(folder, "moor.lock.prod.yaml"), "utf8");
const up = "npm run local -- up -s prod --yes --non-interactive --color never";
const mirror = "npm run mirror -- -s prod --local";
const lock = "npm run lock -- -s prod";

test("lock, up, mirror and up create prod from nothing, which answers requests, and another up changes nothing.", async () => {
  await must(lock);
  const locked = lockText();
  const first = await must(up);
  const skipped = `Deployment chat/main is skipped: its weights are not staged. To stage them, run \`${mirror}\` inside the network`;
  expect(first).toContain(skipped);
  expect(first).toContain("Then run `npm run local -- up -s prod` again.");
  expect(await serving(sandbox)).toEqual({ traffic: {}, deployments: [] });

  const staged = await must(mirror);
  expect(staged).toMatch(/ {2}chat\/main: main-\w{8} → main-\w{8}\n/);
  expect(staged).toContain("Run `npm run local -- up -s prod`.");
  const second = await must(up);
  expect(second).toMatch(/moor\.lock\.prod\.yaml: using the copy .*moor\.lock\.prod\.yaml, which also contains what is staged and built/);
  const { traffic, deployments } = await serving(sandbox);
  expect(deployments).toEqual([expect.stringMatching(/^candidate-/), expect.stringMatching(/^main-/)]);
  expect(traffic).toEqual({ [deployments[0]!]: 10, [deployments[1]!]: 90 });

  expect(await must("npm run smoke -- -s prod --local --json")).toMatch(/"passed": ?true/);

  await must(`${up} --expect-no-changes`);
  expect(await must(mirror)).toContain("is staged and verified");
  await must(`${up} --expect-no-changes`);
  expect(lockText()).toBe(locked);
});

test("lock, mirror and up change a model under load without a lost request.", async () => {
  const before = await serving(sandbox);
  const id = await endpointOf(sandbox);
  const token = sandbox.azure.issueToken({ oid: group, audience: clouds.AzureCloud.scoringAudience });
  load = startLoad({ baseUrl: `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`, key: token, rate: 4, streams: 8 });

  const stackFile = path.join(folder, "Pulumi.prod.yaml");
  const document = parseDocument(fs.readFileSync(stackFile, "utf8"));
  document.setIn(["config", "moor:endpoints", "chat", "deployments", "main", "vllm", "revision"], changedRevision);
  fs.writeFileSync(stackFile, document.toString({ lineWidth: 0 }));

  await must(lock);
  const locked = lockText();
  expect(locked).toContain(`models/Qwen--Qwen2.5-7B-Instruct/${changedRevision}`);
  // Until its weights are staged, the deployment that serves is kept.
  await must(`${up} --expect-no-changes`);
  await must(mirror);
  await must(up);
  const after = await serving(sandbox);
  expect(after.deployments).toHaveLength(2);
  expect(after.deployments[0]).toBe(before.deployments[0]);
  expect(after.deployments[1]).not.toBe(before.deployments[1]);
  expect(after.traffic).toEqual({ [after.deployments[0]!]: 10, [after.deployments[1]!]: 90 });
  // The new deployment answers too.
  const answered = () => load!.calls.some(({ deployment }) => deployment === after.deployments[1]);
  while (!answered()) await new Promise((resolve) => setTimeout(resolve, 200));
  await load.stop();
  expect(load.calls.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(load.calls.length).toBeGreaterThan(50);
  expect(lockText()).toBe(locked);
  await must(`${up} --expect-no-changes`);
});
