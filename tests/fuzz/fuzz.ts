/** What every fuzzer shares: how many inputs, by which seed, and that none of them takes long. */
import fc from "fast-check";

/** Inputs for each parser; CI tries more by a seed of the commit, `npm run fuzz` many more. */
export const runs = Number(process.env.MOOR_FUZZ_RUNS ?? 1_000);

/** A part of the runs, for a parser that gets inputs of several kinds. */
export const share = (part: number) => Math.ceil(runs * part);

/** The same inputs at every run, so that a failure can be repeated; `npm run fuzz` draws new ones and prints their seed. */
const seed = Number(process.env.MOOR_FUZZ_SEED ?? 1);

/** Processor time that one input may take. Wall time would depend on the load of the machine. */
const longestMilliseconds = 2_000;

/**
 * A jest test that gives a check `runs` inputs. A failure names the smallest input that was found, and the seed.
 * @param check Throws, or rejects, when the input was not handled as it must be.
 * @param count For a parser whose inputs are costly: fewer. @default runs
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
    // The time grows with what a command asks for.
    Math.max(120_000, count * 60),
  );
}
