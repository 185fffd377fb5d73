import { randomInt } from "node:crypto";
import { wholeNumber } from "./steps";
import { test } from "./test";

export interface FuzzCommandOptions {
  readonly runs?: string;
  readonly seed?: string;
  readonly only?: string;
}

/**
 * `npm run fuzz`: runs the fuzzers of `npm test` with more inputs and a new seed, which it prints.
 * @throws Error if an option is invalid
 */
export async function fuzz({ runs = "100000", seed, only = "" }: FuzzCommandOptions): Promise<void> {
  process.env.MOOR_FUZZ_RUNS = String(wholeNumber(runs, "--runs"));
  process.env.MOOR_FUZZ_SEED = String(seed === undefined ? randomInt(1, 2 ** 31) : wholeNumber(seed, "--seed"));
  console.log(`${process.env.MOOR_FUZZ_RUNS} inputs for each parser, seed ${process.env.MOOR_FUZZ_SEED}`);
  await test([`tests/fuzz/.*${only}`]);
}
