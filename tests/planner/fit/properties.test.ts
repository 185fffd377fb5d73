// Proves properties that apply to every model, GPU and setting. Does not prove any number.
import fc from "fast-check";
import { models } from "../../../facts/models";
import { type EngineSettings, estimate, gpusOf } from "../../../planner/fit/estimate";
import { modelFromTable } from "../../../planner/fit/model";
import { onlineMethods, withQuantization } from "../../../planner/fit/onlineQuantization";
import { largestSplit, splitProblem } from "../../../planner/fit/parallel";
import { evaluateMachine } from "../../../planner/size/candidate";
import { machineByNumbers } from "../../../planner/size/machine";

const ids = Object.keys(models).filter((id) => !modelFromTable(id)!.unmodelled);
const anyId = fc.constantFrom(...ids);
const anyVersion = fc.constantFrom("0.9.2", "0.10.1", "0.11.0", "0.20.2", "0.21.0", "0.28.0", "0.31.0");
const anyCase = fc.record({
  id: anyId,
  visibleGiB: fc.double({ min: 8, max: 200, noNaN: true }),
  tensorParallelSize: fc.constantFrom(1, 2, 4, 8),
  maxModelLen: fc.integer({ min: 1, max: 1_000_000 }),
  maxNumSeqs: fc.integer({ min: 1, max: 2048 }),
  maxNumBatchedTokens: fc.integer({ min: 2048, max: 16_384 }),
  kvCacheDtype: fc.constantFrom("auto", "fp8"),
  vllmVersion: anyVersion,
  checkpointGiB: fc.double({ min: 0.5, max: 700, noNaN: true }),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

const run = ({ id, visibleGiB, checkpointGiB, ...settings }: Case) =>
  estimate(modelFromTable(id, checkpointGiB)!, { visibleGiB, computeCapability: 9, a100: false }, settings);
/** Whether neither the cache, nor the safe cache, nor the concurrency is larger with `more` than with `less`. */
const never = (more: Case, less: Case) => {
  const [a, b] = [run(more), run(less)];
  return a.kvGiBPerGpu <= b.kvGiBPerGpu && a.safeKvGiBPerGpu <= b.safeKvGiBPerGpu && a.maxConcurrency <= b.maxConcurrency;
};

const drafts = ["Qwen/Qwen3-0.6B", "Qwen/Qwen2.5-0.5B-Instruct"].map((id) => modelFromTable(id)!);
/** Settings that most of the cases don't have. */
const anyEngine = fc.record(
  {
    pipelineParallelSize: fc.constantFrom(1, 2, 3, 4),
    dataParallelSize: fc.constantFrom(1, 2),
    expertParallel: fc.boolean(),
    quantization: fc.constantFrom(...Object.keys(onlineMethods)),
    blockSize: fc.constantFrom(16, 32, 64, 128),
    cpuOffloadGiB: fc.integer({ min: 0, max: 100 }),
    kvCacheBytes: fc.integer({ min: 1, max: 2 ** 40 }),
    gpuBlocks: fc.integer({ min: 1, max: 100_000 }),
    task: fc.constantFrom("chat", "embed", "rerank"),
    lora: fc.record({ maxLoras: fc.integer({ min: 1, max: 16 }), maxRank: fc.integer({ min: 1, max: 512 }) }),
    speculative: fc.record(
      {
        method: fc.constantFrom("draft", "mtp", "eagle", "ngram"),
        tokens: fc.integer({ min: 1, max: 16 }),
        model: fc.constantFrom(...drafts),
        draftTensorParallelSize: fc.constantFrom(1, 2),
      },
      { requiredKeys: ["method", "tokens"] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<EngineSettings>;

const runWith = (one: Case, engine: EngineSettings) => run({ ...one, ...engine } as Case);
/** Whether `more` never has more cache than `less`. */
const neverMore = (one: Case, more: EngineSettings, less: EngineSettings) => {
  const [a, b] = [runWith(one, more), runWith(one, less)];
  return a.kvGiBPerGpu <= b.kvGiBPerGpu && a.safeKvGiBPerGpu <= b.safeKvGiBPerGpu && a.maxConcurrency <= b.maxConcurrency;
};
/** The settings without a cache of a given size. */
const measured = (engine: EngineSettings) => ({ ...engine, kvCacheBytes: undefined, gpuBlocks: undefined });

test("with any settings, all numbers are finite, and the safe estimate never exceeds the estimate", () => {
  fc.assert(
    fc.property(anyCase, anyEngine, (one, engine) => {
      const { settings: _, ...numbers } = runWith(one, engine);
      return Object.values(numbers).every((value) => Number.isFinite(value)) && numbers.safeKvGiBPerGpu <= numbers.kvGiBPerGpu;
    }),
    { numRuns: 500 },
  );
});

test("adapters never increase the cache, and neither do more adapters or a larger rank", () => {
  fc.assert(
    fc.property(anyCase, anyEngine, fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 256 }), (one, engine, maxLoras, maxRank) => {
      const plain = { ...measured(engine), lora: undefined };
      const some = { ...plain, lora: { maxLoras, maxRank } };
      return (
        neverMore(one, some, plain) &&
        neverMore(one, { ...plain, lora: { maxLoras: maxLoras + 1, maxRank } }, some) &&
        neverMore(one, { ...plain, lora: { maxLoras, maxRank: 2 * maxRank } }, some)
      );
    }),
    { numRuns: 500 },
  );
});

test("speculative decoding never increases the cache, and neither do more tokens", () => {
  fc.assert(
    fc.property(
      anyCase,
      anyEngine,
      fc.constantFrom("draft", "mtp", "eagle", "ngram"),
      fc.constantFrom(...drafts),
      (one, engine, method, model) => {
        const plain = { ...measured(engine), speculative: undefined };
        const some = { ...plain, speculative: { method, tokens: 2, model } } as EngineSettings;
        const more = { ...plain, speculative: { method, tokens: 9, model } } as EngineSettings;
        return neverMore(one, some, plain) && neverMore(one, more, some);
      },
    ),
    { numRuns: 500 },
  );
});

test("with any settings, more context and more sequences never increase the cache", () => {
  fc.assert(
    fc.property(anyCase, anyEngine, fc.integer({ min: 1, max: 100_000 }), (one, engine, by) => {
      const longer = { ...engine, maxModelLen: one.maxModelLen + by };
      const wider = { ...measured(engine), maxNumSeqs: one.maxNumSeqs + by };
      const hasCache = engine.task === undefined || engine.task === "chat";
      return neverMore(one, longer, engine) && (!hasCache || neverMore(one, wider, measured(engine)));
    }),
    { numRuns: 500 },
  );
});

test("converted weights are never larger", () => {
  fc.assert(
    fc.property(anyId, fc.constantFrom(...Object.keys(onlineMethods)), (id, method) => {
      const model = modelFromTable(id)!;
      const converted = withQuantization(model, method);
      return converted.weightBytes <= model.weightBytes && converted.activeBytes <= model.activeBytes && converted.weightBytes > 0;
    }),
  );
});

const properties: readonly [string, (one: Case, by: number) => Case][] = [
  ["more context never increases the cache", (one, by) => ({ ...one, maxModelLen: one.maxModelLen + by })],
  ["more sequences never increase the cache", (one, by) => ({ ...one, maxNumSeqs: one.maxNumSeqs + by })],
  ["a larger batch never increases the cache", (one, by) => ({ ...one, maxNumBatchedTokens: one.maxNumBatchedTokens + by })],
  ["a larger checkpoint never increases the cache", (one, by) => ({ ...one, checkpointGiB: one.checkpointGiB + by / 100 })],
];

test.each(properties)("%s", (_, grow) => {
  fc.assert(
    fc.property(anyCase, fc.integer({ min: 0, max: 50_000 }), (one, by) => never(grow(one, by), one)),
    { numRuns: 500 },
  );
});

test("a larger GPU never decreases the cache with the same settings", () => {
  const grown = (one: Case, by: number) => never(one, { ...one, visibleGiB: one.visibleGiB + by });
  fc.assert(fc.property(anyCase, fc.double({ min: 0, max: 200, noNaN: true }), grown), { numRuns: 500 });
});

test("the safe estimate never exceeds the estimate", () => {
  fc.assert(fc.property(anyCase, (one) => run(one).safeKvGiBPerGpu <= run(one).kvGiBPerGpu));
});

test("an 8-bit cache never has less capacity than a 16-bit cache, for models without a recurrent state", () => {
  const plain = anyCase.filter(({ id }) => !modelFromTable(id)!.cache.some((layer) => layer.kind === "state"));
  const held = (one: Case, kvCacheDtype: "auto" | "fp8") => run({ ...one, kvCacheDtype }).maxConcurrency;
  fc.assert(fc.property(plain, (one) => held(one, "fp8") >= held(one, "auto")));
});

test("the longest request fits, and one more token doesn't fit unless the model's maximum is reached", () => {
  fc.assert(
    fc.property(anyCase, (one) => {
      const longest = run(one).longestRequest;
      const at = (maxModelLen: number) => run({ ...one, maxModelLen }).safeConcurrency;
      const model = modelFromTable(one.id)!;
      return longest === 0 ? at(1) < 1 : at(longest) >= 1 && (longest === model.maxModelLen || at(longest + 1) < 1);
    }),
  );
});

test("the largest split is valid with any parallelism, at most the number of GPUs, and divides the heads", () => {
  fc.assert(
    fc.property(
      anyId,
      fc.integer({ min: 1, max: 16 }),
      anyEngine,
      (id, gpus, { pipelineParallelSize, dataParallelSize, expertParallel }) => {
        const model = modelFromTable(id)!;
        const settings = { pipelineParallelSize, dataParallelSize, expertParallel };
        const tp = largestSplit(model, gpus, settings);
        return tp >= 1 && tp <= gpus && model.heads % tp === 0 && splitProblem(model, tp, settings) === undefined;
      },
    ),
  );
});

test("a machine's GPUs are never fewer than the GPUs of the split, unless that is the problem", () => {
  fc.assert(
    fc.property(anyId, anyEngine, fc.constantFrom(1, 2, 4, 8), (id, engine, gpus) => {
      const machine = machineByNumbers({ visibleGiB: 79.18, computeCapability: 9, gpus });
      const { estimate: estimated, problem } = evaluateMachine(modelFromTable(id)!, machine, { ...engine, maxModelLen: 1024 });
      return problem !== undefined || gpusOf(estimated!.settings) <= gpus;
    }),
    { numRuns: 300 },
  );
});
