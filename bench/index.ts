import * as fs from "node:fs";
import * as path from "node:path";

/** One comparison of two measurements of the same run: ratios say the same on a slow machine and on a fast one. */
export interface Ratio {
  /** What is compared, as a sentence would say it. */
  readonly what: string;
  readonly value: number;
  /** The least that is good enough. */
  readonly atLeast: number;
}

/** What a file of this folder exports: it measures, and throws only if it could not. */
export interface Benchmark {
  measure(): Promise<readonly Ratio[]>;
}

/**
 * Runs every `*.bench.ts` of this folder, one after the other, and prints its ratios.
 * @throws Error that names the ratios which fall short
 */
export async function bench(): Promise<void> {
  const files = fs.readdirSync(__dirname).filter((file) => file.endsWith(".bench.ts"));
  const short: string[] = [];
  for (const file of files.sort()) {
    const { measure } = require(path.join(__dirname, file)) as Benchmark;
    for (const ratio of await measure()) {
      const enough = ratio.value >= ratio.atLeast;
      console.log(`${enough ? "ok  " : "less"}  ${ratio.value.toFixed(2)} (at least ${ratio.atLeast.toFixed(2)})  ${ratio.what}`);
      if (!enough) short.push(ratio.what);
    }
  }
  if (short.length > 0) throw new Error(`Slower than it may be: ${short.join("; ")}.`);
}
