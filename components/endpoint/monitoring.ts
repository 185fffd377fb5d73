import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import { armTypeOf } from "../../azure/resourceTypes";
import { scoringStatus } from "../../azure/scoring";
import { ALL_LOGS, ALL_METRICS } from "../../facts/diagnostics";
import { ENDPOINT_DIMENSIONS, METRICS } from "../../facts/metrics";
import { actionGroupLocation } from "../../facts/monitoring";
import { latencyAlertMilliseconds } from "../../planner/serving/alerts";
import { azureOf } from "../base/azure";
import { minutes } from "../base/duration";
import { stateInputs, type Transform, transformed } from "../base/transform";
import { askOwner, missingDiagnostics } from "../owners";

export interface Alerts {
  /** E-mail addresses that alerts are sent to. Without a receiver, alerts only show in the portal. @default - none */
  readonly emails?: readonly string[];
  /** HTTPS address that alerts are posted to, in Azure's common alert schema. It is kept as a secret, because it often holds a token. @default - none */
  readonly webhook?: pulumi.Input<string>;
  /** ARM ids of existing action groups that alerts call too. @default - none */
  readonly actionGroups?: readonly string[];
  /**
   * Milliseconds above which the slowest 5 % of requests raise an alert. `InferenceEndpoint` derives it from the request timeouts of its deployments.
   * @default - 99 % of the longest request timeout that Azure allows
   */
  readonly latencyMilliseconds?: number;
  /** Failed requests per minute above which an alert is raised. @default 5 */
  readonly failuresPerMinute?: number;
}

export interface MonitoringArgs {
  /** ARM id of the endpoint. */
  readonly endpointId: pulumi.Input<string>;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /**
   * Region in which the addresses of alerts are kept, where Azure offers action groups in it. An existing action group stays where it is.
   * @default "Global"
   */
  readonly location?: pulumi.Input<string>;
  /** ARM id of the Log Analytics workspace that the endpoint's logs go to. */
  readonly logsId: pulumi.Input<string>;
  /** Whether a policy of the landing zone makes the diagnostic setting; then it is looked for, and asked for where it is missing. @default "moor" */
  readonly diagnostics?: "moor" | "policy";
  /** @default - no alerts */
  readonly alerts?: Alerts;
  readonly tags?: Readonly<Record<string, string>>;
  /** Last changes to the children's arguments. */
  readonly transform?: MonitoringTransforms;
}

export interface MonitoringTransforms {
  readonly diagnostics?: Transform<monitor.DiagnosticSettingArgs>;
  readonly actionGroup?: Transform<monitor.ActionGroupArgs>;
  readonly alert?: Transform<monitor.MetricAlertArgs>;
}

/** What a `Monitoring` may have made; `alerts` by rule. */
export interface MonitoringNodes {
  readonly diagnostics?: monitor.DiagnosticSetting;
  readonly actionGroup?: monitor.ActionGroup;
  readonly alerts: Readonly<Record<string, monitor.MetricAlert>>;
}

interface AlertRule {
  readonly description: string;
  readonly severity: number;
  readonly metricName: string;
  readonly timeAggregation: string;
  readonly dimension?: { readonly name: string; readonly values: readonly string[] };
}

const ALERT_RULES = {
  "server-errors": {
    description: "Azure failed requests (5xx).",
    severity: 1,
    metricName: METRICS.requestsPerMinute,
    timeAggregation: "Average",
    dimension: { name: ENDPOINT_DIMENSIONS.statusCodeClass, values: ["5xx"] },
  },
  "model-errors": {
    description: `The model refused or failed requests (${scoringStatus.modelError}; the model's own status is in the traffic log).`,
    severity: 2,
    metricName: METRICS.requestsPerMinute,
    timeAggregation: "Average",
    dimension: { name: ENDPOINT_DIMENSIONS.statusCode, values: [`${scoringStatus.modelError}`] },
  },
  latency: {
    description: "The slowest 5 % of requests take too long.",
    severity: 2,
    metricName: METRICS.latencyP95,
    timeAggregation: "Average",
  },
} as const satisfies Record<string, AlertRule>;

/**
 * An endpoint's logs and metrics in Log Analytics, and alerts on failed and slow requests.
 *
 * Cost: logs by volume (about 2.80 USD a GB), each alert about 0.10 USD a month and time series. The rules of alerts are global in Azure. An
 * action group, with its e-mail addresses and webhook, is in the endpoint's region where Azure offers that, and otherwise global: kept in
 * several regions, and processed in any geography.
 *
 * @example
 * new Monitoring("chat-monitoring", {
 *   endpointId: endpoint.id, endpointName: endpoint.name, resourceGroupName, logsId: workspace.logsId, alerts: { emails: ["ml@example.org"] },
 * });
 */
export class Monitoring extends pulumi.ComponentResource {
  /** ARM ids of the metric alerts, by rule. */
  readonly alertIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** The resources that this component made. */
  readonly nodes: MonitoringNodes;

