// Proves with the real engine that `npm run smoke` tests the endpoints of a deployed stack: vLLM and score.py, with a key and with Entra ID, under
// load, and what it returns when it can't. Doesn't prove anything about a real model: the containers are stand-ins.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ArmClient } from "../../azure/arm";
import { clouds } from "../../azure/clouds";
import { readScoringLog } from "../../azure-local/scoringProxy";
import { exitCode } from "../../cli/pulumiProcess";
import { NotTested, type SmokeDocument, smoke } from "../../operations/smoke";
import type { StackPulumi } from "../../operations/stackPulumi";
import { withAcceptances } from "../support/acceptances";
import { cloneProgram } from "./clone";
import { endpointOf } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

const invoker = "33333333-3333-4333-8333-333333333333";
const stranger = "44444444-4444-4444-8444-444444444444";

const chat = (auth: string) => `
      auth: ${auth}
      deployments:
        main:
          vllm:
            model: Qwen/Qwen2.5-0.5B-Instruct
            revision: 7ae557604adf67be50417f59c2c2f167def9a775
            source: hub
            servedName: chat
            context: 8k
            concurrencyPerInstance: 8
          size: Standard_NC4as_T4_v3
          instances: 1
          weight: 100`;
const score = (auth: string) => `
      auth: ${auth}
      deployments:
        main:
          score: { path: ./docker/score, concurrencyPerInstance: 4 }
          size: Standard_DS3_v2
          instances: 2
          weight: 100
          check:
            request: { rows: [{ amount: 120, foreign: 0, attempts: 1 }] }
            answer: { deployment: text, received: { rows: [{ amount: 1 }] } }`;
const stackFile = `config:
  azure-native:location: swedencentral
  moor:lock: none
  moor:residency: { geography: Sweden }
  moor:platform:
    network: { create: { addressSpace: 10.45.0.0/22 } }
  moor:images:
    vllm: { build: docker/vllm }
  moor:endpoints:
    chat:${chat("key")}
    ask:
      invokers: [${invoker}]${chat("entra")}
    fraud:${score("key")}
    risk:
      invokers: [${invoker}]${score("entra")}
`;

let clone: string;
let sandbox: Sandbox;
beforeAll(async () => {
  clone = cloneProgram();
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), withAcceptances(stackFile, "MOOR425"));
  sandbox = await openSandbox({ standInSpeed: { timeToFirstToken: 50 } }, undefined, clone);
});
afterAll(async () => {
  await sandbox.close();
  fs.rmSync(clone, { recursive: true, force: true });
});

