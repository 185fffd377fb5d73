/**
 * A stack file with mistakes, as far as the planner can judge it: deployments that are whole by themselves are decided all the same, so that
 * what forbids them comes in the same report as the mistakes elsewhere.
 */
import { regionLimits } from "../azure/limits";
import { canonicalRegion, isRegion } from "../facts/regions";
import type { Pattern } from "../planner/pattern";
import { type Found, needsLock, refusalMistakes } from "./decisions";
import type { Mistake } from "./mistakes";
import { patternsIn } from "./patternOf";
import type { SettingsDraft } from "./rules/draft";
import type { RawStack } from "./settings";
import { deployment as deploymentSchema } from "./stackFile";
import { decideDeployment, namedModel, parseImage } from "./wish";

/** Stands for an image that isn't named, or not rightly: no decision hangs on which it is. */
const anyImage = parseImage(`any@sha256:${"0".repeat(64)}`);

/** What only a lock could hold, in a stack that works without one. A value that is a mistake already is not told twice. */
export function draftLockMistakes(draft: SettingsDraft, known: readonly Mistake[]): Mistake[] {
  return draft["moor:lock"] === "none" ? news(wholeDeployments(draft).flatMap(needsLock), known) : [];
}

/** What the planner refuses. Where a size is a mistake already, the rest is held against the size that the planner would choose. */
export function draftRefusals({ folder }: RawStack, draft: SettingsDraft, known: readonly Mistake[]): Mistake[] {
  const region = canonicalRegion(draft["azure-native:location"] ?? "");
  if (!isRegion(region)) return [];
  return wholeDeployments(draft).flatMap((found) => {
    const { settings, label } = found;
    const revision = namedModel(settings)?.revision ?? "";
    const outcome = decideDeployment(label, settings, { image: anyImage, region, revision, folder });
    return "problems" in outcome ? news(refusalMistakes(region, found, outcome.problems), known) : [];
  });
}

function news(found: readonly Mistake[], known: readonly Mistake[]): Mistake[] {
  const paths = new Set(known.map(({ path }) => path));
  return found.filter(({ path }) => !paths.has(path));
}

/** Whether the planner refuses deployments of a pattern, or decides whatever it is given. */
const isJudged: Readonly<Record<Pattern, boolean>> = { vllm: true, score: false };

/**
 * Deployments that the planner judges and whose own settings have the right shape. Where there are more than a region takes, none: they are
 * refused already, and planning them all would only take time.
 */
function wholeDeployments({ "moor:endpoints": endpoints = {} }: SettingsDraft): Found[] {
  const count = Object.values(endpoints).reduce((sum, endpoint) => sum + Object.keys(endpoint?.deployments ?? {}).length, 0);
  if (count > regionLimits.deployments) return [];
  return Object.entries(endpoints).flatMap(([endpoint, { deployments = {} } = {}]) =>
    Object.entries(deployments).flatMap(([label, draft]) => {
      const { data } = deploymentSchema.safeParse(draft);
      if (data === undefined) return [];
      const [pattern, ...others] = patternsIn(data);
      if (pattern === undefined || others.length > 0 || !isJudged[pattern]) return [];
      return [{ endpoint, label, settings: data, path: `moor:endpoints.${endpoint}.deployments.${label}` }];
    }),
  );
}
