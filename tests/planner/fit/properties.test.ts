// Proves properties that apply to every model, GPU and setting. Does not prove any number.
import fc from "fast-check";
import { models } from "../../../facts/models";
import { estimate } from "../../../planner/fit/estimate";
import { modelFromTable } from "../../../planner/fit/model";
import { largestSplit, splitProblem } from "../../../planner/fit/parallel";

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

test("the largest split is valid, at most the number of GPUs, and divides the heads", () => {
  fc.assert(
    fc.property(anyId, fc.integer({ min: 1, max: 16 }), (id, gpus) => {
      const model = modelFromTable(id)!;
      const tp = largestSplit(model, gpus);
      return tp >= 1 && tp <= gpus && model.heads % tp === 0 && splitProblem(model, tp) === undefined;
    }),
  );
});
