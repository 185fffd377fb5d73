/** What the clients of an endpoint are told: where requests go. */
import type { Routes } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { PlannedDeployment } from "../../planner/rollout";

/** Paths below the endpoint's address. */
export interface ClientPaths {
  /** Where a request is sent. */
  readonly scoring: string;
  /** Base path for OpenAI clients. Undefined where nothing speaks their protocol. */
  readonly openai: string | undefined;
}

const pathsByPattern: Readonly<Record<Pattern, (routes: Routes) => ClientPaths>> = {
  vllm: ({ scoring }) => ({ scoring, openai: "/v1" }),
  score: ({ scoring }) => ({ scoring, openai: undefined }),
};

/** The scoring path of the deployment with the most weight, and OpenAI's when any deployment speaks their protocol. */
export function clientPaths(deployments: readonly Pick<PlannedDeployment, "decision" | "weight">[]): ClientPaths {
  const heaviestFirst = [...deployments].sort((a, b) => b.weight - a.weight);
  const paths = heaviestFirst.map(({ decision }) => pathsByPattern[decision.pattern](decision.routes));
  return { scoring: paths[0]?.scoring ?? "/", openai: paths.find(({ openai }) => openai !== undefined)?.openai };
}
