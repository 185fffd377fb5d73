/**
 * The environment variable MOOR_ENDPOINTS of the program. With `none`, a run creates only the platform, as if `moor:endpoints` were `{}`.
 * `npm run platform` sets it, because images can be published only after the container registry exists.
 */
import { type ConfigError, configError, show } from "./errors";
import type { RawStack } from "./rawStack";

const variable = "MOOR_ENDPOINTS";

type Given = Pick<RawStack, "endpointsVariable">;

/** Whether the run ignores the endpoints of the stack file. */
export function isPlatformRun({ endpointsVariable }: Given): boolean {
  return endpointsVariable === "none";
}

/** Whether settings have no endpoints, so that no decision is required. */
export function isPlatformOnly(tree: Readonly<Record<string, unknown>>): boolean {
  const endpoints = tree["moor:endpoints"];
  return typeof endpoints === "object" && endpoints !== null && Object.keys(endpoints).length === 0 && !Array.isArray(endpoints);
}

export function endpointsErrors({ endpointsVariable: value = "" }: Given): ConfigError[] {
  if (value === "" || value === "none") return [];
  return [
    configError("MOOR078", variable, { problem: `The environment variable has the value ${show(value)}.`, allowed: "none, or no value" }),
  ];
}

/** A note for the preview of a run that ignores the endpoints. */
export function endpointsNotes(given: Given): string[] {
  return isPlatformRun(given)
    ? [`The endpoints in the stack file are ignored (${variable}=none). This run creates only the platform, and the lock file is not read.`]
    : [];
}
