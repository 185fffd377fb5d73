// Proves that the planner answers for more than 100 published models, each with a size or a reason, and which answers they are. The facts are
// those that the sources in the records state. Doesn't prove that an answer is right: see publicLogs.test.ts. The records contain no more of a
// model's config.json than its structure, dimensions and quantization.
// `MOOR_GOLDEN=write npx jest --selectProjects unit --testPathPatterns tests/planner/fit/models` renews models.csv.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Code, PlanError } from "../../../planner/codes";
import { modelFromRecord } from "../../../planner/fit/fromRecord";
import { GiB } from "../../../planner/fit/model";
import { fit as fitModel } from "../../../planner/size/fit";
import { type RecordedModel, recordedModels, recordsFolder } from "./recordedModels";

const golden = path.join(__dirname, "models.csv");

/** The models without a size, by the code of the reason. models.csv contains the reasons. */
const withoutSize: Partial<Record<Code, readonly string[]>> = {
  MOOR114: [
    "Alibaba-NLP/gte-multilingual-base",
    "MiniMaxAI/MiniMax-M3",
    "answerdotai/ModernBERT-large",
    "sentence-transformers/all-mpnet-base-v2",
    "stepfun-ai/Step-3.7-Flash-FP8",
  ],
  MOOR115: ["deepseek-ai/DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Pro", "nvidia/GLM-5.2-NVFP4"],
  MOOR118: [
    "Qwen/Qwen3-Coder-480B-A35B-Instruct",
    "Qwen/Qwen3.5-397B-A17B",
    "deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-V3.2",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    "meta-llama/Meta-Llama-3.1-405B",
    "moonshotai/Kimi-K2-Instruct",
    "moonshotai/Kimi-K2.5",
    "moonshotai/Kimi-K3",
    "zai-org/GLM-4.5",
    "zai-org/GLM-5.2",
  ],
  MOOR120: ["Qwen/Qwen3-8B-AWQ", "ibm-granite/granite-4.1-8b", "nvidia/NVIDIA-Nemotron-Nano-9B-v2"],
};

interface Answer {
  readonly id: string;
  /** Empty without a size. */
  readonly size: string;
  readonly tensorParallelSize: number;
  readonly weightsGiB: number;
  /** Undefined with a size. */
  readonly code?: Code;
  readonly reason?: string;
}

const mostTokens = 8192;

/** The answer for 8192 tokens, or for the model's maximum context if it is shorter, in any region. */
function answerOf(record: RecordedModel): Answer {
  const none = { id: record.id, size: "", tensorParallelSize: 0, weightsGiB: 0 };
  try {
    const model = modelFromRecord(record);
    const { size, tensorParallelSize, refusal } = fitModel({ model, maxModelLen: Math.min(mostTokens, model.maxModelLen) });
    const weightsGiB = model.weightBytes / GiB;
    if (size !== null) return { id: record.id, size, tensorParallelSize, weightsGiB };
    return { ...none, weightsGiB, code: refusal?.code, reason: refusal?.message };
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return { ...none, code: error.problem.code, reason: error.problem.message };
  }
}

const records = recordedModels();
const answers = records.map(answerOf);

test("each record is in the file of its ID and states its source", () => {
  expect(records.length).toBeGreaterThanOrEqual(100);
  for (const { id, source } of records) {
    expect(fs.existsSync(path.join(recordsFolder, `${id.replace("/", "--")}.json`))).toBe(true);
    expect(source).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{8} \S/);
  }
});

test("a record contains only parts of a Hub record", () => {
  const parts = new Set(["id", "source", "pipelineTag", "license", "fileBytes", "config", "hfQuantConfig"]);
  const others = records.flatMap((record) => Object.keys(record).filter((key) => !parts.has(key)));
  expect(others).toEqual([]);
});

test("at least 85 models get a size", () => {
  expect(answers.filter(({ size }) => size !== "").length).toBeGreaterThanOrEqual(85);
});

test("the other models have these reasons", () => {
  const found: Partial<Record<Code, string[]>> = {};
  for (const { id, size, code, reason } of answers) {
    if (size !== "") continue;
    expect(reason).toMatch(/\S/);
    found[code!] = [...(found[code!] ?? []), id];
  }
  expect(found).toEqual(withoutSize);
});

test("the answers are those of models.csv", () => {
  const rows = answers.map(({ id, size, tensorParallelSize, weightsGiB, reason }) =>
    [id, size, tensorParallelSize, weightsGiB.toFixed(2), reason === undefined ? "" : JSON.stringify(reason)].join(","),
  );
  const text = `${["id,size,tensorParallelSize,weightsGiB,reason", ...rows].join("\n")}\n`;
  if (process.env.MOOR_GOLDEN === "write") fs.writeFileSync(golden, text);
  expect(text).toBe(fs.readFileSync(golden, "utf8"));
});
