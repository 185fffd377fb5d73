// Proves the arithmetic of pages and groups against values calculated manually. Does not prove that vLLM groups every model this way.
import { models } from "../../../facts/models";
import { blocksPerRequest, cacheCapacity, cacheLayout, longestRequest } from "../../../planner/fit/kvCache";
import { GiB, modelFromTable } from "../../../planner/fit/model";

const settings = { tensorParallelSize: 1, kvCacheDtype: "auto", maxNumBatchedTokens: 2048, vllmVersion: "0.31.0" };
const layoutOf = (id: string, changes: Partial<typeof settings> = {}) => cacheLayout(modelFromTable(id)!, { ...settings, ...changes })!;

test.each([
  ["meta-llama/Llama-3.1-8B-Instruct", 131_072],
  ["Qwen/Qwen3-32B", 262_144],
  ["microsoft/phi-4", 204_800],
  ["microsoft/Phi-3.5-mini-instruct", 393_216],
  ["deepseek-ai/DeepSeek-R1-0528", 70_272],
  ["zai-org/GLM-5.2-FP8", 89_856 + 78 * 132],
  ["mistralai/Mistral-Small-4-119B-2603", 23_040],
])("a token of %s takes %i bytes", (id, bytes) => {
  const layout = layoutOf(id);
  expect(layout.blockBytes / layout.blockTokens).toBe(bytes);
});

test("tensor parallelism divides the KV heads until each GPU has one, and then replicates them", () => {
  const bytes = [1, 2, 4, 8].map((tensorParallelSize) => layoutOf("Qwen/Qwen3-235B-A22B-FP8", { tensorParallelSize }).blockBytes);
  expect(bytes).toEqual([4, 2, 1, 1].map((heads) => heads * 16 * 94 * 2 * 128 * 2));
});

test("latent attention requires the same memory on each GPU, regardless of the number of GPUs", () => {
  const sizes = [1, 8].map((tensorParallelSize) => layoutOf("deepseek-ai/DeepSeek-R1-0528", { tensorParallelSize }).blockBytes);
  expect(sizes[0]).toBe(sizes[1]);
});

test.each([
  ["fp8", 0.5],
  ["nvfp4", 4.5 / 16],
  ["int8_per_token_head", 0.5 + 4 / 256],
])("a cache in %s takes %f of 16 bit", (kvCacheDtype, share) => {
  const id = "meta-llama/Llama-3.1-8B-Instruct";
  expect(layoutOf(id, { kvCacheDtype }).blockBytes).toBe(share * layoutOf(id).blockBytes);
});

test("a window of n tokens stores n - 1 tokens, twice the tokens of a step, and one more block", () => {
  const layout = layoutOf("openai/gpt-oss-20b");
  expect(layout.groups).toEqual([1, 1]);
  const window = Math.ceil((127 + 2 * 2048) / 16) + 1;
  expect(blocksPerRequest(layout, 16_000)).toBe(1000 + window);
});

test("a request shorter than the window stores only its own length", () => {
  expect(blocksPerRequest(layoutOf("openai/gpt-oss-20b"), 160)).toBe(10 + 11);
});

test("chunked attention stores the chunk and twice the tokens of a step", () => {
  const layout = layoutOf("meta-llama/Llama-4-Scout-17B-16E-Instruct");
  expect(layout.groups).toEqual([1, 3]);
  expect(blocksPerRequest(layout, 65_536)).toBe(4096 + 3 * ((8192 + 4096) / 16));
});

test("29 sliding layers and 5 full layers form six sliding groups of five, one of them padded", () => {
  expect(layoutOf("google/gemma-3-4b-it").groups).toEqual([1, 6]);
});

test("pages have one size: full layers with half the bytes per token have twice the tokens per block", () => {
  const layout = layoutOf("google/gemma-4-31B-it");
  expect(layout.specs.map((spec) => spec.blockTokens)).toEqual([32, 16]);
  expect(new Set(layout.specs.map((spec) => spec.pageBytes)).size).toBe(1);
});

test("capacity counts only whole blocks, and longestRequest is the longest request that fits", () => {
  const layout = layoutOf("meta-llama/Llama-3.1-8B-Instruct");
  const bytes = 100.9 * layout.blockBytes;
  expect(cacheCapacity(layout, bytes, 160, "0.31.0")).toMatchObject({
    maxConcurrency: 10,
    kvTokens: 1600,
    requestGiB: (10 * layout.blockBytes) / GiB,
  });
  expect(longestRequest(layout, () => bytes, 1, 131_072)).toBe(1600);
  expect(longestRequest(layout, () => bytes, 3, 131_072)).toBe(33 * 16);
  expect(longestRequest(layout, () => 0, 1, 131_072)).toBe(0);
});

test("every supported model of the table has a layout on one GPU", () => {
  const without = Object.keys(models).filter((id) => !modelFromTable(id)!.unmodelled && !cacheLayout(modelFromTable(id)!, settings));
  expect(without).toEqual([]);
});
