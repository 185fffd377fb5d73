import { openLicenses } from "../facts/licenses";
import type { Settings } from "./stackFile";

/** The licenses, by their IDs on Hugging Face, of models whose weights may be staged. */
export function allowedLicenses({ "moor:licenses": own }: Settings): readonly string[] {
  return own ?? openLicenses;
}
