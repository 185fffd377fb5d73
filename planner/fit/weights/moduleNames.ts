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
  const patterns: RegExp[] = [];
  for (const entry of names) {
    if (entry.startsWith("re:")) patterns.push(expression(what, entry.slice(3)));
    else if (/^[^*?[\]^$]+\*$/.test(entry)) starts.push(withoutPrefix(entry.slice(0, -1)));
    else if (/[*?]/.test(entry)) patterns.push(wildcard(withoutPrefix(entry)));
    else literals.add(withoutPrefix(entry));
  }
  if (literals.size + starts.length + patterns.length === 0) return () => false;
  return (module) =>
    namesOf(module).some(
      (name) =>
        partsBetweenDots(name).some((part) => literals.has(part)) ||
        starts.some((start) => name.startsWith(start)) ||
        patterns.some((pattern) => fullNames(name).some((full) => pattern.test(full))),
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

/** A pattern of the shell. It can cover the beginning of the name. */
function wildcard(entry: string): RegExp {
  const source = entry
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^(?:.*\\.)?${source}(?:\\..*)?$`);
}

/**
 * A regular expression of Python, which must match from the start. Only expressions whose evaluation is quick are read: no quantifier after
 * a group.
 */
function expression(what: string, source: string): RegExp {
  if (/\)[*+{]/.test(source) || /\\[1-9]/.test(source) || (source.match(/[*+{]/g)?.length ?? 0) > 8)
    throw notValid(what, `contains the regular expression ${JSON.stringify(source)}, which the planner doesn't support`);
  try {
    return new RegExp(`^(?:${source})`);
  } catch {
    throw notValid(what, `contains ${JSON.stringify(source)}, which is not a regular expression`);
  }
}

function notValid(what: string, problem: string): PlanError {
  return new PlanError(createProblem("MOOR120", `The list of modules in the quantization of ${what} ${problem}.`));
}
