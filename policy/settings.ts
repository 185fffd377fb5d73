/** Configuration of the pack (`--policy-pack-config`): the residency contract, and what is accepted. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { canonicalRegion, isRegion } from "../facts/regions";
import { countries as allCountries, allowedRegions, geographies, type Residency } from "../planner/residency";
import { type Acceptance, type Contract, codes, isFindingCode } from "../rules";

/** The properties of the policy `contract` in the configuration file. */
export interface PackSettings {
  /** Region of the stack. */
  readonly home: string;
  /** Where data is allowed; exactly one property is set. */
  readonly residency: Residency;
  /** Accepted findings, as in `moor:accept`. */
  readonly accept?: readonly Acceptance[];
  /** Object IDs of principals that are allowed to have roles. */
  readonly principals?: readonly string[];
  /** Tenant of the subscription. @default - not known, so that foreign tenants can't be found */
  readonly tenantId?: string;
}

/** Pulumi validates the configuration file against it before it runs a policy. */
export const settingsSchema: PolicyConfigSchema = {
  properties: {
    home: { type: "string", description: "Region of the stack, for example swedencentral." },
    residency: {
      type: "object",
      description: "Where data is allowed: a geography of Azure, or lists of regions or countries (ISO 3166-1 alpha-2).",
      properties: {
        geography: { type: "string" },
        regions: { type: "array", items: { type: "string" }, minItems: 1 },
        countries: { type: "array", items: { type: "string" }, minItems: 1 },
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
    accept: {
      type: "array",
      description: "Accepted findings. `resource` is a logical name, an ARM ID, or * for all resources. `until` is the last day (UTC).",
      items: {
        type: "object",
        properties: {
          code: { type: "string" },
          resource: { type: "string", minLength: 1 },
          reason: { type: "string", minLength: 1 },
          until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
        },
        required: ["code", "resource", "reason", "until"],
        additionalProperties: false,
      },
    },
    principals: { type: "array", items: { type: "string" }, description: "Object IDs of principals that are allowed to have roles." },
    tenantId: { type: "string", description: "Tenant of the subscription. Resources of other tenants are findings." },
  },
  required: ["home", "residency"],
};

/** What the rules need of the configuration. */
export interface Terms {
  readonly contract: Contract;
  readonly acceptances: readonly Acceptance[];
}

/**
 * Reads the configuration, whose form Pulumi has validated.
 * @throws Error with all mistakes in its values
 */
export function termsOf(settings: PackSettings): Terms {
  const { home, residency, accept = [], principals = [], tenantId } = settings;
  const mistakes = [
    ...unknownKeys(settings),
    ...homeMistakes(home, residency),
    ...residencyMistakes(residency),
    ...accept.flatMap(acceptMistakes),
  ];
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  const region = canonicalRegion(home);
  if (!isRegion(region)) throw new SettingsError([`home: "${home}" is not a region of Azure.`]);
  return {
    contract: {
      home: region,
      regions: allowedRegions(residency),
      declared: residency,
      principals,
      ...(tenantId !== undefined && { tenantId }),
    },
    acceptances: accept,
  };
}

class SettingsError extends Error {
  constructor(mistakes: readonly string[]) {
    super(`The configuration of the policy pack is invalid.\n${mistakes.map((text) => `  contract.${text}`).join("\n")}`);
    // The SDK prints the stack, which would hide the message.
    this.stack = this.message;
  }
}

function unknownKeys(settings: PackSettings): string[] {
  const allowed = Object.keys(settingsSchema.properties ?? {});
  return Object.keys(settings)
    .filter((key) => !allowed.includes(key))
    .map((key) => `${key}: unknown key. Allowed: ${allowed.join(", ")}.`);
}

function homeMistakes(home: string, residency: Residency): string[] {
  const region = canonicalRegion(home);
  if (!isRegion(region)) return [`home: "${home}" is not a region of Azure. Set a region, for example swedencentral.`];
  const allowed: readonly string[] = allowedRegions(residency);
  if (allowed.length === 0 || allowed.includes(region)) return [];
  return [`home: ${region} is outside the residency. Allowed: ${allowed.join(", ")}.`];
}

function residencyMistakes({ geography, regions: named = [], countries = [] }: Residency): string[] {
  return [
    ...(geography === undefined || geographies.includes(geography)
      ? []
      : [`residency.geography: "${geography}" is not a geography of Azure. Allowed: ${geographies.join(", ")}.`]),
    ...named.flatMap((name, index) => (isRegion(name) ? [] : [`residency.regions.${index}: "${name}" is not a region of Azure.`])),
    ...countries.flatMap((name, index) =>
      allCountries.includes(name)
        ? []
        : [`residency.countries.${index}: Azure has no region in "${name}". Allowed: ${allCountries.join(", ")}.`],
    ),
  ];
}

function acceptMistakes({ code, until }: Acceptance, index: number): string[] {
  return [
    ...(isFindingCode(code) && codes[code].kind !== "door"
      ? []
      : [
          `accept.${index}.code: "${code}" is not the name of a policy of this pack. Use the code that a finding shows, for example MOOR401.`,
        ]),
    ...(isDay(until) ? [] : [`accept.${index}.until: "${until}" is not a date. Use the form 2027-06-30.`]),
  ];
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
