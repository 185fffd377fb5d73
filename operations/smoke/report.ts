/** The result of a smoke test as text. */
import type { Api } from "../../planner/task";
import type { CheckResult, TargetResult } from "./checks";
import type { EndpointResult, LoadResult, SmokeDocument } from "./document";
import type { Percentiles, ResultCount } from "./figures";

/** Returns the report of all checks and of the load. */
export function smokeReport({ endpoints, load, passed, run }: SmokeDocument): string {
  const results = endpoints.flatMap(({ targets }) => targets.flatMap(({ checks }) => checks));
  const good = results.filter((result) => result.passed).length;
  return [
    ...endpoints.flatMap(endpointLines),
    ...(load === undefined ? [] : loadLines(load)),
    `${passed ? "Passed" : "Failed"}: ${good} of ${results.length} checks${load === undefined ? "" : `, load ${load.verdict.passed ? "passed" : "failed"}`}.` +
      ` Client request IDs of this run start with moor-smoke-${run}-.`,
  ].join("\n");
}

function endpointLines({ key, name, url, auth, targets, notes }: EndpointResult): string[] {
  return [
    `Endpoint ${key} (${name}, auth: ${auth}) at ${url}`,
    ...targets.flatMap(targetLines),
    ...notes.map((note) => `  Note: ${note}`),
    "",
  ];
}

function targetLines({ target, label, name, weight, checks }: TargetResult): string[] {
  const heading = target === "traffic" ? "through the traffic weights" : `${label}: ${name}, traffic weight ${weight}%`;
  return [`  ${heading}`, ...checks.map((check) => `    ${checkLine(check)}`)];
}

function checkLine(result: CheckResult): string {
  const { check, passed, seconds, problem, firstTokenSeconds, tokens, tokensPerSecond } = result;
  const details = [
    ...(firstTokenSeconds === undefined ? [] : [`first token after ${duration(firstTokenSeconds)}`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(tokensPerSecond === undefined ? [] : [`${rounded(tokensPerSecond)} tokens/s`]),
  ];
  const time = seconds === undefined ? "" : duration(seconds);
  const line = `${passed ? "ok    " : "FAILED"}  ${check.padEnd(9)}  ${time.padStart(8)}  ${passed ? details.join(", ") : problem}`;
  return line.trimEnd();
}

function loadLines(load: LoadResult): string[] {
  const { endpoint, deployment, clients, seconds, warmUpRequests, interrupted, canceled, requests, elapsedSeconds } = load;
  const to = deployment === undefined ? "through the traffic weights" : `to the deployment ${deployment}`;
  const rows: [string, string][] = [
    ["requests", `${count(requests)} in ${duration(elapsedSeconds)}, ${rounded(load.requestsPerMinute)} per minute`],
    ["results", load.results.map(resultText).join("; ") || "none"],
    [
      "answered by",
      Object.entries(load.answeredBy)
        .map(([name, times]) => `${name} ${count(times)}`)
        .join(", ") || "unknown",
    ],
    ...rateRow("tokens per second", load.tokensPerSecond),
    ...rateRow("input tokens per second", load.inputTokensPerSecond),
  ];
  return [
    `Load of ${clients} concurrent requests on ${endpoint} for ${seconds} s, ${to}, after a warm-up of ${warmUpRequests} requests that are not counted. ${asked(load.task, load.maxTokens)}`,
    ...(interrupted ? [`Interrupted: ${canceled} requests in flight were canceled and are not counted.`] : []),
    ...rows.map(([name, text]) => `  ${name.padEnd(widthOfNames(rows))}${text}`),
    ...percentileLines([
      ["latency", load.latencySeconds],
      ["time to first token", load.firstTokenSeconds],
    ]),
    ...load.verdict.sentences,
    "",
  ];
}

/** What each request of a load is. */
const requestTexts: Readonly<Record<Api, (maxTokens: number | undefined) => string>> = {
  chat: (maxTokens) => `Each request streams an answer of up to ${maxTokens} tokens.`,
  embed: () => "Each request embeds a text of about 100 tokens.",
  rerank: () => "Each request scores two documents for a query.",
  score: () => "Each request is the sample request.",
};

function asked(api: Api, maxTokens: number | undefined): string {
  return requestTexts[api](maxTokens);
}

function rateRow(name: string, rate: number | undefined): [string, string][] {
  return rate === undefined ? [] : [[name, rounded(rate)]];
}

function widthOfNames(rows: readonly (readonly [string, string])[]): number {
  return Math.max(18, ...rows.map(([name]) => name.length + 2));
}

function percentileLines(rows: readonly [string, Percentiles | undefined][]): string[] {
  const shown = rows.filter((row): row is [string, Percentiles] => row[1] !== undefined);
  if (shown.length === 0) return [];
  const names = ["p50", "p90", "p95", "p99", "max"] as const;
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join("");
  return [
    `  ${"".padEnd(20)}${cells(names)}`,
    ...shown.map(([name, values]) => `  ${name.padEnd(20)}${cells(names.map((percentile) => duration(values[percentile])))}`),
  ];
}

/** A result such as `424 (the container's own status: 500): 3`. */
export function resultText({ status, modelStatus, problem, count: times }: ResultCount): string {
  const own = modelStatus === undefined ? "" : ` (the container's own status: ${modelStatus})`;
  const what = status === undefined ? `no response (${problem})` : `${status}${own}${problem === undefined ? "" : `, but ${problem}`}`;
  return `${what}: ${count(times)}`;
}

/** A duration with three significant digits. */
export function duration(seconds: number): string {
  if (seconds >= 10) return `${seconds.toFixed(1)} s`;
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function rounded(value: number): string {
  return value >= 100 ? count(Math.round(value)) : value.toFixed(1);
}
