/** Checks whether the vCPUs of the stack file and the lock file fit into the quota that `moor:quota` declares. */

import { canonicalRegion } from "../facts/regions";
import { isInstanceType, type Size, sizes } from "../facts/sizes";
import { type FamilyNeed, type QuotaDeployment, quotaNeeds } from "../planner/quota/cores";
import { coresToRequest, quotaLineText, quotaRequest } from "../planner/quota/request";
import { type Decided, isStaged } from "./decisions";
import { type ConfigError, configError } from "./errors";
import type { DeploymentDraft, SettingsDraft } from "./rules/draft";

/** Looks up the decisions for a deployment. Empty if the lock file is missing or outdated. */
export type KnownDecisions = (endpoint: string, label: string) => Decided;

/**
 * The quota usage of the deployments of a stack. For an invalid stack file, only the valid parts count, so the sum is never too large. A
 * deployment whose weights or image are missing counts too: a later run creates it without a change that a reviewer would see.
 */
export function quotaDeployments(stack: string, settings: SettingsDraft, decisions: KnownDecisions): QuotaDeployment[] {
  const region = canonicalRegion(settings["azure-native:location"] ?? "");
  return Object.entries(settings["moor:endpoints"] ?? {}).flatMap(([endpoint, { deployments = {} } = {}]) =>
    Object.entries(deployments).flatMap(([label, deployment = {}]) => {
      const decided = decisions(endpoint, label);
      const instanceType = decided.current?.instanceType ?? deployment.size;
      const maxInstances = deployment.scale?.max ?? deployment.instances;
      if (instanceType === undefined || !isInstanceType(instanceType) || maxInstances === undefined) return [];
      const { update } = deployment;
      return [{ stack, region, endpoint, label, instanceType, maxInstances, update, ...previousUsage(deployment, decided) }];
    }),
  );
}

/**
 * The quota usage of the previous deployment in the lock file: the files don't show whether its rollout is pending or has ended. An
 * in-place update has no second deployment, unless Azure can't make the change in place.
 */
function previousUsage(
  { update, keepPrevious = false }: DeploymentDraft,
  { current, previous }: Decided,
): Pick<QuotaDeployment, "previous"> {
  if (current === undefined || previous === undefined || previous.name === current.name || !isStaged(previous)) return {};
  const { name, instanceType, pattern } = previous;
  if (update !== "inPlace") return { previous: { name, instanceType, kept: keepPrevious } };
  if (instanceType === current.instanceType && pattern === current.pattern) return {};
  return { previous: { name: `the deployment on ${instanceType}`, instanceType, kept: false } };
}

/** The required vCPUs of a stack per family, compared with the declared quota. */
export function quotaOf(stack: string, settings: SettingsDraft, decisions: KnownDecisions): readonly FamilyNeed[] {
  const declared = Object.entries(settings["moor:quota"] ?? {}).flatMap(([family, quota]) =>
    quota?.limit === undefined ? [] : [[family, { limit: quota.limit, others: quota.others }] as const],
  );
  return quotaNeeds(quotaDeployments(stack, settings, decisions), Object.fromEntries(declared));
}

/** One error for each family whose declared quota is too small. */
export function quotaErrors(needs: readonly FamilyNeed[]): ConfigError[] {
  return needs.flatMap((need) => {
    const { family, region, neededCores, missingCores = 0, quota, lines } = need;
    if (quota === undefined || missingCores === 0) return [];
    const { limit, others = 0 } = quota;
    const missing = `${missingCores} ${missingCores === 1 ? "vCPU is" : "vCPUs are"} missing`;
    const sum = `The stack requires ${neededCores} vCPUs in ${region}. The limit is ${limit}, of which other workloads use ${others}: ${missing}.`;
    const problem = [sum, ...lines.map((line) => `- ${quotaLineText({ ...line, rolloutCores: 0 })}`)].join("\n    ");
    const least = neededCores + others;
    const room = `; ${coresToRequest(need)} or more also allows each deployment to be replaced by a new one`;
    const allowed = `a limit of ${least} or more${coresToRequest(need) > least ? room : ""}`;
    const fix = [quotaFixes(need), ...(quotaRequest(need) ?? "").split("\n")].join("\n    ");
    return [configError("MOOR301", `moor:quota.${family}`, { problem, allowed, fix })];
  });
}

function quotaFixes(need: FamilyNeed): string {
  const before = need.lines.filter(({ previous }) => previous !== undefined);
  const ended = before.filter(({ previous }) => !previous?.kept).map(({ deployment }) => deployment.split("/"));
  const ways = [
    `Request a quota of ${coresToRequest(need)} vCPUs from Azure and set \`limit\` to the granted number`,
    `reduce \`instances\` or \`scale.max\`${before.length > ended.length ? ", or remove `keepPrevious`" : ""}`,
    ...ended.map(
      ([stack, endpoint, label]) =>
        `if the rollout of ${endpoint}/${label} has ended, run \`npm run retire -- -s ${stack} --endpoint ${endpoint} --label ${label}\``,
    ),
  ];
  return `${ways.join("; or ")}. Text of the quota request:`;
}

/** Notes for the preview: families without a declared quota, and families whose quota is too small for a rollout. */
export function quotaNotes(needs: readonly FamilyNeed[]): string[] {
  return needs.flatMap((need) => {
    const { family, region, neededCores, rolloutCores, missingInRollout, quota } = need;
    if (quota === undefined) {
      const start = gpuFamilies.has(family) ? "; by default, the quota of GPU families is 0" : "";
      const need = `the ${neededCores} vCPUs that this stack requires in ${region}`;
      return [`The quota of ${family} is not declared in moor:quota, so Moor can't check whether Azure granted ${need}${start}.`];
    }
    if (!missingInRollout) return [];
    const enough = `The quota of ${family} is enough for this stack (${neededCores} vCPUs), but not for a rollout of all its deployments (${rolloutCores} vCPUs)`;
    const request = `request a limit of ${coresToRequest(need)} vCPUs, or set \`update: inPlace\``;
    return [`${enough}. Before you change a model, size, image or flag, ${request}.`];
  });
}

const gpuFamilies = new Set(Object.values<Size>(sizes).flatMap(({ gpus, family }) => (gpus > 0 ? [family] : [])));
