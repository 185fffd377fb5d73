/** One line for each kind of change without effect. */
import { sameArmId } from "../../../azure/armId";
import { counted, listed } from "../../lists";
import type { SortedChange } from "../../noise";

/** @param changes Updates without an effect. */
export function noiseLines(changes: readonly SortedChange[]): string[] {
  const resources = changes.filter(({ change }) => !sameArmId(change.type, "Microsoft.Resources/deployments"));
  const tagged = changes.filter(({ noise }) => noise.tag.length > 0);
  const rest = changes.filter(({ noise }) => noise.tag.length === 0);
  const hashed = rest.filter(({ noise }) => noise.hash.length > 0);
  const silent = resources.filter(({ noise }) => noise.tag.length === 0 && noise.hash.length === 0);
  const keys = [...new Set(tagged.flatMap(({ noise }) => noise.tag.map(({ path }) => keyOf(path))))].sort();
  return [
    ...(tagged.length === 0 ? [] : [`Only tags change on ${counted(stepCount(tagged), "resource")}: ${listed(keys)}.`]),
    ...(hashed.length === 0 ? [] : [`Only hashes that Moor writes change on ${counted(stepCount(hashed), "resource")}.`]),
    ...(silent.length === 0
      ? []
      : [`Only defaults, or the form of values, change on ${counted(stepCount(silent), "resource")}, without effect.`]),
  ];
}

/** A template and its resources are one step. */
function stepCount(changes: readonly SortedChange[]): number {
  return new Set(changes.map(({ change }) => change.step.urn)).size;
}

/** Keys of tags are names that the stack file chooses. */
function keyOf(path: string): string {
  const key = path.replace(/^(properties\.)?tags\.?/, "").replace(/^"(.*)"$/, "$1");
  return /^[\w .:-]{1,50}$/.test(key) ? key : "a key that can't be shown";
}
