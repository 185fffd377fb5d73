import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { endpointTraffic, type Share } from "../planner/traffic";
import { armLiteral } from "./armTemplate";
import type { EndpointReference } from "./onlineEndpoint";
import { drain, waitForActiveDeployment } from "./trafficHooks";
import { type Transform, transformed } from "./transform";

/** A deployment that may take traffic. `GpuDeployment` and `ScoreDeployment` are. */
export interface TrafficTarget {
  readonly deploymentName: string;
  readonly createdAt: pulumi.Output<string>;
  readonly resource: pulumi.Resource;
}

export interface TrafficArgs {
  readonly endpoint: EndpointReference;
  /** Every deployment of the endpoint, also those without a share: the write waits for all of them. */
  readonly deployments: readonly TrafficTarget[];
  /** Shares by deployment name, in percent: weights sum to 100 or 0; at most one mirror, at most 50, to a deployment of weight 0. */
  readonly shares: readonly Share[];
  /**
   * Seconds to wait after a deployment lost its share before anything is deleted: the longest request timeout, so that no request that was
   * sent before the shift is cut off.
   * @default 180 - the longest that Azure allows
   */
  readonly drainSeconds?: number;
  /** Seconds to wait for a write that a killed run has left active; then the run fails. @default 900 */
  readonly activeWriteSeconds?: number;
  /** Last changes to the child's arguments. */
  readonly transform?: { readonly write?: Transform<resources.DeploymentArgs> };
}

/** API version of the endpoint in the template; the same that `OnlineEndpoint` of `@pulumi/azure-native` 3.28 uses. */
const API_VERSION = "2025-12-01";

/**
 * Who gets which share of an endpoint's requests. Traffic is part of the endpoint's own body, which names deployments that need the endpoint:
 * so `OnlineEndpoint` creates it without, and this resource writes the full body once the deployments are ready, as an ARM template, with
 * the credential that Pulumi has anyway. A PUT drops what it leaves out, so everything that was asked for is in it.
 *
 * Cost: none.
 *
 * @example
 * new Traffic("chat-traffic", { endpoint, deployments: [main], shares: [{ name: main.deploymentName, weight: 100, mirror: 0 }] });
 */
export class Traffic extends pulumi.ComponentResource {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Percent of copied requests by deployment name. */
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** The write itself, to put others after it. */
  readonly resource: resources.Deployment;

  constructor(name: string, args: TrafficArgs, opts?: pulumi.ComponentResourceOptions) {
    const { traffic, mirrorTraffic } = endpointTraffic(args.shares);
    super("moor:index:Traffic", name, { traffic, mirrorTraffic }, opts);
    this.traffic = traffic;
    this.mirrorTraffic = mirrorTraffic;
    this.resource = this.write(name, args);
    this.registerOutputs({ traffic: this.traffic, mirrorTraffic: this.mirrorTraffic });
  }

  private write(name: string, args: TrafficArgs): resources.Deployment {
    const { endpoint, deployments, drainSeconds = 180, activeWriteSeconds = 900, transform } = args;
    const deploymentName = pulumi.interpolate`moor-traffic-${endpoint.name}`;
    const active = waitForActiveDeployment(`${name}-active-write`, activeWriteSeconds);
    return new resources.Deployment(
      ...transformed(
        transform?.write,
        `${name}-write`,
        {
          deploymentName,
          resourceGroupName: endpoint.workspace.resourceGroupName,
          properties: { mode: "Incremental", template: this.template(endpoint, deployments) },
        },
        {
          parent: this,
          dependsOn: deployments.map(({ resource }) => resource),
          hooks: { beforeCreate: [active], beforeUpdate: [active], afterUpdate: [drain(`${name}-drain`, drainSeconds)] },
          customTimeouts: { create: "30m", update: "30m", delete: "30m" },
        },
      ),
    );
  }

  private template(endpoint: EndpointReference, deployments: readonly TrafficTarget[]) {
    return {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      // Not read by ARM: they make the template differ when the endpoint or a deployment was re-created, so that traffic is written again.
      metadata: {
        endpointCreatedAt: endpoint.createdAt,
        deploymentsCreatedAt: Object.fromEntries(deployments.map(({ deploymentName, createdAt }) => [deploymentName, createdAt])),
      },
      resources: [this.endpointResource(endpoint)],
    };
  }

  private endpointResource({ body, workspace, name }: EndpointReference) {
    const { kind, location, sku, tags, identity, properties } = body;
    const shares = { traffic: this.traffic, mirrorTraffic: this.mirrorTraffic };
    return {
      type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
      apiVersion: API_VERSION,
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

/** ARM takes a map where Pulumi takes a list of identity ids. */
function asMap(ids: readonly string[] | undefined): Record<string, object> | undefined {
  return ids && Object.fromEntries(ids.map((id) => [id, {}]));
}
