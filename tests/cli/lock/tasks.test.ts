// Proves what `npm run lock` writes for embeddings and reranking, and that a preview reads it again. Doesn't prove that the decisions are correct: see
// tests/planner/tasks.test.ts.
import * as fs from "node:fs";
import * as path from "node:path";
import { lock } from "../../../cli/lock";
import { checkStack } from "../../../config/checkStack";
import { readLock } from "../../../config/lockFile";
import { settingsOf } from "../../../config/stackYaml";
import { type Folder, removeFolders, shippedFolder, stackFile } from "./shipped";

beforeEach(() => {
  jest.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  removeFolders();
});

const roberta = {
  ...{ hidden_size: 1024, num_attention_heads: 16, num_hidden_layers: 24, intermediate_size: 4096, vocab_size: 250_002 },
  ...{ max_position_embeddings: 8194, model_type: "xlm-roberta" },
};
const files = {
  embed: { ...roberta, architectures: ["XLMRobertaModel"] },
  rerank: { ...roberta, architectures: ["XLMRobertaForSequenceClassification"], id2label: { "0": "LABEL_0" } },
};
type Name = keyof typeof files;

/** The shipped stack with an endpoint for embeddings and one for reranking. */
function folderWith(vllm: Partial<Record<Name, object>> = {}): Folder {
  const folder = shippedFolder();
  for (const [name, config] of Object.entries(files)) {
    fs.mkdirSync(path.join(folder.path, name));
    fs.writeFileSync(path.join(folder.path, name, "config.json"), JSON.stringify(config));
    const model = { model: `a/${name}`, revision: (name === "embed" ? "e" : "f").repeat(40), configJson: `./${name}`, checkpointGiB: 1.1 };
    const load = { context: "8k", concurrencyPerInstance: 16, servedName: name };
    const main = { vllm: { ...model, ...load, ...vllm[name as Name] }, size: "Standard_NC4as_T4_v3", instances: 1, weight: 100 };
    folder.edit([["moor:endpoints", name], { auth: "entra", deployments: { main } }]);
  }
  return folder;
}

/** Nothing listens on this port, so Hugging Face is not reachable. */
const run = (folder: Folder) => lock({ stack: "prod", folder: folder.path, hub: "http://127.0.0.1:9" });

test("the lock file contains the task of each decision, and of a declared task also the requirement", async () => {
  const folder = folderWith({ rerank: { task: "rerank" } });
  await run(folder);
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const { embed, rerank, chat } = read.lock.endpoints;
  expect([embed, rerank, chat].map((labels) => [labels!.main!.current.task, labels!.main!.wish["vllm.task"]])).toEqual([
    ["embed", undefined],
    ["rerank", "rerank"],
    [undefined, undefined],
  ]);
  expect(embed!.main!.current.clients).toEqual({ timeoutSeconds: 40, retryOn: [408, 424, 429] });
  const raw = { ...settingsOf(fs.readFileSync(path.join(folder.path, stackFile), "utf8"), stackFile), lock: folder.lockText() };
  const checked = checkStack({ project: "moor", stack: "prod", folder: folder.path, ...raw });
  expect("errors" in checked ? checked.errors : checked.spec.skipped.map(({ endpoint }) => endpoint)).toEqual(["embed", "rerank"]);
});

test("locking again changes no byte", async () => {
  const folder = folderWith();
  await run(folder);
  const before = folder.lockText();
  await run(folder);
  expect(folder.lockText()).toBe(before);
});

test("a task that the model is not made for, and different tasks in one endpoint, are refused before anything is written", async () => {
  const folder = folderWith({ embed: { task: "chat" } });
  const before = folder.lockText();
  await expect(run(folder)).rejects.toThrow(/MOOR130 moor:endpoints\.embed\.deployments\.main\.vllm\.task\n {2}`task` is chat; a\/embed/);
  const mixed = folderWith();
  const model = { model: "a/rerank", configJson: "./rerank", revision: "f".repeat(40), checkpointGiB: 1.1, servedName: "embed" };
  const load = { context: "8k", concurrencyPerInstance: 16 };
  mixed.edit([
    ["moor:endpoints", "embed", "deployments", "next"],
    { vllm: { ...model, ...load }, size: "Standard_NC4as_T4_v3", instances: 1, weight: 0, mirror: 5 },
  ]);
  await expect(run(mixed)).rejects.toThrow(
    /MOOR028 moor:endpoints\.embed\.deployments\n {2}The deployments have different tasks \(main: embed, next: rerank\)/,
  );
  expect([folder, mixed].map((one) => one.lockText())).toEqual([before, before]);
});
