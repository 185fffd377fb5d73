import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { endpointLimits } from "../../../azure/limits";
import { armTypeOf, resourceTypes } from "../../../azure/resourceTypes";
import { trafficWriteName } from "../../../planner/names";
import { type DeploymentTraffic, endpointTraffic } from "../../../planner/traffic";
import { type Transform, transformed } from "../../base/transform";
import { Gate, type GateArgs } from "../gate";
import { type LeftoverArgs, removeLeftovers, waitForOutgoing } from "../leftovers";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";
import { armLiteral } from "./armTemplate";
import { matchCapacity } from "./capacity";
import { guardWrite, type ReviewedDeployment, reviewTransition, waitForActiveWrite } from "./hooks";
import { keepPolicyTags } from "./policyTags";

/** A deployment that may take traffic. `GpuDeployment` and `ScoreDeployment` are. */
export interface TrafficTarget extends ReviewedDeployment {
  readonly createdAt: pulumi.Output<string>;
  readonly resource: pulumi.Resource;
}

export interface TrafficArgs {
  readonly endpoint: EndpointReference;
  /** Every deployment of the endpoint, also those without a share: the write waits for all of them. */
  readonly deployments: readonly TrafficTarget[];
  /** Shares by deployment name, in percent: weights sum to 100 or 0; at most one mirror, within `endpointLimits`, to a deployment of weight 0. */
  readonly shares: readonly DeploymentTraffic[];
  /** Name of the stack, which its deployments carry in the tag `stackTag`: only those are ever removed. */
  readonly stack: string;
  /** Deployments that get as many instances as those they take over from, before they get traffic. @default - none */
  readonly scalable?: readonly Scalable[];
  /** Asks deployments before they get traffic. @default - nobody is asked */
  readonly gate?: GateArgs;
  /**
   * Seconds to wait after a deployment lost its share before anything is deleted: the longest request timeout, so that no request that was
   * sent before the shift is cut off.
   * @default `endpointLimits.requestTimeoutSeconds` - the longest that Azure allows
   */
  readonly drainSeconds?: number;
  /** Seconds to wait for a write that a killed run has left active; then the run fails. @default 900 */
  readonly activeWriteSeconds?: number;
  /** Names of tags that a policy sets on the endpoint, which a write keeps. @default - none */
  readonly policyTags?: readonly string[];
  /** Last changes to the child's arguments. */
  readonly transform?: TrafficTransforms;
}

export interface TrafficTransforms {
  readonly write?: Transform<resources.DeploymentArgs>;
}

/**
 * Who gets which share of an endpoint's requests. Traffic is part of the endpoint's own body, which names deployments that need the endpoint:
 * so `OnlineEndpoint` creates it without, and this resource writes the full body once the deployments are ready, as an ARM template, with
 * the credential that Pulumi has anyway. A PUT drops what it leaves out, so everything that was asked for is in it.
 *
 * Cost: none.
 *
 * @example
 * new Traffic("chat-traffic", { endpoint, stack: "prod", deployments: [main], shares: [{ name: main.deploymentName, weight: 100, mirror: 0 }] });
 */
export class Traffic extends pulumi.ComponentResource {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Percent of copied requests by deployment name. */
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** The write itself, to put others after it. */
  readonly resource: resources.Deployment;

  /** The resource that this component made. */
  get nodes() {
    return { write: this.resource };
  }

  private readonly logicalName: string;
  private readonly gate: Gate;

  constructor(name: string, args: TrafficArgs, opts?: pulumi.ComponentResourceOptions) {
    const { traffic, mirrorTraffic } = endpointTraffic(args.shares);
    const gate = new Gate(args.endpoint, args.gate ?? { mode: "off", subjects: [] });
    const ask = gate.beforeComponent(`${name}-gate`);
    // What it takes in is what the gate compares, and it waits for it: for every deployment.
    const facts = { traffic, mirrorTraffic, ...deploymentFacts(args.deployments) };
    super("moor:index:Traffic", name, facts, pulumi.mergeOptions({ hooks: { beforeCreate: [ask], beforeUpdate: [ask] } }, opts));
    this.logicalName = name;
    this.gate = gate;
    this.traffic = traffic;
    this.mirrorTraffic = mirrorTraffic;
    this.resource = this.write(args);
    // The engine deletes what the program no longer has when all outputs are there: so they wait for the last requests to what goes.
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

  /** What stands before a write, in this order. */
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
    return {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      // Not read by ARM: they make the template differ when the endpoint or a deployment was re-created, so that traffic is written again.
      metadata: {
        endpointCreatedAt: endpoint.createdAt,
        deployments: deploymentFacts(deployments),
      },
      resources: [this.endpointResource(endpoint)],
    };
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

/** What tells a deployment from one of the same name that was there before. */
function deploymentFacts(deployments: readonly TrafficTarget[]) {
  return {
    createdAt: Object.fromEntries(deployments.map(({ deploymentName, createdAt }) => [deploymentName, createdAt])),
    recipes: Object.fromEntries(deployments.map(({ deploymentName, recipe }) => [deploymentName, recipe])),
  };
}

function leftoverArgs({ endpoint, stack, deployments, drainSeconds = endpointLimits.requestTimeoutSeconds }: TrafficArgs): LeftoverArgs {
  return { endpoint, stack, names: deployments.map(({ deploymentName }) => deploymentName), drainSeconds };
}

/** ARM takes a map where Pulumi takes a list of identity ids. */
function asMap(ids: readonly string[] | undefined): Record<string, object> | undefined {
  return ids && Object.fromEntries(ids.map((id) => [id, {}]));
}
