/** Checks for the tests of acceptances and reports. */
import { type Check, codes, type Finding, type FindingCode } from "../../rules";

export const logsId = "/subscriptions/s/resourceGroups/moor/providers/Microsoft.OperationalInsights/workspaces/moor-logs-1";

/** A check of `moor-logs`, which is violated unless the changes say otherwise. */
export function checkOf(code: FindingCode, changes: Partial<Check> & { readonly name?: string; readonly id?: string } = {}): Check {
  const { name = "moor-logs", id = logsId, ...rest } = changes;
  const resource = { name, id, type: "Microsoft.OperationalInsights/workspaces", body: {}, from: "planned" } as const;
  return {
    code,
    outcome: "violated",
    resource,
    property: "properties.publicNetworkAccess",
    value: "Enabled",
    problem: "`properties.publicNetworkAccess` is Enabled, so the resource can be reached from outside the network.",
    allowed: "Disabled",
    remedy: codes[code].remedy,
    ...rest,
  };
}

/** A violated check of `moor-logs`. */
export function findingOf(code: FindingCode, changes: Omit<Parameters<typeof checkOf>[1], "outcome"> = {}): Finding {
  return { ...checkOf(code, changes), outcome: "violated" };
}
