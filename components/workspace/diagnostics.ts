/** Diagnostic settings of the workspace and its stores: their logs go to the Log Analytics workspace of the stack. */
import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import { ALL_LOGS, AUDIT_LOGS } from "../../facts/diagnostics";
import { azureOf } from "../base/azure";
import { type Transform, transformed } from "../base/transform";
import { missingLogs, reportMissing } from "../owners";

/** Resources whose logs are sent. */
export type LogSource = "workspace" | "vault" | "registry" | "blob" | "logs";

/** Who creates the diagnostic settings: the component, or a policy of the landing zone. */
export type DiagnosticsOwner = "moor" | "policy";

interface Source {
  /** Name in messages. */
  readonly what: string;
  readonly group: string;
}

/**
 * Azure's policies check for the category group, and otherwise add a second setting. Metrics aren't sent: Azure stores them anyway.
 * Log Analytics records its own queries in the group `audit`. Source: Azure docs, azure-monitor/logs/query-audit.
 */
const SOURCES: Readonly<Record<LogSource, Source>> = {
  workspace: { what: "workspace", group: ALL_LOGS },
  vault: { what: "Key Vault", group: ALL_LOGS },
  registry: { what: "container registry", group: ALL_LOGS },
  blob: { what: "blob service", group: ALL_LOGS },
  logs: { what: "Log Analytics workspace", group: AUDIT_LOGS },
};

type CreatedResources = Readonly<Partial<Record<"workspace" | "vault" | "registry" | "storage" | "logs", pulumi.CustomResource>>>;

/** ARM IDs. */
type LogSources = Readonly<Partial<Record<LogSource, pulumi.Output<string>>>>;

/** Returns the created resources. An adopted resource belongs to another team, which decides where its logs are sent. */
export function logSources({ workspace, vault, registry, storage, logs }: CreatedResources): LogSources {
  const blob = storage && pulumi.interpolate`${storage.id}/blobServices/default`;
  return { workspace: workspace?.id, vault: vault?.id, registry: registry?.id, blob, logs: logs?.id };
}

interface DiagnosticsContext {
  /** Logical name of the component. */
  readonly parentName: string;
  readonly parent: pulumi.Resource;
  /** ARM ID of the Log Analytics workspace. */
  readonly logsId: pulumi.Output<string>;
}

/** Creates a diagnostic setting for each resource. */
export function sendPlatformLogs(
  { parentName, parent, logsId }: DiagnosticsContext,
  sources: LogSources,
  transform: Transform<monitor.DiagnosticSettingArgs> | undefined,
): Partial<Record<LogSource, monitor.DiagnosticSetting>> {
  const created = entries(sources).map(([source, resourceUri]) => {
    const args = { name: "moor", resourceUri, workspaceId: logsId, logs: [{ categoryGroup: SOURCES[source].group, enabled: true }] };
    const setting = new monitor.DiagnosticSetting(...transformed(transform, `${parentName}-${source}-diagnostics`, args, { parent }));
    return [source, setting] as const;
  });
  return Object.fromEntries(created);
}

/** Logs a warning for each resource whose logs are sent to no Log Analytics workspace. The output resolves after the check. */
export function checkPlatformLogs({ parent, logsId }: DiagnosticsContext, sources: LogSources): pulumi.Output<void>[] {
  return entries(sources).map(([source, id]) => {
    const { what } = SOURCES[source];
    const missing = pulumi.all([id, logsId]).apply(([is, logs]) => missingLogs(azureOf(parent), { id: is, what }, logs));
    return reportMissing("diagnostics: policy", missing);
  });
}

function entries(sources: LogSources): [LogSource, pulumi.Output<string>][] {
  const names = Object.keys(SOURCES) as LogSource[];
  return names.flatMap((source) => {
    const id = sources[source];
    return id === undefined ? [] : [[source, id]];
  });
}
