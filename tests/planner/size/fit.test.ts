// Proves which size is chosen and why others are rejected, for all models, regions and sizes of the tables. Does not prove that a price is
// current, that Azure has capacity, or that a server starts.
import fc from "fast-check";
import { models } from "../../../facts/models";
import { pricedRegions, usdPerHour } from "../../../facts/prices";
import { sizes } from "../../../facts/sizes";
import { architectures } from "../../../facts/vllm";
import { modelFromConfig } from "../../../planner/fit/config/json";
import { modelFromTable } from "../../../planner/fit/model";
import { splitProblem } from "../../../planner/fit/parallel";
import { flagProblem, servingChecks } from "../../../planner/serving/checks";
import { evaluateMachine } from "../../../planner/size/candidate";
import { type FitInput, type FitResult, fit as fitModel } from "../../../planner/size/fit";
import { isProblem, machineOf } from "../../../planner/size/machine";

const qwen = "Qwen/Qwen2.5-7B-Instruct";
const codeOn = (instanceType: string, input: Partial<FitInput> = {}) => fitModel({ model: qwen, ...input, instanceType }).refusal?.code;
const flag = (result: FitResult, name: string) => result.flags[result.flags.indexOf(name) + 1];

describe("a declared load", () => {
  const load = { model: qwen, maxModelLen: 16_384, concurrency: 64, region: "swedencentral" };
  const result = fitModel(load);

  test("results in the cheapest size that fits", () => {
    expect(result).toMatchObject({
      fits: true,
      size: "Standard_NC24ads_A100_v4",
      tensorParallelSize: 1,
      usdPerHour: 4.775,
      maxModelLen: 16_384,
    });
    expect(result.maxConcurrency).toBeGreaterThan(64);
  });

  test("results in flags with the same values", () => {
    expect(flag(result, "--max-model-len")).toBe("16384");
    expect(flag(result, "--max-num-seqs")).toBe("64");
    expect(flag(result, "--tensor-parallel-size")).toBe("1");
    expect(flag(result, "--tool-call-parser")).toBe("hermes");
    expect(result.requestSettings).toEqual({ requestTimeout: 180, maxConcurrentRequestsPerInstance: 64 });
  });

  test("lists every other size with the reason why it was rejected", () => {
    expect(result.rejected).toHaveLength(Object.keys(sizes).length - 1);
    expect(result.rejected.every(({ reason }) => reason.length > 20)).toBe(true);
    const lost = Object.fromEntries(result.rejected.map(({ size, code }) => [size, code]));
    expect(lost).toMatchObject({
      Standard_D48a_v4: "MOOR101",
      Standard_NC6s_v3: "MOOR103",
      Standard_ND40rs_v2: "MOOR104",
      Standard_NV12ads_A10_v5: "MOOR105",
      Standard_NC4as_T4_v3: "MOOR108",
      Standard_NV36ads_A10_v5: "MOOR110",
      Standard_ND96is_H100_v5: "MOOR111",
    });
    expect(result.rejected.find(({ size }) => size === "Standard_NC40ads_H100_v5")).toEqual({
      size: "Standard_NC40ads_H100_v5",
      reason: "It fits, but costs 9.074 USD per hour instead of 4.775.",
    });
  });

  test("that fits no size results in a problem with the closest machine's numbers", () => {
    const none = fitModel({ ...load, concurrency: 5000 });
    expect(none).toMatchObject({ fits: false, size: null, refusal: { code: "MOOR118" }, flags: [], probes: null });
    expect(none.kvGiBPerGpu).toBeGreaterThan(0);
    expect(none.rejected).toHaveLength(Object.keys(sizes).length);
  });

  test("a size with fewer GPUs than the parallelism requires is refused with both numbers", () => {
    const { refusal } = fitModel({ model: "Qwen/Qwen3-8B", instanceType: "Standard_NC24ads_A100_v4", pipelineParallelSize: 7 });
    expect(refusal).toMatchObject({
      ...{ code: "MOOR107" },
      message: "Standard_NC24ads_A100_v4 has 1 GPU; the tensor parallel size is 1, the pipeline parallel size is 7.",
    });
  });

  test("a problem without any KV cache states the memory of the activations in addition to the weights", () => {
    const { refusal } = fitModel({ model: "openai/gpt-oss-120b", instanceType: "Standard_ND96isr_H100_v5", concurrency: 9999 });
    expect(refusal).toMatchObject({
      code: "MOOR108",
      message: expect.stringMatching(
        /requires 8\.6 GiB for weights and 22\.8 GiB for activations on each GPU: 13\.8 GiB too much, even without a KV cache\.$/,
      ),
      remedy: expect.stringContaining("fewer concurrent sequences"),
    });
  });

  test("the closest machine is not one that would have another problem even with more memory", () => {
    const { refusal } = fitModel({ model: "zai-org/GLM-5.2-FP8" });
    expect(refusal?.message).toMatch(/Closest: On Standard_ND96isr_H100_v5 .*: \d+\.\d GiB too much, even without a KV cache\./);
    expect(refusal?.message).toMatch(
      /\. Standard_ND96isr_H200_v5 \(8 × H200\) has enough memory, but managed online endpoints don't support it\.$/,
    );
  });
});

