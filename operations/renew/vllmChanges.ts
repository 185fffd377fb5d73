/** What differs between two tables of vLLM. */
import { rowChanges } from "./dataFile";

/** The parts of a table that are compared. */
export interface VllmTable {
  readonly vllm: string;
  readonly flags: readonly { readonly flags: readonly string[] }[];
  readonly toolCallParsers: readonly string[];
  readonly reasoningParsers: readonly string[];
  readonly architectures: readonly string[];
}

const lists = { toolCallParsers: "Tool-call parsers", reasoningParsers: "Reasoning parsers", architectures: "Architectures" } as const;

/** A line for each flag that was added, removed or changed, and for each list of parsers and architectures. `after` can lack the flags. */
export function vllmChanges(before: VllmTable, after: Omit<VllmTable, "flags"> & Partial<VllmTable>): readonly string[] {
  const flags = after.flags === undefined ? [] : rowChanges(byFlag(before.flags), byFlag(after.flags)).map((line) => `Flags: ${line}`);
  const others = (Object.keys(lists) as (keyof typeof lists)[]).flatMap((key) => {
    const added = without(after[key], before[key]);
    const removed = without(before[key], after[key]);
    const parts = [
      ...(added.length > 0 ? [`added ${added.join(", ")}`] : []),
      ...(removed.length > 0 ? [`removed ${removed.join(", ")}`] : []),
    ];
    return parts.length > 0 ? [`${lists[key]}: ${parts.join("; ")}.`] : [];
  });
  const changes = [...flags, ...others];
  const what = after.flags === undefined ? "parsers and architectures" : "flags, parsers and architectures";
  return changes.length > 0 ? changes : [`vLLM ${after.vllm} has the same ${what} as ${before.vllm}.`];
}

const byFlag = (flags: VllmTable["flags"]) =>
  Object.fromEntries(flags.map((flag) => [flag.flags.find((name) => name.startsWith("--")), flag]));

const without = (list: readonly string[], others: readonly string[]) => list.filter((one) => !others.includes(one));

/** The table in a text; undefined if the text isn't a table. */
export function parseVllmTable(text: string): VllmTable | undefined {
  try {
    const table = JSON.parse(text) as VllmTable;
    return Array.isArray(table.flags) ? table : undefined;
  } catch {
    return undefined;
  }
}
