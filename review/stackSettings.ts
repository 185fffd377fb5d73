/** Settings of a stack that its outputs contain, so that a preview shows their change although no resource has them. */
import { type Body, isBody, valueAt } from "../rules";

export interface StackSettings {
  /** Region of the stack. */
  readonly region?: string;
  /** The residency contract. Undefined if an earlier version of Moor wrote the outputs. */
  readonly residency?: ResidencySettings;
  /** Gate mode by key of the endpoint. Empty if an earlier version of Moor wrote the outputs. */
  readonly gates: Readonly<Record<string, string>>;
}

export interface ResidencySettings {
  readonly geography?: string;
  readonly countries: readonly string[];
  readonly regions: readonly string[];
  /** Entries of `moor:accept`. */
  readonly accepted: readonly { readonly code: string; readonly resource: string; readonly until: string }[];
}

/** @param outputs Outputs of the stack. */
export function settingsOf(outputs: Body | undefined): StackSettings | undefined {
  if (outputs === undefined || Object.keys(outputs).length === 0) return undefined;
  const { location, residency, endpoints } = outputs;
  const gates = isBody(endpoints) ? Object.entries(endpoints).map(([key, one]) => [key, valueAt(one, "gate")] as const) : [];
  return {
    ...(typeof location === "string" ? { region: location } : {}),
    ...(isBody(residency) ? { residency: residencyOf(residency) } : {}),
    gates: Object.fromEntries(gates.flatMap(([key, gate]) => (typeof gate === "string" ? [[key, gate]] : []))),
  };
}

/** Reads the residency contract. Values of other types are ignored. */
export function residencyOf({ geography, countries, regions, accepted }: Body): ResidencySettings {
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
  const entries = Array.isArray(accepted) ? accepted.filter(isBody) : [];
  return {
    ...(typeof geography === "string" ? { geography } : {}),
    countries: texts(countries),
    regions: texts(regions),
    accepted: entries.map(({ code, resource, until }) => ({ code: String(code), resource: String(resource), until: String(until) })),
  };
}
