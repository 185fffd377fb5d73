/**
 * The quota report: the vCPUs that the stack and the other stacks in the folder require, and the text of a quota request if they are too
 * many.
 */
import type { Lock } from "../../config/lockFile";
import { quotaDeployments } from "../../config/quota";
import type { Settings } from "../../config/stackFile";
import { type FamilyNeed, quotaNeeds } from "../../planner/quota/cores";
import { quotaLineText, quotaRequest } from "../../planner/quota/request";
import { decisionsOf, type Neighbour } from "./neighbours";

/** One line per family, followed by a quota request if one is required. */
export function quotaReport(settings: Settings, lock: Lock, neighbours: readonly Neighbour[]): string[] {
  const declared = settings["moor:quota"];
  const shared = quotaNeeds(neighbours.flatMap(({ deployments }) => deployments));
  // The declared number for others includes the other stacks in the folder, so the larger number is used.
  const others = (family: string) => Math.max(declared[family]?.others ?? 0, neighbourNeed(shared, family)?.rolloutCores ?? 0);
  const counted = Object.entries(declared).map(([family, { limit }]) => [family, { limit, others: others(family) }] as const);
  const needs = quotaNeeds(quotaDeployments(lock.stack, settings, decisionsOf(lock)), Object.fromEntries(counted));
  return [
    ...needs.flatMap((need) => {
      const request = quotaRequest(need);
      const ofNeighbours = neighbourLines(neighbourNeed(shared, need.family), declared[need.family]?.others ?? 0);
      return [needLine(need), ...ofNeighbours, ...(request === undefined ? [] : ["", request, ""])];
    }),
    ...neighbours.flatMap(({ stack, incomplete }) =>
      incomplete === undefined ? [] : [`quota: stack "${stack}" is counted only in part: ${incomplete}.`],
    ),
  ];
}

function neighbourNeed(shared: readonly FamilyNeed[], family: string): FamilyNeed | undefined {
  return shared.find((need) => need.family === family);
}

function needLine({ family, region, neededCores, rolloutCores, quota, missingCores = 0, missingInRollout = 0 }: FamilyNeed): string {
  const needed = `quota ${family} in ${region}: ${neededCores} vCPUs required, ${rolloutCores} during a rollout of all deployments`;
  if (quota === undefined) return `${needed}; not declared in moor:quota`;
  const declared = `limit ${quota.limit}, of which other workloads use ${quota.others ?? 0}`;
  if (missingInRollout === 0) return `${needed}; ${declared}: enough`;
  const now = missingCores === 0 ? "enough now" : `${missingCores} missing now`;
  return `${needed}; ${declared}: ${now}, ${missingInRollout} missing during the rollout`;
}

/** A preview reads only its own stack file, so `others` must include the requirements of the other stacks. */
function neighbourLines(need: FamilyNeed | undefined, others: number): string[] {
  if (need === undefined) return [];
  const { family, rolloutCores, lines } = need;
  const list = lines.map((line) => `  - ${quotaLineText(line)}`);
  const required = `other stacks in ${need.region} require ${rolloutCores} vCPUs of this quota`;
  if (rolloutCores <= others) return [`  ${required}, included in \`others\` (${others})`];
  const set = `Set moor:quota.${family}.others to ${rolloutCores} or more, unless these stacks are in another subscription.`;
  return [`  ${required}, but \`others\` is ${others}. ${set}`, ...list];
}
