// Proves the decisions for embeddings and reranking, and each refusal of a task. Doesn't prove that vLLM starts with these flags: the table of
// its flags (facts/vllm.ts) is the only check.
import { vllmFlag } from "../../facts/vllm";
import { decide, type VllmRequirements } from "../../planner/decide";
import { type Checkpoint, modelFromConfig } from "../../planner/fit/config/json";
import { withCheckpoint } from "../../planner/fit/fromRecord";
import { type Model, modelFromTable } from "../../planner/fit/model";
import { physicalName } from "../../planner/names";
import { flagProblem } from "../../planner/serving/checks";
import { fit as fitModel } from "../../planner/size/fit";
import { type Api, apiOf, isPoolingTask, patternOfApi, type Task, taskOf, tasks } from "../../planner/task";

const encoder = { hidden_size: 1024, num_attention_heads: 16, num_hidden_layers: 24, intermediate_size: 4096, vocab_size: 250_002 };
const roberta = { ...encoder, max_position_embeddings: 8194, model_type: "xlm-roberta" };
const qwen3 = {
  ...{ hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, num_hidden_layers: 28, intermediate_size: 3072 },
  ...{ vocab_size: 151_936, max_position_embeddings: 40_960, model_type: "qwen3", tie_word_embeddings: true },
};
const of = (id: string, architecture: string, config: object, purpose: Checkpoint = {}): Model =>
  withCheckpoint(modelFromConfig(id, { ...config, architectures: [architecture] }, purpose), 1.1);

const models = {
  bge: of("BAAI/bge-m3", "XLMRobertaModel", roberta),
  reranker: of("BAAI/bge-reranker-v2-m3", "XLMRobertaForSequenceClassification", { ...roberta, num_labels: 1 }),
  classifier: of("a/sentiment", "XLMRobertaForSequenceClassification", { ...roberta, num_labels: 3 }),
  unlabelled: of("a/classifier", "XLMRobertaForSequenceClassification", roberta),
  embedding: of("Qwen/Qwen3-Embedding-0.6B", "Qwen3ForCausalLM", qwen3, { pipelineTag: "feature-extraction" }),
  qwen3Reranker: of("Qwen/Qwen3-Reranker-0.6B", "Qwen3ForCausalLM", qwen3, { pipelineTag: "text-ranking" }),
  unclear: of("a/tuned", "Qwen3ForCausalLM", qwen3),
  llama: of("a/reranker", "LlamaForCausalLM", { ...qwen3, model_type: "llama" }, { pipelineTag: "text-ranking" }),
  chat: modelFromTable("Qwen/Qwen3-8B")!,
} satisfies Record<string, Model>;

