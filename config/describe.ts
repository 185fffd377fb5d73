/**
 * Describes deployments and the cost of a stack in lines of the preview. All values of a deployment come from the stack file and the
 * decision, so its line doesn't change with the version of Moor if the stack has a lock file. The prices of the platform come from facts/.
 */
import { costOf, hoursPerMonth, rangeText, sumOf } from "../planner/cost";
import type { DeploymentDecision, ModelDecision } from "../planner/decision";
import { planRollout } from "../planner/rollout";
import { adapterNames } from "../planner/servedName";
import { type Api, apiOf } from "../planner/task";
import { registeredText } from "../planner/weights";
import type { DeploymentSpec, StackSpec } from "./spec";
import { bounds, instancesOf, type PricedSpec, stackCost } from "./stackCost";

/**
 * For example `chat/main-8c1f02ab: 2 to 6 × Standard_NC24ads_A100_v4, Qwen/Qwen2.5-7B-Instruct at a09a3545 (staged weights), 16384 tokens
 * of context, up to 64 concurrent requests per instance, traffic weight 100%, list price 9.55 to 28.65 USD/hour (6,972 to 20,915
 * USD/month)`.
 */
export function describe(key: string, deployment: DeploymentSpec): string {
  const { decision, weight, mirror } = deployment;
  const previous = runningPrevious(deployment);
  const { name, instanceType, model, requestSettings } = decision;
  const parts = [
    `${rangeText(bounds(planRollout([deployment]).at(-1)!), String)} × ${instanceType}`,
    ...(model === undefined ? [] : [weightsText(model)]),
    ...(decision.registeredModel === undefined
      ? []
      : [`model ${decision.registeredModel.name} version ${decision.registeredModel.version} of the workspace`]),
    ...adapters(decision),
    ...served[apiOf(decision)],
    ...context(decision),
    `up to ${requestSettings.maxConcurrentRequestsPerInstance} concurrent requests per instance`,
    `traffic weight ${weight}%`,
    ...(mirror > 0 ? [`mirrored traffic ${mirror}%`] : []),
    price(key, deployment),
    ...(previous === undefined ? [] : [`previous deployment ${previous.name} kept at weight 0`]),
  ];
  return `${key}/${name}: ${parts.join(", ")}`;
}

/** For example `Qwen/Qwen2.5-7B-Instruct at a09a3545 (staged weights)`. */
function weightsText(model: ModelDecision): string {
  if ("revision" in model) return `${model.id} at ${model.revision.slice(0, 8)} (${origins[model.source]})`;
  return `${model.id} (${registeredText(model)})`;
}

function adapters(decision: DeploymentDecision): string[] {
  const names = adapterNames(decision);
  return names.length === 0 ? [] : [`${names.length === 1 ? "LoRA adapter" : "LoRA adapters"} ${names.join(" and ")}`];
}

/** What a deployment serves, if it isn't the usual API of its pattern. */
const served: Readonly<Record<Api, readonly string[]>> = { chat: [], embed: ["embeddings"], rerank: ["reranking"], score: [] };

const origins = { mirror: "staged weights", hub: "weights from the Hugging Face Hub" } as const;

function context({ flags = [] }: DeploymentDecision): string[] {
  const at = flags.indexOf("--max-model-len");
  return at < 0 ? [] : [`${flags[at + 1]} tokens of context`];
}

/** Minimum and maximum price of all instances, including those of a previous deployment that is kept. */
function price(key: string, deployment: DeploymentSpec): string {
  // The decision has a list price if Azure lists one, so the region isn't used.
  const things = instancesOf(key, [deployment], "");
  const missing = things.find(({ usdPerHour }) => usdPerHour === undefined);
  if (missing !== undefined) return `no list price for ${missing.instanceType}`;
  const { usdPerHour } = costOf(things);
  return `list price ${rangeText(usdPerHour, perHour)} USD/hour (${rangeText(usdPerHour, perMonth)} USD/month)`;
}

/**
 * The cost of everything that a stack creates, for example `dev: list price 822.38 USD/month: deployments 407.34, 5 private endpoints 36.50,
 * …; not included: ingested logs, …`. The amounts add up to the total.
 */
export function describeCost(spec: PricedSpec & Pick<StackSpec, "name" | "skipped">): string {
  const { items, usdPerMonth, notIncluded, unpriced } = stackCost(spec);
  const deployments = items.filter(({ kind }) => kind === "instances");
  const parts = [
    ...(deployments.length === 0 ? [] : [`deployments ${rangeText(sumOf(deployments.map((item) => item.usdPerMonth)))}`]),
    ...items.filter(({ kind }) => kind !== "instances").map((item) => `${item.what} ${rangeText(item.usdPerMonth)}`),
  ];
  const waiting = costOf(spec.skipped.flatMap(({ instances = [] }) => instances));
  const missing = [
    ...notIncluded.map(({ what }) => what),
    ...new Set([...unpriced, ...waiting.unpriced].map((name) => `${name} (no list price)`)),
  ];
  return [
    `${spec.name}: list price ${rangeText(usdPerMonth)} USD/month${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`,
    ...(waiting.items.length === 0 ? [] : [`skipped deployments will cost ${rangeText(waiting.usdPerMonth)}`]),
    ...(missing.length === 0 ? [] : [`not included: ${missing.join(", ")}`]),
  ].join("; ");
}

/** The previous decision, if its deployment is kept. */
function runningPrevious({ previous, keepPrevious }: DeploymentSpec): DeploymentDecision | undefined {
  return keepPrevious ? previous : undefined;
}

const perHour = (usd: number) => usd.toFixed(2);
const perMonth = (usd: number) => Math.round(usd * hoursPerMonth).toLocaleString("en-US");
