import type { DeploymentDecision } from "./decision";

/** Names of the LoRA adapters, which clients send instead of the model's name. */
export function adapterNames({ model }: DeploymentDecision): readonly string[] {
  return model?.source === "mirror" ? (model.adapters ?? []).map(({ name }) => name) : [];
}

/** Model name that clients send: the value of `--served-model-name`, or the Hugging Face ID. */
export function servedName({ flags = [], model }: DeploymentDecision): string {
  const flag = "--served-model-name";
  const joined = flags.find((text) => text.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const index = flags.indexOf(flag);
  return (index < 0 ? undefined : flags[index + 1]) ?? model?.id ?? "";
}
