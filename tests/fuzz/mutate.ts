/** Almost valid texts, as in files that were truncated, merged badly or written by hand. */
import fc from "fast-check";

/** One change of a text. Positions are fractions of its length, so that they stay valid while an input is shrunk. */
type Mutation =
  | { readonly kind: "insert" | "replace"; readonly at: number; readonly text: string }
  | { readonly kind: "delete" | "repeat" | "truncate"; readonly at: number; readonly length: number }
  | { readonly kind: "swapLines"; readonly at: number; readonly other: number };

/**
 * Generates texts from samples with a few changes.
 * @param samples Valid texts.
 * @param words Tokens with a meaning in the language of the samples: punctuation, keywords, extreme numbers.
 */
export function mutated(samples: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const text = fc.oneof(fc.constantFrom(...words), fc.string({ unit: "binary", maxLength: 12 }), fc.string({ maxLength: 12 }));
  const length = fc.nat(40);
  const mutation = fc.oneof<fc.Arbitrary<Mutation>[]>(
    fc.record({ kind: fc.constantFrom("insert" as const, "replace" as const), at: share, text }),
    fc.record({ kind: fc.constantFrom("delete" as const, "repeat" as const, "truncate" as const), at: share, length }),
    fc.record({ kind: fc.constant("swapLines" as const), at: share, other: share }),
  );
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([sample, mutations]) => mutations.reduce(mutate, sample));
}

function mutate(text: string, mutation: Mutation): string {
  const at = Math.floor(mutation.at * text.length);
  switch (mutation.kind) {
    case "insert":
      return text.slice(0, at) + mutation.text + text.slice(at);
    case "replace":
      return text.slice(0, at) + mutation.text + text.slice(at + mutation.text.length);
    case "delete":
      return text.slice(0, at) + text.slice(at + mutation.length);
    case "repeat":
      return text.slice(0, at + mutation.length) + text.slice(at);
    case "truncate":
      return text.slice(0, at);
    case "swapLines": {
      const lines = text.split("\n");
      const [one, two] = [mutation.at, mutation.other].map((share) => Math.min(lines.length - 1, Math.floor(share * lines.length)));
      [lines[one!], lines[two!]] = [lines[two!]!, lines[one!]!];
      return lines.join("\n");
    }
    default:
      return mutation satisfies never;
  }
}

/** Tokens with a meaning in YAML. */
export const yamlWords = [
  ...["&a ", "*a", "!!str ", "!x ", "<<: ", "? ", "- ", "{", "}", "[", "]", ": ", "#", "|", ">", "'", '"', "---", "...", "%YAML 1.1"],
  ...["0777", "1e999", ".nan", "~", "2026-01-01", "__proto__: 1", "constructor: ", "\u0000"],
];

/** JSON values of any structure, with keys and numbers that break careless code. */
export function anyJson(keys: readonly string[] = []): fc.Arbitrary<unknown> {
  const awkward = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "", ...keys];
  const numbers = fc.constantFrom(0, -1, 0.5, 1e9, 1e21, 1e308, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 31);
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(null, true, false, "", "1", "null"),
      numbers,
      fc.string({ maxLength: 20 }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...awkward), fc.string({ maxLength: 8 })), tie("value")), { maxLength: 4 })
        // `JSON.parse` creates an own key `__proto__`; an object literal would not.
        .map((entries) => JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`)),
    ),
  })).value;
}
