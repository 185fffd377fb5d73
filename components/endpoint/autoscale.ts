import * as monitor from "@pulumi/azure-native/monitor";
import * as pulumi from "@pulumi/pulumi";
import { armTypeOf } from "../../azure/resourceTypes";
import { METRIC_GRAIN_MINUTES, METRICS } from "../../facts/metrics";
import type { ScaleRule } from "../../planner/decision";
import { completeRule } from "../../planner/serving/scaling";
import { minutes } from "../base/duration";
import { stateInputs, type Transform, transformed } from "../base/transform";

export interface AutoscaleArgs {
  /** ARM ID of the deployment. Each deployment can have one autoscale setting. */
  readonly deploymentId: pulumi.Input<string>;
  readonly deploymentName: string;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  /** Minimum and maximum number of instances, within `endpointLimits`. */
  readonly scale: { readonly min: number; readonly max: number };
  /** Thresholds in requests per minute per instance, windows and cooldown. */
  readonly rule: ScaleRule;
  readonly tags?: Readonly<Record<string, string>>;
  /** Resources to create first, such as the endpoint's traffic: autoscale would scale in a deployment without traffic. @default - none */
  readonly after?: readonly pulumi.Resource[];
  /** Changes to the setting's arguments, applied last. */
  readonly transform?: AutoscaleTransforms;
}

export interface AutoscaleTransforms {
  readonly setting?: Transform<monitor.AutoscaleSettingArgs>;
}

/**
 * An autoscale setting that scales a deployment between two limits by its requests per minute per instance. GPU metrics are not suitable:
 * vLLM allocates the memory at its start, and the GPU is busy long before requests are queued.
 *
 * Optional parts of `rule` have defaults: requests are averaged over 5 minutes before an instance is added and over 15 minutes before one
 * is removed, and the cooldown between changes is 15 minutes. The cooldown must be longer than the start of an instance, because otherwise
 * Azure adds another instance while one is starting.
 *
 * Cost: none, except for the instances.
 *
 * Changing `endpointName` or `deploymentName` replaces the setting.
 *
 * @example
 * new Autoscale("chat-main-autoscale", {
 *   deploymentId: main.id, deploymentName: main.deploymentName, endpointName: endpoint.name, resourceGroupName, location,
 *   scale: { min: 2, max: 6 }, rule: main.decision.scaleRule, after: [traffic.resource],
 * });
 */
export class Autoscale extends pulumi.ComponentResource {
  /** ARM ID of the autoscale setting. */
  readonly id: pulumi.Output<string>;
  /** The resource that this component created. */
  readonly nodes: { readonly setting: monitor.AutoscaleSetting };

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
    this.nodes = { setting };
    this.registerOutputs({ id: this.id });
  }
}

function profile(args: AutoscaleArgs) {
  const { min, max } = args.scale;
  // Azure scales to `default` if there are no metrics, such as without requests. A default above the minimum would keep idle GPUs running.
  const capacity = { minimum: String(min), maximum: String(max), default: String(min) };
  const rule = completeRule(args.rule);
  return { name: "requests", capacity, rules: [scaleOut(args, rule), scaleIn(args, rule)] };
}

type Rule = Required<ScaleRule>;

function scaleOut({ deploymentId }: AutoscaleArgs, { scaleOutAbove, scaleOutWindowMinutes, cooldownMinutes }: Rule) {
  const operator = monitor.ComparisonOperationType.GreaterThan;
  return {
    metricTrigger: { ...trigger(deploymentId, scaleOutWindowMinutes), operator, threshold: scaleOutAbove },
    scaleAction: byOne(monitor.ScaleDirection.Increase, cooldownMinutes),
  };
}

function scaleIn({ deploymentId }: AutoscaleArgs, { scaleInBelow, scaleInWindowMinutes, cooldownMinutes }: Rule) {
  const operator = monitor.ComparisonOperationType.LessThan;
  return {
    metricTrigger: { ...trigger(deploymentId, scaleInWindowMinutes), operator, threshold: scaleInBelow },
    scaleAction: byOne(monitor.ScaleDirection.Decrease, cooldownMinutes),
  };
}

function trigger(deploymentId: pulumi.Input<string>, windowMinutes: number) {
  return {
    metricName: METRICS.requestsPerMinute,
    metricNamespace: armTypeOf("machinelearningservices:OnlineDeployment"),
    metricResourceUri: deploymentId,
    timeGrain: minutes(METRIC_GRAIN_MINUTES),
    timeWindow: minutes(windowMinutes),
    statistic: monitor.MetricStatisticType.Average,
    timeAggregation: monitor.TimeAggregationType.Average,
    dividePerInstance: true,
  };
}

function byOne(direction: monitor.ScaleDirection, cooldownMinutes: number) {
  return { direction, type: monitor.ScaleType.ChangeCount, value: "1", cooldown: minutes(cooldownMinutes) };
}
