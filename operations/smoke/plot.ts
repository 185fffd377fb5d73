/** A plot of a load as SVG: how long answers took, and how that changed over time. It follows the light or dark setting of the reader. */
import type { LoadResult } from "./document";
import { type Percentiles, percentilesOf } from "./figures";
import { isFailed, type Sample } from "./load";
import { count, duration } from "./report";

const width = 900;
const [left, right] = [70, 30];
/** Top and height of the two charts. */
const histogramArea = { top: 90, height: 190 };
const timelineArea = { top: 370, height: 170 };
const height = 600;
const plotWidth = width - left - right;

const bins = 48;
/** Most points of a line. */
const mostIntervals = 60;
/** Most characters of a line of small text. */
const longestLine = 125;

const style = `
  .ground { fill: #ffffff; } text { font: 13px system-ui, sans-serif; }
  text { fill: #1f2328; } .muted { fill: #59636e; } .title { font: 600 16px system-ui, sans-serif; } .small { font-size: 12px; }
  .grid { stroke: #d1d9e0; } .bar { fill: #54aeff; } .mark { stroke: #1f2328; stroke-dasharray: 4 3; }
  .line { fill: none; stroke-width: 2; } .p50 { stroke: #0969da; } .p95 { stroke: #bc4c00; } .failed { fill: #d1242f; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } text { fill: #f0f6fc; } .muted { fill: #9198a1; } .grid { stroke: #3d444d; }
    .bar { fill: #1f6feb; } .mark { stroke: #f0f6fc; } .p50 { stroke: #4493f8; } .p95 { stroke: #f0883e; } .failed { fill: #f85149; }
  }`;

/** @param result Figures of the load. @param samples Its requests. */
export function plot(stack: string, result: LoadResult, samples: readonly Sample[]): string {
  const { endpoint, deployment, clients, requests, failed, latencySeconds } = result;
  const where = deployment === undefined ? endpoint : `${endpoint}/${deployment}`;
  const title = `${clients} concurrent requests on ${where} (${stack}): ${count(requests)} requests, ${count(failed)} failed`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    text(left, 30, title, { class: "title" }),
    ...lines(result.verdict.sentences[0] ?? "").map((line, index) => text(left, 52 + index * 16, line, { class: "muted small" })),
    ...(latencySeconds === undefined
      ? [text(left, histogramArea.top + 40, "No request received a valid answer.")]
      : [...histogram(samples, latencySeconds), ...timeline(samples, result)]),
    "</svg>",
    "",
  ].join("\n");
}

function histogram(samples: readonly Sample[], percentiles: Percentiles): string[] {
  const { top, height: tall } = histogramArea;
  const x = scale(percentiles.max, plotWidth, left);
  const binWidth = x.limit / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const sample of samples) {
    if (!isFailed(sample)) counts[Math.min(bins - 1, Math.floor(sample.seconds / binWidth))]! += 1;
  }
  const y = scale(
    counts.reduce((most, one) => Math.max(most, one), 1),
    -tall,
    top + tall,
    true,
  );
  const bars = counts.flatMap((number, index) => {
    const [from, to] = [x.at(index * binWidth), x.at((index + 1) * binWidth)];
    const barTop = y.at(number);
    if (number === 0) return [];
    return [
      `<rect class="bar" x="${fixed(from + 0.5)}" y="${fixed(barTop)}" width="${fixed(to - from - 1)}" height="${fixed(top + tall - barTop)}"/>`,
    ];
  });
  const names = ["p50", "p90", "p95", "p99"] as const;
  // Each label has a row of its own, because percentiles can be close together. Labels near the right edge end at their line.
  const marks = names.flatMap((name, row) => {
    const at = x.at(percentiles[name]);
    const labelY = top + 12 + row * 16;
    const isRight = at > left + plotWidth * 0.8;
    return [
      `<line class="mark" x1="${fixed(at)}" x2="${fixed(at)}" y1="${top}" y2="${top + tall}"/>`,
      text(at + (isRight ? -4 : 4), labelY, `${name} ${duration(percentiles[name])}`, isRight ? { "text-anchor": "end" } : {}),
    ];
  });
  return [...axes(histogramArea, x, y, "Latency in seconds", "Requests"), ...bars, ...marks];
}

