// Proves what `npm run lock` records of LoRA adapters, of the local Hub and of folders, and which it refuses. Doesn't prove that vLLM serves them.
import * as fs from "node:fs";
import * as path from "node:path";
import { bytesContents, type HubRepository, type LocalHub, startLocalHub } from "../../../azure-local";
import { lock } from "../../../cli/lock";
import { type LockEntry, readLock } from "../../../config/lockFile";
import { mirroredOf } from "../../../config/stagedWeights";
import { type Folder, removeFolders, shippedFolder } from "./shipped";

const base = "Qwen/Qwen2.5-7B-Instruct";
const commit = "c".repeat(40);
const config = { peft_type: "LORA", r: 16, lora_alpha: 32, target_modules: ["q_proj", "v_proj"], base_model_name_or_path: base };
const main = ["moor:endpoints", "chat", "deployments", "main"];
const candidate = ["moor:endpoints", "chat", "deployments", "candidate"];
const adapters = [...main, "vllm", "adapters"];

const repository = (id: string, changes: object = {}, files: HubRepository["files"] = {}): HubRepository => ({
  ...{ id, commit, license: "apache-2.0" },
  files: {
    "adapter_config.json": bytesContents(JSON.stringify({ ...config, ...changes })),
    "adapter_model.safetensors": bytesContents("weights"),
    ...files,
  },
});

let hub: LocalHub;
let printed: string[] = [];
let notes: string[] = [];
beforeEach(async () => {
  hub = await startLocalHub();
  hub.add(repository("acme/support"));
  printed = [];
  notes = [];
  jest.spyOn(console, "log").mockImplementation((line) => printed.push(String(line)));
  jest.spyOn(process.stderr, "write").mockImplementation((line) => notes.push(String(line)) > 0);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await hub.close();
  removeFolders();
});

/** The shipped stack with the deployment `chat/main` alone, which has these adapters. */
function folderWith(wanted: object | undefined): Folder {
  const folder = shippedFolder();
  folder.edit([candidate, undefined], [[...main, "weight"], 100], [adapters, wanted]);
  return folder;
}

const run = (folder: Folder, args: { check?: boolean; hub?: string } = {}) =>
  lock({ stack: "prod", folder: folder.path, hub: hub.url, ...args });
const refusal = (folder: Folder) => run(folder).then(() => "", String);

function entryOf(folder: Folder): LockEntry {
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock.endpoints.chat!.main!;
}

const adaptersOf = (folder: Folder) => mirroredOf(entryOf(folder).current)?.adapters;

function writeAdapter(folder: Folder, name: string, changes: object = {}, weights: string | undefined = "weights"): void {
  const to = path.join(folder.path, "adapters", name);
  fs.mkdirSync(to, { recursive: true });
  fs.writeFileSync(path.join(to, "adapter_config.json"), JSON.stringify({ ...config, ...changes }));
  if (weights === undefined) fs.rmSync(path.join(to, "adapter_model.safetensors"), { force: true });
  else fs.writeFileSync(path.join(to, "adapter_model.safetensors"), weights);
}

/** Nothing listens on this port. */
const noHub = "http://127.0.0.1:9";

test("an adapter of the Hub is recorded with its newest commit and rank, and the flags and the folder follow from it", async () => {
  const folder = folderWith({ support: { model: "acme/support" } });
  const before = entryOf(folder).current;
  await run(folder);
  const { wish, current, previous } = entryOf(folder);
  expect(wish["vllm.adapters.support"]).toBe("acme/support");
  expect(adaptersOf(folder)).toEqual([{ name: "support", id: "acme/support", revision: commit, rank: 16 }]);
  expect(current.model).toMatchObject({
    staged: false,
    path: expect.stringMatching(/^models\/Qwen--Qwen2\.5-7B-Instruct\/[0-9a-f]{40}-lora-[0-9a-f]{8}$/),
  });
  const names = current.flags!.filter((flag) => flag.startsWith("--"));
  expect(names).toEqual([...new Set(names)]);
  expect(current.flags!.join(" ")).toContain(" --enable-lora --max-loras 1 --max-lora-rank 16 ");
  expect(current.flags!.slice(-2)).toEqual(["--lora-modules", "support=adapters/support"]);
  expect(current.name).not.toBe(before.name);
  expect(previous).toEqual(before);
});

test("without a connection, an unchanged lock file stays as it is, also if the adapter has a newer commit", async () => {
  const folder = folderWith({ support: { model: "acme/support" } });
  await run(folder);
  const text = folder.lockText();
  await run(folder, { hub: noHub });
  hub.add({ ...repository("acme/support", { r: 64 }), commit: "d".repeat(40) });
  await run(folder);
  await run(folder, { check: true, hub: noHub });
  expect(folder.lockText()).toBe(text);
});

test("a commit in the stack file is used, and a changed one is a new deployment in a new folder", async () => {
  hub.add({ ...repository("acme/support", { r: 64 }), commit: "d".repeat(40) });
  const folder = folderWith({ support: { model: "acme/support", revision: commit } });
  await run(folder);
  const first = entryOf(folder).current;
  expect(adaptersOf(folder)).toEqual([{ name: "support", id: "acme/support", revision: commit, rank: 16 }]);
  folder.edit([[...adapters, "support", "revision"], "d".repeat(40)]);
  await run(folder);
  const second = entryOf(folder).current;
  expect(adaptersOf(folder)).toEqual([{ name: "support", id: "acme/support", revision: "d".repeat(40), rank: 64 }]);
  expect(second.name).not.toBe(first.name);
  expect(mirroredOf(second)?.path).not.toBe(mirroredOf(first)?.path);
});

