/**
 * Derives a decision from requirements: the size, flags, probes and request settings of a deployment, with reasons. The function is pure:
 * the same requirements and facts result in the same decision on every machine.
 */

import { endpointLimits } from "../azure/limits";
import { defaultRequestSettings, scoringStatus } from "../azure/scoring";
import { usdPerHour } from "../facts/prices";
import type { InstanceType } from "../facts/sizes";
import type { Problem } from "./codes";
import { decideVllm, type VllmRequirements } from "./decideVllm";
import type { DeploymentDecision, ImageReference, RegisteredModel, Routes } from "./decision";
import { physicalName } from "./names";
import type { Pattern } from "./pattern";
import type { Plan } from "./plan";
import { adviceFor } from "./serving/clients";
import { scaleReasons, scaleRuleFor } from "./serving/scaling";
import { probesFor } from "./serving/start";

export type { VllmRequirements } from "./decideVllm";

/** Requirements for a model served by a `score.py`. */
export interface ScoreRequirements {
  readonly pattern: "score";
  readonly image: ImageReference;
  readonly instanceType: InstanceType;
  /** Region of the list price in the decision. */
  readonly region: string;
  /** Seconds, within `endpointLimits`. */
  readonly requestTimeout: number;
  /** Concurrent requests per instance; the image starts that many workers. */
  readonly concurrencyPerInstance: number;
  /** @default - the model is part of the image */
  readonly registeredModel?: RegisteredModel;
}

export type Requirements = VllmRequirements | ScoreRequirements;
type RequirementsOf<P extends Pattern> = Extract<Requirements, { readonly pattern: P }>;

/** A decision, or all problems that prevent one. */
export type Outcome = { readonly decision: DeploymentDecision } | { readonly problems: readonly Problem[] };

/**
 * Decides a deployment.
 * @param label Its label in the stack file, the first part of its name.
 */
export function decide(label: string, requirements: Requirements): Outcome {
  const plan = planOf(requirements);
  if ("problems" in plan) return plan;
  const { recipe, scaleRule, clients, reasons } = plan;
  const price = usdPerHour(recipe.instanceType, requirements.region);
  return {
    decision: {
      name: physicalName(label, recipe),
      ...recipe,
      scaleRule,
      clients,
      ...(price === undefined ? {} : { usdPerHour: price }),
      reasons,
    },
  };
}

/** The planner of each pattern. */
const planners: { readonly [P in Pattern]: (requirements: RequirementsOf<P>) => Plan | { readonly problems: readonly Problem[] } } = {
  vllm: decideVllm,
  score: decideScore,
};

function planOf<P extends Pattern>(requirements: RequirementsOf<P>) {
  return planners[requirements.pattern](requirements);
}

/** Routes of the Azure Machine Learning inference HTTP server, which runs a `score.py`. */
const scoreRoutes: Routes = { port: 5001, liveness: "/", readiness: "/", scoring: "/score" };

/** Seconds allowed for score.py's init() to load the model, and assumed seconds per request: the code of a score.py is unknown to Moor. */
const scoreStartSeconds = 300;
const scoreRequestSeconds = 1;

function decideScore(requirements: ScoreRequirements): Plan {
  const { image, instanceType, requestTimeout, concurrencyPerInstance, registeredModel } = requirements;
  const scaleRule = scaleRuleFor({
    concurrency: concurrencyPerInstance,
    answerSeconds: scoreRequestSeconds,
    startSeconds: scoreStartSeconds,
  });
  return {
    recipe: {
      pattern: "score",
      instanceType,
      image,
      routes: scoreRoutes,
      ...(registeredModel === undefined ? {} : { registeredModel }),
      environmentVariables: { WORKER_COUNT: String(concurrencyPerInstance) },
      probes: probesFor(scoreStartSeconds),
      requestSettings: { requestTimeout, maxConcurrentRequestsPerInstance: concurrencyPerInstance },
    },
    scaleRule,
    clients: adviceFor(requestTimeout),
    reasons: [
      `${instanceType}: set in the stack file`,
      timeoutReason(requestTimeout),
      `start: ${scoreStartSeconds} s allowed for score.py's init() to load the model`,
      ...scaleReasons(scaleRule, scoreStartSeconds),
      `scale: ${concurrencyPerInstance} concurrent requests of ${scoreRequestSeconds} s each (assumed, not measured)`,
    ],
  };
}

function timeoutReason(requestTimeout: number): string {
  const limits = `Azure allows up to ${endpointLimits.requestTimeoutSeconds} s (default: ${defaultRequestSettings.requestTimeoutSeconds} s)`;
  return `requestTimeout ${requestTimeout} s: ${limits}; a longer request ends with status ${scoringStatus.timeout}`;
}
