/**
 * From a wish to a decision: which size, flags, probes and request settings a deployment gets, and why. Pure: the same wish and facts give
 * the same decision on every machine.
 */

import { endpointLimits } from "../azure/limits";
import { defaultRequestSettings, scoringStatus } from "../azure/scoring";
import { usdPerHour } from "../facts/prices";
import type { InstanceType } from "../facts/sizes";
import type { Refusal } from "./codes";
import { decideVllm, type VllmWish } from "./decideVllm";
import type { DeploymentDecision, ImageReference, Routes } from "./decision";
import { physicalName } from "./names";
import type { Pattern } from "./pattern";
import type { Plan } from "./plan";
import { adviceFor } from "./serving/clients";
import { scaleReasons, scaleRuleFor } from "./serving/scaling";
import { probesFor } from "./serving/start";

export type { VllmWish } from "./decideVllm";

/** A model served by a `score.py`, as wished. */
export interface ScoreWish {
  readonly pattern: "score";
  readonly image: ImageReference;
  readonly instanceType: InstanceType;
  /** Region whose list price is noted. */
  readonly region: string;
  /** Seconds, within `endpointLimits`. */
  readonly requestTimeout: number;
  /** Requests that one instance works on at once; the image starts that many workers. */
  readonly concurrencyPerInstance: number;
}

export type Wish = VllmWish | ScoreWish;
type WishOf<P extends Pattern> = Extract<Wish, { readonly pattern: P }>;

/** A decision, or everything that forbids one. */
export type Outcome = { readonly decision: DeploymentDecision } | { readonly refusals: readonly Refusal[] };

/**
 * Decides a deployment.
 * @param label Its label in the stack file, the first part of its name.
 */
export function decide(label: string, wish: Wish): Outcome {
  const plan = planOf(wish);
  if ("refusals" in plan) return plan;
  const { recipe, scaleRule, clients, reasons } = plan;
  const price = usdPerHour(recipe.instanceType, wish.region);
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

/** How each pattern is planned. */
const planners: { readonly [P in Pattern]: (wish: WishOf<P>) => Plan | { readonly refusals: readonly Refusal[] } } = {
  vllm: decideVllm,
  score: decideScore,
};

function planOf<P extends Pattern>(wish: WishOf<P>) {
  return planners[wish.pattern](wish);
}

/** Routes of Azure's inference HTTP server, which runs a `score.py`. */
const scoreRoutes: Routes = { port: 5001, liveness: "/", readiness: "/", scoring: "/score" };

/** Seconds in which score.py's init() loads its model, and seconds that a request is taken to last: nothing is known of foreign code. */
const scoreStartSeconds = 300;
const scoreRequestSeconds = 1;

function decideScore(wish: ScoreWish): Plan {
  const { image, instanceType, requestTimeout, concurrencyPerInstance } = wish;
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
      environmentVariables: { WORKER_COUNT: String(concurrencyPerInstance) },
      probes: probesFor(scoreStartSeconds),
      requestSettings: { requestTimeout, maxConcurrentRequestsPerInstance: concurrencyPerInstance },
    },
    scaleRule,
    clients: adviceFor(requestTimeout),
    reasons: [
      `${instanceType}: set in the stack file`,
      timeoutReason(requestTimeout),
      `start: ${scoreStartSeconds} s allowed, in which score.py's init() loads the model`,
      ...scaleReasons(scaleRule, scoreStartSeconds),
      `scale: ${concurrencyPerInstance} requests at once of ${scoreRequestSeconds} s each (assumed, not measured)`,
    ],
  };
}

function timeoutReason(requestTimeout: number): string {
  const most = `Azure's most is ${endpointLimits.requestTimeoutSeconds} s`;
  return `requestTimeout ${requestTimeout} s: ${most}, its default of ${defaultRequestSettings.requestTimeoutSeconds} s ends with ${scoringStatus.timeout}`;
}
