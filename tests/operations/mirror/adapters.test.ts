/**
 * LoRA adapters of the local Hub and of a folder are staged with their base model in one folder of the blob service of the local Azure. Doesn't
 * prove that vLLM loads them.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { BlobContainer } from "../../../azure/blobStorage";
import { clouds } from "../../../azure/clouds";
import { bytesContents, type HubFault, type LocalHub, startLocalHub } from "../../../azure-local";
import { adapterFilesIn, adapterHash } from "../../../config/adapterFolder";
import { type Lock, readLock, writeLock } from "../../../config/lockFile";
import { mirroredOf, withStaging } from "../../../config/stagedWeights";
import { HubTransport } from "../../../operations/hub";
import { mirrorWeights } from "../../../operations/mirror";
import { withStagedWeights } from "../../../operations/mirror/lock";
import { Progress } from "../../../operations/mirror/progress";
import { runnerWay } from "../../../operations/mirror/runner";
import { scriptWay } from "../../../operations/mirror/script";
import type { StagingWay } from "../../../operations/mirror/way";
import type { AdapterDecision } from "../../../planner/decision";
import { manifestText, modelDecision } from "../../../planner/weights";
import { Caller } from "../../azure-local/arm/client";
import { createAccount, HOST } from "../../azure-local/storage/blobAccount";
import { hashOf, revision } from "../../support/hubServer";
import { fiveShards, sampleLock } from "./world";

const config = Buffer.from('{"peft_type": "LORA", "r": 16}');
const weights = Buffer.from("0123456789abcdef".repeat(20));
const commit = "d".repeat(40);
const files = fiveShards();

let caller: Caller;
let hub: LocalHub;
let home: string;
let lines: string[];
let text: string;

beforeEach(async () => {
  caller = await Caller.start();
  await createAccount(caller);
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-adapters-"));
  lines = [];
  fs.mkdirSync(path.join(home, "own"));
  fs.writeFileSync(path.join(home, "own", "adapter_config.json"), config);
  fs.writeFileSync(path.join(home, "own", "adapter_model.safetensors"), Buffer.concat([weights, weights]));
  fs.writeFileSync(path.join(home, "own", "optimizer.pt"), "not staged");
});

afterEach(async () => {
  await hub.close();
  await caller.stop();
  fs.rmSync(home, { recursive: true });
});

interface Options {
  readonly faults?: readonly HubFault[];
  /** License of the adapter on the Hub. */
  readonly license?: string;
  readonly without?: string;
  /** Whether the lock file has the adapter of the folder. @default true */
  readonly own?: boolean;
}

async function open({ faults = [], license = "apache-2.0", without, own = true }: Options = {}): Promise<void> {
  const contentsOf = (all: Readonly<Record<string, Buffer>>) =>
    Object.fromEntries(Object.entries(all).map(([name, content]) => [name, bytesContents(content)]));
  const ofAdapter = Object.entries({
    "adapter_config.json": config,
    "adapter_model.safetensors": weights,
    "training_args.bin": Buffer.from("pickle"),
    "README.md": Buffer.from("# Support"),
  }).filter(([name]) => name !== without);
  const base = { id: "acme/tiny", commit: revision, files: contentsOf(files), license: "apache-2.0" };
  const support = { id: "acme/support", commit, files: contentsOf(Object.fromEntries(ofAdapter)), license };
  hub = await startLocalHub({ repositories: [base, support], faults });
  text = writeLock(lockWith(own));
}

function lockWith(own: boolean): Lock {
  const lock = sampleLock();
  const revisionOfFolder = adapterHash(adapterFilesIn(path.join(home, "own")));
  const adapters: AdapterDecision[] = [
    { name: "support", id: "acme/support", revision: commit, rank: 16 },
    ...(own ? [{ name: "own", revision: revisionOfFolder, rank: 16 }] : []),
  ];
  const { wish, current } = lock.endpoints.chat!.main!;
  const decided = { ...current, model: modelDecision("acme/tiny", { source: "mirror", revision, adapters }) };
  const wishes = { ...wish, "vllm.adapters.support": "acme/support", ...(own ? { "vllm.adapters.own": "./own" } : {}) };
  return { ...lock, endpoints: { chat: { main: { wish: wishes, current: withStaging("main", decided, { staged: false }) } } } };
}

