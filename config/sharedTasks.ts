/** Checks that the deployments of an endpoint have the same task. The task of a deployment can follow from its model, so its decision is needed. */
import { taskOf } from "../planner/task";
import type { Decisions } from "./decisions";
import { type ConfigError, configError } from "./errors";
import type { Settings } from "./stackFile";

/** A client sends each request to one path and can't select a deployment, so all deployments with traffic must have the same task. */
export function sharedTaskErrors({ "moor:endpoints": endpoints }: Pick<Settings, "moor:endpoints">, decisions: Decisions): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, { deployments }]) => {
    const sharing = Object.entries(deployments).flatMap(([label, { weight, mirror, vllm }]) => {
      const { current } = decisions(key, label);
      return vllm === undefined || current === undefined || weight + mirror === 0 ? [] : [{ label, task: taskOf(current) }];
    });
    if (new Set(sharing.map(({ task }) => task)).size < 2) return [];
    const list = sharing.map(({ label, task }) => `${label}: ${task}`).join(", ");
    const problem = `The deployments have different tasks (${list}). Azure would distribute each request to all of them.`;
    const allowed = "the same task for all deployments with `weight` or `mirror`";
    return [configError("MOOR028", `moor:endpoints.${key}.deployments`, { problem, allowed })];
  });
}
