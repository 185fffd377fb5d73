// Proves that a plot is well-formed, small and complete for every load. Doesn't prove that it looks good.
import type { LoadResult } from "../../../operations/smoke/document";
import { figuresOf } from "../../../operations/smoke/figures";
import type { Sample } from "../../../operations/smoke/load";
import { plot } from "../../../operations/smoke/plot";
import { verdictOf } from "../../../operations/smoke/verdict";

const contract = { declaredConcurrency: 4, requestTimeoutSeconds: 60 };
function plotOf(samples: readonly Sample[], elapsedSeconds = 10, changes: Partial<LoadResult> = {}): string {
  const figures = figuresOf({ samples, elapsedSeconds });
  const run = { endpoint: "chat", task: "chat" as const, clients: 64, seconds: 10, warmUpRequests: 64, interrupted: false, canceled: 0 };
  return plot("prod", { ...run, contract, ...figures, verdict: verdictOf(64, contract, figures), ...changes }, samples);
}

const valid = (seconds: number, start = 0): Sample => ({ start, seconds, status: 200 });
const many = Array.from({ length: 20_000 }, (_, index) => valid(0.5 + (index % 100) / 100, index / 2000));

/** All numbers of the attributes. */
const numbersIn = (svg: string) => [...svg.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g)].map(([, text]) => Number(text));

test.each<[string, readonly Sample[], number]>([
  ["20,000 requests", many, 11],
  ["one request", [valid(0.3)], 0.3],
  ["one request that took no time", [valid(0)], 0],
  ["equal latencies", [valid(2), valid(2, 3)], 5],
  ["a failure", [valid(2), { start: 1, seconds: 0.1, status: 429 }], 2],
  ["a load of a day", [valid(180), valid(170, 80_000)], 86_400],
])("The plot of %s has numbers within its area, labels and percentiles.", (_, samples, elapsed) => {
  const svg = plotOf(samples, elapsed);
  expect(svg.length).toBeLessThan(30_000);
  for (const number of numbersIn(svg)) expect([number, number >= 0 && number <= 900]).toEqual([number, true]);
  for (const label of ["Latency in seconds", "Requests", "Time since the start in seconds", "p50 ", "p90 ", "p95 ", "p99 "])
    expect(svg).toContain(label);
  expect((svg.match(/<(text|title|style|svg)\b/g) ?? []).length).toBe((svg.match(/<\/(text|title|style|svg)>/g) ?? []).length);
  expect(svg).toContain("prefers-color-scheme: dark");
});

test("A plot without valid answers says so.", () => {
  expect(plotOf([{ start: 0, seconds: 1, problem: "x" }])).toContain("No request received a valid answer.");
});

test("Failed requests are marked.", () => {
  const failures = Array.from({ length: 3 }, (_, index): Sample => ({ start: index, seconds: 0.1, status: 429 }));
  const svg = plotOf([valid(1), ...failures]);
  expect(svg.match(/<circle class="failed"[^>]*><title>/g)).toHaveLength(3);
  expect(svg).toContain("3 failed");
});

test("Names are escaped.", () => {
  const svg = plotOf([valid(1)], 1, { endpoint: `a<b>&"` });
  expect(svg).toContain("a&#60;b&#62;&#38;&#34;");
});