test("another concurrency keeps the commit that the stack file sets, without a request", async () => {
  const folder = folderWith({ support: { model: "acme/support", revision: commit } });
  await run(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder, { hub: noHub });
  expect(adaptersOf(folder)).toEqual([{ name: "support", id: "acme/support", revision: commit, rank: 16 }]);
});

test("an adapter from a folder is identified by the hash of its files, and stays if the folder is missing", async () => {
  const folder = folderWith({ own: { path: "./adapters/own" } });
  writeAdapter(folder, "own", { r: 24 });
  await run(folder, { hub: noHub });
  expect(adaptersOf(folder)).toEqual([{ name: "own", revision: expect.stringMatching(/^[0-9a-f]{64}$/), rank: 24 }]);
  expect(entryOf(folder).wish["vllm.adapters.own"]).toBe("./adapters/own");
  const text = folder.lockText();
  fs.renameSync(path.join(folder.path, "adapters"), path.join(folder.path, "moved"));
  await run(folder, { check: true, hub: noHub });
  expect(folder.lockText()).toBe(text);
  writeAdapter(folder, "own", { r: 24 }, "other weights");
  const [before] = adaptersOf(folder)!;
  await run(folder, { hub: noHub });
  const [after] = adaptersOf(folder)!;
  expect(after!.revision).not.toBe(before!.revision);
});

test("files that vLLM doesn't read don't change the hash of a folder", async () => {
  const folder = folderWith({ own: { path: "./adapters/own" } });
  writeAdapter(folder, "own");
  await run(folder, { hub: noHub });
  const text = folder.lockText();
  fs.writeFileSync(path.join(folder.path, "adapters", "own", "optimizer.pt"), "state");
  await run(folder, { hub: noHub });
  expect(folder.lockText()).toBe(text);
});

test.each<[string, () => void, wanted: object, message: string]>([
  [
    "a missing adapter",
    () => {},
    { support: { model: "acme/none" } },
    "MOOR093 moor:endpoints.chat.deployments.main.vllm.adapters.support.model",
  ],
  [
    "a commit that doesn't exist",
    () => {},
    { support: { model: "acme/support", revision: "e".repeat(40) } },
    "MOOR093 moor:endpoints.chat.deployments.main.vllm.adapters.support.model",
  ],
  [
    "DoRA",
    () => hub.add(repository("acme/dora", { use_dora: true })),
    { support: { model: "acme/dora" } },
    `acme/dora at ${commit}: \`use_dora\` in adapter_config.json is true: vLLM doesn't support DoRA.`,
  ],
  [
    "an adapter of another model",
    () => hub.add(repository("acme/llama", { base_model_name_or_path: "meta-llama/Llama-3.1-8B-Instruct" })),
    { support: { model: "acme/llama" } },
    `acme/llama at ${commit} was trained for meta-llama/Llama-3.1-8B-Instruct, but the deployment serves ${base}.`,
  ],
  [
    "a model without the files of an adapter",
    () => hub.add({ ...repository("acme/model"), files: { "config.json": bytesContents("{}") } }),
    { support: { model: "acme/model" } },
    `acme/model at ${commit} has no adapter_config.json and no adapter_model.safetensors.`,
  ],
  ["a missing folder", () => {}, { own: { path: "./adapters/none" } }, "The folder ./adapters/none doesn't exist."],
])("%s is refused, and the lock file stays", async (_, prepare, wanted, message) => {
  prepare();
  const folder = folderWith(wanted);
  const text = folder.lockText();
  expect(await refusal(folder)).toContain(message);
  expect(folder.lockText()).toBe(text);
});

test("an adapter of another form of the model is accepted with a note", async () => {
  hub.add(repository("acme/support", { base_model_name_or_path: "Qwen/Qwen2.5-7B" }));
  await run(folderWith({ support: { model: "acme/support" } }));
  expect([...printed, ...notes].join("\n")).toContain(
    `chat/main: support: the adapter was trained for Qwen/Qwen2.5-7B, which is another form of ${base}. Its answers can be worse. Compare them before you use it.`,
  );
});

test.each<[string, keys: string[], value: unknown, key: string]>([
  ["another adapter under `wish`", ["wish", "vllm.adapters.support"], "acme/other", "vllm.adapters.support"],
  ["another commit under `wish`", ["wish", "vllm.adapters.support"], `acme/support@${"e".repeat(40)}`, "vllm.adapters.support"],
  ["an adapter only under `wish`", ["wish", "vllm.adapters.legal"], "acme/legal", "vllm.adapters.legal"],
  ["an adapter only in the decision", ["wish", "vllm.adapters.support"], undefined, "vllm.adapters.support"],
])("a lock file with %s is not consistent", async (_, keys, value, key) => {
  const folder = folderWith({ support: { model: "acme/support" } });
  await run(folder);
  folder.editLock([["endpoints", "chat", "main", ...keys], value]);
  const read = readLock("prod", folder.lockText());
  expect("errors" in read && read.errors.map(({ code, path: at }) => [code, at])).toEqual([
    ["MOOR053", `moor.lock.prod.yaml.endpoints.chat.main.wish.${key}`],
  ]);
});

test("more adapters need more memory and never give more KV cache", async () => {
  const folder = folderWith(undefined);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 16]);
  const cacheOf = () => Number(/KV cache ([\d.]+) GiB/.exec(entryOf(folder).current.reasons.join("\n"))![1]);
  await run(folder);
  const without = cacheOf();
  folder.edit([adapters, { support: { model: "acme/support" } }]);
  await run(folder);
  const one = cacheOf();
  hub.add(repository("acme/legal", { r: 128 }));
  folder.edit([[...adapters, "legal"], { model: "acme/legal" }]);
  await run(folder);
  expect(one).toBeLessThan(without);
  expect(cacheOf()).toBeLessThan(one);
});
