/**
 * The time that a container takes until its server listens. vLLM binds the socket only when the engine is ready. Figures from public
 * start-up logs: an 8B model takes 55 to 106 s from disk; Qwen2.5-32B takes 602 s, 491 s of it for the download. They are examples, not
 * guarantees.
 */
import type { Pattern } from "./pattern";

const startUpFigures = {
  /** Seconds that do not depend on the model: process start, compilation, graph capture. */
  vllmBase: 60,
  /** Bytes per second from the disk of the instance. */
  disk: 1e9,
  /** Bytes per second from Hugging Face. */
  hub: 0.13e9,
  /** Seconds of a `score.py` container. */
  score: 5,
  bytesPerParameter: [
    { name: /awq|gptq|int4|w4a16|nvfp4|mxfp4|fp4/i, bytes: 0.6 },
    { name: /fp8|int8|w8a8/i, bytes: 1 },
    { name: /./, bytes: 2 },
  ],
} as const;

export interface StartInput {
  readonly pattern: Pattern;
  /** Name of the model, which contains its size: `Qwen/Qwen2.5-7B-Instruct`. */
  readonly model?: string;
  /** Whether the container downloads the weights from Hugging Face. */
  readonly fromHub: boolean;
}

/** Seconds from the start of a container until it answers its probes. If the model's name contains no size, the size is 0. */
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

/** `7B` in the name means 7 billion parameters. For mixtures such as `30B-A3B`, the total counts. Text after a commit hash is ignored. */
function weightBytes(model: string): number {
  const [name = ""] = model.split(/-[0-9a-f]{40}(?![0-9a-f])/);
  const billions = Number(/(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])/i.exec(name)?.[1] ?? 0);
  const { bytes } = startUpFigures.bytesPerParameter.find(({ name }) => name.test(model)) ?? { bytes: 0 };
  return billions * 1e9 * bytes;
}
