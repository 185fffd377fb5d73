/** Reads numbers from command-line options. Each error is one sentence with the value and the allowed values. */

/** Limits of options: above any real machine and load, and low enough for a quick result. */
export const mostGpus = 1024;
export const mostSequences = 1_000_000;
export const mostTokens = 1_000_000_000;
/** Smallest fraction of a GiB or of a GPU's memory that is accepted. */
const leastPart = 0.001;

const grouped = (value: number) => value.toLocaleString("en-US");

/** A whole number, or thousands such as `16k` (16,384) and millions such as `1M`. */
export function tokens(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)([kKmM]?)$/.exec(text);
  const value =
    match === null ? Number.NaN : Number(match[1]) * { "": 1, k: 1024, m: 1024 ** 2 }[match[2]!.toLowerCase() as "" | "k" | "m"];
  if (value >= 1 && value <= mostTokens) return value;
  throw new Error(`${option} is ${text}; it must be a number of tokens from 1 to ${grouped(mostTokens)}, such as 16384 or 16k.`);
}

export function whole(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new Error(`${option} is ${text}; it must be a whole number from 1 to ${grouped(most)}.`);
}

export function number(option: string, text: string | undefined, { above, most }: { above: number; most: number }): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= above + leastPart && value <= most) return value;
  throw new Error(`${option} is ${text}; it must be a number from ${above + leastPart} to ${grouped(most)}.`);
}
