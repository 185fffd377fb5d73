/** Rules about models whose files Hugging Face gives only to some accounts. */
import { modelFacts } from "../../facts/models";
import { type Mistake, mistake } from "../mistakes";
import type { SettingsDraft } from "./draft";

/**
 * A gated model needs a token where Hugging Face is asked at each start; without one the container fails after its whole start-up time.
 * @param hasToken Whether `moor:huggingFaceToken` is set.
 */
export function gatedMistakes({ "moor:endpoints": endpoints = {} }: SettingsDraft, hasToken: boolean): Mistake[] {
  if (hasToken) return [];
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const { model, source } = deployment?.vllm ?? {};
      if (model === undefined || source !== "hub" || !modelFacts(model)?.gated) return [];
      return [gatedModel(`moor:endpoints.${key}.deployments.${label}`, model)];
    }),
  );
}

/** @param path Of the deployment. */
export function gatedModel(path: string, model: string): Mistake {
  const problem = `Hugging Face gives the files of ${model} only to accounts that accepted its licence, and \`moor:huggingFaceToken\` is not set.`;
  return mistake("MOOR063", `${path}.vllm.source`, { problem, allowed: "`source: hub` with a token, or `source: mirror`" });
}
