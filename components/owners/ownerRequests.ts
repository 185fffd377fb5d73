/** What a policy of the landing zone owes the stack: looked for once the ids are known, and asked for by id where it is missing. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { armTypeOf } from "../../azure/resourceTypes";
import { ALL_LOGS, LOG_CATEGORIES } from "../../facts/diagnostics";
import { armIdOf } from "../base/azure";

interface ZoneGroup {
  readonly properties: { readonly privateDnsZoneConfigs?: readonly { readonly properties: { readonly privateDnsZoneId: string } }[] };
}

interface Sent {
  readonly category?: string | null;
  /** A group of categories, for instance `ALL_LOGS`. */
  readonly categoryGroup?: string | null;
  readonly enabled: boolean;
}

interface DiagnosticSetting {
  readonly properties: { readonly workspaceId?: string | null; readonly logs?: readonly Sent[] };
}

/**
 * Warns of what is missing; a preview too, once the resources exist. A policy takes its time after a creation, so this never fails a run.
 * @param owner The setting that names the owner, for instance `dns: policy`.
 */
export function askOwner(owner: string, missing: pulumi.Output<string[]>): pulumi.Output<void> {
  return missing.apply(async (requests) => {
    for (const request of requests) await pulumi.log.warn(`${owner}: ${request}`);
  });
}

/** Zones that no zone group of a private endpoint has. Whether a zone resolves where callers are isn't seen from here. */
export function missingZones(azure: ArmClient, endpointId: string, zones: readonly string[]): Promise<string[]> {
  return looked(endpointId, "DNS zone groups", async () => {
    const groups = await azure.list<ZoneGroup>(`${endpointId}/privateDnsZoneGroups`);
    const configs = groups.flatMap(({ properties }) => properties.privateDnsZoneConfigs ?? []);
    const held = configs.map(({ properties }) => armIdOf(properties.privateDnsZoneId).name.toLowerCase());
    const lacking = zones.filter((zone) => !held.includes(zone));
    if (lacking.length === 0) return [];
    return [`the private endpoint ${endpointId} has no zone group with ${lacking.join(" and ")}; the owner of the zones adds it.`];
  });
}

/** Which of an endpoint's logs go to no Log Analytics workspace; nothing of one that isn't there yet. */
export function missingDiagnostics(azure: ArmClient, endpointId: string, logsId: string): Promise<string[]> {
  return looked(endpointId, "diagnostic settings", async () => {
    if ((await azure.find(endpointId)) === undefined) return [];
    const all = await azure.list<DiagnosticSetting>(`${endpointId}/providers/${armTypeOf("monitor:DiagnosticSetting")}`);
    const kept = all.filter(({ properties }) => properties.workspaceId);
    const sent = kept.flatMap(({ properties: { logs = [] } }) => logs).filter(({ enabled }) => enabled);
    const has = (category: string) => sent.some((one) => one.category === category);
    const allLogs = sent.some(({ categoryGroup }) => categoryGroup === ALL_LOGS);
    // Metrics aren't asked for: Azure keeps them anyway, and its policies send logs only.
    const lacking = LOG_CATEGORIES.filter((category) => !allLogs && !has(category));
    if (lacking.length === 0) return [];
    const to = `to Log Analytics (the stack's is ${logsId})`;
    return [`no diagnostic setting of the endpoint ${endpointId} sends ${lacking.join(", ")} ${to}; the owner of the policy adds it.`];
  });
}

async function looked(id: string, what: string, look: () => Promise<string[]>): Promise<string[]> {
  try {
    return await look();
  } catch (error) {
    return [`the ${what} of ${id} can't be read, so nothing here tells whether they are there (${(error as Error).message}).`];
  }
}
