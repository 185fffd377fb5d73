// Proves the order, the parallelism, the reasons and the end of reviews of several stacks, with previews that were saved. Doesn't prove that an
// engine gives such previews: see tests/e2e/reviewBase.test.ts.
import { type PreviewSource, reviewStacks } from "../../../operations/review";
import type { Preview } from "../../../review";
import { previewOf } from "../../review/previews";

const today = "2026-11-30";
const unchanged = previewOf("noChange");
const of = (stack: string): Preview => ({ ...unchanged, stack });
const source = (stack: string, plan: PreviewSource["plan"] = async () => ({ preview: of(stack) })): PreviewSource => ({ stack, plan });

function run(sources: readonly PreviewSource[], options: { parallel?: number; signal?: AbortSignal } = {}) {
  const lines: string[] = [];
  const { signal = new AbortController().signal, ...rest } = options;
  return { lines, reviews: reviewStacks(sources, { today, signal, report: (line) => lines.push(line), ...rest }) };
}

test("The reviews are in the order of the sources, and at most two previews run in parallel.", async () => {
  let [running, most] = [0, 0];
  const ends: (() => void)[] = [];
  const slow = (stack: string) =>
    source(stack, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return { preview: of(stack) };
    });
  const { reviews } = run(["a", "b", "c", "d"].map(slow));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  // The last one that started ends first.
  for (let ended = 0; ended < 4; ended += 1) {
    await settle();
    ends.pop()!();
  }
  expect((await reviews).map(({ stack }) => stack)).toEqual(["a", "b", "c", "d"]);
  expect(most).toBe(2);
});

test("A stack without a preview is a review with the reason, and the others are reviewed.", async () => {
  const refused = source("b", async () => {
    throw new Error("no stack named 'b' found");
  });
  const failed = source("d", async () => ({ preview: { ...of("d"), result: "failed" } }));
  const { reviews, lines } = run([source("a"), refused, source("c"), failed], { parallel: 1 });
  expect((await reviews).map(({ stack, result, verdict }) => [stack, result, verdict])).toEqual([
    ["a", "succeeded", "unchanged"],
    ["b", "none", "look"],
    ["c", "succeeded", "unchanged"],
    ["d", "failed", "look"],
  ]);
  expect((await reviews)[1]?.reason).toContain("no stack named 'b' found");
  expect(lines).toEqual(["a: previewed", "b: no preview: no stack named 'b' found", "c: previewed", "d: the preview failed"]);
});

test("After an interruption, no preview starts, and there is no review.", async () => {
  const controller = new AbortController();
  const started: string[] = [];
  const sources = ["a", "b", "c"].map((stack) =>
    source(stack, async (signal) => {
      started.push(stack);
      if (stack === "b") controller.abort();
      expect(signal.aborted).toBe(stack === "b");
      return { preview: of(stack) };
    }),
  );
  const { reviews } = run(sources, { parallel: 1, signal: controller.signal });
  await expect(reviews).rejects.toThrow("aborted");
  expect(started).toEqual(["a", "b"]);
});

test("A review has the approval of its plan.", async () => {
  const approval = { digest: "m1", parts: {}, items: {}, steps: [] } as never;
  const { reviews } = run([source("a", async () => ({ preview: of("a"), approval })), source("b")]);
  expect((await reviews).map((review) => review.approval)).toEqual([approval, undefined]);
});

test("No sources give no reviews.", async () => {
  expect(await run([]).reviews).toEqual([]);
});
