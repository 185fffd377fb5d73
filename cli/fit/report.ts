/** Formats the planner's result as text. */

import { styleText } from "node:util";
import { pricesSource } from "../../facts/prices";
import { costOf, hoursPerMonth, rangeText } from "../../planner/cost";
import type { Answer } from "../../planner/size/answer";
import { splitText } from "../../planner/size/candidate";
import type { CheaperCheckpoint } from "../../planner/size/checkpoints";
import { type Compared, type FitInput, type FitResult, type Rejected, type Verdict, verdictOf } from "../../planner/size/fit";
import { answerLines, checkpointText } from "./answer";

/** The rows of a table of sizes. */
export interface Comparison {
  readonly tried: readonly Compared[];
  readonly rejected: readonly Rejected[];
}

/** Rows of the table without `--compare`. */
const shortTable = 5;

/** The verdict in a row of the table. */
const rowWords = { fits: "fits", doesntFit: "no", notKnown: "not known" } as const satisfies Record<Verdict, string>;

/** What the report contains besides the result. */
export interface Extras {
  /** @default - no table: one size or a GPU by numbers was specified */
  readonly comparison?: Comparison;
  /** Whether the table contains all sizes. */
  readonly all: boolean;
  /** @default - no Azure size fits */
  readonly answer?: Answer;
  /** @default - none is known */
  readonly checkpoint?: CheaperCheckpoint;
}

/** The complete report. */
export function report(input: FitInput, result: FitResult, { comparison, all, answer, checkpoint }: Extras): string {
  const rows = comparison === undefined ? [] : sizeTable(comparison, result, all);
  const table = rows.length > 0 ? [...rows, ""] : [];
  const bodies = {
    fits: () => [...recommendation(result, answer === undefined ? [] : answerLines(answer, checkpoint)), ...sourceCost(input)],
    doesntFit: () => noFit(result, checkpoint),
    notKnown: () => [styleText("bold", `Not known: ${result.refusal?.message}`), ...section("reasons", result.reasons)],
  } as const satisfies Record<Verdict, () => string[]>;
  return [heading(input, result), "", ...table, ...bodies[result.verdict]()].join("\n");
}

function heading(input: FitInput, result: FitResult): string {
  const id = typeof input.model === "string" ? input.model : input.model.id;
  const parts = [
    ...(result.maxModelLen > 0 ? [`${count(result.maxModelLen)} tokens of context`] : []),
    input.concurrency === undefined ? "as many concurrent requests as fit" : `${input.concurrency} concurrent requests per instance`,
    ...(input.gpu ? [] : [input.region ?? "the lowest price of all regions"]),
  ];
  return `${styleText("bold", id)}: ${parts.join(", ")}`;
}

function sizeTable({ tried, rejected }: Comparison, result: FitResult, all: boolean): string[] {
  const shown = all ? tried : tried.filter(({ candidate }) => !candidate.problem).slice(0, shortTable);
  const rows = shown.map(({ candidate, candidate: { machine, estimate, problem }, usdPerHour }) => [
    machine.instanceType === result.size ? "→" : " ",
    machine.instanceType ?? "",
    `${machine.gpus} × ${machine.size?.gpu}`,
    estimate ? String(estimate.settings.tensorParallelSize) : "",
    usdPerHour.toFixed(2),
    estimate && result.hasKvCache ? estimate.kvGiBPerGpu.toFixed(1) : "",
    estimate && estimate.requestGiB > 0 ? Math.max(0, estimate.maxConcurrency).toFixed(1) : "",
    problem ? `${rowWords[verdictOf(candidate, problem)]}: ${problem.code} ${problem.message}` : rowWords.fits,
  ]);
  const head = [" ", "size", "GPUs", "TP", "USD/hour", "KV GiB/GPU", "requests", ""];
  const hidden = tried.length - shown.length;
  const rest = all
    ? [`  ${rejected.length} more sizes were not evaluated: ${reasonCounts(rejected)}.`]
    : hidden === 0
      ? []
      : shown.length === 0
        ? result.verdict === "notKnown"
          ? []
          : [`  None of the ${hidden} GPU sizes fits; --compare lists the reasons.`]
        : [`  ${hidden} more GPU sizes; --compare lists them.`];
  return [...(rows.length > 0 ? columns([head, ...rows]) : []), ...rest];
}

/** For example `61 for MOOR101 (Standard_D2as_v4 has 2 vCPUs and no GPU; …)`. */
function reasonCounts(rejected: readonly Rejected[]): string {
  const codes = [...new Set(rejected.map(({ code }) => code))];
  return codes
    .map((code) => {
      const those = rejected.filter((one) => one.code === code);
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

function recommendation(result: FitResult, answer: readonly string[]): string[] {
  const { probes, requestSettings, client } = result;
  const month =
    result.usdPerHour === null
      ? ""
      : `, ${result.usdPerHour.toFixed(2)} USD per hour, ${count(result.usdPerHour * hoursPerMonth)} per month (list prices of ${pricesSource.asOf})`;
  const machine = result.size ?? `${result.gpus} ${result.gpus === 1 ? "GPU" : "GPUs"} as specified`;
  const probe = (name: "liveness" | "readiness") => {
    const { initialDelay, period, failureThreshold } = probes![name];
    return `${name} ${initialDelay} s + ${period} s × ${failureThreshold}`;
  };
  return [
    styleText("bold", `Recommendation: ${machine}, ${splitText(result)}${month}`),
    ...(answer.length === 0 ? [] : section("answer", answer)),
    ...section("memory of each GPU, GiB", [
      `weights ${gib(result.weightsGiBPerGpu)}, activations ${gib(result.activationGiB)}, outside PyTorch ${gib(result.nonTorchGiB)}, CUDA graphs ${gib(result.cudaGraphGiB)}`,
      result.hasKvCache
        ? `KV cache ${gib(result.kvGiBPerGpu)} (${gib(result.safeKvGiBPerGpu)} with the safety margin): ${count(result.kvTokens)} tokens, ${result.maxConcurrency.toFixed(1)} requests of ${count(result.maxModelLen)} tokens`
        : "no KV cache: an encoder processes a text in one step",
    ]),
    ...section("vllm serve", flagLines(result.flags)),
    ...section("probes", [`${probe("liveness")}, ${probe("readiness")}`]),
    ...section("request settings", [
      `requestTimeout ${requestSettings!.requestTimeout} s, maxConcurrentRequestsPerInstance ${requestSettings!.maxConcurrentRequestsPerInstance}`,
    ]),
    ...section("clients", [
      `${client!.maxTokens === undefined ? "" : `max_tokens at most ${client!.maxTokens}, `}timeout ${client!.timeoutSeconds} s, retry ${client!.retryOn.join(", ")}`,
    ]),
    ...section("reasons", result.reasons),
  ];
}

/** Azure creates the firewall with the first FQDN rule, which `source: hub` requires. */
function sourceCost({ source }: FitInput): string[] {
  if (source !== "hub") return [];
  const month = (kind: "managedFirewallBasic" | "managedFirewallStandard") => rangeText(costOf([{ kind, count: 1 }]).usdPerMonth);
  const price = `${month("managedFirewallBasic")} USD per month (Basic) or ${month("managedFirewallStandard")} (Standard)`;
  return section("cost of source: hub", [`one firewall in the managed network of the workspace, for all deployments: ${price}`]);
}

function noFit(result: FitResult, checkpoint: CheaperCheckpoint | undefined): string[] {
  const other = checkpoint === undefined ? [] : section("answer", [checkpointText(checkpoint)]);
  return [styleText("bold", "Nothing fits."), ...other, ...section("reasons", result.reasons)];
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
