/** What a comparison with Azure has come to, in words. */
import type { Drift } from "./compare";
import type { DriftFound } from "./index";

/** The report: what is gone, what differs, or that all is as written. */
export function driftReport({ gone, live }: Pick<DriftFound, "gone" | "live">): string {
  if (gone.length + live.length === 0) return "The stack has written no endpoint yet, so there is nothing to compare.";
  const drifted = live.filter(({ differences }) => differences.length > 0);
  if (gone.length + drifted.length === 0) return "Azure has the endpoints as the stack wrote them.";
  return [
    ...gone.map((name) => `${name} is gone from Azure: run \`pulumi refresh\`, then \`pulumi up\`.`),
    ...drifted.flatMap(({ name, differences }) => [`${name} was changed outside the stack:`, ...differences.map(line)]),
  ].join("\n");
}

function line({ what, written, live }: Drift): string {
  return `  ${what}: ${show(live)}, written as ${show(written)}`;
}

const show = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));
