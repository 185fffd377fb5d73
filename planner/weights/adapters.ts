/** LoRA adapters of a vLLM deployment: their folders, and the flags and settings that follow from their number and rank. */
import type { AdapterDecision } from "../decision";
import { loraRankFor } from "../fit/lora";
import type { LoraSettings } from "../fit/settings";

/** Folder of all adapters, in the folder of the base model. vLLM reads weights of the base model only in the root. */
const adaptersFolder = "adapters";

/** Folder of an adapter, relative to the folder of the base model. */
export function adapterFolder(name: string): string {
  return `${adaptersFolder}/${name}`;
}

/** The files of an adapter that vLLM reads. Source: PEFT, `CONFIG_NAME` and `SAFETENSORS_WEIGHTS_NAME`. */
export const adapterFiles = { config: "adapter_config.json", weights: "adapter_model.safetensors" } as const;

/** Flags of vLLM that Moor derives from `vllm.adapters`. */
export const adapterFlags = ["enable-lora", "lora-modules", "max-loras", "max-lora-rank", "max-cpu-loras"] as const;

/** Adapters in the order of their names, which is the order in a decision: the order in the stack file changes nothing. */
export function sortedAdapters<Adapter extends Pick<AdapterDecision, "name">>(adapters: readonly Adapter[]): Adapter[] {
  return [...adapters].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * What the adapters need on each GPU. All of them are loaded at the same time, so that no request waits until another adapter is swapped.
 * Undefined without adapters.
 */
export function loraSettings(adapters: readonly AdapterDecision[]): LoraSettings | undefined {
  if (adapters.length === 0) return undefined;
  const most = Math.max(...adapters.map(({ rank }) => rank));
  return { maxLoras: adapters.length, maxRank: loraRankFor(most) ?? most };
}

/**
 * The flags of `vllm serve` with the names of adapters; the other flags follow from `loraSettings`. `--max-cpu-loras` is omitted, because its default is the value of `--max-loras`. The container's
 * entrypoint resolves the paths in the folder of the base model.
 */
export function loraFlags(adapters: readonly AdapterDecision[]): string[] {
  if (adapters.length === 0) return [];
  return ["--lora-modules", ...sortedAdapters(adapters).map(({ name }) => `${name}=${adapterFolder(name)}`)];
}
