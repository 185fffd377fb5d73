/** The only properties whose values a review shows, and how. The values of all other properties stay out of it. */
import { type Body, type Value, valueAt } from "../rules";
import type { Difference } from "./differences";

/** A value as text. Undefined if it has another form than expected, so that it isn't shown. The body of the resource can decide the unit. */
type Format = (value: Value, body: Body) => string | undefined;

export interface ShownProperty {
  /** The property in words. */
  readonly words: string;
  /** @default - only the words are shown */
  readonly format?: Format;
}

const number = (value: Value) => (typeof value === "number" && Number.isFinite(value) ? String(value) : undefined);
/** Autoscale settings contain numbers as text. */
const numeral: Format = (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? value : number(value));
const flag: Format = (value) => (typeof value === "boolean" ? (value ? "on" : "off") : undefined);
/** A word of a list that Azure documents. */
const oneOf =
  (...words: readonly string[]): Format =>
  (value) =>
    typeof value === "string" ? words.find((word) => word.toLowerCase() === value.toLowerCase()) : undefined;
const access = oneOf("Enabled", "Disabled", "SecuredByPerimeter");
/** Name of a region or of a size, for example `Standard_NC24ads_A100_v4`. */
const word: Format = (value) => (typeof value === "string" && /^[A-Za-z0-9_]{1,50}$/.test(value) ? value : undefined);
/** A period such as PT5M. */
const period: Format = (value) => (typeof value === "string" && /^P[0-9DTHMS.]{1,20}$/.test(value) ? value : undefined);
const ranges: Format = (value) => {
  const list = Array.isArray(value) ? value : [value];
  const isRange = (one: Value) => typeof one === "string" && /^[0-9a-f.:]{3,39}(\/\d{1,3})?$/i.test(one);
  return list.length > 0 && list.length <= 5 && list.every(isRange) ? list.join(", ") : undefined;
};
const count =
  (one: string): Format =>
  (value) =>
    Array.isArray(value) ? `${value.length} ${one}${value.length === 1 ? "" : "s"}` : undefined;

/** Azure measures latency in milliseconds. Source: Azure docs, machine-learning/monitor-azure-machine-learning-reference. */
const threshold: Format = (value, body) => {
  const metric = valueAt(body, "properties.criteria.allOf.0.metricName");
  if (typeof metric !== "string" || !/^RequestLatency/.test(metric)) return number(value);
  return typeof value === "number" && Number.isFinite(value) ? `${value / 1000} s` : undefined;
};

const location = { location: { words: "region", format: word } };
const publicNetworkAccess = { "properties.publicNetworkAccess": { words: "public network access", format: access } };
const queries = {
  "properties.publicNetworkAccessForQuery": { words: "log queries over public addresses", format: access },
  "properties.publicNetworkAccessForIngestion": { words: "ingestion over public addresses", format: access },
};
const alert = {
  "properties.enabled": { words: "alert", format: flag },
  "properties.severity": { words: "severity", format: number },
  "properties.windowSize": { words: "window", format: period },
  "properties.evaluationFrequency": { words: "evaluation", format: period },
  "properties.criteria.allOf": { words: "criteria", format: count("criterion") },
  "properties.criteria.allOf.*.threshold": { words: "threshold", format: threshold },
};

