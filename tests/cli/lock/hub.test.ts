// Proves what `npm run lock` does with a model that only the Hub describes: what the lock file records, that `--check` and previews send no
// request, and what is refused. The Hub is the local one of azure-local. Doesn't prove the decisions: see tests/planner.
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type LocalHub, startLocalHub } from "../../../azure-local";
import { type LockArguments, lock } from "../../../cli/lock";
import { retireText } from "../../../cli/retire";
import { checkStack } from "../../../config/checkStack";
import { type Lock, readLock } from "../../../config/lockFile";
import { settingsOf } from "../../../config/stackYaml";
import { chatBytes, chatModel, commit, nextCommit } from "../../support/hubRepositories";
import { type Folder, removeFolders, shippedFolder, stackFile } from "./shipped";

const key = `acme/chat-8b@${commit}`;
const main = ["moor:endpoints", "chat", "deployments", "main"];
const noHub = "http://127.0.0.1:9";

let printed: string[] = [];
let hub: LocalHub;
let cache = "";
const before = { cache: process.env.XDG_CACHE_HOME, hub: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN };
beforeEach(async () => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((line) => printed.push(line));
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  hub = await startLocalHub({ repositories: [chatModel()] });
  cache = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lock-hub-"));
  process.env.XDG_CACHE_HOME = cache;
  delete process.env.HF_TOKEN;
});
afterEach(async () => {
  jest.restoreAllMocks();
  removeFolders();
  await hub.close();
  fs.rmSync(cache, { recursive: true });
  restore("XDG_CACHE_HOME", before.cache);
  restore("HF_ENDPOINT", before.hub);
  restore("HF_TOKEN", before.token);
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

const run = (folder: Folder, args: Partial<LockArguments> = {}) => lock({ stack: "prod", folder: folder.path, hub: hub.url, ...args });
const refusal = (folder: Folder, args: Partial<LockArguments> = {}) => run(folder, args).then(() => "", String);

/** The shipped stack whose main deployment has another model. */
function folderWith(model: string, ...changes: [keys: string[], value: unknown][]): Folder {
  const folder = shippedFolder();
  folder.edit(
    [[...main, "vllm", "model"], model],
    [[...main, "vllm", "revision"], undefined],
    [[...main, "vllm", "servedName"], undefined],
  );
  folder.edit([["moor:endpoints", "chat", "deployments", "candidate"], undefined], [[...main, "weight"], 100]);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 16], ...changes);
  return folder;
}

function lockIn(folder: Folder): Lock {
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock;
}

function rawOf(folder: Folder) {
  const settings = settingsOf(fs.readFileSync(path.join(folder.path, stackFile), "utf8"));
  return { project: "moor", stack: "prod", folder: folder.path, ...settings };
}

test("the lock file records the numbers of the model, its license and whether it is gated", async () => {
  const folder = folderWith("acme/chat-8b");
  await run(folder);
  const { models, endpoints } = lockIn(folder);
  expect(Object.keys(models ?? {})).toEqual([key]);
  expect(models![key]).toMatchObject({
    ...{ license: "llama3.1", gated: false, architecture: "LlamaForCausalLM", weightBytes: chatBytes, weightsFrom: "checkpoint" },
    cache: [{ kind: "full", layers: 32, kvHeads: 8, headDim: 128 }],
  });
  expect(endpoints.chat!.main!.current.model).toMatchObject({ id: "acme/chat-8b", revision: commit });
  expect(printed).toContain(`models ${key}: none → ${(chatBytes / 2 ** 30).toFixed(2)} GiB of weights`);
});

test("locking again and --check need neither the Hub nor the cache", async () => {
  const folder = folderWith("acme/chat-8b", [[...main, "vllm", "revision"], commit]);
  await run(folder);
  const text = folder.lockText();
  fs.rmSync(path.join(cache, "moor"), { recursive: true });
  const requests = hub.requests().length;
  await run(folder, { hub: noHub });
  expect(folder.lockText()).toBe(text);
  await run(folder, { check: true, hub: noHub });
  expect(printed.at(-1)).toBe("moor.lock.prod.yaml matches the decisions of this version of Moor.");
  expect(hub.requests()).toHaveLength(requests);
});

