/** What the stack needs of Azure ML's quota, beside the other stacks here, and the text of a request where that is more than it has. */
import type { Lock } from "../../config/lockFile";
import { quotaDeployments } from "../../config/quota";
import type { Settings } from "../../config/stackFile";
import { type FamilyNeed, quotaNeeds } from "../../planner/quota/cores";
import { quotaLineText, quotaRequest } from "../../planner/quota/request";
import { decisionsOf, type Neighbour } from "./neighbours";

/** One line a family, followed by the request where one is needed. */
export function quotaReport(settings: Settings, lock: Lock, neighbours: readonly Neighbour[]): string[] {
  const declared = settings["moor:quota"];
  const shared = quotaNeeds(neighbours.flatMap(({ deployments }) => deployments));
  // Whoever else uses the quota includes the stacks whose files are here: the larger number counts.
  const others = (family: string) => Math.max(declared[family]?.others ?? 0, neighbourNeed(shared, family)?.rolloutCores ?? 0);
  const counted = Object.entries(declared).map(([family, { limit }]) => [family, { limit, others: others(family) }] as const);
  const needs = quotaNeeds(quotaDeployments(lock.stack, settings, decisionsOf(lock)), Object.fromEntries(counted));
  return [
    ...needs.flatMap((need) => {
      const request = quotaRequest(need);
      const beside = neighbourLines(neighbourNeed(shared, need.family), declared[need.family]?.others ?? 0);
      return [needLine(need), ...beside, ...(request === undefined ? [] : ["", request, ""])];
    }),
    ...neighbours.flatMap(({ stack, unknown }) =>
      unknown === undefined ? [] : [`quota: stack "${stack}" isn't counted whole: ${unknown}.`],
    ),
  ];
}

function neighbourNeed(shared: readonly FamilyNeed[], family: string): FamilyNeed | undefined {
  return shared.find((need) => need.family === family);
}

function needLine({ family, region, neededCores, rolloutCores, quota, missingCores = 0, missingInRollout = 0 }: FamilyNeed): string {
  const needed = `quota ${family} in ${region}: ${neededCores} cores needed, ${rolloutCores} while everything is replaced`;
  if (quota === undefined) return `${needed}; none is declared under moor:quota`;
  const has = `${quota.limit} granted, ${quota.others ?? 0} of them held by others`;
  if (missingInRollout === 0) return `${needed}; ${has}: enough`;
  const now = missingCores === 0 ? "enough now" : `${missingCores} are missing now`;
  return `${needed}; ${has}: ${now}, ${missingInRollout} are missing then`;
}

/** A preview knows its own stack file only, so what the others need has to stand there. */
function neighbourLines(need: FamilyNeed | undefined, others: number): string[] {
  if (need === undefined) return [];
  const { family, rolloutCores, lines } = need;
  const list = lines.map((line) => `  - ${quotaLineText(line)}`);
  const where = `stacks beside this one in ${need.region} need ${rolloutCores} cores of it`;
  if (rolloutCores <= others) return [`  ${where}, and others holds ${others}: counted`];
  const set = `set moor:quota.${family}.others to ${rolloutCores} or more, unless they are in another subscription`;
  return [`  ${where}, and others is ${others}: ${set}`, ...list];
}
