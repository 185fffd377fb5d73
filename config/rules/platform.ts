/** Rules for the platform: network, adopted resources, alerts, tags and quota. */
import { dockerRange } from "../../azure/addresses";
import { canonicalRegion } from "../../facts/regions";
import { type Size, sizes } from "../../facts/sizes";
import { hasZones } from "../../facts/zones";
import { type Cidr, overlaps, parseCidr } from "../cidr";
import { type ConfigError, configError, show } from "../errors";
import { didYouMean, mostSuggestions } from "../nearest";
import { webhookKey } from "../settings";
import type { PlatformSettings } from "../stackFile";
import type { PlatformDraft, SettingsDraft } from "./draft";
import { exactlyOne } from "./exactlyOne";
import { hasScripts } from "./scripts";
import { tagErrors } from "./tags";

const dockerAddresses = parseCidr(dockerRange) as Cidr;
const families = [...new Set(Object.values<Size>(sizes).map(({ family }) => family))];

export function platformErrors(draft: SettingsDraft, tree: Record<string, unknown>): ConfigError[] {
  const { "moor:platform": platform, "moor:quota": quota } = draft;
  return [
    ...zoneErrors(draft),
    ...network(platform, tree),
    ...adoptedErrors(platform, tree),
    ...alertErrors(platform, tree),
    ...tagErrors(platform ?? {}),
    ...duplicateOperators(platform?.operators ?? []),
    ...quotaFamilies(Object.keys(quota ?? {})),
  ];
}

type Adoptable = "logs" | "workspace" | "imageRegistry";

/** Settings that apply only to resources that the stack creates: to at least one of those in the list. */
const settingsOfCreated: Readonly<Partial<Record<keyof PlatformSettings, readonly Adoptable[]>>> = {
  logRetentionDays: ["logs"],
  logDailyCapGB: ["logs"],
  // Application Insights belongs to the workspace.
  logQueries: ["logs", "workspace"],
  hbiWorkspace: ["workspace"],
  storageRedundancy: ["workspace"],
  firewallSku: ["workspace"],
  networkRuleBypassAllowedForTasks: ["imageRegistry"],
};

function adoptedErrors(platform: PlatformDraft | undefined, tree: Record<string, unknown>): ConfigError[] {
  // Defaults don't count, only values in the stack file.
  const written = (tree["moor:platform"] ?? {}) as Record<string, unknown>;
  const isAdopted = (resource: Adoptable) => platform?.[resource] !== undefined && platform[resource] !== "create";
  return Object.entries(settingsOfCreated).flatMap(([setting, resources]) => {
    if (written[setting] === undefined || !resources.every(isAdopted)) return [];
    // Deployment scripts have a storage account of their own.
    if (setting === "storageRedundancy" && hasScripts(platform)) return [];
    const names = resources.map((resource) => `\`${resource}\``).join(" and ");
    const is = resources.length === 1 ? "is the ID of an existing one" : "are IDs of existing ones";
    return configError("MOOR084", `moor:platform.${setting}`, {
      problem: `${setting} applies only to a resource that the stack creates, but ${names} ${is}.`,
      allowed: `${setting} together with ${resources.map((resource) => `\`${resource}: create\``).join(" or ")}`,
    });
  });
}

/** Zone-redundant storage requires availability zones. */
function zoneErrors({ "moor:platform": platform, "azure-native:location": location }: SettingsDraft): ConfigError[] {
  if (platform?.storageRedundancy !== "ZRS" || location === undefined || hasZones(location)) return [];
  const problem = `The region ${canonicalRegion(location)} has no availability zones, which \`storageRedundancy: ZRS\` requires.`;
  return [configError("MOOR099", "moor:platform.storageRedundancy", { problem, allowed: "LRS" })];
}

function alertErrors(platform: PlatformDraft | undefined, tree: Record<string, unknown>): ConfigError[] {
  const written = (tree["moor:platform"] as { readonly alerts?: unknown } | undefined)?.alerts;
  const hasWebhook = tree[webhookKey] !== undefined;
  if (written === undefined) {
    const problem = "The webhook is not used, because `moor:platform` has no `alerts`.";
    return hasWebhook ? [configError("MOOR083", webhookKey, { problem, allowed: "a webhook together with `moor:platform.alerts`" })] : [];
  }
  const { emails, actionGroups } = platform?.alerts ?? {};
  // Invalid values are reported elsewhere.
  if (hasWebhook || emails === undefined || actionGroups === undefined || emails.length + actionGroups.length > 0) return [];
  const allowed = "at least one email address, action group or webhook";
  return [configError("MOOR080", "moor:platform.alerts", { problem: "The alerts have no receiver.", allowed })];
}

function network(platform: PlatformDraft | undefined, tree: Record<string, unknown>): ConfigError[] {
  const given = (tree["moor:platform"] as { network?: unknown } | undefined)?.network;
  const addressSpace = platform?.network?.create?.addressSpace;
  return [
    ...exactlyOne("moor:platform.network", given, ["create", "existing"]),
    ...(addressSpace === undefined ? [] : addressSpaceErrors(addressSpace)),
  ];
}

const addressSpacePath = "moor:platform.network.create.addressSpace";

function addressSpaceErrors(given: string): ConfigError[] {
  const range = parseCidr(given);
  if (range === undefined) {
    const problem = `${show(given)} is not a valid IPv4 range in CIDR notation, written with the first address of the range.`;
    return [configError("MOOR040", addressSpacePath, { problem, allowed: "an IPv4 range such as 10.40.0.0/22" })];
  }
  if (range.prefix > 24) {
    const problem = `${show(given)} has ${range.last - range.first + 1} addresses, which is too few for a subnet for private endpoints and a subnet for runners.`;
    return [configError("MOOR040", addressSpacePath, { problem, allowed: "/24 (256 addresses) or larger" })];
  }
  if (range.prefix < 8) {
    const problem = `${show(given)} has more than 16 million addresses.`;
    return [configError("MOOR040", addressSpacePath, { problem, allowed: "/8 or smaller" })];
  }
  if (!overlaps(range, dockerAddresses)) return [];
  const problem = `${show(given)} overlaps ${dockerRange}, which Docker uses inside each instance. Responses to clients in this range would not leave the instance.`;
  return [configError("MOOR041", addressSpacePath, { problem, allowed: `ranges that don't overlap ${dockerRange}` })];
}

/** Object IDs are case-insensitive. */
function duplicateOperators(operators: readonly string[]): ConfigError[] {
  const ids = operators.map((id) => id.toLowerCase());
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (first === index) return [];
    const problem = `The object ID ${show(operators[index])} is in the list twice.`;
    return [configError("MOOR070", `moor:platform.operators.${index}`, { problem, allowed: "each object ID once" })];
  });
}

function quotaFamilies(given: readonly string[]): ConfigError[] {
  const allowed = families.join(", ");
  const unknown = given.filter((family) => !families.includes(family));
  return unknown.map((family, index) => {
    const fix = index < mostSuggestions ? didYouMean(family, families) : undefined;
    return configError("MOOR043", `moor:quota.${family}`, { problem: `The quota family ${show(family)} does not exist.`, allowed, fix });
  });
}
