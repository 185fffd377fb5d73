/** What the clients of an endpoint must know beyond its address: the model's name, how long an answer may be, when to try again. */
import { retryableModelStatuses, retryPace } from "../../azure/scoring";
import type { ClientAdvice, DeploymentDecision } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { PlannedDeployment } from "../../planner/rollout";
import { servedName } from "../../planner/servedName";
import { adviceFor } from "../../planner/serving/clients";

/** What a deployment answers: `chat` to OpenAI's chat and completion requests, `score` to whatever its score.py takes. */
export type Task = "chat" | "score";

/** What holds for one deployment. */
export interface DeploymentTerms {
  readonly task: Task;
  /** Name of the model in requests. Absent where requests name none. */
  readonly model?: string;
  /** Largest `max_tokens` whose answer arrives within the timeout. Absent with `score`, and with a lock that doesn't hold it. */
  readonly maxTokens?: number;
  /** Seconds after which Azure ends a request. */
  readonly requestTimeoutSeconds: number;
}

/** When and how a client repeats a request. */
export interface RetryAdvice {
  /** Statuses of the endpoint that are worth another try; 424 only with one of `modelStatuses`. */
  readonly statuses: readonly number[];
  /** With 424: statuses of the container, in the header `ms-azureml-model-error-statuscode`, that are worth another try. */
  readonly modelStatuses: readonly number[];
  /** Tries in all. */
  readonly attempts: number;
  /** Seconds before the second try. */
  readonly firstPauseSeconds: number;
  /** By how much each pause is longer than the one before. */
  readonly pauseFactor: number;
}

/** What holds whichever deployment of the endpoint answers. */
export interface EndpointTerms {
  readonly task: Task;
  readonly model?: string;
  /** The smallest of the deployments'. */
  readonly maxTokens?: number;
  /** Seconds that a client waits: the largest of the deployments'. */
  readonly timeoutSeconds: number;
  readonly retry: RetryAdvice;
}

interface Served {
  readonly task: Task;
  readonly model?: string;
}

const served: Readonly<Record<Pattern, (decision: DeploymentDecision) => Served>> = {
  vllm: (decision) => ({ task: "chat", model: servedName(decision) }),
  score: () => ({ task: "score" }),
};

/** What holds for a deployment, from its decision alone. */
export function deploymentTerms(decision: DeploymentDecision): DeploymentTerms {
  const { maxTokens } = adviceOf(decision);
  const { requestTimeout: requestTimeoutSeconds } = decision.requestSettings;
  return { ...served[decision.pattern](decision), ...(maxTokens === undefined ? {} : { maxTokens }), requestTimeoutSeconds };
}

/** What holds for an endpoint: for the deployments with weight, or for all where none has any. Undefined without deployments. */
export function endpointTerms(planned: readonly Pick<PlannedDeployment, "decision" | "weight">[]): EndpointTerms | undefined {
  const withWeight = planned.filter(({ weight }) => weight > 0);
  const answering = [...(withWeight.length > 0 ? withWeight : planned)].sort((a, b) => b.weight - a.weight).map(({ decision }) => decision);
  const [heaviest] = answering;
  if (heaviest === undefined) return undefined;
  const advice = answering.map(adviceOf);
  const tokens = advice.flatMap(({ maxTokens }) => maxTokens ?? []);
  return {
    ...served[heaviest.pattern](heaviest),
    ...(tokens.length === 0 ? {} : { maxTokens: Math.min(...tokens) }),
    timeoutSeconds: Math.max(...advice.map(({ timeoutSeconds }) => timeoutSeconds)),
    retry: {
      statuses: [...new Set(advice.flatMap(({ retryOn }) => retryOn))].sort((a, b) => a - b),
      modelStatuses: retryableModelStatuses,
      ...retryPace,
    },
  };
}

/** What was decided; a lock that doesn't hold it has the timeout all the same. */
function adviceOf({ clients, requestSettings }: DeploymentDecision): ClientAdvice {
  return clients ?? adviceFor(requestSettings.requestTimeout);
}