test("a model without an architecture, and bitsandbytes of either width, are problems with a plain message", () => {
  const config = {
    ...{ hidden_size: 3584, num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4, intermediate_size: 18944 },
    ...{ vocab_size: 152064, max_position_embeddings: 32768 },
  };
  const why = (more: object) =>
    fitModel({ model: modelFromConfig("a model", { ...config, ...more }), instanceType: "Standard_NC24ads_A100_v4" }).refusal?.message;
  expect(why({})).toBe("a model specifies no architecture.");
  for (const load_in_8bit of [true, false]) {
    const quantization_config = { quant_method: "bitsandbytes", load_in_8bit };
    expect(why({ architectures: ["Qwen2ForCausalLM"], quantization_config })).toBe("vLLM no longer supports bitsandbytes checkpoints.");
  }
});

describe("an explicit size that doesn't fit has its own code", () => {
  test.each([
    ["Standard_D48a_v4", {}, "MOOR101"],
    ["Standard_ND96isr_H200_v5", {}, "MOOR102"],
    ["standard_nc24ads_a100_v4", {}, "MOOR102"],
    ["Standard_NC6s_v3", {}, "MOOR103"],
    ["Standard_ND40rs_v2", {}, "MOOR104"],
    ["Standard_NV18ads_A10_v5", {}, "MOOR105"],
    ["Standard_NC64as_T4_v3", { model: "Qwen/Qwen3-32B-FP8" }, "MOOR106"],
    ["Standard_NC64as_T4_v3", { model: "google/gemma-3-4b-it" }, "MOOR106"],
    ["Standard_ND96amsr_A100_v4", { model: "deepseek-ai/DeepSeek-V3.2" }, "MOOR106"],
    ["Standard_ND96isr_H100_v5", { tensorParallelSize: 8 }, "MOOR107"],
    ["Standard_NC24ads_A100_v4", { tensorParallelSize: 2 }, "MOOR107"],
    ["Standard_NC4as_T4_v3", {}, "MOOR108"],
    ["Standard_NV36ads_A10_v5", { model: "meta-llama/Llama-3.1-8B-Instruct", maxModelLen: 131_072 }, "MOOR109"],
    ["Standard_NC24ads_A100_v4", { concurrency: 500, maxModelLen: 16_384 }, "MOOR110"],
    ["Standard_NC24ads_A100_v4", { kvCacheDtype: "fp8" }, "MOOR113"],
    ["Standard_NC24ads_A100_v4", { model: "deepseek-ai/DeepSeek-V4-Flash" }, "MOOR115"],
    ["Standard_NC24ads_A100_v4", { maxModelLen: 65_536 }, "MOOR116"],
    ["Standard_NC64as_T4_v3", { concurrency: 20, maxModelLen: 16_384, outputTokens: 8000 }, "MOOR117"],
    ["Standard_NC24ads_A100_v4", { gpuMemoryUtilization: 1.5 }, "MOOR119"],
    ["Standard_NC24ads_A100_v4", { maxNumSeqs: 0 }, "MOOR119"],
    ["Standard_NC24ads_A100_v4", { kvCacheDtype: "fp3" }, "MOOR119"],
    ["Standard_NC24ads_A100_v4", { maxNumSeqs: 16, concurrency: 32 }, "MOOR203"],
  ] as const)("%s with %j: %s", (instanceType, input, code) => {
    expect(codeOn(instanceType, input)).toBe(code);
  });

  test("a disk too small for image and weights", () => {
    const model = { ...modelFromTable("openai/gpt-oss-20b")!, weightBytes: 12.5 * 2 ** 30, activeBytes: 2 ** 30 };
    const machine = machineOf("Standard_NV36ads_A10_v5");
    if (isProblem(machine)) throw new Error(machine.message);
    const small = { ...machine, size: { ...machine.size!, tempDiskGiB: 40 } };
    expect(evaluateMachine(model, small, {}).problem).toMatchObject({
      code: "MOOR112",
      message: expect.stringContaining("48 GiB of disk"),
    });
    expect(evaluateMachine(model, machine, {}).problem).toBeUndefined();
  });

  test("an architecture that vLLM doesn't support", () => {
    const model = { ...modelFromTable(qwen)!, architecture: "RwkvForCausalLM" };
    expect(fitModel({ model }).refusal).toMatchObject({ code: "MOOR114", message: expect.stringContaining("RwkvForCausalLM") });
  });

  test("an ID that isn't in the table is an error that names it", () => {
    expect(() => fitModel({ model: "unknown/model" })).toThrow("MOOR120: unknown/model is not in the planner's table of models.");
  });
});