test("a new commit replaces the record, and the previous decision keeps its own until it is retired", async () => {
  const folder = folderWith("acme/chat-8b", [[...main, "vllm", "revision"], commit]);
  await run(folder);
  folder.editLock([["endpoints", "chat", "main", "current", "model", "staged"], true]);
  hub.add(chatModel("acme/chat-8b", { commit: nextCommit }));
  folder.edit([[...main, "vllm", "revision"], nextCommit]);
  await run(folder);
  const { models, endpoints } = lockIn(folder);
  const { current, previous } = endpoints.chat!.main!;
  expect(current.model).toMatchObject({ revision: nextCommit });
  expect(previous?.model).toMatchObject({ revision: commit });
  expect(Object.keys(models ?? {})).toEqual([key, `acme/chat-8b@${nextCommit}`]);
  const { text } = retireText("prod", folder.lockText(), "chat", "main");
  const read = readLock("prod", text);
  expect("lock" in read && Object.keys(read.lock.models ?? {})).toEqual([`acme/chat-8b@${nextCommit}`]);
});

test("a stack without such a model records none", async () => {
  const folder = folderWith("acme/chat-8b");
  await run(folder);
  folder.edit([[...main, "vllm", "model"], "Qwen/Qwen2.5-7B-Instruct"], [[...main, "vllm", "revision"], nextCommit]);
  await run(folder, { hub: noHub });
  expect(lockIn(folder)).not.toHaveProperty("models");
});

test("a registered model is planned with the facts of its base model at the newest commit", async () => {
  const folder = folderWith("acme/chat-8b", [[...main, "vllm", "source"], "workspace"], [[...main, "vllm", "registeredModel"], "tuned:3"]);
  await run(folder);
  expect(Object.keys(lockIn(folder).models ?? {})).toEqual([key]);
  await run(folder, { check: true, hub: noHub });
});

test("vllm.checkpointGiB overrides the size of the tensors, but not what is recorded", async () => {
  const folder = folderWith("acme/chat-8b", [[...main, "vllm", "checkpointGiB"], 7]);
  await run(folder);
  const { models, endpoints } = lockIn(folder);
  expect(models![key]!.weightBytes).toBe(chatBytes);
  expect(endpoints.chat!.main!.current.reasons.join()).toContain("minus weights 7.01,");
});

test("a preview sends no request, whatever the Hub answers", async () => {
  const folder = folderWith("acme/chat-8b");
  await run(folder);
  const text = folder.lockText();
  const faulty = await startLocalHub({ faults: [{ part: "api", effect: 500, times: 1000 }] });
  process.env.HF_ENDPOINT = faulty.url;
  fs.rmSync(path.join(cache, "moor"), { recursive: true });
  const connect = jest.spyOn(net.Socket.prototype, "connect");
  const fetched = jest.spyOn(globalThis, "fetch");
  try {
    const checked = checkStack({ ...rawOf(folder), lock: text });
    expect("spec" in checked && checked.spec.endpoints.map(({ key }) => key)).toContain("chat");
    // Also without a lock file, and with an outdated one.
    expect("errors" in checkStack(rawOf(folder))).toBe(true);
    folder.edit([[...main, "vllm", "concurrencyPerInstance"], 3]);
    expect("errors" in checkStack({ ...rawOf(folder), lock: text })).toBe(true);
    expect([connect.mock.calls.length, fetched.mock.calls.length, faulty.requests().length]).toEqual([0, 0, 0]);
    // The count works.
    await expect(fetch(`${faulty.url}/api/models`)).resolves.toMatchObject({ status: 500 });
    expect(connect.mock.calls.length + fetched.mock.calls.length).toBeGreaterThan(0);
    expect(faulty.requests()).toHaveLength(1);
  } finally {
    await faulty.close();
  }
});

test("another spelling than that of the Hub or of the table is refused with the right one", async () => {
  const spelling = (given: string, right: string) =>
    `MOOR069 moor:endpoints.chat.deployments.main.vllm.model\n  ${given} is ${right} on Hugging Face. The names of the weights and of the deployment depend on the spelling.\n  Allowed: ${right}\n  Fix: Set \`vllm.model\` to the spelling of Hugging Face. Names in Azure depend on it.`;
  expect(await refusal(folderWith("Acme/chat-8B"))).toContain(spelling("Acme/chat-8B", "acme/chat-8b"));
  const offline = await refusal(folderWith("qwen/qwen2.5-7b-instruct"), { hub: noHub });
  expect(offline).toContain(spelling("qwen/qwen2.5-7b-instruct", "Qwen/Qwen2.5-7B-Instruct"));
});

