/** Reviews of several stacks. Each stack gets a review or the reason why it has none. */
import { type ApprovalInputs, approvalOf, type Preview, reviewStack, type StackReview } from "../../review";

export { previewStack } from "./preview";

/** A stack, and how to preview it. */
export interface PreviewSource {
  readonly stack: string;
  /** Previews the stack. Rejects with the reason if there is no preview. */
  preview(signal: AbortSignal): Promise<Preview>;
  /** What the plan depends on besides the state. @default - the plan can't be deployed */
  inputs?(): Promise<ApprovalInputs>;
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

/** A stack without a preview. */
export interface NotPreviewed {
  readonly stack: string;
  readonly reason: string;
}

/** The reviews of one run. Both lists are in the order of the sources. */
export interface StackReviews {
  readonly reviews: readonly StackReview[];
  readonly notPreviewed: readonly NotPreviewed[];
  /** Whether there is a review of each stack, and each preview succeeded. */
  readonly succeeded: boolean;
}

/** How long a preview may take. Milliseconds. */
const previewTimeout = 30 * 60_000;

/** @throws the reason of the signal if it is aborted */
export async function reviewStacks(sources: readonly PreviewSource[], options: ReviewOptions): Promise<StackReviews> {
  const { parallel = 2, signal } = options;
  const results = new Map<PreviewSource, Result>();
  const left = [...sources];
  const work = async () => {
    for (let source = left.shift(); source !== undefined && !signal.aborted; source = left.shift()) {
      results.set(source, await reviewOne(source, options));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, sources.length) }, work));
  signal.throwIfAborted();
  const all = sources.flatMap((source) => results.get(source) ?? []);
  return {
    reviews: all.flatMap((result) => ("review" in result ? [result.review] : [])),
    notPreviewed: all.flatMap((result) => ("reason" in result ? [result] : [])),
    succeeded: all.every((result) => "review" in result && result.succeeded),
  };
}

type Result = NotPreviewed | { readonly review: StackReview; readonly succeeded: boolean };

async function reviewOne({ stack, preview: run, inputs }: PreviewSource, options: ReviewOptions): Promise<Result> {
  const { today, signal, report = () => {} } = options;
  const timeout = AbortSignal.timeout(previewTimeout);
  try {
    const preview = await run(AbortSignal.any([signal, timeout]));
    if (timeout.aborted) throw new Error(`The preview didn't end within ${previewTimeout / 60_000} minutes.`);
    const review = reviewStack(preview, { today });
    const succeeded = preview.result === "succeeded";
    const read = succeeded ? await inputs?.() : undefined;
    report(`${stack}: ${succeeded ? "previewed" : "the preview failed"}`);
    return { review: read === undefined ? review : { ...review, approval: approvalOf(preview, read) }, succeeded };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) report(`${stack}: no preview: ${reason}`);
    return { stack, reason };
  }
}
