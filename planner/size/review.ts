/** Checks explicit settings against the values that the planner would derive, and reports each violated inequality. */
import type { Problem } from "../codes";
import type { Probe, RequestSettings, ScaleRule } from "../decision";
import type { Model } from "../fit/model";
import { type ServingSettings, servingProblems } from "../serving/checks";
import { type Candidate, evaluateMachine, type MachineRequirements } from "./candidate";
import { dtypeProblem, settingsProblem } from "./compatible";
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
 * All problems of the `explicit` settings for `model` under `requirements`; empty if there are none. If the size can't be used, that is one
 * problem, and the other settings are checked against the recommended size, so that one report lists all problems.
 */
export function reviewExplicitSettings(
  model: Model,
  requirements: MachineRequirements & { readonly concurrency: number; readonly region?: string },
  explicit: ExplicitSettings,
): readonly Problem[] {
  const unsupported = settingsProblem(model, requirements);
  if (unsupported) return [unsupported];
  const own = explicit.instanceType === undefined ? undefined : machineOf(explicit.instanceType);
  const problems: Problem[] = own && isProblem(own) ? [own] : [];
  const machine = own && !isProblem(own) ? own : recommended(model, requirements);
  if (isProblem(machine)) return [...problems, machine];
  const candidate = evaluateMachine(model, machine, requirements);
  if (own && candidate.problem) problems.push(candidate.problem);
  const dtype = dtypeProblem(machine, explicit.flags ?? []);
  if (dtype) problems.push(dtype);
  if (!candidate.contract) return problems;
  return [...problems, ...servingProblems(merged(candidate, explicit), candidate.contract.basis)].filter(
    (one, i, all) => all.findIndex((other) => other.code === one.code) === i,
  );
}

function recommended(model: Model, requirements: MachineRequirements & { readonly region?: string }): Machine | Problem {
  const result = chooseSize({ ...requirements, model });
  return result.size === null ? result.refusal! : machineOf(result.size);
}

function merged(candidate: Candidate, explicit: ExplicitSettings): ServingSettings {
  const derived = candidate.contract!.settings;
  return {
    ...derived,
    flags: explicit.flags ?? derived.flags,
    image: explicit.image,
    maxNumSeqs: explicit.maxNumSeqs ?? derived.maxNumSeqs,
    maxNumBatchedTokens: explicit.maxNumBatchedTokens ?? derived.maxNumBatchedTokens,
    maxModelLen: explicit.maxModelLen,
    environmentVariables: { ...derived.environmentVariables, ...explicit.environmentVariables },
    probes: {
      liveness: { ...derived.probes.liveness, ...explicit.probes?.liveness },
      readiness: { ...derived.probes.readiness, ...explicit.probes?.readiness },
    },
    requestSettings: { ...derived.requestSettings, ...explicit.requestSettings },
    scaleRule: { ...derived.scaleRule, ...explicit.scaleRule },
  };
}
