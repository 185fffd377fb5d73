/** Rules for gated models, whose files Hugging Face provides only to some accounts. */
import { modelFacts } from "../../facts/models";
import { type ConfigError, configError } from "../errors";
import { readLock } from "../lockFile";
import { findLockedModel } from "../lockModels";
import { type RawStack, tokenKey } from "../settings";
import type { SettingsDraft } from "./draft";

/**
 * A gated model with `source: hub` requires a token. Without one, the container fails at the end of its start-up time.
 * Whether a model is gated is in the table of models, or in the lock file for a model that was read from the Hub.
 */
export function gatedErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft, raw: RawStack): ConfigError[] {
  if (tokenKey in raw.settings) return [];
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const { model, source } = deployment?.vllm ?? {};
      if (model === undefined || source !== "hub" || !(modelFacts(model)?.gated ?? isGatedInLock(raw, model))) return [];
      return [gatedModel(`moor:endpoints.${key}.deployments.${label}`, model)];
    }),
  );
}

function isGatedInLock({ stack, lock: text }: RawStack, model: string): boolean {
  const read = text === undefined ? undefined : readLock(stack, text);
  return read !== undefined && "lock" in read && (findLockedModel(read.lock.models, model)?.recorded.gated ?? false);
}

/** @param path Path of the deployment. */
export function gatedModel(path: string, model: string): ConfigError {
  const problem = `${model} is gated: Hugging Face provides its files only to accounts that accepted its license. \`moor:huggingFaceToken\` is not set.`;
  return configError("MOOR063", `${path}.vllm.source`, { problem, allowed: "`source: hub` with a token, or `source: mirror`" });
}
