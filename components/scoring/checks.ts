/** Checks of the gate: requests, and the evaluation of responses. Pure functions. */
import type { DeploymentDecision } from "../../planner/decision";
import type { GateCheck } from "../../planner/rollout/gateCheck";
import { adapterNames, servedName } from "../../planner/servedName";
import { type Api, apiOf } from "../../planner/task";
import { chatChecks } from "./chatChecks";
import type { ApiChecks, Check, Served } from "./check";
import { embedChecks } from "./embedChecks";
import type { GateAnswer, GateRequest } from "./request";
import { rerankChecks } from "./rerankChecks";
import { scoreChecks } from "./scoreChecks";

const ofApis: Readonly<Record<Api, ApiChecks>> = { chat: chatChecks, embed: embedChecks, rerank: rerankChecks, score: scoreChecks };

/** Returns the checks of a deployment, in order. Empty for a `score.py` without a sample request. */
export function checksOf(decision: DeploymentDecision, extra: GateCheck = {}): Check[] {
  const { routes } = decision;
  return checksFor({ api: apiOf(decision), routes, model: servedName(decision), adapters: adapterNames(decision) }, extra);
}

/** @param countTokens Whether streams contain the number of their tokens. @default false */
export function checksFor(served: Served, extra: GateCheck = {}, countTokens = false): Check[] {
  const { checks, timed } = ofApis[served.api];
  const request = extra.latency === undefined ? undefined : timed(served, extra);
  return [...checks(served, extra, countTokens), ...(request === undefined ? [] : [latencyCheck(request, extra.latency!)])];
}

/**
 * Returns the request that a load repeats. Undefined for a `score.py` without a sample request.
 * @param maxTokens Length of each answer, for deployments that generate tokens.
 */
export function loadCheck(served: Served, extra: GateCheck, maxTokens: number): Check | undefined {
  return ofApis[served.api].load(served, extra, maxTokens);
}

function latencyCheck(request: GateRequest, latency: number): Check {
  const judge = ({ seconds }: GateAnswer) =>
    seconds <= latency ? undefined : `it took ${seconds.toFixed(1)} s; at most ${latency} s are allowed`;
  return { what: "latency", request, judge, attempts: 3 };
}
