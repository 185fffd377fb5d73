/** The planner's answer as a person likes to read it. */

import { styleText } from "node:util";
import { pricesSource } from "../../facts/prices";
import type { Compared, FitInput, FitResult, Rejected } from "../../planner/size/fit";

/** What a table of sizes shows. */
export interface Comparison {
  readonly tried: readonly Compared[];
  readonly lost: readonly Rejected[];
}

const hoursPerMonth = 730;
/** Rows that are enough to see what one more dollar buys. */
const shortTable = 5;

/** The whole answer. */
export function report(input: FitInput, result: FitResult, comparison: Comparison | undefined, all: boolean): string {
  const table = comparison === undefined ? [] : [...sizeTable(comparison, result, all), ""];
  return [heading(input, result), "", ...table, ...(result.fits ? recommendation(result) : refused(result))].join("\n");
}

function heading(input: FitInput, result: FitResult): string {
  const id = typeof input.model === "string" ? input.model : input.model.id;
  const parts = [
    ...(result.maxModelLen > 0 ? [`${count(result.maxModelLen)} tokens of context`] : []),
    input.concurrency === undefined ? "as many requests at once as fit" : `${input.concurrency} requests at once on an instance`,
    ...(input.gpu ? [] : [input.region ?? "any region, at its lowest price"]),
  ];
  return `${styleText("bold", id)}: ${parts.join(", ")}`;
}

function sizeTable({ tried, lost }: Comparison, result: FitResult, all: boolean): string[] {
  const shown = all ? tried : tried.filter(({ candidate }) => !candidate.refusal).slice(0, shortTable);
  const rows = shown.map(({ candidate: { machine, estimate, refusal }, usdPerHour }) => [
    machine.instanceType === result.size ? "→" : " ",
    machine.instanceType ?? "",
    `${machine.gpus} × ${machine.size?.gpu}`,
    estimate ? String(estimate.settings.tensorParallelSize) : "",
    usdPerHour.toFixed(2),
    estimate ? estimate.kvGiBPerGpu.toFixed(1) : "",
    estimate && estimate.requestGiB > 0 ? Math.max(0, estimate.maxConcurrency).toFixed(1) : "",
    refusal ? `no: ${refusal.code} ${refusal.message}` : "fits",
  ]);
  const head = [" ", "size", "GPUs", "TP", "USD/hour", "KV GiB/GPU", "requests", ""];
  const hidden = tried.length - shown.length;
  const rest = all
    ? [`  ${lost.length} more were not tried: ${reasonCounts(lost)}.`]
    : hidden === 0
      ? []
      : shown.length === 0
        ? [`  None of ${hidden} GPU sizes fits; --compare shows the reason each lost.`]
        : [`  ${hidden} more GPU sizes; --compare shows them with the reason each lost.`];
  return [...(rows.length > 0 ? columns([head, ...rows]) : []), ...rest];
}

/** For instance `61 have no GPU for vLLM (MOOR101)`. */
function reasonCounts(lost: readonly Rejected[]): string {
  const codes = [...new Set(lost.map(({ code }) => code))];
  return codes
    .map((code) => {
      const those = lost.filter((one) => one.code === code);
      return those.length === 1
        ? those[0]!.reason.replace(/\.$/, "")
        : `${those.length} for ${code} (${those[0]!.reason.replace(/\.$/, "")}, …)`;
    })
    .join("; ");
}

const rightAligned = new Set([3, 4, 5, 6]);

function columns(rows: readonly (readonly string[])[]): string[] {
  const last = rows[0]!.length - 1;
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === last ? cell : rightAligned.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}

function recommendation(result: FitResult): string[] {
  const { probes, requestSettings, client } = result;
  const month =
    result.usdPerHour === null
      ? ""
      : `, ${result.usdPerHour.toFixed(2)} USD an hour, ${count(result.usdPerHour * hoursPerMonth)} a month (list prices of ${pricesSource.asOf})`;
  const machine = result.size ?? `${result.gpus} GPUs as given`;
  const probe = (name: "liveness" | "readiness") => {
    const { initialDelay, period, failureThreshold } = probes![name];
    return `${name} ${initialDelay} s + ${period} s × ${failureThreshold}`;
  };
  return [
    styleText("bold", `Recommendation: ${machine}, tensor parallel size ${result.tensorParallelSize}${month}`),
    ...section("memory of each GPU, GiB", [
      `weights ${gib(result.weightsGiBPerGpu)}, activation ${gib(result.activationGiB)}, outside PyTorch ${gib(result.nonTorchGiB)}, CUDA graphs ${gib(result.cudaGraphGiB)}`,
      `KV cache ${gib(result.kvGiBPerGpu)} (${gib(result.safeKvGiBPerGpu)} to count on): ${count(result.kvTokens)} tokens, ${result.maxConcurrency.toFixed(1)} requests of ${count(result.maxModelLen)}`,
    ]),
    ...section("vllm serve", flagLines(result.flags)),
    ...section("probes", [`${probe("liveness")}, ${probe("readiness")}`]),
    ...section("request settings", [
      `requestTimeout ${requestSettings!.requestTimeout} s, maxConcurrentRequestsPerInstance ${requestSettings!.maxConcurrentRequestsPerInstance}`,
    ]),
    ...section("clients", [
      `max_tokens at most ${client!.maxTokens}, timeout ${client!.timeoutSeconds} s, retry ${client!.retryOn.join(", ")}`,
    ]),
    ...section("why", result.reasons),
  ];
}

function refused(result: FitResult): string[] {
  return [styleText("bold", "Nothing fits."), ...section("why", result.reasons)];
}

function flagLines(flags: readonly string[]): string[] {
  const lines: string[] = [];
  for (const flag of flags) {
    if (flag.startsWith("--")) lines.push(flag);
    else lines[lines.length - 1] += ` ${flag}`;
  }
  return lines;
}

function section(title: string, lines: readonly string[]): string[] {
  return [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

const gib = (value: number) => value.toFixed(2);
const count = (value: number) => Math.round(value).toLocaleString("en-US");