function timeline(samples: readonly Sample[], { elapsedSeconds }: LoadResult): string[] {
  const { top, height: tall } = timelineArea;
  const x = scale(elapsedSeconds, plotWidth, left);
  const length = Math.max(1, elapsedSeconds / mostIntervals);
  const intervals = intervalsOf(samples, length);
  const values = intervals.map(({ latencies }) => percentilesOf(latencies));
  const y = scale(Math.max(...values.map((value) => value?.p95 ?? 0)), -tall, top + tall);
  const middle = (index: number) => Math.min(elapsedSeconds, (index + 0.5) * length);
  const line = (name: "p50" | "p95") => {
    const points = values.flatMap((value, index) =>
      value === undefined ? [] : [`${fixed(x.at(middle(index)))},${fixed(y.at(value[name]))}`],
    );
    return `<polyline class="line ${name}" points="${points.join(" ")}"/>`;
  };
  const failures = intervals.flatMap(({ failed }, index) =>
    failed === 0
      ? []
      : [`<circle class="failed" cx="${fixed(x.at(middle(index)))}" cy="${top}" r="4"><title>${failed} failed</title></circle>`],
  );
  const legend = (["p50", "p95"] as const).flatMap((name, index) => {
    const from = left + 10 + index * 70;
    return [
      `<line class="line ${name}" x1="${from}" x2="${from + 20}" y1="${top - 14}" y2="${top - 14}"/>`,
      text(from + 26, top - 10, name),
    ];
  });
  const ofFailures =
    failures.length === 0
      ? []
      : [`<circle class="failed" cx="${left + 158}" cy="${top - 14}" r="4"/>`, text(left + 168, top - 10, "failed requests")];
  return [
    ...axes(timelineArea, x, y, "Time since the start in seconds", "Latency in seconds"),
    line("p50"),
    line("p95"),
    ...failures,
    ...legend,
    ...ofFailures,
  ];
}

interface Interval {
  readonly latencies: number[];
  failed: number;
}

/** Requests by the interval in which they ended. */
function intervalsOf(samples: readonly Sample[], length: number): Interval[] {
  const intervals: Interval[] = [];
  for (const sample of samples) {
    const index = Math.floor((sample.start + sample.seconds) / length);
    while (intervals.length <= index) intervals.push({ latencies: [], failed: 0 });
    if (isFailed(sample)) intervals[index]!.failed += 1;
    else intervals[index]!.latencies.push(sample.seconds);
  }
  return intervals;
}

interface Scale {
  /** End of the axis: a multiple of the step. */
  readonly limit: number;
  readonly step: number;
  /** Coordinate of a value. */
  at(value: number): number;
}

/** An axis from 0 to at least `most`. */
function scale(most: number, pixels: number, origin: number, isWhole = false): Scale {
  const step = stepOf(most, isWhole);
  const limit = step * Math.max(1, Math.ceil(most / step - 1e-9));
  return { limit, step, at: (value) => origin + (value / limit) * pixels };
}

/** A step of 1, 2 or 5 times a power of ten, for 3 to 8 ticks. */
function stepOf(most: number, isWhole: boolean): number {
  const rough = Math.max(most, 1e-4) / 7;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  return isWhole ? Math.max(1, step) : step;
}

function axes(area: { readonly top: number; readonly height: number }, x: Scale, y: Scale, xTitle: string, yTitle: string): string[] {
  const bottom = area.top + area.height;
  const ticks = ({ limit, step }: Scale) => Array.from({ length: Math.round(limit / step) + 1 }, (_, index) => index * step);
  const label = (value: number, { step }: Scale) =>
    step >= 1 ? count(Math.round(value)) : value.toFixed(Math.ceil(-Math.log10(step) - 1e-9));
  return [
    ...ticks(y).flatMap((value) => [
      `<line class="grid" x1="${left}" x2="${left + plotWidth}" y1="${fixed(y.at(value))}" y2="${fixed(y.at(value))}"/>`,
      text(left - 8, y.at(value) + 4, label(value, y), { "text-anchor": "end", class: "muted" }),
    ]),
    ...ticks(x).map((value) => text(x.at(value), bottom + 18, label(value, x), { "text-anchor": "middle", class: "muted" })),
    text(left + plotWidth / 2, bottom + 38, xTitle, { "text-anchor": "middle" }),
    text(18, area.top + area.height / 2, yTitle, { "text-anchor": "middle", transform: `rotate(-90 18 ${area.top + area.height / 2})` }),
  ];
}

function text(x: number, y: number, content: string, attributes: Readonly<Record<string, string>> = {}): string {
  const more = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<text x="${fixed(x)}" y="${fixed(y)}"${more.join("")}>${escaped(content)}</text>`;
}

/** Splits a sentence into lines that fit into the plot. */
function lines(sentence: string): string[] {
  const found = [""];
  for (const word of sentence.split(" ")) {
    const longer = `${found.at(-1)} ${word}`.trimStart();
    if (longer.length <= longestLine) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
