// Proves with the real engine that from a machine that reaches only Azure Resource Manager, `mirror --via azure` stages a model with a deployment
// script in the stack's network, that no script is left after success, failure, and a kill followed by any of `mirror`, `recover` and `up`,
// that previews name scripts and the open subnet, and that the Hugging Face token of a gated model is in no file in plain text. Doesn't prove
// how Azure runs containers: the local Azure runs the script on this machine.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { generatedModel, type LocalHub, startLocalHub } from "../../azure-local/hub";
import { prepareStack } from "../../cli/local/stackFile";
import { exitCode } from "../../cli/pulumiProcess";
import { lockFileName, readLock } from "../../config/lockFile";
import { withAcceptances } from "../support/acceptances";
import { outputOf } from "../support/childOutput";
import { cloneProgram } from "./clone";
import { openSandbox, type Run, type Sandbox } from "./sandbox";

jest.setTimeout(900_000);

const model = "Qwen/Qwen3-0.6B";
const repository = generatedModel(model);
const token = "hf_TheTokenThatMustNotBeSeen0123456789";

/** Deployment scripts mount a storage account with its key. */
const stackFile = (scripts: boolean) =>
  withAcceptances(
    `config:
  azure-native:location: swedencentral
  moor:residency: { geography: Sweden }
  moor:platform:
    network: { create: { addressSpace: 10.44.0.0/22, scripts: ${scripts} } }
  moor:images: { vllm: "moor/vllm@sha256:${"a".repeat(64)}" }
  moor:endpoints:
    chat:
      auth: key
      gate: off
      deployments:
        main:
          vllm: { model: ${model}, revision: ${repository.commit}, context: 8k, concurrencyPerInstance: 4 }
          size: Standard_NC24ads_A100_v4
          instances: 1
          weight: 100
`,
    "MOOR460",
  );

