/**
 * Describes a deployment in one line of the preview. All values come from the stack file and the decision, so the line of a stack with a
 * lock file doesn't change with the version of Moor.
 */
import type { DeploymentDecision, ModelDecision } from "../planner/decision";
import { registeredText } from "../planner/weights";
import type { DeploymentSpec } from "./spec";

/** Hours per month in Azure's pricing calculator. */
const hoursPerMonth = 730;

/**
 * For example `chat/main-8c1f02ab: 2 to 6 × Standard_NC24ads_A100_v4, Qwen/Qwen2.5-7B-Instruct at a09a3545 (staged weights), 16384 tokens
 * of context, up to 64 concurrent requests per instance, traffic weight 100%, list price 9.55 to 28.65 USD/hour (6,972 to 20,915
 * USD/month)`.
 */
export function describe(key: string, deployment: DeploymentSpec): string {
  const { decision, instances, scale, weight, mirror } = deployment;
  const previous = runningPrevious(deployment);
  const { name, instanceType, model, requestSettings } = decision;
  const parts = [
    `${scale === undefined ? instances : `${scale.min} to ${scale.max}`} × ${instanceType}`,
    ...(model === undefined ? [] : [weightsText(model)]),
    ...(decision.registeredModel === undefined
      ? []
      : [`model ${decision.registeredModel.name} version ${decision.registeredModel.version} of the workspace`]),
    ...context(decision),
    `up to ${requestSettings.maxConcurrentRequestsPerInstance} concurrent requests per instance`,
    `traffic weight ${weight}%`,
    ...(mirror > 0 ? [`mirrored traffic ${mirror}%`] : []),
    price(deployment),
    ...(previous === undefined ? [] : [`previous deployment ${previous.name} kept at weight 0`]),
  ];
  return `${key}/${name}: ${parts.join(", ")}`;
}

/** For example `Qwen/Qwen2.5-7B-Instruct at a09a3545 (staged weights)`. */
function weightsText(model: ModelDecision): string {
  if ("revision" in model) return `${model.id} at ${model.revision.slice(0, 8)} (${origins[model.source]})`;
  return `${model.id} (${registeredText(model)})`;
}

const origins = { mirror: "staged weights", hub: "weights from the Hugging Face Hub" } as const;

function context({ flags = [] }: DeploymentDecision): string[] {
  const at = flags.indexOf("--max-model-len");
  return at < 0 ? [] : [`${flags[at + 1]} tokens of context`];
}

/** Minimum and maximum price of all instances, including those of a previous deployment that is kept. */
function price(deployment: DeploymentSpec): string {
  const { decision, instances, scale } = deployment;
  const previous = runningPrevious(deployment);
  if (decision.usdPerHour === undefined) return `no list price for ${decision.instanceType}`;
  const ofPrevious = instances * (previous?.usdPerHour ?? 0);
  const least = decision.usdPerHour * (scale?.min ?? instances) + ofPrevious;
  const most = decision.usdPerHour * (scale?.max ?? instances) + ofPrevious;
  const range = (format: (usd: number) => string) => (most > least ? `${format(least)} to ${format(most)}` : format(least));
  return `list price ${range(perHour)} USD/hour (${range(perMonth)} USD/month)`;
}

/** The previous decision, if its deployment is kept. */
function runningPrevious({ previous, keepPrevious }: DeploymentSpec): DeploymentDecision | undefined {
  return keepPrevious ? previous : undefined;
}

const perHour = (usd: number) => usd.toFixed(2);
const perMonth = (usd: number) => Math.round(usd * hoursPerMonth).toLocaleString("en-US");
