/**
 * A stack file with mistakes, as far as the planner can judge it: deployments that are whole by themselves are decided all the same, so that
 * what forbids them comes in the same report as the mistakes elsewhere.
 */
import { isRegion } from "../facts/regions";
import { canonicalRegion } from "../planner/residency";
import { type Found, needsLock, refusalMistakes } from "./decisions";
import type { Mistake } from "./mistakes";
import type { SettingsDraft } from "./rules/draft";
import type { RawStack } from "./settings";
import { deployment as deploymentSchema } from "./stackFile";
import { decideDeployment, parseImage } from "./wish";

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
    const revision = settings.vllm?.revision ?? "";
    const outcome = decideDeployment(label, settings, { image: anyImage, region, revision, folder });
    return "refusals" in outcome ? news(refusalMistakes(region, found, outcome.refusals), known) : [];
  });
}

function news(found: readonly Mistake[], known: readonly Mistake[]): Mistake[] {
  return found.filter(({ path }) => !known.some((mistake) => mistake.path === path));
}

/** Deployments of vLLM whose own settings have the right shape. */
function wholeDeployments({ "moor:endpoints": endpoints = {} }: SettingsDraft): Found[] {
  return Object.entries(endpoints).flatMap(([endpoint, { deployments = {} } = {}]) =>
    Object.entries(deployments).flatMap(([label, draft]) => {
      const { data } = deploymentSchema.safeParse(draft);
      if (data?.vllm === undefined || data.score !== undefined) return [];
      return [{ endpoint, label, settings: data, path: `moor:endpoints.${endpoint}.deployments.${label}` }];
    }),
  );
}
