// Proves with the real engine that a model with LoRA adapters of the Hub is staged by `mirror --via azure` and served, that the gate and the smoke
// test ask each adapter by its name, and that an adapter of a folder is staged from inside as a new deployment. Doesn't prove that vLLM loads
// them: the containers are stand-ins.
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { bytesContents, generatedModel, type HubRepository, type LocalHub, startLocalHub } from "../../azure-local/hub";
import { exitCode } from "../../cli/pulumiProcess";
import { lockFileName, readLock } from "../../config/lockFile";
import { mirroredOf } from "../../config/stagedWeights";
import type { SmokeDocument } from "../../operations/smoke";
import { withAcceptances } from "../support/acceptances";
import { outputOf } from "../support/childOutput";
import { cloneProgram } from "./clone";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(900_000);

const model = "Qwen/Qwen3-0.6B";
const base = generatedModel(model);
const config = (rank: number) =>
  JSON.stringify({ peft_type: "LORA", r: rank, lora_alpha: 16, target_modules: ["q_proj"], base_model_name_or_path: model });
const adapter = (id: string, digit: string, rank: number): HubRepository => ({
  ...{ id, commit: digit.repeat(40), license: "apache-2.0" },
  files: { "adapter_config.json": bytesContents(config(rank)), "adapter_model.safetensors": bytesContents(id.repeat(50)) },
});

const stackFile = (adapters: string) =>
  withAcceptances(
    `config:
  azure-native:location: swedencentral
  moor:residency: { geography: Sweden }
  moor:platform:
    network: { create: { addressSpace: 10.46.0.0/22, scripts: true } }
  moor:images: { vllm: { build: docker/vllm } }
  moor:endpoints:
    chat:
      auth: key
      gate: runner
      deployments:
        main:
          vllm:
            model: ${model}
            revision: ${base.commit}
            servedName: chat
            context: 8k
            concurrencyPerInstance: 4
            adapters: ${adapters}
          size: Standard_NC24ads_A100_v4
          instances: 1
          weight: 100
`,
    "MOOR460",
  );

let clone: string;
let hub: LocalHub;
let sandbox: Sandbox;
beforeAll(async () => {
  clone = cloneProgram();
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile("{ support: { model: acme/support }, legal: { model: acme/legal } }"));
  hub = await startLocalHub({ repositories: [base, adapter("acme/support", "a", 16), adapter("acme/legal", "b", 24)] });
  sandbox = await openSandbox({}, undefined, clone);
});
afterAll(async () => {
  await sandbox.close();
  await hub.close();
  fs.rmSync(clone, { recursive: true, force: true });
});

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  // The commands attach to the local Azure of the test.
  const local = { MOOR_LOCAL_HOME: sandbox.home, MOOR_LOCAL_NETWORK: "outside", HF_ENDPOINT: hub.url };
  const env = { ...sandbox.environment, ...local, ...environment };
  return spawn(process.execPath, [path.join(clone, "cli", "run.js"), ...args], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function succeeds(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string> {
  const child = start(args, environment);
  const output = outputOf(child);
  const code = await exitCode(child);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${output()}`);
  return output();
}

const inside = { MOOR_LOCAL_NETWORK: "inside" };
const options = ["-s", "team", "--non-interactive", "--color", "never"];
const up = ["local", "up", ...options, "--yes", "--skip-preview"];

function current() {
  const copy = path.join(sandbox.home, lockFileName("team"));
  const read = readLock("team", fs.readFileSync(fs.existsSync(copy) ? copy : path.join(clone, lockFileName("team")), "utf8"));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock.endpoints.chat!.main!.current;
}

async function smoked() {
  const child = start(["smoke", "-s", "team", "--local", "--json"], inside);
  const errors = outputOf(child);
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const code = await exitCode(child);
  expect({ code, errors: errors() }).toMatchObject({ code: 0 });
  const { endpoints, passed } = JSON.parse(text) as SmokeDocument;
  const [target] = endpoints[0]!.targets;
  return { passed, checks: target!.checks.map(({ check }) => check) };
}

test("adapters of the Hub are locked, staged from outside with their model, and asked by the gate and the smoke test", async () => {
  await succeeds(["lock", "-s", "team"]);
  expect(mirroredOf(current())?.adapters).toEqual([
    { name: "legal", id: "acme/legal", revision: "b".repeat(40), rank: 24 },
    { name: "support", id: "acme/support", revision: "a".repeat(40), rank: 16 },
  ]);
  await succeeds(["platform", "-s", "team", "--local", "--yes", "--skip-preview", "--non-interactive"]);
  const staged = await succeeds(["mirror", "-s", "team", "--local", "--via", "azure"]);
  expect(staged).toContain("with the adapters legal, support");
  expect(mirroredOf(current())).toMatchObject({ staged: true, path: expect.stringMatching(/-lora-[0-9a-f]{8}$/) });
  const output = await succeeds(up, inside);
  expect(output).toContain("(staged weights), LoRA adapters legal and support, ");
  expect(output).toContain("adapter legal, adapter support");
  expect(await smoked()).toEqual({ passed: true, checks: expect.arrayContaining(["model", "chat", "adapter legal", "adapter support"]) });
  const outputs = JSON.parse(await sandbox.pulumiQuietly(["stack", "output", "--json", "--stack", "team"], clone)) as {
    endpoints: { chat: { deployments: { main: object } } };
  };
  expect(outputs.endpoints.chat.deployments.main).toMatchObject({ model: "chat", adapters: ["legal", "support"] });
  await succeeds([...up, "--expect-no-changes"], inside);
});

test("an adapter of a folder is refused from outside, staged from inside, and served by a new deployment", async () => {
  const before = current().name;
  fs.mkdirSync(path.join(clone, "own"));
  fs.writeFileSync(path.join(clone, "own", "adapter_config.json"), config(8));
  fs.writeFileSync(path.join(clone, "own", "adapter_model.safetensors"), "own weights".repeat(20));
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile("{ own: { path: ./own } }"));
  await succeeds(["lock", "-s", "team"]);
  await expect(succeeds(["mirror", "-s", "team", "--local", "--via", "azure"])).rejects.toThrow(
    "The adapter own is in a folder of this machine, which a deployment script in Azure can't read.",
  );
  expect(await succeeds(["mirror", "-s", "team", "--local"], inside)).toContain("with the adapter own");
  expect(current().name).not.toBe(before);
  await succeeds(up, inside);
  expect(await smoked()).toEqual({ passed: true, checks: expect.arrayContaining(["adapter own"]) });
});
