import type { WeightSource } from "../planner/decision";

/** Forms of `vllm.registeredModel` by source, for errors. Other sources have no registered model. */
export const registeredModelForms = {
  workspace: "<name>:<version> with a positive integer as the version, for example chat-tuned:3",
  catalogue:
    "azureml://registries/<registry>/models/<name>/versions/<version> with a positive integer as the version, " +
    "for example azureml://registries/azureml/models/Phi-4-mini-instruct/versions/1",
} as const satisfies Partial<Record<WeightSource, string>>;
