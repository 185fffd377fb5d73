/** Codes of the rules for exposure: public access, authentication and roles. */
import type { FindingKind } from "../kind";

export const exposureCodes = {
  MOOR440: {
    title: "Public network access",
    remedy: "Disable public network access, and use private endpoints.",
    kind: "exposure",
    source: "Azure docs, machine-learning/concept-secure-online-endpoint (2025-11)",
  },
} as const satisfies Record<string, FindingKind>;
