/** Hashes of the parts of an approval. */
import { canonicalJson } from "../../planner/names";
import { type ApprovalInputs, type InputPart, inputParts } from "../approval";
import { sha256, short } from "./inputs";

/** SHA-256 hash of a part: of its items, or of the steps. */
export function partHash(part: object): string {
  return sha256(canonicalJson(part));
}

/** The items with the first 8 digits of their hashes. */
export function shortItems(inputs: ApprovalInputs): ApprovalInputs {
  const shortened = (items: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(items).map(([name, hash]) => [name, short(hash)]));
  return Object.fromEntries(inputParts.map((part) => [part, shortened(inputs[part])])) as Record<InputPart, Record<string, string>>;
}
