/** Shared settings of the fuzzers: number of inputs, seed and time limit. */
import fc from "fast-check";

/** Number of inputs for each parser. CI runs more with a seed from the commit, `npm run fuzz` and `MOOR_FUZZ=full` many more. */
export const runs = Number(process.env.MOOR_FUZZ_RUNS ?? (process.env.MOOR_FUZZ === "full" ? 10_000 : 300));

/** A part of the runs, for a parser with several kinds of inputs. */
export const share = (part: number) => Math.ceil(runs * part);

/** The same inputs in every run, so that a failure can be reproduced; `npm run fuzz` generates new ones and prints their seed. */
export const seed = Number(process.env.MOOR_FUZZ_SEED ?? 1);

/** Maximum processor time for one input, in milliseconds. Wall time would depend on the load of the machine. */
const longestMilliseconds = 2_000;

/**
 * Defines a jest test that runs a check with `runs` inputs. A failure contains the smallest input that was found, and the seed.
 * @param check Throws or rejects if the input was not handled correctly.
 * @param count Number of inputs, for a parser with expensive inputs. @default runs
 */
export function fuzz<Input>(name: string, inputs: fc.Arbitrary<Input>, check: (input: Input) => unknown, count = runs): void {
  test(
    `${name}: ${count} inputs by seed ${seed}`,
    async () => {
      const property = fc.asyncProperty(inputs, async (input) => {
        const before = process.cpuUsage();
        await check(input);
        const { user, system } = process.cpuUsage(before);
        const milliseconds = (user + system) / 1000;
        if (milliseconds > longestMilliseconds) throw new Error(`The input took ${Math.round(milliseconds)} ms of processor time.`);
      });
      await fc.assert(property, { numRuns: count, seed, endOnFailure: runs > 1_000 });
    },
    // The timeout depends on the number of runs.
    Math.max(120_000, count * 60),
  );
}
