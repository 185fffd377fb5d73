/** From the settings of a deployment to what it wishes: for the lock as flat values to compare, for the planner to decide on. */
import type { InstanceType } from "../facts/sizes";
import { decide, type Wish } from "../planner/decide";
import type { DeploymentDecision, DeploymentWish, ImageReference } from "../planner/decision";
import { GiB, modelFromTable } from "../planner/fit/model";
import { tokenCount } from "./leaves";
import type { DeploymentSettings, Settings } from "./stackFile";

export type ImageSettings = Settings["moor:images"];

/** Seconds that a request may take where the stack file says nothing: Azure's most for generation, a third of it for a score.py. */
const defaultTimeout = { vllm: 180, score: 60 } as const;

/** What a deployment asks for, value by value; a decision made for other values is stale. Instances, scale and weight aren't decided. */
export function deploymentWish(settings: DeploymentSettings, images: ImageSettings): DeploymentWish {
  const { vllm, score, size } = settings;
  const image = imageText(settings, images);
  const common = { size, requestTimeout: requestTimeout(settings), ...(image === undefined ? {} : { image }) };
  if (score) return { ...common, "score.path": score.path, "score.concurrencyPerInstance": score.concurrencyPerInstance };
  if (!vllm) return common;
  return {
    ...common,
    "vllm.model": vllm.model,
    ...(vllm.revision === undefined ? {} : { "vllm.revision": vllm.revision }),
    "vllm.context": tokenCount(vllm.context),
    "vllm.concurrencyPerInstance": vllm.concurrencyPerInstance,
    "vllm.source": vllm.source,
    "vllm.servedName": vllm.servedName ?? vllm.model,
    ...Object.fromEntries(Object.entries(vllm.flags).map(([flag, value]) => [`vllm.flags.${flag}`, value])),
  };
}

/** What a decision needs that a stack file may leave to the lock. */
export interface Resolved {
  readonly image: ImageReference;
  readonly instanceType: InstanceType;
  /** Commit of the model; unused with a score.py. */
  readonly revision: string;
}

/** Decides a deployment from its settings and what was resolved for them. */
export function decideDeployment(label: string, settings: DeploymentSettings, resolved: Resolved): DeploymentDecision {
  const { image, instanceType, revision } = resolved;
  const common = { image, instanceType, requestTimeout: requestTimeout(settings) };
  const { vllm, score } = settings;
  const wish: Wish = vllm
    ? {
        pattern: "vllm",
        ...common,
        model: vllm.model,
        revision,
        source: vllm.source,
        contextTokens: tokenCount(vllm.context),
        concurrencyPerInstance: vllm.concurrencyPerInstance,
        servedName: vllm.servedName ?? vllm.model,
        flags: vllm.flags,
      }
    : { pattern: "score", ...common, concurrencyPerInstance: score?.concurrencyPerInstance ?? 1 };
  return decide(label, wish, { checkpointGiB: vllm && weightsGiB(vllm.model) });
}

/** Size of a model's weights, GiB to two digits; undefined for a model that isn't in the table. */
function weightsGiB(model: string): number | undefined {
  const known = modelFromTable(model);
  return known && Math.round((known.weightBytes / GiB) * 100) / 100;
}

/** The image that a stack file names for a deployment, if it does. */
export function namedImage(settings: DeploymentSettings, images: ImageSettings): ImageReference | undefined {
  const text = imageText(settings, images);
  return text === undefined ? undefined : parseImage(text);
}

/** Reads `repository@digest`. */
export function parseImage(text: string): ImageReference {
  const at = text.indexOf("@");
  return { repository: text.slice(0, at), digest: text.slice(at + 1) };
}

function imageText({ score }: DeploymentSettings, images: ImageSettings): string | undefined {
  return score ? (score.image ?? images.score) : images.vllm;
}

function requestTimeout({ vllm, requestTimeout: given }: DeploymentSettings): number {
  return given ?? (vllm ? defaultTimeout.vllm : defaultTimeout.score);
}
