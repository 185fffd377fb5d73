/**
 * Resources that a policy of the landing zone creates for the stack: checked when the IDs are known, with a warning for each missing one.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { armTypeOf } from "../../azure/resourceTypes";
import { ALL_LOGS, LOG_CATEGORIES } from "../../facts/diagnostics";
import { armIdOf } from "../base/azure";

interface ZoneGroup {
  readonly properties: { readonly privateDnsZoneConfigs?: readonly { readonly properties: { readonly privateDnsZoneId: string } }[] };
}

interface LogSetting {
  readonly category?: string | null;
  /** A category group, such as `ALL_LOGS`. */
  readonly categoryGroup?: string | null;
  readonly enabled: boolean;
}

interface DiagnosticSetting {
  readonly properties: { readonly workspaceId?: string | null; readonly logs?: readonly LogSetting[] };
}

/**
 * Logs a warning for each entry of `missing`, even in a preview if the resources exist. It doesn't fail the run, because a policy
 * can take effect some time after a resource was created.
 * @param owner The setting that makes another team responsible, such as `dns: policy`.
 */
export function reportMissing(owner: string, missing: pulumi.Output<string[]>): pulumi.Output<void> {
  return missing.apply(async (problems) => {
    for (const problem of problems) await pulumi.log.warn(`${owner}: ${problem}`);
  });
}

/**
 * Returns a message if a zone is in no zone group of a private endpoint. It doesn't check whether the zones resolve in the networks of
 * clients.
 */
export function missingZones(azure: ArmClient, endpointId: string, zones: readonly string[]): Promise<string[]> {
  return readOrReport(endpointId, "DNS zone groups", async () => {
    const groups = await azure.list<ZoneGroup>(`${endpointId}/privateDnsZoneGroups`);
    const configs = groups.flatMap(({ properties }) => properties.privateDnsZoneConfigs ?? []);
    const present = configs.map(({ properties }) => armIdOf(properties.privateDnsZoneId).name.toLowerCase());
    const lacking = zones.filter((zone) => !present.includes(zone));
    if (lacking.length === 0) return [];
    return [`the private endpoint ${endpointId} has no zone group with ${lacking.join(" and ")}. The owner of the zones must add one.`];
  });
}

/** A resource whose logs a policy sends to Log Analytics. */
export interface LoggingResource {
  /** ARM ID. */
  readonly id: string;
  /** Name of the resource in messages, such as "endpoint". */
  readonly what: string;
}

/** Returns a message if logs of an endpoint are sent to no Log Analytics workspace. Returns nothing if the endpoint doesn't exist yet. */
export function missingDiagnostics(azure: ArmClient, endpointId: string, logsId: string): Promise<string[]> {
  return requestLogs(azure, { id: endpointId, what: "endpoint" }, logsId, (sent) => {
    const has = (category: string) => sent.some((one) => one.category === category);
    const allLogs = sent.some(({ categoryGroup }) => categoryGroup === ALL_LOGS);
    return LOG_CATEGORIES.filter((category) => !allLogs && !has(category));
  });
}

/**
 * Returns a message if no logs of a resource are sent to a Log Analytics workspace. The owner of the policy decides which logs are sent.
 * Returns nothing if the resource doesn't exist yet.
 */
export function missingLogs(azure: ArmClient, resource: LoggingResource, logsId: string): Promise<string[]> {
  return requestLogs(azure, resource, logsId, (sent) => (sent.length === 0 ? ["its logs"] : []));
}

/**
 * Metrics aren't checked: Azure stores them anyway, and its built-in policies send only logs.
 * @param lacking Returns the logs that are not among those that are sent.
 */
function requestLogs(
  azure: ArmClient,
  { id, what }: LoggingResource,
  logsId: string,
  lacking: (sent: readonly LogSetting[]) => readonly string[],
): Promise<string[]> {
  return readOrReport(id, "diagnostic settings", async () => {
    if ((await azure.find(id)) === undefined) return [];
    const all = await azure.list<DiagnosticSetting>(`${id}/providers/${armTypeOf("monitor:DiagnosticSetting")}`);
    const toLogAnalytics = all.filter(({ properties }) => properties.workspaceId);
    const sent = toLogAnalytics.flatMap(({ properties: { logs = [] } }) => logs).filter(({ enabled }) => enabled);
    const missing = lacking(sent);
    if (missing.length === 0) return [];
    const to = `to Log Analytics (the stack's workspace is ${logsId})`;
    return [`no diagnostic setting of the ${what} ${id} sends ${missing.join(", ")} ${to}. The owner of the policy must add one.`];
  });
}

async function readOrReport(id: string, what: string, read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read();
  } catch (error) {
    return [`can't read the ${what} of ${id}, so Moor can't check them (${(error as Error).message}).`];
  }
}
