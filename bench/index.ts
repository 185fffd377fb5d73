import * as fs from "node:fs";
import * as path from "node:path";

/** One comparison of two measurements of the same run: ratios are the same on slow and fast machines. */
export type Ratio = {
  /** Description of the comparison. */
  readonly what: string;
  readonly value: number;
} & Bound;

/** The least, or the most, that is good enough. */
type Bound = { readonly atLeast: number; readonly atMost?: undefined } | { readonly atMost: number; readonly atLeast?: undefined };

/** Export of a file of this folder: it measures, and throws only if the measurement fails. */
export interface Benchmark {
  measure(): Promise<readonly Ratio[]>;
}

/**
 * Runs every `*.bench.ts` of this folder, one after the other, and prints its ratios.
 * @throws Error that names the ratios that are out of bounds
 */
export async function bench(): Promise<void> {
  const files = fs.readdirSync(__dirname).filter((file) => file.endsWith(".bench.ts"));
  const failed: string[] = [];
  for (const file of files.sort()) {
    const { measure } = require(path.join(__dirname, file)) as Benchmark;
    for (const ratio of await measure()) {
      const { isGood, line } = judge(ratio);
      console.log(line);
      if (!isGood) failed.push(ratio.what);
    }
  }
  if (failed.length > 0) throw new Error(`Out of bounds: ${failed.join("; ")}.`);
}

/** Whether a ratio is within its bound, and the line that says so. */
export function judge({ what, value, atLeast, atMost }: Ratio): { readonly isGood: boolean; readonly line: string } {
  const isGood = atLeast === undefined ? value <= atMost : value >= atLeast;
  const outside = atLeast === undefined ? "more" : "less";
  const bound = atLeast === undefined ? `at most ${atMost.toFixed(2)}` : `at least ${atLeast.toFixed(2)}`;
  return { isGood, line: `${isGood ? "ok  " : outside}  ${value.toFixed(2)} (${bound})  ${what}` };
}
