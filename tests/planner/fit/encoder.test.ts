// Proves that an encoder has no KV cache, and that a pooling model has no sampler. Does not prove the peak activation of an encoder: no public
// log has one.
import { modelFromConfig } from "../../../planner/fit/config/json";
import { estimate } from "../../../planner/fit/estimate";
import { withCheckpoint } from "../../../planner/fit/fromRecord";
import { modelFromTable } from "../../../planner/fit/model";
import { splitProblem } from "../../../planner/fit/parallel";
import { fit as fitModel } from "../../../planner/size/fit";

const config = {
  ...{ architectures: ["XLMRobertaModel"], model_type: "xlm-roberta", hidden_size: 1024, num_attention_heads: 16, num_hidden_layers: 24 },
  ...{ intermediate_size: 4096, vocab_size: 250_002, max_position_embeddings: 8194 },
};
const bge = withCheckpoint(modelFromConfig("BAAI/bge-m3", config), 1.06);
const gpu = { visibleGiB: 14.56, computeCapability: 7.5, a100: false };

test("an encoder has no KV cache, and a step has space for its longest text", () => {
  const { settings, requestGiB, kvTokens, maxConcurrency, longestRequest } = estimate(bge, gpu);
  expect({ requestGiB, kvTokens, maxConcurrency, longestRequest }).toEqual({
    ...{ requestGiB: 0, kvTokens: 0, maxConcurrency: 256, longestRequest: bge.maxModelLen },
  });
  expect(settings.maxNumBatchedTokens).toBe(bge.maxModelLen);
});

test("the result has no KV cache, and the cheapest size that fits is one with a T4", () => {
  const result = fitModel({ model: bge, concurrency: 16, region: "swedencentral" });
  expect(result).toMatchObject({ verdict: "fits", hasKvCache: false, kvGiBPerGpu: 0, safeKvGiBPerGpu: 0, size: "Standard_NC4as_T4_v3" });
  expect(result.reasons.join("\n")).toMatch(/\nno KV cache; \d+\.\d\d GiB are free on each GPU: /);
  expect(result.reasons.join("\n")).not.toMatch(/KV cache -?\d/);
});

test("the format of the KV cache doesn't exclude a GPU, because there is no cache", () => {
  const input = { model: bge, concurrency: 16, region: "swedencentral" };
  expect(fitModel({ ...input, kvCacheDtype: "fp8" }).size).toBe(fitModel(input).size);
});

test("an encoder that doesn't fit misses memory", () => {
  const { verdict, kvGiBPerGpu, refusal } = fitModel({ model: bge, gpu: { visibleGiB: 1, computeCapability: 8 } });
  expect({ verdict, code: refusal?.code }).toEqual({ verdict: "doesntFit", code: "MOOR108" });
  expect(kvGiBPerGpu).toBeLessThan(0);
});

test("an encoder can't be split into a pipeline", () => {
  expect(splitProblem(bge, 1, { pipelineParallelSize: 2 })).toBe("vLLM doesn't support pipeline parallelism for encoders");
});

test("a decoder for embeddings keeps its KV cache, but has no sampler", () => {
  const qwen = modelFromTable("Qwen/Qwen3-8B")!;
  const h100 = { visibleGiB: 79.18, computeCapability: 9, a100: false };
  const chat = estimate(qwen, h100, { maxModelLen: 8192 });
  const embed = estimate(qwen, h100, { maxModelLen: 8192, task: "embed" });
  expect(embed.requestGiB).toBe(chat.requestGiB);
  expect(chat.activationGiB - embed.activationGiB).toBeGreaterThan(2);
});