const wish: VllmRequirements = {
  ...{ pattern: "vllm", image: { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` } },
  ...{ size: "Standard_NC24ads_A100_v4", region: "swedencentral", weights: { source: "mirror", revision: "c".repeat(40) } },
  ...{ model: models.bge, contextTokens: 8192, concurrencyPerInstance: 16, maxInstances: 2, servedName: "m", flags: {} },
};
const outcome = (changes: Partial<VllmRequirements>) => decide("main", { ...wish, ...changes });
const decided = (changes: Partial<VllmRequirements> = {}) => {
  const result = outcome(changes);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.decision;
};
const refused = (changes: Partial<VllmRequirements>) => {
  const result = outcome(changes);
  return "problems" in result ? result.problems.map(({ code, message, allowed }) => ({ code, message, allowed })) : [];
};

const common = (maxModelLen: number) => [
  ...["--served-model-name", "m", "--tensor-parallel-size", "1", "--max-model-len", String(maxModelLen), "--max-num-seqs", "16"],
  ...["--max-num-batched-tokens", String(maxModelLen), "--gpu-memory-utilization", "0.92", "--shutdown-timeout", "60"],
  ...["--disable-access-log-for-endpoints", "/health,/metrics,/ping"],
];
const yesNo = '{"architectures":["Qwen3ForSequenceClassification"],"classifier_from_token":["no","yes"],"is_original_qwen3_reranker":true}';

test("an encoder for embeddings needs no conversion, and a step has space for its longest text", () => {
  const { task, flags, clients, requestSettings, environmentVariables, probes, scaleRule, reasons } = decided();
  expect(task).toBe("embed");
  expect(flags).toEqual([...common(8192), "--runner", "pooling"]);
  expect(clients).toEqual({ timeoutSeconds: 40, retryOn: [408, 424, 429] });
  expect(requestSettings).toEqual({ requestTimeout: 30, maxConcurrentRequestsPerInstance: 16 });
  expect(environmentVariables).toMatchObject({ HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" });
  expect(probes.liveness.initialDelay).toBe(360);
  expect(scaleRule.scaleInBelow * 2).toBeLessThanOrEqual(scaleRule.scaleOutAbove);
  expect(reasons).toContain("task embed: the model is made for it");
  expect(reasons.filter((reason) => reason.includes("max_tokens"))).toEqual([]);
});

test("an embedding model with the architecture of a chat model is converted, and has no chat parsers", () => {
  const { task, flags } = decided({ model: models.embedding, contextTokens: 16_384 });
  expect(task).toBe("embed");
  expect(flags).toEqual([...common(16_384), "--runner", "pooling", "--convert", "embed"]);
});

test("a classifier with one label reranks", () => {
  const { task, flags } = decided({ model: models.reranker });
  expect(task).toBe("rerank");
  expect(flags).toEqual([...common(8192), "--runner", "pooling", "--convert", "classify"]);
});

test("Qwen3-Reranker needs the tokens of its answers and its prompt", () => {
  const { task, flags = [] } = decided({ model: models.qwen3Reranker });
  expect(task).toBe("rerank");
  expect(flags.slice(0, -2)).toEqual([...common(8192), "--runner", "pooling", "--convert", "classify", "--hf-overrides", yesNo]);
  expect(flags.at(-2)).toBe("--chat-template");
  expect(flags.at(-1)).toMatch(/^<\|im_start\|>system\nJudge whether .*"yes" or "no"\.<\|im_end\|>\n<\|im_start\|>user\n<Instruct>: /);
  expect(flags.at(-1)).toContain('<Document>: {{ (messages | selectattr("role", "eq", "document") | first).content }}<|im_end|>');
  expect(flagProblem(flags)).toBeUndefined();
});

test("explicit overrides and templates replace those of the table", () => {
  const overrides = '{"architectures":["LlamaForSequenceClassification"],"classifier_from_token":["0","1"],"method":"from_2_way_softmax"}';
  const flags = { "hf-overrides": overrides, "chat-template": "/x.jinja" };
  const own = decided({ model: models.qwen3Reranker, flags }).flags!;
  expect(own.filter((text) => text === "--hf-overrides")).toHaveLength(1);
  expect([own[own.indexOf("--hf-overrides") + 1], own[own.indexOf("--chat-template") + 1]]).toEqual([overrides, "/x.jinja"]);
  expect(decided({ model: models.llama, flags }).flags).toEqual(
    expect.arrayContaining(["--convert", "classify", "--hf-overrides", overrides]),
  );
});

test.each(["chat", "embed"] as const)("if the files don't make clear what a model is for, the declared task %s is taken", (task) => {
  const { reasons, ...decision } = decided({ model: models.unclear, task });
  expect(taskOf(decision)).toBe(task);
  if (task === "embed") expect(reasons).toContain("task embed: set in the stack file");
});

test("chat is the default, and a decision with chat doesn't contain a task", () => {
  const [absent, declared] = [decided({ model: models.chat }), decided({ model: models.chat, task: "chat" })];
  expect("task" in absent).toBe(false);
  expect(declared).toEqual(absent);
  const unclear = decided({ model: models.unclear });
  expect(unclear.flags).not.toContain("--runner");
  const reason = "task chat: the model's files don't make clear what it is made for; `vllm.task` can state it";
  expect([absent, unclear, decided({ model: models.unclear, task: "chat" })].map(({ reasons }) => reasons.includes(reason))).toEqual([
    false,
    true,
    false,
  ]);
});

test("the task is a part of the name", () => {
  const { name, ...recipe } = decided();
  expect(physicalName("main", recipe)).toBe(name);
  expect(physicalName("main", { ...recipe, task: "rerank" })).not.toBe(name);
});

test.each<[what: string, Partial<VllmRequirements>, code: string, message: string, allowed: string | undefined]>([
  [
    "a chat model for embeddings",
    { model: models.chat, task: "embed" },
    "MOOR130",
    "`task` is embed; Qwen/Qwen3-8B (Qwen3ForCausalLM) generates text. vLLM could convert it with --convert embed, but its embeddings would be poor, because it was not trained for them.",
    "chat",
  ],
  [
    "a chat model for reranking",
    { model: models.chat, task: "rerank" },
    "MOOR130",
    "`task` is rerank; Qwen/Qwen3-8B (Qwen3ForCausalLM) generates text. vLLM could convert it with --convert classify, but its scores would have no meaning, because it was not trained for them.",
    "chat",
  ],
  [
    "an encoder for chat",
    { model: models.bge, task: "chat" },
    "MOOR130",
    "`task` is chat; BAAI/bge-m3 (XLMRobertaModel) computes embeddings.",
    "embed",
  ],
  [
    "an embedding model for chat",
    { model: models.embedding, task: "chat" },
    "MOOR130",
    "`task` is chat; Qwen/Qwen3-Embedding-0.6B (Qwen3ForCausalLM) computes embeddings.",
    "embed",
  ],
  [
    "a reranker for embeddings",
    { model: models.reranker, task: "embed" },
    "MOOR130",
    "`task` is embed; BAAI/bge-reranker-v2-m3 (XLMRobertaForSequenceClassification) scores documents for a query.",
    "rerank",
  ],
  [
    "a classifier whose files don't specify its labels, without a task",
    { model: models.unlabelled },
    "MOOR130",
    "The task is chat; the architecture of a/classifier, XLMRobertaForSequenceClassification, scores documents for a query.",
    "rerank",
  ],
  [
    "a classifier with several labels",
    { model: models.classifier },
    "MOOR130",
    "a/sentiment (XLMRobertaForSequenceClassification) is a classifier with 3 labels. To rerank, vLLM needs a classifier with one label, which is the score.",
    "a model for chat, embed or rerank",
  ],
  [
    "a language model that reranks in an unknown way",
    { model: models.llama },
    "MOOR131",
    "a/reranker (LlamaForCausalLM) is a language model. To rerank with it, vLLM needs the tokens of its answers and its prompt, which the planner doesn't know for this model.",
    undefined,
  ],
  [
    "steps that are shorter than a text",
    { flags: { "max-num-batched-tokens": 2048 } },
    "MOOR230",
    "--max-num-batched-tokens is 2048; a text can have 8192 tokens.",
    "8192 or more",
  ],
])("%s is refused", (_, changes, code, message, allowed) => {
  expect(refused(changes)).toEqual([{ code, message, ...(allowed === undefined ? {} : { allowed }) }]);
});

test("fit refuses a declared task that the model is not made for, and sizes a model whose task isn't clear", () => {
  const sized = (model: Model, task?: Task) => {
    const { verdict, refusal, flags } = fitModel({ model, task, region: "swedencentral", concurrency: 4, maxModelLen: 2048 });
    return [verdict, refusal?.code, flags.slice(flags.indexOf("--runner"))[3]];
  };
  expect(sized(models.chat, "embed")).toEqual(["doesntFit", "MOOR130", undefined]);
  expect(sized(models.unlabelled)).toEqual(["fits", undefined, "classify"]);
  expect(sized(models.embedding)).toEqual(["fits", undefined, "embed"]);
  expect(sized(models.bge)).toEqual(["fits", undefined, undefined]);
});

test("each task has its pattern, and each decision its API", () => {
  const pattern = (api: Api) => patternOfApi[api];
  expect(tasks.map((task) => [pattern(task), isPoolingTask(task)])).toEqual([
    ["vllm", false],
    ["vllm", true],
    ["vllm", true],
  ]);
  const apis: Record<Task, Api> = {
    chat: apiOf({ pattern: "vllm" }),
    embed: apiOf(decided()),
    rerank: apiOf(decided({ model: models.reranker })),
  };
  expect(apis).toEqual({ chat: "chat", embed: "embed", rerank: "rerank" });
  expect(apiOf({ pattern: "score" })).toBe("score");
});

test("vLLM has all flags of the tasks", () => {
  expect(["--runner", "--convert", "--hf-overrides", "--chat-template"].filter((flag) => vllmFlag(flag) === undefined)).toEqual([]);
});
