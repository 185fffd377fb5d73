/**
 * How long a container takes until its server listens: with vLLM the socket is bound only when the engine is ready. Figures from public
 * start-up logs: an 8B model 55 to 106 s from disk, Qwen2.5-32B 602 s of which 491 s are the download. They are an example of a start, not
 * a promise: `startUp` of the scoring proxy's options sets another.
 */
import type { Pattern } from "./pattern";

const startUpFigures = {
  /** Seconds that don't depend on the model: process, compilation, graph capture. */
  vllmBase: 60,
  /** Bytes per second from the instance's disk. */
  disk: 1e9,
  /** Bytes per second from Hugging Face. */
  hub: 0.13e9,
  /** Seconds of a container around a script. */
  score: 5,
  bytesPerParameter: [
    { name: /awq|gptq|int4|w4a16|nvfp4|mxfp4|fp4/i, bytes: 0.6 },
    { name: /fp8|int8|w8a8/i, bytes: 1 },
    { name: /./, bytes: 2 },
  ],
} as const;

export interface StartInput {
  readonly pattern: Pattern;
  /** Name of the model, from which its size is read: `Qwen/Qwen2.5-7B-Instruct`. */
  readonly model?: string;
  /** The container downloads the weights itself. */
  readonly fromHub: boolean;
}

/** Seconds from the start of a container until it answers its probes. A model whose name shows no size counts as one of no size. */
export function startUpSeconds(input: StartInput): number {
  return secondsByPattern[input.pattern](input);
}

const secondsByPattern: Readonly<Record<Pattern, (input: StartInput) => number>> = {
  vllm: vllmSeconds,
  score: () => startUpFigures.score,
};

function vllmSeconds({ model = "", fromHub }: StartInput): number {
  const { vllmBase, disk, hub } = startUpFigures;
  const bytes = weightBytes(model);
  return Math.ceil(vllmBase + bytes / disk + (fromHub ? bytes / hub : 0));
}

/** `7B` in the name is 7 billion parameters; of a mixture's `30B-A3B` the whole counts, and what follows a commit doesn't. */
function weightBytes(model: string): number {
  const [name = ""] = model.split(/-[0-9a-f]{40}(?![0-9a-f])/);
  const billions = Number(/(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])/i.exec(name)?.[1] ?? 0);
  const { bytes } = startUpFigures.bytesPerParameter.find(({ name }) => name.test(model)) ?? { bytes: 0 };
  return billions * 1e9 * bytes;
}
