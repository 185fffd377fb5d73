/** Paths for the clients of an endpoint. */
import type { Routes } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { PlannedDeployment } from "../../planner/rollout";

/** Paths relative to the endpoint's origin. */
export interface ClientPaths {
  /** Path for requests. */
  readonly scoring: string;
  /** Base path for OpenAI clients. Undefined if no deployment has an OpenAI-compatible API. */
  readonly openai: string | undefined;
}

const pathsByPattern: Readonly<Record<Pattern, (routes: Routes) => ClientPaths>> = {
  vllm: ({ scoring }) => ({ scoring, openai: "/v1" }),
  score: ({ scoring }) => ({ scoring, openai: undefined }),
};

/** Returns the scoring path of the deployment with the highest traffic weight, and the OpenAI base path if a deployment has one. */
export function clientPaths(deployments: readonly Pick<PlannedDeployment, "decision" | "weight">[]): ClientPaths {
  const heaviestFirst = [...deployments].sort((a, b) => b.weight - a.weight);
  const paths = heaviestFirst.map(({ decision }) => pathsByPattern[decision.pattern](decision.routes));
  return { scoring: paths[0]?.scoring ?? "/", openai: paths.find(({ openai }) => openai !== undefined)?.openai };
}