interface SmokeRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command. `onError` is called with its error output so far and the process ID. */
async function command(
  args: readonly string[],
  onError: (stderr: string, pid: number) => void = () => {},
  environment: NodeJS.ProcessEnv = {},
): Promise<SmokeRun> {
  const child = spawn(process.execPath, [path.join(clone, "cli", "run.js"), "smoke", "-s", "team", "--local", ...args], {
    cwd: clone,
    env: { ...process.env, MOOR_LOCAL_HOME: sandbox.home, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onError(stderr, child.pid!);
  });
  return { code: await exitCode(child), stdout, stderr };
}

const documentOf = ({ stdout }: SmokeRun) => JSON.parse(stdout) as SmokeDocument;
const shown: string[] = [];

test("Before the stack is deployed, nothing is tested, which the exit code and the document say.", async () => {
  const run = await command(["--json"]);
  expect(run.code).toBe(2);
  expect(documentOf(run)).toMatchObject({
    schemaVersion: 1,
    stack: "team",
    passed: false,
    error: expect.stringContaining("npm run local -- up -s team"),
  });
});

test("All endpoints pass: chat and score, with a key and with Entra ID.", async () => {
  expect(await sandbox.run("up", "team")).toMatchObject({ code: 0 });
  const run = await command(["--json"]);
  shown.push(run.stdout, run.stderr);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  const { passed, endpoints } = documentOf(run);
  expect(passed).toBe(true);
  const ofChat = ["readiness", "model", "chat", "stream"];
  expect(
    endpoints.map(({ key, auth, targets }) => [
      key,
      auth,
      ...targets.map(({ target, checks }) => [target, ...checks.map(({ check }) => check)]),
    ]),
  ).toEqual([
    ["ask", "entra", ["deployment", ...ofChat], ["traffic", ...ofChat]],
    ["chat", "key", ["deployment", ...ofChat], ["traffic", ...ofChat]],
    ["fraud", "key", ["deployment", "sample"], ["traffic", "sample"]],
    ["risk", "entra", ["deployment", "sample"], ["traffic", "sample"]],
  ]);
  const [, , , stream] = endpoints[0]!.targets[0]!.checks;
  expect(stream).toMatchObject({ tokens: expect.any(Number), firstTokenSeconds: expect.any(Number) });
});

test("A load is measured exactly: every request and status is in the log of the scoring proxy.", async () => {
  const svg = path.join(sandbox.home, "load.svg");
  const run = await command(["--endpoint", "chat", "--load", "8", "--seconds", "2", "--json", "--svg", svg]);
  shown.push(run.stdout, run.stderr, fs.readFileSync(svg, "utf8"));
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
  const { load, run: id } = documentOf(run);
  const logged = () =>
    readScoringLog(path.join(sandbox.home, "azure", "scoring.jsonl")).filter(({ clientRequestId }) =>
      clientRequestId?.startsWith(`moor-smoke-${id}-load-`),
    );
  // The last lines are written after the last response.
  while (logged().length < load!.requests) await new Promise((resolve) => setImmediate(resolve));
  expect(logged()).toHaveLength(load!.requests);
  expect(new Set(logged().map(({ status, deployment }) => `${status} ${deployment}`))).toEqual(
    new Set([`200 ${Object.keys(load!.answeredBy)[0]}`]),
  );
  expect(load).toMatchObject({
    ...{ endpoint: "chat", clients: 8, seconds: 2, maxTokens: 256, warmUpRequests: 8, interrupted: false, canceled: 0, failed: 0 },
    contract: { declaredConcurrency: 8, maxTokens: expect.any(Number), requestTimeoutSeconds: expect.any(Number) },
    verdict: { passed: true, withinDeclared: true },
  });
  expect(load!.verdict.sentences).toEqual([
    `Load of 8 is within the declared concurrency of 8: no request may fail: 0 of ${load!.requests.toLocaleString("en-US")} failed. Passed.`,
  ]);
  expect(fs.readFileSync(svg, "utf8")).toContain("8 concurrent requests on chat (team)");
});

test("Above the declared concurrency, 429 is no failure: Azure admits 16 requests.", async () => {
  const run = await command([
    "--endpoint",
    "risk",
    "--deployment",
    "main",
    "--load",
    "20",
    "--seconds",
    "1",
    "--json",
    "--svg",
    path.join(sandbox.home, "x.svg"),
  ]);
  const { load } = documentOf(run);
  expect(run.code).toBe(0);
  // How many arrive together depends on the machine.
  expect([200, 429]).toEqual(expect.arrayContaining(load!.results.map(({ status }) => status)));
  expect(load!.verdict).toMatchObject({ passed: true, withinDeclared: false });
});

test("Ctrl-C ends the load, and what was measured is reported.", async () => {
  let isSent = false;
  const interrupt = (stderr: string, pid: number) => {
    if (isSent || !stderr.includes("Load for 600 s.")) return;
    isSent = true;
    process.kill(pid, "SIGINT");
  };
  const run = await command(
    ["--endpoint", "fraud", "--load", "2", "--seconds", "600", "--svg", path.join(sandbox.home, "x.svg")],
    interrupt,
  );
  expect(run.stderr).toContain("Ending the test. To end without a result, press Ctrl-C again.");
  expect(run.stdout).toMatch(/Interrupted: \d+ requests in flight were canceled and are not counted\./);
  expect(run.stdout).toContain("Load of 2 is within the declared concurrency of 8");
});

test("For a caller without a role, the message says what is missing. Its token is not shown.", async () => {
  const { azure, environment } = sandbox;
  const run: StackPulumi["run"] = async (args) => ({
    code: 0,
    output: await sandbox.pulumiQuietly([...args, "--stack", "team"]),
    errors: "",
  });
  const stack: StackPulumi = { stack: "team", local: true, environment, run, must: async (args) => (await run(args)).output };
  const as = (oid: string) => {
    const token = azure.issueToken({ oid, audience: clouds.AzureCloud.scoringAudience });
    const credential = async (audience: string) => (audience === clouds.AzureCloud.scoringAudience ? token : "local");
    const client = new ArmClient({ cloud: clouds.AzureCloud, credential, endpoint: azure.armUrl });
    const options = { endpoint: "ask", declared: {}, report: () => {}, signal: new AbortController().signal };
    return { token, asking: smoke(stack, client, options) };
  };
  expect((await as(invoker).asking).document.passed).toBe(true);
  const { token, asking } = as(stranger);
  const error = await asking.catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(NotTested);
  expect((error as Error).message).toContain("Add its object ID to `invokers` of moor:endpoints.ask");
  expect((error as Error).message).not.toContain(token);
});

test.each<[args: string[], message: string]>([
  [["--endpoint", "none"], '--endpoint is "none". Endpoints of the stack team: ask, chat, fraud, risk.'],
  [["--endpoint", "chat", "--deployment", "none"], '--deployment is "none". Deployments of the endpoint chat: main.'],
  [["--load", "1"], "--load needs one endpoint. Set --endpoint to one of: ask, chat, fraud, risk."],
])("%j is not a test: exit code 2.", async (args, message) => {
  const run = await command(args);
  expect(run.code).toBe(2);
  expect(run.stdout).toBe("");
  expect(run.stderr).toContain(message);
});

test("From outside the network, nothing is tested, and the message says where to run the test.", async () => {
  const run = await command(["--endpoint", "ask"], undefined, { MOOR_LOCAL_NETWORK: "outside" });
  expect([run.code, run.stdout]).toEqual([2, ""]);
  expect(run.stderr).toMatch(
    /^The endpoint ask can't be tested: Azure refuses requests to 127\.0\.0\.1:\d+ from the network of this machine \(status 403\)\. /,
  );
  expect(run.stderr).toContain("Run it on a machine in the stack's virtual network or in a peered network");
});

test("Without traffic, the test fails: exit code 1. The deployment itself still passes.", async () => {
  const id = await endpointOf(sandbox, "fraud");
  const api = "2025-12-01";
  const body = (await (await sandbox.arm("GET", id, api)).json()) as { properties: object };
  expect((await sandbox.arm("PUT", id, api, { ...body, properties: { ...body.properties, traffic: {} } })).ok).toBe(true);
  const run = await command(["--endpoint", "fraud"]);
  expect([run.code, run.stderr]).toEqual([1, ""]);
  expect(run.stdout).toContain("FAILED  traffic");
  expect(run.stdout).toContain("No deployment has a traffic weight above 0, so clients receive 404.");
  expect(run.stdout).toContain("Failed: 1 of 2 checks.");
});

test("No key is in the output, in the plot or in the log of the scoring proxy.", async () => {
  const keys = await Promise.all(
    ["chat", "fraud"].map(async (key) => {
      const id = await endpointOf(sandbox, key);
      return ((await (await sandbox.arm("POST", `${id}/listKeys`, "2025-12-01")).json()) as { primaryKey: string }).primaryKey;
    }),
  );
  const all = shown.join() + fs.readFileSync(path.join(sandbox.home, "azure", "scoring.jsonl"), "utf8");
  expect(shown.join().length).toBeGreaterThan(1000);
  for (const key of keys) expect([key.length > 20, all.includes(key)]).toEqual([true, false]);
  expect(all).not.toMatch(/eyJ[\w-]+\.[\w-]+\.|Bearer/);
});