let clone: string;
let hub: LocalHub;
let sandbox: Sandbox;
let lockPath: string;
beforeAll(async () => {
  clone = cloneProgram();
  lockPath = path.join(clone, lockFileName("team"));
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile(true));
  hub = await startLocalHub({ repositories: [repository], users: { [token]: { repositories: [model] } } });
  sandbox = await openSandbox({}, undefined, clone);
});
afterAll(async () => {
  await sandbox.close();
  await hub.close();
  fs.rmSync(clone, { recursive: true, force: true });
});
afterEach(() => hub.setFaults([]));

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  // The commands attach to the local Azure of the test.
  const local = { MOOR_LOCAL_HOME: sandbox.home, MOOR_LOCAL_NETWORK: "outside", HF_ENDPOINT: hub.url };
  const env = { ...sandbox.environment, ...local, ...environment };
  return spawn(process.execPath, [path.join(clone, "cli", "run.js"), ...args], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Run> {
  const child = start(args, environment);
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}

async function succeeds(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string> {
  const { code, output } = await run(args, environment);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

const mirror = ["mirror", "-s", "team", "--local", "--via", "azure"];
const options = ["-s", "team", "--non-interactive", "--color", "never"];
const up = ["local", "up", ...options, "--yes", "--skip-preview"];
const platform = ["platform", "-s", "team", "--local", "--yes", "--skip-preview", "--non-interactive"];
const preview = ["local", "preview", ...options];

const left = () => sandbox.resources().filter((id) => /\/(deploymentscripts|containergroups)\//.test(id));

/** The lock file that the local Azure uses, if a command has written it, otherwise the committed one. */
function locked() {
  const copy = path.join(sandbox.home, lockFileName("team"));
  const read = readLock("team", fs.readFileSync(fs.existsSync(copy) ? copy : lockPath, "utf8"));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock;
}

/** Starts a mirror whose copy never ends, and sends the command a signal when its script runs. */
async function ended(signal: "SIGKILL" | "SIGINT"): Promise<Run> {
  hub.setFaults([{ part: "cdn", effect: "hang", times: 1000 }]);
  const child = start(mirror);
  const output = outputOf(child);
  const exited = once(child, "close");
  // The container group exists when the script runs.
  while (left().length < 2 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return { code: code ?? -1, output: output() };
}

async function killed(): Promise<void> {
  const { output } = await ended("SIGKILL");
  expect({ output, left: left() }).toMatchObject({
    left: [expect.stringContaining("/containergroups/moor-mirror-team-"), expect.stringContaining("/deploymentscripts/moor-mirror-team-")],
  });
}

test("Without a subnet for scripts, the command names the setting; with it, previews name the open subnet.", async () => {
  await succeeds(["lock", "-s", "team"]);
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile(false));
  await succeeds(platform);
  const { code, output } = await run(mirror);
  expect([code, output]).toEqual([1, expect.stringContaining("Set `scripts: true` in moor:platform.network.create")]);
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile(true));
  await succeeds(platform);
  expect(await succeeds(preview)).toMatch(/Subnet open to the internet: containers in \/subscriptions\/\S+\/subnets\/scripts can open/);
});

test("A copy with wrong bytes ends with one sentence, records nothing, and leaves no script.", async () => {
  hub.setFaults([{ part: "cdn", file: "model-00002-of-00002.safetensors", effect: "wrongBytes", times: 1000 }]);
  const { code, output } = await run(mirror);
  expect([code, output]).toEqual([1, expect.stringContaining("model-00002-of-00002.safetensors of Qwen/Qwen3-0.6B at")]);
  expect(output).toContain("doesn't have the SHA-256 that the Hub lists");
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(left()).toEqual([]);
  expect(locked().endpoints.chat!.main!.current.model).toMatchObject({ staged: false });
});

test("Ctrl-C removes the running script.", async () => {
  const { code, output } = await ended("SIGINT");
  expect([code, output]).toEqual([1, expect.stringContaining("The copy was interrupted, and its script is removed.")]);
  expect(left()).toEqual([]);
});

test("A preview names the script of a killed run, and `up` removes it.", async () => {
  await killed();
  expect(await succeeds(preview)).toMatch(/Mirror scripts in Azure: moor-mirror-team-\S+ copies weights now, or a killed run left it\./);
  hub.setFaults([]);
  await succeeds(platform);
  expect(left()).toEqual([]);
});

test("`recover` removes the script of a killed run.", async () => {
  await killed();
  hub.setFaults([]);
  expect(await succeeds(["recover", "-s", "team", "--local"])).toContain("which a killed run left.");
  expect(left()).toEqual([]);
});

test("The next run continues the script of a killed run, and records the weights; then `up` serves them and changes nothing again.", async () => {
  await killed();
  hub.setFaults([]);
  const output = await succeeds(mirror);
  expect(output).toMatch(/Continuing with the script moor-mirror-team-\S+, which a killed run left\.|Creating the script/);
  expect(left()).toEqual([]);
  const { model: staged } = locked().endpoints.chat!.main!.current;
  expect(staged).toMatchObject({ staged: true, manifest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  await succeeds(up);
  await succeeds([...up, "--expect-no-changes"]);
  expect(await succeeds(mirror)).toContain("is staged, according to the lock file.");
  expect(left()).toEqual([]);
});

test("A run from inside verifies what the script staged, and copies nothing.", async () => {
  const before = hub.requests().filter(({ path: target }) => target.includes("xet-bridge")).length;
  const output = await succeeds(["mirror", "-s", "team", "--local"], { MOOR_LOCAL_NETWORK: "inside" });
  expect(output).toContain("is staged and verified.");
  expect(hub.requests().filter(({ path: target }) => target.includes("xet-bridge"))).toHaveLength(before);
});

test("A refresh shows no changes, and neither does `up` after it.", async () => {
  await succeeds(["local", "refresh", ...options, "--yes", "--skip-preview", "--expect-no-changes"]);
  await succeeds([...up, "--expect-no-changes"]);
});

test("Without `scripts`, `up` deletes the subnet and all that belongs to it, and no deployment changes.", async () => {
  const own = () =>
    sandbox.resources().filter((id) => /\/(subnets\/scripts|natgateways\/|publicipaddresses\/)|-scripts-|scr[a-z0-9]{6}$/.test(id));
  const deployments = () => sandbox.resources().filter((id) => /\/onlineendpoints\//.test(id));
  const before = deployments();
  expect(own().length).toBeGreaterThanOrEqual(6);
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile(false));
  await succeeds(up);
  expect([own(), deployments()]).toEqual([[], before]);
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), stackFile(true));
});

test("A gated model is read with the token of the stack, which is in no file of the engine, request, state or lock file.", async () => {
  hub.add({ ...repository, gated: "manual" });
  await sandbox.close();
  // Otherwise, the local Azure doesn't return the values of secrets.
  sandbox = await openSandbox({ arm: { dataPlane: "checked" } }, undefined, clone);
  const copy = await prepareStack(sandbox, "team", path.join(clone, "Pulumi.team.yaml"), clone);
  await sandbox.pulumiQuietly(
    ["config", "set", "--secret", "moor:huggingFaceToken", token, "--stack", "team", "--config-file", copy],
    clone,
  );
  await succeeds(platform);
  const output = await succeeds(mirror, { HF_TOKEN: token });
  expect(locked().endpoints.chat!.main!.current.model).toMatchObject({ staged: true });
  const state = await sandbox.pulumiQuietly(["stack", "export", "--stack", "team"], clone);
  const files = fs
    .readdirSync(sandbox.home, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
  const found = [...files, lockPath].filter((file) => fs.readFileSync(file, "latin1").includes(token));
  // The Key Vault of the local Azure.
  expect(found.map((file) => path.relative(sandbox.home, file)).filter((file) => file !== "azure/secrets.jsonl")).toEqual([]);
  expect([JSON.stringify(sandbox.requests()), state, output].filter((text) => text.includes(token))).toEqual([]);
  expect(left()).toEqual([]);
});
