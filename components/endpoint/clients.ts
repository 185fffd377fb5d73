/** Paths for the clients of an endpoint. */
import type { PlannedDeployment } from "../../planner/rollout";
import { type Api, apiOf } from "../../planner/task";

/** Paths relative to the endpoint's origin. */
export interface ClientPaths {
  /** Path for requests. */
  readonly scoring: string;
  /** Base path for OpenAI clients. Undefined if no deployment has an OpenAI-compatible API. */
  readonly openai: string | undefined;
}

/** OpenAI has no API for reranking: clients of Jina or Cohere add their paths to the scoring path. */
const openaiPaths: Readonly<Record<Api, string | undefined>> = { chat: "/v1", embed: "/v1", rerank: undefined, score: undefined };

/** Returns the scoring path of the deployment with the highest traffic weight, and the OpenAI base path if a deployment has one. */
export function clientPaths(deployments: readonly Pick<PlannedDeployment, "decision" | "weight">[]): ClientPaths {
  const heaviestFirst = [...deployments].sort((a, b) => b.weight - a.weight);
  const paths = heaviestFirst.map(({ decision }) => ({ scoring: decision.routes.scoring, openai: openaiPaths[apiOf(decision)] }));
  return { scoring: paths[0]?.scoring ?? "/", openai: paths.find(({ openai }) => openai !== undefined)?.openai };
}
