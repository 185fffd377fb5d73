/** The cases of the mutation corpus that the engine can plan with the local Azure. */
import { resourceTypes } from "../../../azure-local/providers/resourceTypes";
import { corpus } from "../../rules/corpus";
import type { Change } from "../../rules/corpus/case";

/** Cases with types that the local provider implements. tests/rules/corpus proves the others without an engine. */
export const served = corpus.filter(({ change, twin }) => isServed(change) && isServed(twin));

function isServed(change: Change): boolean {
  return change.kind !== "add" || Object.hasOwn(resourceTypes, change.token.replace("azure-native:", ""));
}
