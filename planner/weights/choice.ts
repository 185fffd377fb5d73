/** The weights that the stack file chooses, and the decision for them. */
import type { AdapterDecision, ModelDecision, RegisteredModel, RegistryModel, WeightSource } from "../decision";
import { weightsPath } from "../names";
import { sortedAdapters } from "./adapters";

/** All sources of weights. */
export const weightSources = ["mirror", "hub", "workspace", "catalogue"] as const satisfies readonly WeightSource[];

/** The weights that the stack file chooses for a deployment, with the commit that the lock file can supply. */
export type WeightsChoice =
  | {
      readonly source: "mirror";
      /** Commit of the model repository, 40 hexadecimal digits. */
      readonly revision: string;
      /** Whether the Python files of the repository are staged too. @default false */
      readonly withCode?: boolean;
      /** LoRA adapters that are staged in the same folder, in any order. @default - none */
      readonly adapters?: readonly AdapterDecision[];
    }
  | { readonly source: "hub" /** Commit of the model repository, 40 hexadecimal digits. */; readonly revision: string }
  | ({ readonly source: "workspace" } & RegisteredModel)
  | ({ readonly source: "catalogue" } & RegistryModel);

/**
 * The decision for chosen weights. Weights with `source: mirror` are not staged yet.
 * @param id Hugging Face ID of the model, or of the base model of a registered one.
 */
export function modelDecision(id: string, choice: WeightsChoice): ModelDecision {
  switch (choice.source) {
    case "mirror": {
      const { source, revision, withCode } = choice;
      const adapters = sortedAdapters(choice.adapters ?? []);
      const path = weightsPath(id, revision, { withCode, adapters });
      return { id, revision, source, path, ...(adapters.length === 0 ? {} : { adapters }), staged: false };
    }
    case "hub":
      return { id, revision: choice.revision, source: choice.source };
    case "workspace":
    case "catalogue":
      return { id, ...choice };
  }
}

/**
 * When the weights reach the disk of an instance: `beforeStart`, Azure copies them before the container starts; `duringStart`, the container
 * downloads them from Hugging Face.
 */
export const arrivals = {
  mirror: "beforeStart",
  hub: "duringStart",
  workspace: "beforeStart",
  catalogue: "beforeStart",
} as const satisfies Record<WeightSource, "beforeStart" | "duringStart">;

/** Whether a commit on Hugging Face identifies the weights. Registered models have a version instead. */
export const hasCommit = { mirror: true, hub: true, workspace: false, catalogue: false } as const satisfies Record<WeightSource, boolean>;

/** The commit of the weights. Undefined for registered models. */
export function commitOf(model: ModelDecision): string | undefined {
  return "revision" in model ? model.revision : undefined;
}

/** Where a model version is registered, for messages. */
export function registeredText(model: Extract<ModelDecision, RegisteredModel>): string {
  const where = model.source === "workspace" ? "the workspace" : `the registry ${model.registry}`;
  return `model ${model.name} version ${model.version} of ${where}`;
}