  private readonly logicalName: string;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Monitoring", name, stateInputs({ ...args, alerts: withSecretWebhook(args.alerts) }), opts);
    this.logicalName = name;
    // The registration waits for what is asked, or the run would end before.
    const asked = args.diagnostics === "policy" ? this.askForLogs(args) : undefined;
    const diagnostics = asked === undefined ? this.sendLogs(args) : undefined;
    const { actionGroup, alerts } = args.alerts === undefined ? { alerts: {} } : this.createAlerts(args, args.alerts);
    this.alertIds = Object.fromEntries(Object.entries(alerts).map(([name, { id }]) => [name, id]));
    this.nodes = { diagnostics, actionGroup, alerts };
    this.registerOutputs({ alertIds: this.alertIds, asked });
  }

  private askForLogs({ endpointId, logsId }: MonitoringArgs): pulumi.Output<void> {
    return askOwner(
      "diagnostics: policy",
      pulumi.all([endpointId, logsId]).apply(([endpoint, logs]) => missingDiagnostics(azureOf(this), endpoint, logs)),
    );
  }

  private sendLogs(args: MonitoringArgs): monitor.DiagnosticSetting {
    return new monitor.DiagnosticSetting(
      ...transformed(
        args.transform?.diagnostics,
        `${this.logicalName}-diagnostics`,
        {
          name: "moor",
          resourceUri: args.endpointId,
          workspaceId: args.logsId,
          // The group, not its categories: Azure's policies look for it, and send a second copy where they don't find it.
          logs: [{ categoryGroup: ALL_LOGS, enabled: true }],
          metrics: [{ category: ALL_METRICS, enabled: true }],
        },
        { parent: this },
      ),
    );
  }

  private createAlerts(args: MonitoringArgs, alerts: Alerts): Pick<MonitoringNodes, "actionGroup" | "alerts"> {
    const actionGroup = this.createActionGroup(args, alerts);
    const actionGroupIds = [...(actionGroup === undefined ? [] : [actionGroup.id]), ...(alerts.actionGroups ?? [])];
    const actions = actionGroupIds.map((actionGroupId) => ({ actionGroupId }));
    const thresholds = {
      "server-errors": alerts.failuresPerMinute ?? 5,
      "model-errors": alerts.failuresPerMinute ?? 5,
      latency: alerts.latencyMilliseconds ?? latencyAlertMilliseconds([]),
    } satisfies Record<keyof typeof ALERT_RULES, number>;
    const names = Object.keys(ALERT_RULES) as (keyof typeof ALERT_RULES)[];
    const made = names.map((name) => [name, this.createAlert(name, ALERT_RULES[name], thresholds[name], actions, args)]);
    return { actionGroup, alerts: Object.fromEntries(made) };
  }

  private createActionGroup(
    { endpointName, resourceGroupName, location, tags, transform }: MonitoringArgs,
    { emails = [], webhook }: Alerts,
  ) {
    if (emails.length === 0 && webhook === undefined) return undefined;
    return new monitor.ActionGroup(
      ...transformed(
        transform?.actionGroup,
        `${this.logicalName}-emails`,
        {
          actionGroupName: pulumi.interpolate`ag-${endpointName}`,
          resourceGroupName,
          location: location === undefined ? "Global" : pulumi.output(location).apply(actionGroupLocation),
          groupShortName: "moor",
          enabled: true,
          emailReceivers: emails.map((emailAddress) => ({ name: emailAddress, emailAddress, useCommonAlertSchema: true })),
          ...(webhook === undefined ? {} : { webhookReceivers: [webhookReceiver(webhook)] }),
          tags,
        },
        // Azure can't move an action group, and replacing one that existed before it had a region gains little.
        { parent: this, ignoreChanges: ["location"], additionalSecretOutputs: ["webhookReceivers"] },
      ),
    );
  }

  private createAlert(
    name: string,
    rule: AlertRule,
    threshold: number,
    actions: monitor.MetricAlertArgs["actions"],
    { endpointId, endpointName, resourceGroupName, tags, transform }: MonitoringArgs,
  ): monitor.MetricAlert {
    const { description, severity, metricName, timeAggregation, dimension } = rule;
    const criterion = {
      name,
      criterionType: "StaticThresholdCriterion" as const,
      metricName,
      metricNamespace: armTypeOf("machinelearningservices:OnlineEndpoint"),
      operator: "GreaterThan",
      threshold,
      timeAggregation,
      dimensions: dimension && [{ name: dimension.name, operator: "Include", values: [...dimension.values] }],
    };
    return new monitor.MetricAlert(
      ...transformed(
        transform?.alert,
        `${this.logicalName}-${name}`,
        {
          ruleName: pulumi.interpolate`${endpointName}-${name}`,
          resourceGroupName,
          location: "global",
          description,
          severity,
          enabled: true,
          scopes: [endpointId],
          evaluationFrequency: minutes(1),
          windowSize: minutes(5),
          criteria: { odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria" as const, allOf: [criterion] },
          actions,
          tags,
        },
        { parent: this },
      ),
    );
  }
}

function webhookReceiver(webhook: pulumi.Input<string>) {
  return { name: "webhook", serviceUri: pulumi.secret(webhook), useAadAuth: false, useCommonAlertSchema: true };
}

/** The alerts as they may stand in the component's state. */
function withSecretWebhook(alerts: Alerts | undefined): Alerts | undefined {
  return alerts?.webhook === undefined ? alerts : { ...alerts, webhook: pulumi.secret(alerts.webhook) };
}
