/**
 * Checks the valid parts of an invalid stack file with the planner. Deployments that are valid by themselves are decided, so that one
 * report contains the planner's errors and all other errors.
 */
import { regionLimits } from "../azure/limits";
import { canonicalRegion, isRegion } from "../facts/regions";
import type { Pattern } from "../planner/pattern";
import { type LocatedDeployment, needsLock, plannerErrors, unknownWithoutLock } from "./decisions";
import type { ConfigError } from "./errors";
import { patternsIn } from "./patternOf";
import { decideDeployment, describedByHub, namedModel } from "./requirements";
import type { SettingsDraft } from "./rules/draft";
import type { RawStack } from "./settings";
import { deployment as deploymentSchema } from "./stackFile";

/** Replaces a missing or invalid image. The planner's checks don't depend on the image. */
const anyImage = { repository: "any", digest: `sha256:${"0".repeat(64)}` };

/** Errors for settings that require a lock file, in a stack without one. Paths that have an error already are left out. */
export function draftLockErrors(draft: SettingsDraft, known: readonly ConfigError[]): ConfigError[] {
  return draft["moor:lock"] === "none" ? withoutKnown(validDeployments(draft).flatMap(needsLock), known) : [];
}

/** Errors that the planner finds. Paths that have an error already are left out, and so are models that `npm run lock` reads from the Hub. */
export function draftPlannerErrors({ stack, folder }: RawStack, draft: SettingsDraft, known: readonly ConfigError[]): ConfigError[] {
  const region = canonicalRegion(draft["azure-native:location"] ?? "");
  if (!isRegion(region)) return [];
  return validDeployments(draft).flatMap((found) => {
    const { settings, label } = found;
    if (describedByHub(settings) !== undefined) {
      return draft["moor:lock"] === "none" ? withoutKnown(unknownWithoutLock(stack, found), known) : [];
    }
    const revision = namedModel(settings)?.revision ?? "";
    const outcome = decideDeployment(label, settings, { image: anyImage, region, revision, folder });
    return "problems" in outcome ? withoutKnown(plannerErrors(region, found, outcome.problems), known) : [];
  });
}

function withoutKnown(found: readonly ConfigError[], known: readonly ConfigError[]): ConfigError[] {
  const paths = new Set(known.map(({ path }) => path));
  return found.filter(({ path }) => !paths.has(path));
}

/** Whether the planner checks deployments of a pattern. */
const isChecked: Readonly<Record<Pattern, boolean>> = { vllm: true, score: false };

/**
 * Deployments that the planner checks and whose settings match the schema. None if there are more than a region allows: this is an error
 * already, and planning all of them would take too long.
 */
function validDeployments({ "moor:endpoints": endpoints = {} }: SettingsDraft): LocatedDeployment[] {
  const count = Object.values(endpoints).reduce((sum, endpoint) => sum + Object.keys(endpoint?.deployments ?? {}).length, 0);
  if (count > regionLimits.deployments) return [];
  return Object.entries(endpoints).flatMap(([endpoint, { deployments = {} } = {}]) =>
    Object.entries(deployments).flatMap(([label, draft]) => {
      const { data } = deploymentSchema.safeParse(draft);
      if (data === undefined) return [];
      const [pattern, ...others] = patternsIn(data);
      if (pattern === undefined || others.length > 0 || !isChecked[pattern]) return [];
      return [{ endpoint, label, settings: data, path: `moor:endpoints.${endpoint}.deployments.${label}` }];
    }),
  );
}