describe("points to review are in the reasons", () => {
  const reasonsOn = (instanceType: string, model: string) => fitModel({ model, instanceType }).reasons.join("\n");
  test("shared memory with several GPUs", () => {
    expect(reasonsOn("Standard_NC48ads_A100_v4", qwen)).toContain("/dev/shm");
    expect(reasonsOn("Standard_NC24ads_A100_v4", qwen)).not.toContain("/dev/shm");
  });
  test("idle GPUs", () => expect(reasonsOn("Standard_NC96ads_A100_v4", "microsoft/phi-4")).toContain("2 of 4 GPUs stay idle"));
  test("weights that only fit on the NVMe disk", () =>
    expect(reasonsOn("Standard_NC24ads_A100_v4", "Qwen/Qwen3-32B")).toContain("local NVMe"));
  test("visible memory that no log has confirmed", () =>
    expect(reasonsOn("Standard_NC40ads_H100_v5", qwen)).toContain("no vLLM log has confirmed yet"));
});

describe("flags that the machine or the model requires", () => {
  test("fp16 on a T4", () => {
    const result = fitModel({ model: "Qwen/Qwen3-0.6B", instanceType: "Standard_NC4as_T4_v3" });
    expect(flag(result, "--dtype")).toBe("half");
  });
  test("whole experts if their blocks can't be divided", () => {
    const on = (tensorParallelSize: number) =>
      fitModel({ model: "Qwen/Qwen3-235B-A22B-FP8", instanceType: "Standard_ND96isr_H100_v5", tensorParallelSize });
    expect(on(8).flags).toContain("--enable-expert-parallel");
    expect(on(4).flags).not.toContain("--enable-expert-parallel");
  });
});

