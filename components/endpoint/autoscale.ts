import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import type { ScaleRule } from "../../planner/decision";
import { minutes } from "../base/duration";
import { stateInputs, type Transform, transformed } from "../base/transform";

export interface AutoscaleArgs {
  /** ARM id of the deployment; one setting per deployment. */
  readonly deploymentId: pulumi.Input<string>;
  readonly deploymentName: string;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  /** Fewest and most instances, 1 to 50. */
  readonly scale: { readonly min: number; readonly max: number };
  /** Requests per minute and instance above which one is added and below which one is removed. */
  readonly rule: ScaleRule;
  /**
   * Minutes after a change before the next one; longer than an instance takes to start, or the load of the start is scaled for again.
   * @default 15
   */
  readonly cooldownMinutes?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** What must be done before: the endpoint's traffic, because an idle candidate would be scaled in. @default - nothing */
  readonly after?: readonly pulumi.Resource[];
  /** Last changes to the child's arguments. */
  readonly transform?: { readonly setting?: Transform<monitor.AutoscaleSettingArgs> };
}

const METRIC_NAMESPACE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments";

/**
 * Keeps a deployment's number of instances between two bounds by its requests per minute and instance. GPU metrics don't serve: vLLM fills
 * the memory at its start, and the processors are busy long before a request waits.
 *
 * Cost: none; the instances cost.
 *
 * @example
 * new Autoscale("chat-main-autoscale", {
 *   deploymentId: main.id, deploymentName: main.deploymentName, endpointName: endpoint.name, resourceGroupName, location,
 *   scale: { min: 2, max: 6 }, rule: main.decision.scaleRule, after: [traffic.resource],
 * });
 */
export class Autoscale extends pulumi.ComponentResource {
  /** ARM id of the autoscale setting. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: AutoscaleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Autoscale", name, stateInputs(args), opts);
    const settingName = pulumi.interpolate`as-${args.endpointName}-${args.deploymentName}`;
    const setting = new monitor.AutoscaleSetting(
      ...transformed(
        args.transform?.setting,
        `${name}-setting`,
        {
          autoscaleSettingName: settingName,
          name: settingName,
          resourceGroupName: args.resourceGroupName,
          location: args.location,
          enabled: true,
          targetResourceUri: args.deploymentId,
          profiles: [profile(args)],
          tags: args.tags,
        },
        { parent: this, dependsOn: [...(args.after ?? [])] },
      ),
    );
    this.id = setting.id;
    this.registerOutputs({ id: this.id });
  }
}

function profile(args: AutoscaleArgs) {
  const { min, max } = args.scale;
  // Azure raises to `default` when it has no metrics, which is also so where nobody calls: more than the minimum would pay for idle GPUs.
  const capacity = { minimum: String(min), maximum: String(max), default: String(min) };
  return { name: "requests", capacity, rules: [scaleRule(args, "Increase"), scaleRule(args, "Decrease")] };
}

function scaleRule({ deploymentId, rule, cooldownMinutes = 15 }: AutoscaleArgs, direction: "Increase" | "Decrease") {
  const increase = direction === "Increase";
  return {
    metricTrigger: {
      metricName: "RequestsPerMinute",
      metricNamespace: METRIC_NAMESPACE,
      metricResourceUri: deploymentId,
      timeGrain: minutes(1),
      timeWindow: minutes(increase ? 5 : 15),
      statistic: monitor.MetricStatisticType.Average,
      timeAggregation: monitor.TimeAggregationType.Average,
      operator: increase ? monitor.ComparisonOperationType.GreaterThan : monitor.ComparisonOperationType.LessThan,
      threshold: increase ? rule.scaleOutAbove : rule.scaleInBelow,
      dividePerInstance: true,
    },
    scaleAction: {
      direction: increase ? monitor.ScaleDirection.Increase : monitor.ScaleDirection.Decrease,
      type: monitor.ScaleType.ChangeCount,
      value: "1",
      cooldown: minutes(cooldownMinutes),
    },
  };
}
