/**
 * Lists of modules in quantization configurations: full names, parts of names, wildcards and regular expressions. The names have the
 * prefixes of the library that quantized the model, and of its families.
 */
import { createProblem, PlanError } from "../../codes";

/** Tells whether a list contains a module. */
export type ModuleMatcher = (module: string) => boolean;

/** Prefixes before the layers. They differ between libraries and versions, so they are ignored. */
const prefixes = /^(?:(?:model|language_model|backbone|transformer|text_model|thinker|decoder)\.)+/;

/** Other names for a segment: of other families, and of fused matrices. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  q_proj: ["qkv_proj", "query_key_value", "Wqkv", "W_pack"],
  k_proj: ["qkv_proj", "query_key_value", "Wqkv", "W_pack"],
  v_proj: ["qkv_proj", "query_key_value", "Wqkv", "W_pack"],
  gate_proj: ["gate_up_proj", "w1"],
  up_proj: ["gate_up_proj", "w3"],
  down_proj: ["w2"],
  in_proj_qkv: ["in_proj_qkvz"],
  in_proj_z: ["in_proj_qkvz"],
  in_proj_a: ["in_proj_ba"],
  in_proj_b: ["in_proj_ba"],
  self_attn: ["attn", "attention"],
  mlp: ["feed_forward", "block_sparse_moe", "ffn"],
  block_sparse_moe: ["mlp", "feed_forward"],
  mamba: ["mixer"],
  shared_experts: ["shared_mlp"],
};

/** All names of a module, without prefixes. */
function namesOf(module: string): string[] {
  return module.split(".").reduce<string[]>(
    (names, segment) => {
      const own = [segment, ...(Object.hasOwn(synonyms, segment) ? synonyms[segment]! : [])];
      return names.flatMap((name) => own.map((one) => (name === "" ? one : `${name}.${one}`)));
    },
    [""],
  );
}

const withoutPrefix = (name: string) => name.replace(prefixes, "").replace(/experts\.\d+(?=\.|$)/g, "experts.0");

/** Longest list and pattern that are read. Real ones are far below. */
const most = { entries: 200_000, length: 500 } as const;

/** Matches a module whose name, or a part of it between dots, is in the list. Wildcards and regular expressions cover the complete name. */
export function matcherOf(what: string, entries: readonly unknown[]): ModuleMatcher {
  const names = entries.filter((entry): entry is string => typeof entry === "string" && entry !== "");
  const odd = names.find((entry) => entry.length > most.length);
  if (odd !== undefined || names.length > most.entries) throw notValid(what, "is too long");
  const literals = new Set<string>();
  const starts: string[] = [];
  const patterns: ((name: string) => boolean)[] = [];
  let total = 0;
  for (const entry of names) {
    if (entry.startsWith("re:")) {
      const { pattern, steps: own } = expression(what, entry.slice(3));
      total += own;
      patterns.push((name) => pattern.test(name));
    } else if (/^[^*?[\]^$]+\*$/.test(entry)) starts.push(withoutPrefix(entry.slice(0, -1)));
    else if (/[*?]/.test(entry)) {
      total += wildcardSteps;
      patterns.push(wildcard(withoutPrefix(entry)));
    } else literals.add(withoutPrefix(entry));
    if (total > mostSteps) throw notValid(what, "contains too many wildcards and regular expressions");
  }
  if (literals.size + starts.length + patterns.length === 0) return () => false;
  return (module) =>
    namesOf(module).some(
      (name) =>
        partsBetweenDots(name).some((part) => literals.has(part)) ||
        starts.some((start) => name.startsWith(start)) ||
        patterns.some((pattern) => fullNames(name).some(pattern)),
    );
}

/** Matches a module that a regular expression describes. */
export function expressionMatcher(what: string, source: string): ModuleMatcher {
  return matcherOf(what, [`re:${source}`]);
}

function partsBetweenDots(name: string): string[] {
  const segments = name.split(".");
  return segments.flatMap((_, from) => segments.slice(from).map((__, count) => segments.slice(from, from + count + 1).join(".")));
}

const fullNames = (name: string) => [`model.${name}`, `model.language_model.${name}`, `language_model.model.${name}`, name];

/**
 * A pattern of the shell. It can cover the beginning of the name. It is not translated to a regular expression, because that can take
 * exponential time.
 */
function wildcard(entry: string): (name: string) => boolean {
  const tokens = entry.match(/\[[^\]]+\]|[\s\S]/g) ?? [];
  const all = [[], ["*", "."]].flatMap((before) => [[], [".", "*"]].map((after) => [...before, ...tokens, ...after]));
  return (name) => all.some((own) => covers(own, name));
}

/** Whether a pattern of the shell covers the complete text. Only the last `*` is tried again, which is sufficient. */
function covers(tokens: readonly string[], text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let from = 0; from < text.length; ) {
    if (tokens[at] === "*") {
      star = at++;
      retry = from;
    } else if (isToken(tokens[at], text[from]!)) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  return tokens.slice(at).every((token) => token === "*");
}

/** Whether a token is `?`, the character, or a set that contains it, such as `[kv]`, `[0-9]` or `[!0]`. */
function isToken(token: string | undefined, character: string): boolean {
  if (token === undefined || token === "?" || token.length === 1) return token === "?" || token === character;
  const isNegated = /^\[[!^]/.test(token);
  const members = token.slice(isNegated ? 2 : 1, -1).match(/[\s\S]-[\s\S]|[\s\S]/g) ?? [];
  return isNegated !== members.some((member) => member[0]! <= character && character <= member.at(-1)!);
}

/** Relative time that a regular expression with this number of quantifiers can take for a name. */
const steps: readonly number[] = [1, 1, 30, 300, 2000];

/** The same for a wildcard. */
const wildcardSteps = 6;

/** Most steps of a list: 1,000 wildcards, or 200 expressions with two quantifiers. Real lists have far fewer. */
const mostSteps = 6000;

/**
 * A regular expression of Python, which must match from the start. Only expressions whose evaluation is quick are read: few quantifiers and
 * alternatives, and no group that is repeated.
 */
function expression(what: string, source: string): { readonly pattern: RegExp; readonly steps: number } {
  const plain = source.replace(/\\./g, "");
  // A lazy quantifier has two characters, and counts once.
  const count = (plain.match(/(?<!\()[*+{?]/g)?.length ?? 0) - (plain.match(/[*+}]\?/g)?.length ?? 0);
  // Each group with alternatives can be tried with each of them.
  const choices = plain.split(")").reduce((product, part) => product * part.split("|").length, 1);
  if (/\)[*+{]/.test(source) || /\\[1-9]/.test(source) || count >= steps.length || choices > mostSteps)
    throw notValid(what, `contains the regular expression ${JSON.stringify(source)}, which the planner doesn't support`);
  try {
    return { pattern: new RegExp(`^(?:${source})`), steps: choices * steps[count]! };
  } catch {
    throw notValid(what, `contains ${JSON.stringify(source)}, which is not a regular expression`);
  }
}

function notValid(what: string, problem: string): PlanError {
  return new PlanError(createProblem("MOOR120", `The list of modules in the quantization of ${what} ${problem}.`));
}