describe("a GPU given by numbers", () => {
  test("results in vLLM's defaults, without a price or Azure's limits", () => {
    const result = fitModel({ model: "meta-llama/Llama-3.1-8B-Instruct", gpu: { visibleGiB: 79.18, computeCapability: 9 } });
    expect(result).toMatchObject({ fits: true, size: null, usdPerHour: null, maxModelLen: 131_072 });
    expect(flag(result, "--max-num-seqs")).toBe("1024");
    expect(flag(result, "--max-num-batched-tokens")).toBe("8192");
  });
  test("has a memory estimate even if it doesn't fit", () => {
    const result = fitModel({ model: qwen, gpu: { visibleGiB: 23.6, computeCapability: 8.6 }, kvCacheDtype: "fp8" });
    expect(result.refusal?.code).toBe("MOOR113");
    expect(result.kvGiBPerGpu).toBeGreaterThan(3);
  });
  test("depends on the version: less memory is requested before 0.20", () => {
    const kv = (vllmVersion: string) => fitModel({ model: qwen, gpu: { visibleGiB: 44.42, computeCapability: 8.9 }, vllmVersion }).flags;
    expect(kv("0.19.1")).toContain("0.9");
    expect(kv("0.20.2")).toContain("0.92");
    expect(kv("0.28.0")).toContain("0.92");
  });
});

describe("every model in every region with prices", () => {
  const answers = Object.keys(models).flatMap((model) =>
    pricedRegions.map((region) => ({ model, region, result: fitModel({ model, region }) })),
  );
  const fitting = answers.filter(({ result }) => result.fits);

  test("results in a size, or in a problem with a reason", () => {
    expect(Object.keys(models).length).toBeGreaterThanOrEqual(49);
    expect(answers).toHaveLength(Object.keys(models).length * 57);
    expect(fitting.length).toBeGreaterThan(1000);
    expect(answers.filter(({ result }) => !result.fits && !result.refusal)).toEqual([]);
    expect(answers.filter(({ result }) => result.reasons.length === 0)).toEqual([]);
  });

  test("has only flags, parsers and architectures that vLLM supports", () => {
    expect(fitting.map(({ result }) => flagProblem(result.flags)).filter((problem) => problem)).toEqual([]);
    expect(fitting.filter(({ model }) => !architectures.has(modelFromTable(model)!.architecture))).toEqual([]);
  });

  test("has a valid split across the GPUs of the size", () => {
    const bad = fitting.filter(
      ({ model, result }) => splitProblem(modelFromTable(model)!, result.tensorParallelSize) || result.tensorParallelSize > result.gpus,
    );
    expect(bad).toEqual([]);
  });

  test("has the price of its size in its region", () => {
    expect(fitting.filter(({ result, region }) => result.usdPerHour !== usdPerHour(result.size!, region))).toEqual([]);
  });
});

describe("for any load", () => {
  const anyLoad = fc.record({
    model: fc.constantFrom(...Object.keys(models)),
    region: fc.constantFrom("swedencentral", "westeurope", "eastus", "australiaeast"),
    maxModelLen: fc.integer({ min: 256, max: 16_384 }),
    concurrency: fc.integer({ min: 1, max: 128 }),
  });

  test("no size that fits is cheaper than the recommended one", () => {
    const holds = (load: typeof anyLoad extends fc.Arbitrary<infer T> ? T : never) => {
      const best = fitModel(load);
      const cheaper = Object.keys(sizes)
        .filter((size) => (usdPerHour(size, load.region) ?? Number.POSITIVE_INFINITY) < (best.usdPerHour ?? Number.POSITIVE_INFINITY))
        .filter((instanceType) => fitModel({ ...load, instanceType }).fits);
      return cheaper.length === 0;
    };
    fc.assert(fc.property(anyLoad, holds), { numRuns: 30 });
  });

  test("all derived settings satisfy all inequalities", () => {
    const holds = (load: typeof anyLoad extends fc.Arbitrary<infer T> ? T : never) => {
      const best = fitModel(load);
      if (!best.size) return best.refusal !== null;
      const machine = machineOf(best.size);
      if (isProblem(machine)) return false;
      const { contract } = evaluateMachine(modelFromTable(load.model)!, machine, load);
      return servingChecks(contract!.settings, contract!.basis).every(({ ok }) => ok);
    };
    fc.assert(fc.property(anyLoad, holds), { numRuns: 60 });
  });
});
