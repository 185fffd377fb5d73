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
  hub.put(repository("acme/support"));
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
