/** Codes of the rules for places. */
import type { FindingKind } from "../kind";

export const placeCodes = {
  MOOR401: {
    title: "Resource outside the residency",
    remedy: "Create the resource in a region of the residency.",
    kind: "place",
    source: "Azure docs, azure-resource-manager/management/overview (2023-09-27)",
  },
} as const satisfies Record<string, FindingKind>;
