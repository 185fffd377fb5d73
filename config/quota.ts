/** Azure ML quota: whether what the stack file and the lock say fits into what `moor:quota` declares. */

import { canonicalRegion } from "../facts/regions";
import { isInstanceType, type Size, sizes } from "../facts/sizes";
import { type FamilyNeed, type QuotaDeployment, quotaNeeds } from "../planner/quota/cores";
import { coresToRequest, quotaLineText, quotaRequest } from "../planner/quota/request";
import { type Decided, isStaged } from "./decisions";
import { type Mistake, mistake } from "./mistakes";
import type { DeploymentDraft, SettingsDraft } from "./rules/draft";

/** What is known of a deployment's decision; nothing where the lock is missing or stale. */
export type KnownDecisions = (endpoint: string, label: string) => Decided;

/**
 * What a stack's deployments mean for quota. Of a faulty stack file it is the sum of the good parts, and never too much. A deployment that
 * waits for its weights or its image counts: it comes with a later run, without a change that anybody would check.
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
      return [{ stack, region, endpoint, label, instanceType, maxInstances, update, ...beside(deployment, decided) }];
    }),
  );
}

/**
 * The deployment before, where the lock names one: a commit doesn't tell whether its rollout is still to come or has ended. What changes in
 * place has none beside it, unless Azure can't change it in place.
 */
function beside({ update, keepPrevious = false }: DeploymentDraft, { current, previous }: Decided): Pick<QuotaDeployment, "previous"> {
  if (current === undefined || previous === undefined || previous.name === current.name || !isStaged(previous)) return {};
  const { name, instanceType, pattern } = previous;
  if (update !== "inPlace") return { previous: { name, instanceType, kept: keepPrevious } };
  if (instanceType === current.instanceType && pattern === current.pattern) return {};
  return { previous: { name: `the one of ${instanceType}`, instanceType, kept: false } };
}

/** What a stack needs, family by family, held against what its file declares. */
export function quotaOf(stack: string, settings: SettingsDraft, decisions: KnownDecisions): readonly FamilyNeed[] {
  const declared = Object.entries(settings["moor:quota"] ?? {}).flatMap(([family, quota]) =>
    quota?.limit === undefined ? [] : [[family, { limit: quota.limit, others: quota.others }] as const],
  );
  return quotaNeeds(quotaDeployments(stack, settings, decisions), Object.fromEntries(declared));
}

/** One mistake a family whose declared quota doesn't hold what is written down. */
export function quotaMistakes(needs: readonly FamilyNeed[]): Mistake[] {
  return needs.flatMap((need) => {
    const { family, region, neededCores, missingCores = 0, quota, lines } = need;
    if (quota === undefined || missingCores === 0) return [];
    const { limit, others = 0 } = quota;
    const missing = `${missingCores} ${missingCores === 1 ? "is" : "are"} missing`;
    const sum = `${neededCores} cores are needed in ${region}; the limit is ${limit}, of which others hold ${others}: ${missing}.`;
    const problem = [sum, ...lines.map((line) => `- ${quotaLineText({ ...line, rolloutCores: 0 })}`)].join("\n    ");
    const least = neededCores + others;
    const room = `; ${coresToRequest(need)} to have room for a successor beside every deployment as well`;
    const allowed = `a limit of ${least} or more${coresToRequest(need) > least ? room : ""}`;
    const fix = [waysOut(need), ...(quotaRequest(need) ?? "").split("\n")].join("\n    ");
    return [mistake("MOOR301", `moor:quota.${family}`, { problem, allowed, fix })];
  });
}

function waysOut(need: FamilyNeed): string {
  const before = need.lines.filter(({ previous }) => previous !== undefined);
  const ended = before.filter(({ previous }) => !previous?.kept).map(({ deployment }) => deployment.split("/"));
  const ways = [
    `Ask Azure for ${coresToRequest(need)} cores and write here what it grants`,
    `lower \`instances\` or \`scale.max\`${before.length > ended.length ? ", or give up `keepPrevious`" : ""}`,
    ...ended.map(
      ([stack, endpoint, label]) =>
        `if the rollout of ${endpoint}/${label} has ended, run \`npm run retire -- -s ${stack} --endpoint ${endpoint} --label ${label}\``,
    ),
  ];
  return `${ways.join("; or ")}. The request, ready to be sent:`;
}

/** What a reader of the preview should know: families without a declared quota, and those without room for the next rollout. */
export function quotaNotes(needs: readonly FamilyNeed[]): string[] {
  return needs.flatMap((need) => {
    const { family, region, neededCores, rolloutCores, missingInRollout, quota } = need;
    if (quota === undefined) {
      const start = gpuFamilies.has(family) ? "; GPU families start at 0" : "";
      const need = `the ${neededCores} cores that this stack needs in ${region}`;
      return [`Quota of ${family} isn't declared under moor:quota, so nothing here tells whether ${need} are granted${start}.`];
    }
    if (!missingInRollout) return [];
    const holds = `Quota of ${family} holds what this stack needs (${neededCores} cores), but not while every deployment is replaced beside the old one (${rolloutCores})`;
    const ask = `ask for a limit of ${coresToRequest(need)}, or set \`update: inPlace\``;
    return [`${holds}: before a change of model, size, image or flags, ${ask}.`];
  });
}

const gpuFamilies = new Set(Object.values<Size>(sizes).flatMap(({ gpus, family }) => (gpus > 0 ? [family] : [])));