test("a renamed repository is accepted under its earlier name", async () => {
  hub.add(chatModel("acme/chat-8b", { renamedFrom: ["oldco/chat"] }));
  const folder = folderWith("oldco/chat");
  await run(folder);
  expect(Object.keys(lockIn(folder).models ?? {})).toEqual([`oldco/chat@${commit}`]);
  expect(process.stderr.write).toHaveBeenCalledWith("oldco/chat was renamed. Its name on the Hub is acme/chat-8b.\n");
});

test("a gated model with `source: hub` requires a token, according to the Hub and later to the lock file", async () => {
  const users = { hf_secret: { repositories: ["acme/gated"] } };
  const own = await startLocalHub({ repositories: [chatModel("acme/gated", { gated: "auto" })], users });
  process.env.HF_TOKEN = "hf_secret";
  try {
    const folder = folderWith("acme/gated", [[...main, "vllm", "source"], "hub"], [[...main, "vllm", "revision"], commit]);
    const refused = /MOOR063 moor:endpoints\.chat\.deployments\.main\.vllm\.source\n {2}acme\/gated is gated: /;
    expect(await refusal(folder, { hub: own.url })).toMatch(refused);
    folder.edit([[...main, "vllm", "source"], "mirror"]);
    await run(folder, { hub: own.url });
    expect(lockIn(folder).models![`acme/gated@${commit}`]).toMatchObject({ gated: true });
    folder.edit([[...main, "vllm", "source"], "hub"]);
    const checked = checkStack({ ...rawOf(folder), lock: folder.lockText() });
    expect("errors" in checked && checked.errors.filter(({ code }) => code === "MOOR063")).toHaveLength(1);
    expect(folder.lockText()).not.toContain("hf_secret");
  } finally {
    await own.close();
  }
});

test("errors of the Hub are errors of `vllm.model`", async () => {
  const missing = await refusal(folderWith("acme/chat-8"));
  expect(missing).toMatch(
    /MOOR120 moor:endpoints\.chat\.deployments\.main\.vllm\.model\n.* has no public model acme\/chat-8\. .* Similar IDs: acme\/chat-8b\./,
  );
  const revision = await refusal(folderWith("acme/chat-8b", [[...main, "vllm", "revision"], nextCommit]));
  expect(revision).toContain(`has no commit ${nextCommit} of acme/chat-8b. It was deleted, or \`vllm.revision\` is wrong.`);
});

test("without a lock file, one error names the two remedies, and no request is sent", async () => {
  const folder = folderWith(
    "acme/chat-8b",
    [["moor:lock"], "none"],
    [[...main, "vllm", "revision"], commit],
    [[...main, "vllm", "source"], "hub"],
    [[...main, "size"], "Standard_NC24ads_A100_v4"],
  );
  const checked = checkStack(rawOf(folder));
  const ofModel = "errors" in checked ? checked.errors.filter(({ code }) => code === "MOOR120") : [];
  expect(ofModel).toEqual([
    expect.objectContaining({
      path: `${main.join(".")}.vllm.model`,
      problem: "acme/chat-8b is not in the planner's table of models. Without a lock file, Moor doesn't read it from Hugging Face.",
      fix: "Remove `moor:lock: none` and run `npm run lock -- -s prod`, or set `vllm.configJson` to a copy of its config.json in this repository.",
    }),
  ]);
  expect(hub.requests()).toEqual([]);
});

test("a record that was edited by hand is refused", async () => {
  const folder = folderWith("acme/chat-8b");
  await run(folder);
  const place = (name: string) => ["models", key, name];
  for (const [name, value] of [
    ["weightBytes", "many"],
    ["kvCache", 3],
    ["weightBytes", undefined],
  ] as const) {
    const text = folder.lockText();
    folder.editLock([place(name), value]);
    expect(await refusal(folder)).toContain(`MOOR051 moor.lock.prod.yaml.models.${key}`);
    fs.writeFileSync(path.join(folder.path, "moor.lock.prod.yaml"), text);
  }
});
