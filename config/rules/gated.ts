/** Rules for gated models, whose files Hugging Face provides only to some accounts. */
import { modelFacts } from "../../facts/models";
import { type ConfigError, configError } from "../errors";
import type { SettingsDraft } from "./draft";

/**
 * A gated model with `source: hub` requires a token. Without one, the container fails at the end of its start-up time.
 * @param hasToken Whether `moor:huggingFaceToken` is set.
 */
export function gatedErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft, hasToken: boolean): ConfigError[] {
  if (hasToken) return [];
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const { model, source } = deployment?.vllm ?? {};
      if (model === undefined || source !== "hub" || !modelFacts(model)?.gated) return [];
      return [gatedModel(`moor:endpoints.${key}.deployments.${label}`, model)];
    }),
  );
}

/** @param path Path of the deployment. */
export function gatedModel(path: string, model: string): ConfigError {
  const problem = `${model} is gated: Hugging Face provides its files only to accounts that accepted its license. \`moor:huggingFaceToken\` is not set.`;
  return configError("MOOR063", `${path}.vllm.source`, { problem, allowed: "`source: hub` with a token, or `source: mirror`" });
}
