import { readPreview, reviewMarkdown, reviewStack, type StackReview } from "../review";
import { eventsOf, previewNames } from "../tests/review/previews";
import type { Ratio } from "./index";

const stacks = 200;
/** About 5 s of CPU time for all stacks on a machine that parses their 170 MB of JSON in 0.4 s. The bound has a margin of a half. */
const mostTimes = 18;

/** What a review of many saved previews costs, compared with parsing their JSON. */
export async function measure(): Promise<readonly Ratio[]> {
  const events = previewNames.map(eventsOf);
  const texts = Array.from({ length: stacks }, (_, index) => events[index % events.length]!);
  // The first review compiles its files.
  reviewOf(texts.slice(0, events.length));
  const parsing = secondsOf(() => texts.map(parse));
  const reviewing = secondsOf(() => reviewOf(texts));
  console.log(`${stacks} saved previews: parsed in ${parsing.toFixed(1)} s of CPU time, reviewed in ${reviewing.toFixed(1)} s`);
  return [{ what: `times parsing their JSON, the review of ${stacks} saved previews`, value: reviewing / parsing, atMost: mostTimes }];
}

function reviewOf(texts: readonly string[]): string {
  const today = "2026-11-30";
  const reviews = texts.map((text, index): StackReview => ({ ...reviewStack(readPreview(text), { today }), stack: `stack-${index}` }));
  return reviewMarkdown({ moor: "0.1.0", date: today, source: { kind: "saved" }, stacks: reviews });
}

function parse(text: string): number {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line): unknown => JSON.parse(line)).length;
}

/** CPU time, which other processes of the machine don't change. */
function secondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
