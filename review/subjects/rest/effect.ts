/** What changes in a resource, in words. */
import { isOpaque } from "../../../rules";
import { counted, listed } from "../../lists";
import type { SortedChange } from "../../noise";
import { shownDifference } from "../../shownProperties";

/** Empty for a resource that is created or deleted as a whole. Only values of the table of shown properties are in it. */
export function effectOf({ change, differences, isSecretChanged }: SortedChange): string {
  if (change.kind !== "update" && change.kind !== "replace") return "";
  // An update plan doesn't contain the values before the run.
  if (Object.keys(change.step.before?.inputs ?? {}).length === 0) return "";
  const texts = differences.map((one) => shownDifference(change.type, one, change.after?.body ?? {}));
  const shown = new Set(texts.filter((text) => text !== undefined));
  const hidden = differences.filter((_, index) => texts[index] === undefined);
  const unknown = hidden.filter(({ before, after }) => isOpaque(before) || isOpaque(after));
  const paths = new Set(hidden.filter((one) => !unknown.includes(one)).map(({ path }) => path)).size;
  const all = [
    ...shown,
    ...(isSecretChanged ? ["a secret value"] : []),
    ...(unknown.length > 0 ? ["a value that is secret or not known yet"] : []),
    ...(paths > 0
      ? [shown.size > 0 ? counted(paths, "other property", "other properties") : counted(paths, "property", "properties")]
      : []),
  ];
  return listed(all, 6);
}