/** Paths by ARM type without `Microsoft.`. An item of a list, or any name, is `*`; `**` are all paths below. */
const table: Readonly<Record<string, Readonly<Record<string, ShownProperty>>>> = {
  "Resources/resourceGroups": location,
  "Network/virtualNetworks": {
    ...location,
    "properties.addressSpace.addressPrefixes": { words: "address space", format: ranges },
    "properties.addressSpace.addressPrefixes.*": { words: "address space", format: ranges },
  },
  "Network/virtualNetworks/subnets": { "properties.addressPrefix": { words: "address range", format: ranges } },
  "OperationalInsights/workspaces": {
    ...location,
    ...queries,
    "properties.retentionInDays": { words: "retention in days", format: number },
  },
  "Insights/components": { ...location, ...queries, "properties.RetentionInDays": { words: "retention in days", format: number } },
  "Insights/actionGroups": {
    "properties.enabled": { words: "action group", format: flag },
    "properties.emailReceivers": { words: "email receivers", format: count("receiver") },
    "properties.emailReceivers.**": { words: "email receivers" },
  },
  "Insights/metricAlerts": alert,
  "Insights/scheduledQueryRules": alert,
  "Insights/autoscalesettings": {
    "properties.enabled": { words: "autoscale", format: flag },
    "properties.profiles.*.capacity.minimum": { words: "minimum instances", format: numeral },
    "properties.profiles.*.capacity.maximum": { words: "maximum instances", format: numeral },
    "properties.profiles.*.capacity.default": { words: "default instances", format: numeral },
    "properties.profiles.*.rules.*.metricTrigger.threshold": { words: "threshold", format: number },
  },
  "KeyVault/vaults/secrets": { "properties.value": { words: "the value" } },
  "Authorization/roleAssignments": { "properties.**": { words: "principal, role or scope" } },
  "Authorization/roleDefinitions": {
    "properties.permissions.**": { words: "permissions" },
    "properties.assignableScopes.**": { words: "assignable scopes" },
  },
  "Storage/storageAccounts": {
    ...location,
    ...publicNetworkAccess,
    "sku.name": { words: "redundancy", format: word },
    "properties.allowSharedKeyAccess": { words: "shared keys", format: flag },
  },
  "Storage/storageAccounts/blobServices": {
    "properties.deleteRetentionPolicy.days": { words: "days of soft delete", format: number },
    "properties.containerDeleteRetentionPolicy.days": { words: "days of soft delete of containers", format: number },
  },
  "KeyVault/vaults": {
    ...location,
    ...publicNetworkAccess,
    "properties.softDeleteRetentionInDays": { words: "days of soft delete", format: number },
    "properties.enablePurgeProtection": { words: "purge protection", format: flag },
  },
  "ContainerRegistry/registries": {
    ...location,
    ...publicNetworkAccess,
    "sku.name": { words: "tier", format: word },
    "properties.adminUserEnabled": { words: "admin user", format: flag },
  },
  "MachineLearningServices/workspaces": {
    ...location,
    ...publicNetworkAccess,
    "properties.hbiWorkspace": { words: "high business impact", format: flag },
    "properties.v1LegacyMode": { words: "v1 legacy mode", format: flag },
  },
  "MachineLearningServices/workspaces/onlineEndpoints": {
    ...location,
    ...publicNetworkAccess,
    "properties.authMode": { words: "authentication", format: oneOf("Key", "AMLToken", "AADToken") },
    "properties.traffic.*": { words: "traffic weights" },
    "properties.mirrorTraffic.*": { words: "mirrored traffic" },
  },
  "MachineLearningServices/workspaces/onlineEndpoints/deployments": {
    ...location,
    "sku.capacity": { words: "instances", format: number },
    "properties.instanceType": { words: "size", format: word },
    "properties.requestSettings.maxConcurrentRequestsPerInstance": { words: "concurrent requests per instance", format: number },
    "properties.requestSettings.requestTimeout": { words: "request timeout", format: period },
    "properties.environmentVariables.*": { words: "environment variables" },
    "properties.environmentId": { words: "image" },
    "properties.model": { words: "model" },
  },
};

interface Row extends ShownProperty {
  readonly path: string;
  readonly pattern: RegExp;
}

const byType: ReadonlyMap<string, readonly Row[]> = new Map(
  Object.entries(table).map(([type, paths]) => [
    `microsoft.${type.toLowerCase()}`,
    Object.entries(paths).map(([path, shown]) => ({ ...shown, path, pattern: patternOf(path) })),
  ]),
);

function patternOf(path: string): RegExp {
  const segments = path
    .split(".")
    .map((segment) => (segment === "**" ? ".+" : segment === "*" ? '(?:"(?:[^"\\\\]|\\\\.)*"|[^.]+)' : segment));
  return new RegExp(`^${segments.join("\\.")}$`, "is");
}

/** ARM types and paths whose values are shown. */
export function shownPaths(): (readonly [type: string, path: string])[] {
  return [...byType].flatMap(([type, rows]) => rows.flatMap(({ path, format }) => (format === undefined ? [] : [[type, path] as const])));
}

/**
 * A difference in words, for example `retention in days 30 to 180`. Undefined if the table doesn't contain the property. A value in another form
 * than expected isn't shown.
 * @param body The resource after the run.
 */
export function shownDifference(type: string, { path, before, after }: Difference, body: Body): string | undefined {
  const shown = byType.get(type.toLowerCase())?.find(({ pattern }) => pattern.test(path));
  if (shown === undefined) return undefined;
  const [was, is] = [textOf(shown, before, body), textOf(shown, after, body)];
  return was === undefined || is === undefined || was === is ? shown.words : `${shown.words} ${was} to ${is}`;
}

/** A value that is absent on one side is shown as `not set`. */
function textOf({ format }: ShownProperty, value: Value, body: Body): string | undefined {
  if (format === undefined) return undefined;
  return value === undefined || value === null ? "not set" : format(value, body);
}
