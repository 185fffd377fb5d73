/** Reviews of several stacks. A stack that can't be previewed is a review with the reason. */
import { reviewStack, type StackReview, withoutPreview } from "../../review";
import type { Planned } from "./planned";

export { type Planned, plannedStack } from "./planned";
export { previewStack } from "./preview";

/** A stack, and how to preview it. */
export interface PreviewSource {
  readonly stack: string;
  /** Previews the stack. Rejects with the reason if there is no preview. */
  plan(signal: AbortSignal): Promise<Planned>;
}

export interface ReviewOptions {
  /** The day of the review, for example 2026-11-30 (UTC). */
  readonly today: string;
  /** Ends all previews. */
  readonly signal: AbortSignal;
  /** Number of previews that run in parallel. A preview needs up to 1 GB of memory. @default 2 */
  readonly parallel?: number;
  /** Called with one line for each stack when its preview has ended. @default - none */
  readonly report?: (line: string) => void;
}

/** How long a preview may take. Milliseconds. */
const previewTimeout = 30 * 60_000;

/**
 * @returns a review of each stack, in the order of the sources
 * @throws the reason of the signal if it is aborted
 */
export async function reviewStacks(sources: readonly PreviewSource[], options: ReviewOptions): Promise<StackReview[]> {
  const { parallel = 2, signal } = options;
  const reviews = new Map<PreviewSource, StackReview>();
  const left = [...sources];
  const work = async () => {
    for (let source = left.shift(); source !== undefined && !signal.aborted; source = left.shift()) {
      reviews.set(source, await reviewOne(source, options));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, sources.length) }, work));
  signal.throwIfAborted();
  return sources.flatMap((source) => reviews.get(source) ?? []);
}

async function reviewOne({ stack, plan }: PreviewSource, { today, signal, report = () => {} }: ReviewOptions): Promise<StackReview> {
  const timeout = AbortSignal.timeout(previewTimeout);
  try {
    const { preview, approval } = await plan(AbortSignal.any([signal, timeout]));
    if (timeout.aborted) throw new Error(`The preview did not end within ${previewTimeout / 60_000} minutes.`);
    const review = reviewStack(preview, { today });
    report(`${stack}: ${preview.result === "succeeded" ? "previewed" : "the preview failed"}`);
    return approval === undefined ? review : { ...review, approval };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) report(`${stack}: no preview: ${reason}`);
    return withoutPreview(stack, reason);
  }
}
