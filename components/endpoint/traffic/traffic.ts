import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { endpointLimits } from "../../../azure/limits";
import { armTypeOf, resourceTypes } from "../../../azure/resourceTypes";
import { trafficWriteName } from "../../../planner/names";
import { type DeploymentTraffic, endpointTraffic } from "../../../planner/traffic";
import { armLiteral, armTemplate } from "../../base/armTemplate";
import { type Transform, transformed } from "../../base/transform";
import { Gate, type GateArgs } from "../gate";
import { type LeftoverArgs, removeLeftovers, waitForOutgoing } from "../leftovers";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";
import { matchCapacity } from "./capacity";
import { guardWrite, type ReviewedDeployment, reviewTransition, waitForActiveWrite } from "./hooks";
import { keepPolicyTags } from "./policyTags";

/** A deployment that can receive traffic. `GpuDeployment` and `ScoreDeployment` implement it. */
export interface TrafficTarget extends ReviewedDeployment {
  /** Creation time, ISO 8601. */
  readonly createdAt: pulumi.Output<string>;
  /** The deployment's resource. The traffic update depends on it. */
  readonly resource: pulumi.Resource;
}

export interface TrafficArgs {
  readonly endpoint: EndpointReference;
  /** All deployments of the endpoint, including those without traffic. The write depends on all of them. */
  readonly deployments: readonly TrafficTarget[];
  /**
   * Traffic weights and mirrored traffic, in percent. The weights must sum to 100 or 0. At most one deployment, with weight 0, can receive
   * mirrored traffic, within `endpointLimits`.
   */
  readonly shares: readonly DeploymentTraffic[];
  /** Stack name. Only deployments with this name in the tag `stackTag` are deleted. */
  readonly stack: string;
  /** Deployments that are scaled out to the capacity of those that they replace, before they receive traffic. @default - none */
  readonly scalable?: readonly Scalable[];
  /** Checks of deployments before they receive traffic. @default - no checks */
  readonly gate?: GateArgs;
  /**
   * Seconds between a change of traffic and the deletion of a deployment. It must be at least the longest request timeout, so that
   * in-flight requests can end.
   * @default `endpointLimits.requestTimeoutSeconds` - the longest timeout that Azure allows
   */
  readonly drainSeconds?: number;
  /** Seconds to wait for an active write of a killed run. Then the run fails. @default 900 */
  readonly activeWriteSeconds?: number;
  /** Names of tags that a policy sets on the endpoint. A write preserves them. @default - none */
  readonly policyTags?: readonly string[];
  /** Changes to the write's arguments, applied last. */
  readonly transform?: TrafficTransforms;
}

export interface TrafficTransforms {
  readonly write?: Transform<resources.DeploymentArgs>;
}

/**
 * The traffic weights and the mirrored traffic of an endpoint. In Azure, they are properties of the endpoint that refer to its deployments,
 * which must exist first. Therefore, `OnlineEndpoint` creates the endpoint without traffic. When the deployments are ready, this component
 * writes the full body of the endpoint with an ARM template deployment. The body is complete, because a PUT removes omitted properties.
 *
 * Before a write, it runs the gate, deletes deployments left by earlier runs and scales out deployments whose traffic increases.
 *
 * Cost: none.
 *
 * All changes update the template deployment in place.
 *
 * @example
 * new Traffic("chat-traffic", { endpoint, stack: "prod", deployments: [main], shares: [{ name: main.deploymentName, weight: 100, mirror: 0 }] });
 */
export class Traffic extends pulumi.ComponentResource {
  /** Traffic weights, in percent, by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Mirrored traffic, in percent, by deployment name. */
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** The ARM template deployment, for `dependsOn`. */
  readonly resource: resources.Deployment;

  /** The resource that this component created. */
  get nodes() {
    return { write: this.resource };
  }

  private readonly logicalName: string;
  private readonly gate: Gate;

  constructor(name: string, args: TrafficArgs, opts?: pulumi.ComponentResourceOptions) {
    const { traffic, mirrorTraffic } = endpointTraffic(args.shares);
    const gate = new Gate(args.endpoint, args.gate ?? { mode: "off", subjects: [] });
    const gateHook = gate.beforeComponent(`${name}-gate`);
    // The gate compares these inputs. They also make the component wait for all deployments.
    const facts = { traffic, mirrorTraffic, ...deploymentFacts(args.deployments) };
    super("moor:index:Traffic", name, facts, pulumi.mergeOptions({ hooks: { beforeCreate: [gateHook], beforeUpdate: [gateHook] } }, opts));
    this.logicalName = name;
    this.gate = gate;
    this.traffic = traffic;
    this.mirrorTraffic = mirrorTraffic;
    this.resource = this.write(args);
    // The engine deletes removed resources when all outputs are known, so an output waits for in-flight requests to removed deployments.
    const drained = this.resource.id.apply(() => (pulumi.runtime.isDryRun() ? undefined : waitForOutgoing(leftoverArgs(args))));
    this.registerOutputs({ traffic: this.traffic, mirrorTraffic: this.mirrorTraffic, drained });
  }

