/** One deployment as one line of the preview. Everything in it comes from the decision: a locked stack shows the same line for ever. */
import type { DeploymentDecision } from "../planner/decision";
import type { DeploymentSpec } from "./spec";

/** Hours of a month as Azure's price calculator counts them. */
const hoursPerMonth = 730;

/**
 * For instance `chat/main-8c1f02ab: 2 to 6 × Standard_NC24ads_A100_v4, Qwen/Qwen2.5-7B-Instruct at a09a3545 from the mirror, 16384 tokens of
 * context, 64 requests at once and instance, 100 % of requests, 9.55 USD an hour (6,972 a month) to 28.65 (20,915) by list price`.
 */
export function describe(key: string, deployment: DeploymentSpec): string {
  const { decision, instances, scale, weight, mirror } = deployment;
  const previous = keptOf(deployment);
  const { name, instanceType, model, requestSettings } = decision;
  const parts = [
    `${scale === undefined ? instances : `${scale.min} to ${scale.max}`} × ${instanceType}`,
    ...(model === undefined ? [] : [`${model.id} at ${model.revision.slice(0, 8)} from the ${model.source}`]),
    ...context(decision),
    `${requestSettings.maxConcurrentRequestsPerInstance} requests at once and instance`,
    `${weight} % of requests${mirror > 0 ? ` and a copy of ${mirror} %` : ""}`,
    price(deployment),
    ...(previous === undefined ? [] : [`${previous.name} kept at weight 0`]),
  ];
  return `${key}/${name}: ${parts.join(", ")}`;
}

function context({ flags = [] }: DeploymentDecision): string[] {
  const at = flags.indexOf("--max-model-len");
  return at < 0 ? [] : [`${flags[at + 1]} tokens of context`];
}

/** What all instances cost, the kept ones included, at least and at most. */
function price(deployment: DeploymentSpec): string {
  const { decision, instances, scale } = deployment;
  const previous = keptOf(deployment);
  if (decision.usdPerHour === undefined) return `no list price for ${decision.instanceType}`;
  const kept = instances * (previous?.usdPerHour ?? 0);
  const least = decision.usdPerHour * (scale?.min ?? instances) + kept;
  const most = decision.usdPerHour * (scale?.max ?? instances) + kept;
  const range = most > least ? ` to ${perHour(most)} (${perMonth(most)})` : "";
  return `${perHour(least)} USD an hour (${perMonth(least)} a month)${range} by list price`;
}

/** The decision before, if it stays beside this one. */
function keptOf({ previous, keepPrevious }: DeploymentSpec): DeploymentDecision | undefined {
  return keepPrevious ? previous : undefined;
}

const perHour = (usd: number) => usd.toFixed(2);
const perMonth = (usd: number) => Math.round(usd * hoursPerMonth).toLocaleString("en-US");
