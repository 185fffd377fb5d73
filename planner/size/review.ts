/** Settings that somebody wrote by hand, held against what the planner would derive: every broken inequality with its code and remedy. */
import type { Refusal } from "../codes";
import type { Probe, RequestSettings, ScaleRule } from "../decision";
import type { Model } from "../fit/model";
import { type ServingSettings, servingRefusals } from "../serving/checks";
import { type Candidate, tryMachine, type Wish } from "./candidate";
import { dtypeRefusal, modelRefusal } from "./compatible";
import { fit as chooseSize } from "./fit";
import { isRefusal, type Machine, machineOf } from "./machine";

/** What may be set by hand; the rest is derived. */
export interface HandSet {
  readonly instanceType?: string;
  readonly image?: string;
  readonly flags?: readonly string[];
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  readonly maxModelLen?: number;
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly probes?: { readonly liveness?: Partial<Probe>; readonly readiness?: Partial<Probe> };
  readonly requestSettings?: Partial<RequestSettings>;
  readonly scaleRule?: Partial<ScaleRule>;
}

/**
 * All that is wrong with `hand` for `model` under `wish`; empty if nothing is. A size that can't be used is refused, and the rest is held
 * against the size that would be recommended, so that all mistakes show at once.
 */
export function reviewHandSet(
  model: Model,
  wish: Wish & { readonly concurrency: number; readonly region?: string },
  hand: HandSet,
): readonly Refusal[] {
  const unusable = modelRefusal(model);
  if (unusable) return [unusable];
  const own = hand.instanceType === undefined ? undefined : machineOf(hand.instanceType);
  const found: Refusal[] = own && isRefusal(own) ? [own] : [];
  const machine = own && !isRefusal(own) ? own : recommended(model, wish);
  if (isRefusal(machine)) return [...found, machine];
  const candidate = tryMachine(model, machine, wish);
  if (own && candidate.refusal) found.push(candidate.refusal);
  const dtype = dtypeRefusal(machine, hand.flags ?? []);
  if (dtype) found.push(dtype);
  if (!candidate.contract) return found;
  return [...found, ...servingRefusals(merged(candidate, hand), candidate.contract.basis)].filter(
    (one, i, all) => all.findIndex((other) => other.code === one.code) === i,
  );
}

function recommended(model: Model, wish: Wish & { readonly region?: string }): Machine | Refusal {
  const result = chooseSize({ ...wish, model });
  return result.size === null ? result.refusal! : machineOf(result.size);
}

function merged(candidate: Candidate, hand: HandSet): ServingSettings {
  const derived = candidate.contract!.settings;
  return {
    ...derived,
    flags: hand.flags ?? derived.flags,
    image: hand.image,
    maxNumSeqs: hand.maxNumSeqs ?? derived.maxNumSeqs,
    maxNumBatchedTokens: hand.maxNumBatchedTokens ?? derived.maxNumBatchedTokens,
    maxModelLen: hand.maxModelLen,
    environmentVariables: { ...derived.environmentVariables, ...hand.environmentVariables },
    probes: {
      liveness: { ...derived.probes.liveness, ...hand.probes?.liveness },
      readiness: { ...derived.probes.readiness, ...hand.probes?.readiness },
    },
    requestSettings: { ...derived.requestSettings, ...hand.requestSettings },
    scaleRule: { ...derived.scaleRule, ...hand.scaleRule },
  };
}
