// Proves what `npm run lock` keeps of staged weights and their lists of files, and what it writes for registered models. Doesn't stage anything:
// the lists are recorded as `npm run mirror` does.
import * as fs from "node:fs";
import * as path from "node:path";
import { type LockArguments, lock } from "../../../cli/lock";
import { checkStack } from "../../../config/checkStack";
import { type Lock, type LockEntry, readLock, writeLock } from "../../../config/lockFile";
import { settingsOf } from "../../../config/stackYaml";
import { mirroredOf, recordStaged } from "../../../config/stagedWeights";
import { manifestDigest } from "../../../planner/weights";
import { type Folder, lockFile, removeFolders, shippedFolder, stackFile } from "./shipped";

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((line) => printed.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  removeFolders();
});

/** Nothing listens on this port, so Hugging Face is not reachable. */
const noHub = "http://127.0.0.1:9";
const run = (folder: Folder, args: Partial<LockArguments> = {}) => lock({ stack: "prod", folder: folder.path, hub: noHub, ...args });
const refusal = (folder: Folder, args: Partial<LockArguments> = {}) => run(folder, args).then(() => "", String);
const main = ["moor:endpoints", "chat", "deployments", "main"];

const files = [{ path: "model.safetensors", size: 8, sha256: "b".repeat(64) }];
const manifest = manifestDigest(files);
const short = `sha256:${manifest.slice("sha256:".length, "sha256:".length + 12)}…`;

function lockIn(folder: Folder): Lock {
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock;
}

const entry = (folder: Folder, label = "main"): LockEntry => lockIn(folder).endpoints.chat![label]!;

/** Records the list for the weights of a deployment, as `npm run mirror -- -s prod --force` does. */
function stage(folder: Folder, label = "main"): void {
  const { path: staged } = mirroredOf(entry(folder, label).current)!;
  fs.writeFileSync(path.join(folder.path, lockFile), writeLock(recordStaged(lockIn(folder), staged, files, { force: true }).lock));
}

test("locking again keeps the list, the name and every other byte", async () => {
  const folder = shippedFolder();
  stage(folder);
  const before = folder.lockText();
  expect(entry(folder).current.name).not.toBe(entry(shippedFolder()).current.name);
  await run(folder);
  expect(folder.lockText()).toBe(before);
  await run(folder, { check: true });
  expect(printed.at(-1)).toBe("moor.lock.prod.yaml matches the decisions of this version of Moor.");
});

test("a changed deployment keeps the list of its weights, and so does another deployment with the same commit", async () => {
  const folder = shippedFolder();
  stage(folder);
  const { id, revision } = mirroredOf(entry(folder).current)!;
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  const candidate = ["moor:endpoints", "chat", "deployments", "candidate", "vllm"];
  folder.edit([[...candidate, "model"], id], [[...candidate, "revision"], revision]);
  await run(folder);
  for (const label of ["main", "candidate"]) expect(mirroredOf(entry(folder, label).current)).toMatchObject({ staged: true, manifest });
  expect(lockIn(folder).manifests).toEqual({ [manifest]: files });
});

test("a list that no decision refers to any more is dropped, and the report says so", async () => {
  const folder = shippedFolder();
  stage(folder);
  for (const digit of ["b", "c"]) {
    folder.edit([[...main, "vllm", "revision"], digit.repeat(40)]);
    await run(folder);
  }
  // The first change keeps the staged decision as the previous one. The second one replaces a decision that never served.
  expect(lockIn(folder).manifests).toEqual({ [manifest]: files });
  folder.editLock([["endpoints", "chat", "main", "previous"], undefined]);
  await run(folder);
  expect(lockIn(folder)).not.toHaveProperty("manifests");
  expect(printed).toContain(`manifests ${short}: 1 file → none`);
});