  private write(args: TrafficArgs): resources.Deployment {
    const { endpoint, deployments, transform } = args;
    return new resources.Deployment(
      ...transformed(
        transform?.write,
        `${this.logicalName}-write`,
        {
          deploymentName: endpoint.name.apply(trafficWriteName),
          resourceGroupName: endpoint.workspace.resourceGroupName,
          properties: { mode: "Incremental", template: this.template(endpoint, deployments) },
        },
        {
          parent: this,
          dependsOn: deployments.map(({ resource }) => resource),
          hooks: pulumi.mergeOptions({ hooks: this.hooks(args) }, { hooks: this.policyTagHooks(args) }).hooks,
          customTimeouts: { create: "30m", update: "30m", delete: "30m" },
        },
      ),
    );
  }

  /** The hooks before a write, in this order. */
  private hooks(args: TrafficArgs): pulumi.ResourceHookBinding {
    const { endpoint, deployments, scalable = [], activeWriteSeconds = 900 } = args;
    const name = this.logicalName;
    const before = [
      guardWrite(`${name}-privacy`, endpoint),
      reviewTransition(`${name}-rules`, name.replace(/-traffic$/, ""), deployments),
      waitForActiveWrite(`${name}-active-write`, endpoint, activeWriteSeconds),
      removeLeftovers(`${name}-leftovers`, leftoverArgs(args)),
      this.gate.beforeWrite(`${name}-write-gate`),
      matchCapacity(`${name}-capacity`, endpoint, scalable),
    ];
    return { beforeCreate: before, beforeUpdate: before };
  }

  private policyTagHooks({ endpoint, policyTags = [] }: TrafficArgs): pulumi.ResourceHookBinding {
    return keepPolicyTags(`${this.logicalName}-policy-tags`, endpoint, policyTags);
  }

  private template(endpoint: EndpointReference, deployments: readonly TrafficTarget[]) {
    // The metadata changes if the endpoint or a deployment was re-created, so that traffic is written again.
    const metadata = { endpointCreatedAt: endpoint.createdAt, deployments: deploymentFacts(deployments) };
    return armTemplate([this.endpointResource(endpoint)], metadata);
  }

  private endpointResource({ body, workspace, name }: EndpointReference) {
    const { kind, location, sku, tags, identity, properties } = body;
    const shares = { traffic: this.traffic, mirrorTraffic: this.mirrorTraffic };
    return {
      type: armTypeOf("machinelearningservices:OnlineEndpoint"),
      apiVersion: resourceTypes["machinelearningservices:OnlineEndpoint"].apiVersion,
      name: pulumi.interpolate`${workspace.name}/${name}`,
      location,
      kind: armLiteral(kind),
      sku: armLiteral(sku),
      tags: armLiteral(tags),
      identity: pulumi
        .output(identity)
        .apply((chosen) => chosen && { ...chosen, userAssignedIdentities: asMap(chosen.userAssignedIdentities) }),
      properties: pulumi.output(properties).apply(({ keys: _createOnly, ...writable }) => ({ ...armLiteral(writable), ...shares })),
    };
  }
}

/** Returns the values that distinguish a deployment from a previous one with the same name. */
function deploymentFacts(deployments: readonly TrafficTarget[]) {
  return {
    createdAt: Object.fromEntries(deployments.map(({ deploymentName, createdAt }) => [deploymentName, createdAt])),
    recipes: Object.fromEntries(deployments.map(({ deploymentName, recipe }) => [deploymentName, recipe])),
  };
}

function leftoverArgs({ endpoint, stack, deployments, drainSeconds = endpointLimits.requestTimeoutSeconds }: TrafficArgs): LeftoverArgs {
  return { endpoint, stack, names: deployments.map(({ deploymentName }) => deploymentName), drainSeconds };
}

/** Converts Pulumi's list of identity IDs to ARM's map. */
function asMap(ids: readonly string[] | undefined): Record<string, object> | undefined {
  return ids && Object.fromEntries(ids.map((id) => [id, {}]));
}