function container(): BlobContainer {
  return new BlobContainer({
    ...{ account: HOST.split(".")[0]!, container: "models", cloud: clouds.AzureCloud, retrySeconds: 0 },
    endpoint: `${caller.arm.url}/data/${HOST}`,
    credential: async () => "local",
    headers: { "x-azure-local-network": "outside" },
    resolve: async () => ["20.60.0.1"],
  });
}

const report = (line: string) => void lines.push(line);
const clock = { sleep: async () => {} };
const { signal } = new AbortController();

function runner(stream: boolean): StagingWay {
  return runnerWay({
    ...{ container: container(), report, clock, force: false, signal, stream, blockSize: 30, progress: new Progress() },
    ...{ files: 1, blocks: 1 },
  });
}

async function run(way: StagingWay = runner(false), licenses: readonly string[] = ["apache-2.0"]): Promise<void> {
  const read = readLock("prod", text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  await mirrorWeights({
    ...{ lock: read.lock, force: false, report, licenses, stackFolder: home, way },
    hub: new HubTransport({ hub: hub.url, report, clock }),
    record: (wanted, staged) => {
      text = withStagedWeights("prod", text, wanted, staged, false).text;
    },
  });
}

const modelOf = () => {
  const read = readLock("prod", text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return { lock: read.lock, model: mirroredOf(read.lock.endpoints.chat!.main!.current)! };
};

/** The contents of a complete folder. */
const expected: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(Object.entries(files).filter(([name]) => ![".gitattributes", "README.md"].includes(name))),
  "adapters/support/adapter_config.json": config,
  "adapters/support/adapter_model.safetensors": weights,
  "adapters/own/adapter_config.json": config,
  "adapters/own/adapter_model.safetensors": Buffer.concat([weights, weights]),
};

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("base and adapters are staged in one folder with one list, $way, and a second run reads nothing", async ({ stream }) => {
  await open();
  await run(runner(stream));
  const { lock, model } = modelOf();
  expect(model).toMatchObject({ staged: true, path: expect.stringMatching(/-lora-[0-9a-f]{8}$/) });
  const listed = Object.entries(expected).map(([name, content]) => ({ path: name, size: content.length, sha256: hashOf(content) }));
  expect(lock.manifests![model.manifest!]).toEqual([...listed].sort((a, b) => (a.path < b.path ? -1 : 1)));
  const blobs = container();
  const names = (await blobs.list("")).map(({ name }) => name).sort();
  expect(names).toEqual([...Object.keys(expected), "SHA256SUMS"].map((name) => `${model.path}/${name}`).sort());
  for (const [name, content] of Object.entries(expected)) expect((await blobs.get(`${model.path}/${name}`))!.equals(content)).toBe(true);
  expect((await blobs.get(`${model.path}/SHA256SUMS`))!.toString()).toBe(manifestText(listed));
  expect(lines.join("\n")).toContain(`acme/tiny at ${revision} with the adapters own, support: `);
  const requests = hub.requests().length;
  await run(runner(stream));
  expect(hub.requests().length).toBe(requests);
});

describe("a base model that is staged without adapters", () => {
  /** Stages the base for `chat/candidate`, and then a lock file that also has `chat/main` with adapters. */
  async function stageBase(): Promise<string> {
    await open({ own: false });
    const both = readLock("prod", text);
    if ("errors" in both) throw new Error(JSON.stringify(both.errors));
    const { main } = both.lock.endpoints.chat!;
    text = writeLock({ ...sampleLock(), endpoints: { chat: { candidate: sampleLock().endpoints.chat!.candidate! } } });
    await run();
    const staged = readLock("prod", text);
    if ("errors" in staged) throw new Error(JSON.stringify(staged.errors));
    text = writeLock({ ...staged.lock, endpoints: { chat: { main: main!, ...staged.lock.endpoints.chat } } });
    return mirroredOf(staged.lock.endpoints.chat!.candidate!.current)!.path;
  }

  const shards = Object.keys(files).filter((name) => name.endsWith(".safetensors"));

  async function expectCopied(): Promise<void> {
    const { model } = modelOf();
    expect(model.staged).toBe(true);
    for (const shard of shards) expect((await container().get(`${model.path}/${shard}`))!.equals(files[shard]!)).toBe(true);
  }

  test("is copied within the account: the Hub sends only the weights of the adapter", async () => {
    await stageBase();
    const before = hub.requests().length;
    await run();
    await expectCopied();
    const sent = hub
      .requests()
      .slice(before)
      .filter(({ path: at }) => at.includes("/xet-bridge-us/"));
    // The adapter has 320 bytes in blocks of 30.
    expect(sent).toHaveLength(11);
  });

  test("is read from the Hub again if a staged file is missing or was changed", async () => {
    const base = await stageBase();
    const blobs = container();
    const [missing, changed] = shards as [string, string];
    await blobs.remove(`${base}/${missing}`);
    const { metadata } = (await blobs.properties(`${base}/${changed}`))!;
    await blobs.put(`${base}/${changed}`, Buffer.alloc(files[changed]!.length), { metadata });
    await run();
    await expectCopied();
    expect(lines).toContain(`${base}/${changed} was changed since it was staged, so ${changed} is copied from its source.`);
  });
});

test("an interrupted copy of an adapter continues: only its file is copied again", async () => {
  await open({ faults: [{ part: "cdn", file: "adapter_model.safetensors", effect: "wrongBytes" }] });
  await expect(run()).rejects.toThrow(
    new RegExp(`^adapters/support/adapter_model\\.safetensors of acme/support at ${commit} doesn't have the SHA-256 that the Hub lists`),
  );
  expect(modelOf().model.staged).toBe(false);
  const before = hub.requests().length;
  await run();
  const again = hub.requests().slice(before);
  expect(modelOf().model.staged).toBe(true);
  expect(again.filter(({ path: at }) => at.includes("/acme/tiny/resolve/")).filter(({ method }) => method === "GET")).toEqual([]);
});

test("a folder whose files changed since `npm run lock` is refused before anything is copied", async () => {
  await open();
  fs.appendFileSync(path.join(home, "own", "adapter_model.safetensors"), "x");
  await expect(run()).rejects.toMatchObject({
    problem: "adapter",
    message: expect.stringContaining("The files of the adapter own in ./own changed"),
  });
  expect(await container().list("")).toEqual([]);
  fs.rmSync(path.join(home, "own"), { recursive: true });
  await expect(run()).rejects.toMatchObject({ message: expect.stringContaining("The folder ./own has no files of the adapter own") });
  fs.mkdirSync(path.join(home, "own"));
});

test("an adapter with a license that the stack doesn't allow, or without its weights, is refused before anything is copied", async () => {
  await open({ license: "cc-by-nc-4.0" });
  await expect(run()).rejects.toMatchObject({
    problem: "license",
    message: expect.stringContaining("acme/support has the license cc-by-nc-4.0"),
  });
  await hub.close();
  await open({ without: "adapter_model.safetensors" });
  await expect(run()).rejects.toMatchObject({ problem: "adapter", message: expect.stringContaining("has no adapter_model.safetensors") });
  expect(await container().list("")).toEqual([]);
});

test("a deployment script can't read a folder of this machine, and the error has the command to use", async () => {
  await open();
  const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
  const scripts = { subnetId: `${group}/s`, identityId: `${group}/i`, storageAccount: "st", tokenSecretId: undefined };
  const resources = [
    { urn: "stack", custom: false, type: "pulumi:pulumi:Stack", outputs: { platform: { scripts } } },
    { urn: "group", custom: true, type: "azure-native:resources:ResourceGroup", id: group, outputs: { location: "swedencentral" } },
  ];
  const azure = new Proxy({}, { get: () => () => Promise.reject(new Error("no request is expected")) });
  const way = scriptWay({
    ...{ pulumi: { stack: "prod", local: false }, azure: azure as never, state: { version: 3, deployment: { resources } } },
    ...{ store: { workspaceId: group, account: "st", container: "models" }, hub: hub.url, tags: {}, force: false, report, clock, signal },
  });
  await expect(run(way)).rejects.toMatchObject({
    problem: "adapter",
    message: expect.stringContaining(
      "The adapter own is in a folder of this machine, which a deployment script in Azure can't read. Run `npm run mirror -- -s prod` on a machine inside the network",
    ),
  });
});