test("`--check` lists a changed source value by value, with short hashes", async () => {
  const folder = shippedFolder();
  stage(folder);
  const { path: staged } = mirroredOf(entry(folder).current)!;
  folder.edit(
    [[...main, "vllm", "source"], "workspace"],
    [[...main, "vllm", "revision"], undefined],
    [[...main, "vllm", "registeredModel"], "chat-tuned:3"],
  );
  const lines = (await refusal(folder, { check: true })).split("\n");
  for (const line of [
    'chat/main requirement vllm.source: "mirror" → "workspace"',
    'chat/main requirement vllm.registeredModel: not set → "chat-tuned:3"',
    'chat/main model.source: "mirror" → "workspace"',
    'chat/main model.name: not set → "chat-tuned"',
    'chat/main model.version: not set → "3"',
    `chat/main model.path: "${staged}" → not set`,
    `chat/main model.manifest: "${short}" → not set`,
  ])
    expect(lines).toContain(line);
});

test("a registered model needs no commit and no staging, and the previous decision keeps its staged weights", async () => {
  const folder = shippedFolder();
  const { current: before } = entry(folder);
  const registry = "azureml://registries/azureml/models/Qwen2.5-7B-Instruct/versions/4";
  folder.edit(
    [[...main, "vllm", "source"], "catalogue"],
    [[...main, "vllm", "revision"], undefined],
    [[...main, "vllm", "registeredModel"], registry],
  );
  await run(folder);
  const { current, previous, wish } = entry(folder);
  expect(current.model).toEqual({
    ...{ id: "Qwen/Qwen2.5-7B-Instruct", source: "catalogue" },
    ...{ registry: "azureml", name: "Qwen2.5-7B-Instruct", version: "4" },
  });
  expect(previous).toEqual(before);
  expect(wish).toMatchObject({ "vllm.source": "catalogue", "vllm.registeredModel": registry });
  expect(wish).not.toHaveProperty("vllm.revision");
  expect(printed.filter((line) => /are not staged|on Hugging Face/.test(line))).toEqual([]);
  const text = folder.lockText();
  await run(folder);
  expect(folder.lockText()).toBe(text);
});

test("a lock file whose decision has another registered model than its requirements is inconsistent", async () => {
  const folder = shippedFolder();
  folder.edit(
    [[...main, "vllm", "source"], "workspace"],
    [[...main, "vllm", "revision"], undefined],
    [[...main, "vllm", "registeredModel"], "chat-tuned:3"],
  );
  await run(folder);
  folder.editLock([["endpoints", "chat", "main", "wish", "vllm.registeredModel"], "chat-tuned:4"]);
  expect(await refusal(folder)).toContain("MOOR053 moor.lock.prod.yaml.endpoints.chat.main.wish.vllm.registeredModel");
});

test("a flag that runs remote code stays valid in an existing lock file, with a note, and is refused in a new one", async () => {
  const folder = shippedFolder();
  folder.edit([[...main, "vllm", "flags"], { "trust-remote-code": true }], [[...main, "vllm", "remoteCode"], "allow"]);
  await run(folder);
  expect(entry(folder).current.flags).toContain("--trust-remote-code");
  expect(entry(folder).wish).toMatchObject({ "vllm.remoteCode": "allow", "vllm.flags.trust-remote-code": true });
  // As an earlier version wrote it.
  folder.edit([[...main, "vllm", "remoteCode"], undefined]);
  folder.editLock([["endpoints", "chat", "main", "wish", "vllm.remoteCode"], undefined]);
  const settings = settingsOf(fs.readFileSync(path.join(folder.path, stackFile), "utf8"));
  const checked = checkStack({ project: "moor", stack: "prod", folder: folder.path, ...settings, lock: folder.lockText() });
  const flag = `${main.join(".")}.vllm.flags.trust-remote-code`;
  expect("spec" in checked && checked.spec.notes.filter((note) => note.startsWith(flag))).toEqual([
    `${flag}: The flag trust-remote-code runs Python files of the model in the container, but \`remoteCode\` is refuse. The lock file was created before this rule existed, so its decision stays valid.`,
  ]);
  expect(await refusal(folder)).toContain(`MOOR090 ${flag}`);
});
