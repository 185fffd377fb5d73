/** The report of a comparison with Azure. */
import type { Drift } from "./compare";
import type { DriftFound } from "./index";

/** Lists deleted endpoints and differences, or reports that there are none. */
export function driftReport({ gone, live }: Pick<DriftFound, "gone" | "live">): string {
  if (gone.length + live.length === 0) return "The stack has not created any endpoint yet. There is nothing to compare.";
  const drifted = live.filter(({ differences }) => differences.length > 0);
  if (gone.length + drifted.length === 0) return "The endpoints in Azure match the last write of the stack.";
  return [
    ...gone.map((name) => `${name} was deleted in Azure. Run \`pulumi refresh\`, then \`pulumi up\`.`),
    ...drifted.flatMap(({ name, differences }) => [`${name} was changed outside the stack:`, ...differences.map(line)]),
  ].join("\n");
}

function line({ what, written, live }: Drift): string {
  return `  ${what}: ${show(live)} in Azure, ${show(written)} in the last write of the stack`;
}

const show = (value: unknown) => (value === undefined ? "not set" : JSON.stringify(value));
