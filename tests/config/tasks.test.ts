// Proves how the task in a stack file is read, checked and recorded. The planner's decisions for each task are proved in tests/planner/tasks.test.ts.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkStack } from "../../config/checkStack";
import { describe as describeDeployment } from "../../config/describe";
import { deploymentRequirements } from "../../config/requirements";
import { deployment as deploymentSchema } from "../../config/stackFile";
import { rawStack, scoreDeployment, spoilt, type Tree, vllmDeployment } from "./stacks";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-tasks-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const roberta = {
  ...{ hidden_size: 1024, num_attention_heads: 16, num_hidden_layers: 24, intermediate_size: 4096, vocab_size: 250_002 },
  ...{ max_position_embeddings: 8194, model_type: "xlm-roberta" },
};
const configs = {
  "bge-m3": { ...roberta, architectures: ["XLMRobertaModel"] },
  "bge-reranker": { ...roberta, architectures: ["XLMRobertaForSequenceClassification"], id2label: { "0": "LABEL_0" } },
};
for (const [name, config] of Object.entries(configs)) {
  fs.mkdirSync(path.join(folder, name));
  fs.writeFileSync(path.join(folder, name, "config.json"), JSON.stringify(config));
}

/** A deployment of a model in the folder. */
const own = (name: keyof typeof configs, vllm: Tree = {}, changes: Tree = {}): Tree => {
  const usual = vllmDeployment(changes);
  const revision = (name === "bge-m3" ? "a" : "b").repeat(40);
  return {
    ...usual,
    vllm: { ...usual.vllm, revision, model: `BAAI/${name}`, configJson: `./${name}`, checkpointGiB: 1.1, servedName: "m", ...vllm },
  };
};
const check = (deployments: Tree) =>
  checkStack(
    rawStack(
      spoilt((settings) => {
        settings["moor:endpoints"].chat.deployments = deployments;
      }),
      { folder },
    ),
  );
const errorsOf = (deployments: Tree) => {
  const checked = check(deployments);
  return "errors" in checked
    ? checked.errors.map(({ code, path: at, problem, allowed, fix }) => ({ code, at, problem, allowed, fix }))
    : [];
};
const specOf = (deployments: Tree) => {
  const checked = check(deployments);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec.endpoints[0]!.deployments;
};
const at = "moor:endpoints.chat.deployments";

test.each([
  ["bge-m3", undefined, "embed", "embeddings"],
  ["bge-m3", "embed", "embed", "embeddings"],
  ["bge-reranker", undefined, "rerank", "reranking"],
  ["bge-reranker", "rerank", "rerank", "reranking"],
] as const)("%s with the task %s: the decision has the task %s, and the preview says %s", (name, task, decided, text) => {
  const [deployment] = specOf({ main: own(name, task === undefined ? {} : { task }) });
  expect(deployment!.decision.task).toBe(decided);
  expect(deployment!.decision.clients).toEqual({ timeoutSeconds: 40, retryOn: [408, 424, 429] });
  expect(describeDeployment("chat", deployment!)).toContain(`, ${text}, 8192 tokens of context, `);
});

test("a task is recorded only if the stack file sets it, so that the requirements in earlier lock files stay valid", () => {
  const requirements = (vllm: Tree) => deploymentRequirements(deploymentSchema.parse(own("bge-m3", vllm)), undefined);
  expect(Object.keys(requirements({}))).not.toContain("vllm.task");
  expect(requirements({ task: "embed" })["vllm.task"]).toBe("embed");
});

test.each<[what: string, deployments: Tree, code: string, at: string, problem: string, allowed: string, fix: string]>([
  [
    "a chat model for embeddings",
    { main: { ...vllmDeployment(), vllm: { ...vllmDeployment().vllm, task: "embed" } } },
    "MOOR130",
    `${at}.main.vllm.task`,
    "`task` is embed; Qwen/Qwen2.5-0.5B-Instruct (Qwen2ForCausalLM) generates text. vLLM could convert it with --convert embed, but its embeddings would be poor, because it was not trained for them.",
    "chat",
    "Set the task that the model is made for or omit `task`, or choose a model that is made for the task.",
  ],
  [
    "an unknown task",
    { main: own("bge-m3", { task: "transcribe" }) },
    "MOOR004",
    `${at}.main.vllm.task`,
    'The value "transcribe" is not allowed.',
    "chat or embed or rerank",
    "Set one of the allowed values.",
  ],
  [
    "a task of a score.py",
    { main: scoreDeployment({ score: { path: path.resolve(__dirname, "../../docker/score"), task: "embed" } }) },
    "MOOR001",
    `${at}.main.score.task`,
    'Unknown key "task".',
    "path, image, model, concurrencyPerInstance",
    "Remove the key or correct its spelling.",
  ],
  ...(["runner", "convert"] as const).map((flag): [string, Tree, string, string, string, string, string] => [
    `the flag ${flag}`,
    { main: own("bge-m3", { flags: { [flag]: "auto" } }) },
    "MOOR035",
    `${at}.main.vllm.flags.${flag}`,
    `Moor sets --${flag}. Another value would break the task, which \`vllm.task\` sets.`,
    "flags other than model, revision, tokenizer-revision, served-model-name, host, port, uds, root-path, config, api-key, runner, convert",
    "Remove the flag, and set `vllm.task`.",
  ]),
  [
    "different tasks in one endpoint",
    { main: own("bge-m3", {}, { weight: 90 }), next: own("bge-reranker", {}, { weight: 10 }) },
    "MOOR028",
    at,
    "The deployments have different tasks (main: embed, next: rerank). Azure would distribute each request to all of them.",
    "the same task for all deployments with `weight` or `mirror`",
    "Move the deployments with another task to an endpoint of their own.",
  ],
])("%s is refused", (_, deployments, code, where, problem, allowed, fix) => {
  expect(errorsOf(deployments)).toEqual([{ code, at: where, problem, allowed, fix }]);
});

test("a deployment without traffic can have another task", () => {
  const found = specOf({ main: own("bge-m3"), next: own("bge-reranker", {}, { weight: 0 }) });
  expect(found.map(({ decision }) => decision.task)).toEqual(["embed", "rerank"]);
});
