/** The residency contract and the accepted findings, before and after the run, for the rules. */
import { canonicalRegion, isRegion, type RegionName } from "../facts/regions";
import { allowedRegions, canonicalCountry } from "../planner/residency";
import { type Acceptance, type Body, type Contract, isBody, isFindingCode } from "../rules";
import type { StackChange } from "./change";
import type { EndpointView } from "./endpoints";
import { type ResidencySettings, residencyOf } from "./stackSettings";

/** What the stack declares. */
export interface Terms {
  /** @default - an earlier version of Moor wrote the outputs, or the stack doesn't exist */
  readonly residency?: ResidencySettings;
  /** @default - the regions are unknown, so that the rules can't run */
  readonly contract?: Contract;
  readonly acceptances: readonly Acceptance[];
}

/** The outputs contain what the stack declares. In a state of an earlier version of Moor, only the stack file of the run does. */
export function termsOf({ settings, preview, endpoints }: StackChange): { readonly before: Terms; readonly after: Terms } {
  const config = preview.kind === "destroy" ? {} : preview.config;
  const after = settings.after?.residency ?? declaredIn(config);
  const region = settings.after?.region ?? config["azure-native:location"];
  const auth = { ...authOf(endpoints.after), ...declaredAuth(config) };
  return {
    before: terms(settings.before?.residency, settings.before?.region, authOf(endpoints.before)),
    after: terms(after, region, auth),
  };
}

function terms(residency: ResidencySettings | undefined, region: string | undefined, auth: Readonly<Record<string, string>>): Terms {
  const home = regionNamed(region);
  const regions = (residency?.regions ?? []).flatMap((name) => regionNamed(name) ?? []);
  const acceptances = (residency?.accepted ?? []).flatMap(({ code, ...entry }) =>
    isFindingCode(code) ? [{ ...entry, code, reason: "" }] : [],
  );
  if (residency === undefined || home === undefined) return { acceptances, ...(residency === undefined ? {} : { residency }) };
  const { geography, countries } = residency;
  const declared = geography !== undefined ? { geography } : countries.length > 0 ? { countries } : { regions };
  return { residency, acceptances, contract: { home, regions, declared, principals: [], authModes: authModes(auth) } };
}

/** The settings of the stack file, in the form of the outputs. */
function declaredIn(config: Readonly<Record<string, string>>): ResidencySettings | undefined {
  const declared = settingIn(config, "moor:residency");
  if (!isBody(declared)) return undefined;
  const { geography, ...listed } = residencyOf(declared);
  const [countries, named] = [listed.countries.map(canonicalCountry), listed.regions.map(canonicalRegion)];
  const { accepted } = residencyOf({ accepted: settingIn(config, "moor:accept") });
  return {
    ...(geography === undefined ? {} : { geography }),
    countries,
    regions: allowedRegions({ ...(geography === undefined ? {} : { geography }), countries, regions: named }),
    accepted,
  };
}

/** Azure's authentication mode by key of the endpoint. */
function authOf(endpoints: readonly EndpointView[]): Record<string, string> {
  return Object.fromEntries(endpoints.flatMap(({ key, authMode }) => (authMode === undefined ? [] : [[key, authMode]])));
}

function declaredAuth(config: Readonly<Record<string, string>>): Record<string, string> {
  const endpoints = settingIn(config, "moor:endpoints");
  if (!isBody(endpoints)) return {};
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([key, one]) => {
      const mode = isBody(one) ? modes[String(one.auth)] : undefined;
      return mode === undefined ? [] : [[key, mode]];
    }),
  );
}

const modes: Readonly<Record<string, string>> = { key: "Key", entra: "AADToken" };

/** By the logical names of the resources that write an endpoint. */
function authModes(auth: Readonly<Record<string, string>>): Contract["authModes"] {
  const known = Object.entries(auth).flatMap(([key, mode]) => (mode === "Key" || mode === "AADToken" ? [[key, mode] as const] : []));
  return Object.fromEntries(known.flatMap(([key, mode]) => [`${key}-endpoint`, `${key}-traffic-write`].map((name) => [name, mode])));
}

/** A setting of the stack file that is a map or a list. Undefined if it isn't set. */
export function settingIn(config: Readonly<Record<string, string>>, key: string): Body[string] {
  const text = config[key];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Body[string];
  } catch {
    return undefined;
  }
}

function regionNamed(name: string | undefined): RegionName | undefined {
  const canonical = canonicalRegion(name ?? "");
  return isRegion(canonical) ? canonical : undefined;
}
