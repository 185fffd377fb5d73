/** Codes of changes that Azure can't undo, or that lose data. */
import type { FindingKind } from "../kind";

export const doorCodes = {
  MOOR501: {
    title: "Outbound isolation of the managed network changed",
    remedy: "Restore the isolation mode. To use another mode, create a second workspace.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-managed-network (2025-05-23)",
  },
} as const satisfies Record<string, FindingKind>;
