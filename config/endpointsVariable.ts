/**
 * The environment variable MOOR_ENDPOINTS of the program. With `none`, a run creates only the platform, as if `moor:endpoints` were `{}`.
 * `npm run platform` sets it, because images can be published only after the container registry exists.
 */
import { type ConfigError, configError, show } from "./errors";
import type { RawStack } from "./rawStack";

/** Name of the variable. */
export const endpointsVariable = "MOOR_ENDPOINTS";

type Given = Pick<RawStack, "endpointsVariable">;

/** Whether the run ignores the endpoints of the stack file. */
export function isPlatformRun({ endpointsVariable: value }: Given): boolean {
  return value === "none";
}

/** Whether settings have no endpoints, so that no decision is required. */
export function isPlatformOnly(tree: Readonly<Record<string, unknown>>): boolean {
  const endpoints = tree["moor:endpoints"];
  return typeof endpoints === "object" && endpoints !== null && Object.keys(endpoints).length === 0 && !Array.isArray(endpoints);
}

export function endpointsErrors({ endpointsVariable: value = "" }: Given): ConfigError[] {
  if (value === "" || value === "none") return [];
  return [
    configError("MOOR078", endpointsVariable, {
      problem: `The environment variable has the value ${show(value)}.`,
      allowed: "none, or no value",
    }),
  ];
}
