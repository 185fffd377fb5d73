/** Data collection of deployments, which stores prompts and answers. */
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { entriesOf, isOneOf, unknownText } from "./checks";
import { DEPLOYMENT } from "./types";

const COLLECTIONS = "properties.dataCollector.collections";

export const recordingRules: readonly Rule[] = [
  {
    code: "MOOR476",
    types: [DEPLOYMENT],
    check(resource) {
      const collections = at(resource, COLLECTIONS);
      const check = (property: string, value: Value) => {
        const outcome = isOpaque(value)
          ? "unknown"
          : value === undefined || value === null || isOneOf(value, "Disabled")
            ? "holds"
            : "violated";
        const problem =
          outcome === "unknown"
            ? unknownText(property, value)
            : `\`${property}\` is ${valueText(value)}, so Azure stores requests or responses as blobs.`;
        return checked("MOOR476", outcome, resource, property, value, { problem, allowed: "Disabled, or absent" });
      };
      if (isOpaque(collections)) return [check(COLLECTIONS, collections)];
      const entries = entriesOf(collections);
      if (entries.length === 0) return [check(COLLECTIONS, undefined)];
      return entries.map(([name, one]) => check(`${COLLECTIONS}.${name}.dataCollectionMode`, valueAt(one, "dataCollectionMode")));
    },
  },
];
