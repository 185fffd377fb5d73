/** Checks explicit settings against the values that the planner would derive, and reports each violated inequality. */
import type { Problem } from "../codes";
import type { Probe, RequestSettings, ScaleRule } from "../decision";
import type { Model } from "../fit/model";
import { type ServingSettings, servingProblems } from "../serving/checks";
import { type Candidate, evaluateMachine, type MachineRequirements } from "./candidate";
import { dtypeProblem, modelProblem } from "./compatible";
import { fit as chooseSize } from "./fit";
import { isProblem, type Machine, machineOf } from "./machine";

/** Settings that can be set explicitly. Other settings are derived. */
export interface ExplicitSettings {
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
 * All problems of the explicit settings `hand` for `model` under `wish`; empty if there are none. If the size can't be used, that is one
 * problem, and the other settings are checked against the recommended size, so that one report lists all problems.
 */
export function reviewExplicitSettings(
  model: Model,
  wish: MachineRequirements & { readonly concurrency: number; readonly region?: string },
  hand: ExplicitSettings,
): readonly Problem[] {
  const unusable = modelProblem(model);
  if (unusable) return [unusable];
  const own = hand.instanceType === undefined ? undefined : machineOf(hand.instanceType);
  const found: Problem[] = own && isProblem(own) ? [own] : [];
  const machine = own && !isProblem(own) ? own : recommended(model, wish);
  if (isProblem(machine)) return [...found, machine];
  const candidate = evaluateMachine(model, machine, wish);
  if (own && candidate.problem) found.push(candidate.problem);
  const dtype = dtypeProblem(machine, hand.flags ?? []);
  if (dtype) found.push(dtype);
  if (!candidate.contract) return found;
  return [...found, ...servingProblems(merged(candidate, hand), candidate.contract.basis)].filter(
    (one, i, all) => all.findIndex((other) => other.code === one.code) === i,
  );
}

function recommended(model: Model, wish: MachineRequirements & { readonly region?: string }): Machine | Problem {
  const result = chooseSize({ ...wish, model });
  return result.size === null ? result.refusal! : machineOf(result.size);
}

function merged(candidate: Candidate, hand: ExplicitSettings): ServingSettings {
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
