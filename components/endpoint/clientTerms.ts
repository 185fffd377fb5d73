/** Settings for clients of an endpoint: model name, maximum answer length, timeout and retries. */
import { retryableModelStatuses, retryPace } from "../../azure/scoring";
import type { ClientAdvice, DeploymentDecision } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { PlannedDeployment } from "../../planner/rollout";
import { adapterNames, servedName } from "../../planner/servedName";
import { adviceFor } from "../../planner/serving/clients";
import { type Api, apiOf } from "../../planner/task";

/** Client settings of one deployment. */
export interface DeploymentTerms {
  /**
   * What clients use: chat completions and completions (`chat`), embeddings (`embed`), scores of documents for a query (`rerank`), or the API
   * that a `score.py` defines (`score`).
   */
  readonly task: Api;
  /** Model name in requests. Absent with `score`. */
  readonly model?: string;
  /** Names of the LoRA adapters, which clients can send instead of `model`. Absent without adapters. */
  readonly adapters?: readonly string[];
  /**
   * Largest `max_tokens` for which an answer arrives within the timeout. Only with `chat`, and absent if the lock file doesn't contain it.
   */
  readonly maxTokens?: number;
  /** Timeout in seconds, after which Azure ends a request with status 408. */
  readonly requestTimeoutSeconds: number;
}

/** Retry settings for clients. */
export interface RetryAdvice {
  /** Retryable status codes of the endpoint. 424 is retryable only with one of `modelStatuses`. */
  readonly statuses: readonly number[];
  /** With 424: retryable status codes of the container, in the header `ms-azureml-model-error-statuscode`. */
  readonly modelStatuses: readonly number[];
  /** Total number of attempts. */
  readonly attempts: number;
  /** Pause before the second attempt, in seconds. */
  readonly firstPauseSeconds: number;
  /** Factor by which the pause is multiplied after each attempt. */
  readonly pauseFactor: number;
}

/** Client settings that are valid for all deployments with traffic, or for all deployments if none has traffic. */
export interface EndpointTerms {
  /** API of the deployment with the highest traffic weight. */
  readonly task: Api;
  /** Model name of the deployment with the highest traffic weight. Absent with `score`. */
  readonly model?: string;
  /** The smallest `maxTokens` of the deployments. */
  readonly maxTokens?: number;
  /** Client timeout in seconds: the largest of the deployments. */
  readonly timeoutSeconds: number;
  readonly retry: RetryAdvice;
}

interface Served {
  readonly task: Api;
  readonly model?: string;
}

const models: Readonly<Record<Pattern, (decision: DeploymentDecision) => Pick<Served, "model">>> = {
  vllm: (decision) => ({ model: servedName(decision) }),
  score: () => ({}),
};

function served(decision: DeploymentDecision): Served {
  return { task: apiOf(decision), ...models[decision.pattern](decision) };
}

/** Returns the client settings of a deployment. */
export function deploymentTerms(decision: DeploymentDecision): DeploymentTerms {
  const { maxTokens } = adviceOf(decision);
  const { requestTimeout: requestTimeoutSeconds } = decision.requestSettings;
  const names = adapterNames(decision);
  const adapters = names.length === 0 ? {} : { adapters: names };
  return { ...served(decision), ...adapters, ...(maxTokens === undefined ? {} : { maxTokens }), requestTimeoutSeconds };
}

/** Returns the client settings of an endpoint, or undefined without deployments. */
export function endpointTerms(planned: readonly Pick<PlannedDeployment, "decision" | "weight">[]): EndpointTerms | undefined {
  const withWeight = planned.filter(({ weight }) => weight > 0);
  const answering = [...(withWeight.length > 0 ? withWeight : planned)].sort((a, b) => b.weight - a.weight).map(({ decision }) => decision);
  const [heaviest] = answering;
  if (heaviest === undefined) return undefined;
  const advice = answering.map(adviceOf);
  const tokens = advice.flatMap(({ maxTokens }) => maxTokens ?? []);
  return {
    ...served(heaviest),
    ...(tokens.length === 0 ? {} : { maxTokens: Math.min(...tokens) }),
    timeoutSeconds: Math.max(...advice.map(({ timeoutSeconds }) => timeoutSeconds)),
    retry: {
      statuses: [...new Set(advice.flatMap(({ retryOn }) => retryOn))].sort((a, b) => a - b),
      modelStatuses: retryableModelStatuses,
      ...retryPace,
    },
  };
}

/** Returns the client settings in the decision. If they are missing (lock files of earlier versions), derives them from the timeout. */
function adviceOf({ clients, requestSettings }: DeploymentDecision): ClientAdvice {
  return clients ?? adviceFor(requestSettings.requestTimeout);
}
