/** Reads saved answers of Azure's APIs: JSON files with one page each. */
import * as fs from "node:fs";
import * as path from "node:path";

/** One page of an answer. */
export interface Page {
  readonly file: string;
  readonly value: unknown;
}

/**
 * The pages in a file, or in all JSON files of a folder, in the order of their names.
 * @throws Error with one sentence, if there is no page or a file isn't JSON
 */
export function readPages(from: string): readonly Page[] {
  if (!fs.existsSync(from)) throw new Error(`--from is ${from}, which doesn't exist. Save the answer of Azure's API as a JSON file first.`);
  if (!fs.statSync(from).isDirectory()) return [pageOf(from)];
  const files = fs.readdirSync(from).filter((file) => file.endsWith(".json"));
  if (files.length === 0)
    throw new Error(`--from is ${from}, a folder without JSON files. Save each page of the answer as a JSON file there.`);
  return files.sort().map((file) => pageOf(path.join(from, file)));
}

function pageOf(file: string): Page {
  // Windows PowerShell saves text with a byte order mark.
  const text = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  try {
    return { file, value: JSON.parse(text) };
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}. Nothing was written.`);
  }
}

/** The object that `value` is; undefined otherwise. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

/** @throws Error if `--as-of` isn't a date */
export function checkDate(asOf: string): void {
  const time = new Date(`${asOf}T00:00:00Z`);
  if (!Number.isNaN(time.getTime()) && time.toISOString().slice(0, 10) === asOf) return;
  throw new Error(`--as-of is "${asOf}". Allowed: a date in the form YYYY-MM-DD, for example 2026-12-01.`);
}
