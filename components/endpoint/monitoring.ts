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
import { missingDiagnostics, reportMissing } from "../owners";

/** Receivers and thresholds of the alerts of an endpoint. */
export interface Alerts {
  /** Email addresses that alerts are sent to. Without a receiver, alerts only appear in the Azure portal. @default - none */
  readonly emails?: readonly string[];
  /**
   * HTTPS URL to which alerts are posted in Azure's common alert schema. It is stored as a secret, because it often contains a token.
   * @default - none
   */
  readonly webhook?: pulumi.Input<string>;
  /** ARM IDs of existing action groups to use in addition. @default - none */
  readonly actionGroups?: readonly string[];
  /**
   * Threshold for the 95th percentile of the latency, in milliseconds. `InferenceEndpoint` derives it from the request timeouts of its
   * deployments.
   * @default - 99% of the longest request timeout that Azure allows
   */
  readonly latencyMilliseconds?: number;
  /** Threshold for failed requests, per minute. @default 5 */
  readonly failuresPerMinute?: number;
}

export interface MonitoringArgs {
  /** ARM ID of the endpoint. */
  readonly endpointId: pulumi.Input<string>;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /**
   * Region of the action group, if Azure offers action groups in that region. The region of an existing action group isn't changed.
   * @default "Global"
   */
  readonly location?: pulumi.Input<string>;
  /** ARM ID of the Log Analytics workspace to which the endpoint's logs are sent. */
  readonly logsId: pulumi.Input<string>;
  /**
   * Who creates the diagnostic setting: this component, or a policy of the landing zone. With `policy`, a missing one is reported as a
   * warning.
   * @default "moor"
   */
  readonly diagnostics?: "moor" | "policy";
  /** @default - no alerts */
  readonly alerts?: Alerts;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: MonitoringTransforms;
}

export interface MonitoringTransforms {
  readonly diagnostics?: Transform<monitor.DiagnosticSettingArgs>;
  readonly actionGroup?: Transform<monitor.ActionGroupArgs>;
  readonly alert?: Transform<monitor.MetricAlertArgs>;
}

/** The resources that a `Monitoring` can create; `alerts` by rule. */
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
 * Monitoring of an endpoint: a diagnostic setting that sends its logs and metrics to a Log Analytics workspace, alert rules for failed and
 * slow requests, and an action group.
 *
 * Cost: logs by volume (about 2.80 USD per GB), and about 0.10 USD a month for each time series of an alert rule.
 *
 * Alert rules are global in Azure. The action group, with its email addresses and webhook, is in the endpoint's region if Azure offers
 * action groups there. Otherwise it is global: stored in several regions, and processed in any geography. Changing `endpointName` replaces
 * the alert rules and the action group.
 *
 * @example
 * new Monitoring("chat-monitoring", {
 *   endpointId: endpoint.id, endpointName: endpoint.name, resourceGroupName, logsId: workspace.logsId, alerts: { emails: ["ml@example.org"] },
 * });
 */
export class Monitoring extends pulumi.ComponentResource {
  /** ARM IDs of the metric alerts, by rule. */
  readonly alertIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** The resources that this component created. */
  readonly nodes: MonitoringNodes;

  private readonly logicalName: string;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Monitoring", name, stateInputs({ ...args, alerts: withSecretWebhook(args.alerts) }), opts);
    this.logicalName = name;
    // `registerOutputs` waits for the check. Otherwise, the run could end before the check is done.
    const asked = args.diagnostics === "policy" ? this.checkLogs(args) : undefined;
    const diagnostics = asked === undefined ? this.sendLogs(args) : undefined;
    const { actionGroup, alerts } = args.alerts === undefined ? { alerts: {} } : this.createAlerts(args, args.alerts);
    this.alertIds = Object.fromEntries(Object.entries(alerts).map(([name, { id }]) => [name, id]));
    this.nodes = { diagnostics, actionGroup, alerts };
    this.registerOutputs({ alertIds: this.alertIds, asked });
  }

  private checkLogs({ endpointId, logsId }: MonitoringArgs): pulumi.Output<void> {
    return reportMissing(
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
          // The category group, not the categories: Azure's policies check for it, and otherwise add a second setting.
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
    const created = names.map((name) => [name, this.createAlert(name, ALERT_RULES[name], thresholds[name], actions, args)]);
    return { actionGroup, alerts: Object.fromEntries(created) };
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
        // Azure can't move an action group, and replacing an existing one has little benefit.
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

/** Returns the alerts for the component's state, with the webhook as a secret. */
function withSecretWebhook(alerts: Alerts | undefined): Alerts | undefined {
  return alerts?.webhook === undefined ? alerts : { ...alerts, webhook: pulumi.secret(alerts.webhook) };
}
