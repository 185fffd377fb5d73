import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision } from "../../planner/decision";
import { modelKey } from "../../planner/names";
import { type DesiredDeployment, type PlannedDeployment, planRollout, trafficOf } from "../../planner/rollout";
import { requiredInstances } from "../../planner/rollout/capacity";
import { latencyAlertMilliseconds } from "../../planner/serving/alerts";
import type { RolesOwner } from "../identity";
import { ContainerImage, type ContainerImageTransforms, environmentVersion } from "../image";
import { liveDeployment } from "../live";
import type { HubAccess } from "../model";
import type { Workspace } from "../workspace";
import { Autoscale, type AutoscaleTransforms } from "./autoscale";
import { clientPaths } from "./clients";
import { type DeploymentTerms, deploymentTerms, type EndpointTerms, endpointTerms } from "./clientTerms";
import { createDeployment, type DeploymentTransforms, type ManagedDeployment } from "./deployment";
import type { GateMode } from "./gate";
import type { LeftoverArgs } from "./leftovers";
import { type Alerts, Monitoring, type MonitoringTransforms } from "./monitoring";
import { type Auth, OnlineEndpoint, type OnlineEndpointTransforms } from "./onlineEndpoint";
import type { AuthMode } from "./privacy";
import { scalableOf } from "./scalable";
import { Traffic, type TrafficTransforms } from "./traffic";

export interface InferenceEndpointArgs {
  /** Stack name. */
  readonly stack: string;
  /** Name in Azure; see `OnlineEndpoint`. */
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly workspace: Workspace;
  readonly auth: Auth;
  /** With `entra`: object ids that may call the endpoint. @default - nobody but those with a wider role */
  readonly invokers?: readonly string[];
  readonly deployments: readonly DesiredDeployment[];
  /** What stands before traffic. @default "runner" */
  readonly gate?: GateMode;
  /** Seconds that the gate gives a deployment to answer. @default 300 */
  readonly gateSeconds?: number;
  /** ARM ids of the model versions of the staged weights, by `modelKey`. @default - none */
  readonly modelVersionIds?: Readonly<Record<string, pulumi.Output<string>>>;
  /** What lets deployments with `source: hub` fetch their weights. @default - none */
  readonly hub?: HubAccess;
  /** @default "moor" */
  readonly roles?: RolesOwner;
  /** Whether a policy of the landing zone makes the diagnostic setting. @default "moor" */
  readonly diagnostics?: "moor" | "policy";
  /**
   * Alerts on failed and slow requests. Unless they say otherwise, slow is 99 % of the longest request timeout of the deployments.
   * @default - no alerts
   */
  readonly alerts?: Alerts;
  /** Seconds that roles must be old before a deployment is created. @default 300 */
  readonly rolePropagationSeconds?: number;
  /** Seconds after a shift of traffic before anything is deleted. @default - the longest request timeout of the endpoint's deployments */
  readonly drainSeconds?: number;
  /** Refuse to delete the endpoint. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of tags that a policy sets, which a write of traffic keeps on the endpoint; see `ignorePolicyTags`. @default - none */
  readonly policyTags?: readonly string[];
  /** What must exist before the endpoint and go after it: model versions. @default - nothing */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Last changes to the arguments of everything on the endpoint. */
  readonly transform?: InferenceEndpointTransforms;
}

export interface InferenceEndpointTransforms
  extends OnlineEndpointTransforms,
    DeploymentTransforms,
    ContainerImageTransforms,
    TrafficTransforms,
    AutoscaleTransforms,
    MonitoringTransforms {}

/** What an `InferenceEndpoint` has made; images by their key, deployments and autoscale by the deployment's name. */
export interface InferenceEndpointNodes {
  readonly endpoint: OnlineEndpoint;
  readonly images: Readonly<Record<string, ContainerImage>>;
  readonly deployments: Readonly<Record<string, ManagedDeployment>>;
  readonly traffic: Traffic;
  readonly autoscale: Readonly<Record<string, Autoscale>>;
  readonly monitoring: Monitoring;
}

/**
 * An endpoint with everything on it, in the order that Azure needs: images, endpoint without traffic, deployments one at a time, traffic,
 * autoscale, monitoring.
 *
 * Cost: that of its deployments' instances, and of its logs.
 *
 * @example
 * new InferenceEndpoint("chat", {
 *   stack: "prod", endpointName: "chat-prod-x7k2p9", resourceGroupName, workspace, auth: "entra",
 *   deployments: [{ label: "main", decision, instances: 2, weight: 100, mirror: 0 }],
 * });
 */
export class InferenceEndpoint extends pulumi.ComponentResource {
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  /** Name in Azure. */
  readonly name: pulumi.Output<string>;
  /** Scheme and host that clients call. */
  readonly origin: pulumi.Output<string>;
  /** Address that requests are sent to: the origin and the scoring route of the deployment with the most weight. */
  readonly scoringUri: pulumi.Output<string>;
  /** Base URL for OpenAI clients, when a deployment speaks their protocol. */
  readonly openaiBaseUrl: pulumi.Output<string> | undefined;
  /** How callers prove who they are, in Azure's words. */
  readonly authMode: pulumi.Output<AuthMode>;
  /** Audience of the Entra ID tokens that callers send. */
  readonly scoringAudience: string;
  /** What clients must keep to, whichever deployment answers. Undefined without deployments. */
  readonly clientTerms: EndpointTerms | undefined;
  /** What holds for each deployment as the stack wants it, without those that are kept for the way back. */
  readonly deploymentTerms: readonly (DeploymentTerms & { readonly label: string; readonly name: string; readonly weight: number })[];
  /** The components on the endpoint. */
  readonly nodes: InferenceEndpointNodes;

  private readonly logicalName: string;
  private readonly args: InferenceEndpointArgs;
  private readonly planned: readonly PlannedDeployment[];

  constructor(name: string, args: InferenceEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:InferenceEndpoint", name, { auth: args.auth, deployments: args.deployments }, opts);
    this.logicalName = name;
    this.args = args;
    this.planned = planRollout(args.deployments);
    const images = this.createImages();
    const endpoint = this.createEndpoint(images);
    const deployments = this.createDeployments(endpoint, images);
    const traffic = this.writeTraffic(endpoint, deployments);
    const autoscale = this.createAutoscale(endpoint, deployments, traffic);
    const monitoring = this.watch(endpoint);
    const [byKey, byName] = [Object.fromEntries(images), Object.fromEntries(deployments)];
    this.nodes = { endpoint, images: byKey, deployments: byName, traffic, autoscale, monitoring };
    this.authMode = endpoint.authMode;
    this.scoringAudience = endpoint.azure.cloud.scoringAudience;
    this.id = endpoint.id;
    this.name = endpoint.name;
    this.origin = endpoint.origin;
    const { scoring, openai } = clientPaths(this.planned);
    this.scoringUri = pulumi.interpolate`${endpoint.origin}${scoring}`;
    this.openaiBaseUrl = openai === undefined ? undefined : pulumi.interpolate`${endpoint.origin}${openai}`;
    this.clientTerms = endpointTerms(this.planned);
    const current = this.planned.filter(({ role }) => role === "current");
    this.deploymentTerms = current.map(({ label, decision, weight }) => ({
      label,
      name: decision.name,
      weight,
      ...deploymentTerms(decision),
    }));
    this.registerOutputs({
      id: this.id,
      name: this.name,
      origin: this.origin,
      scoringUri: this.scoringUri,
      openaiBaseUrl: this.openaiBaseUrl,
    });
  }

  private get decisions(): DeploymentDecision[] {
    return this.planned.map(({ decision }) => decision);
  }

  /** One environment version for each image with its routes, however many deployments share it. */
  private createImages(): Map<string, ContainerImage> {
    const { stack, workspace, tags } = this.args;
    const images = new Map<string, ContainerImage>();
    for (const decision of this.decisions) {
      const key = imageKey(decision);
      if (images.has(key)) continue;
      const { image, routes } = decision;
      images.set(
        key,
        new ContainerImage(
          `${this.logicalName}-image-${key}`,
          {
            workspace,
            stack,
            endpoint: this.logicalName,
            loginServer: workspace.loginServer,
            image,
            routes,
            tags,
            transform: this.args.transform,
          },
          { parent: this },
        ),
      );
    }
    return images;
  }

  private createEndpoint(images: Map<string, ContainerImage>): OnlineEndpoint {
    const { workspace, endpointName, resourceGroupName, auth, invokers, roles, protect, tags, transform, after = [] } = this.args;
    return new OnlineEndpoint(
      this.logicalName,
      {
        workspace,
        endpointName,
        resourceGroupName,
        auth,
        invokers,
        imageRegistryId: workspace.imageRegistryId,
        storageAccountId: workspace.storageAccountId,
        vaultId: this.hub?.tokenReference === undefined ? undefined : workspace.vaultId,
        roles,
        protect,
        tags,
        transform,
        // Images and outbound rules too: deployments go with the endpoint, and what they stand on must outlive them.
        after: [...images.values(), ...this.network, ...after],
      },
      { parent: this },
    );
  }

  /** The way to the hub, for an endpoint that takes something from it. */
  private get hub(): HubAccess | undefined {
    return this.decisions.some(isFromHub) ? this.args.hub : undefined;
  }

  /** What the deployments' instances need in order to reach anything. */
  private get network(): pulumi.Input<pulumi.Resource>[] {
    return [...this.args.workspace.ready, ...(this.hub?.ready ?? [])];
  }

  /** One after another: Azure refuses a second operation on an endpoint while one is under way. */
  private createDeployments(endpoint: OnlineEndpoint, images: Map<string, ContainerImage>): Map<string, ManagedDeployment> {
    const made = new Map<string, ManagedDeployment>();
    let previous: pulumi.Resource[] = [];
    for (const planned of this.planned) {
      const deployment = this.createDeployment(endpoint, planned, images.get(imageKey(planned.decision))!, previous);
      made.set(planned.decision.name, deployment);
      previous = [deployment.resource];
    }
    return made;
  }

  private createDeployment(
    endpoint: OnlineEndpoint,
    planned: PlannedDeployment,
    image: ContainerImage,
    previous: pulumi.Resource[],
  ): ManagedDeployment {
    const { modelVersionIds = {}, rolePropagationSeconds, tags, transform } = this.args;
    const { decision, scale } = planned;
    const name = `${this.logicalName}-${decision.name}`;
    const modelVersionId = decision.model?.source === "mirror" ? modelVersionIds[modelKey(decision.model)] : undefined;
    const token = isFromHub(decision) ? this.hub?.tokenReference : undefined;
    const args = {
      endpoint,
      decision,
      instances: this.startingInstances(endpoint, planned),
      // Also while it is idle: what it has then is what it had under load.
      autoscaled: scale,
      environmentId: image.environmentId,
      rolePropagationSeconds,
      tags,
      transform,
      leftovers: this.leftovers(endpoint),
      after: [...this.network, ...previous],
      modelVersionId,
      secretReferences: token === undefined ? undefined : { HF_TOKEN: token },
    };
    return createDeployment(name, args, { parent: this });
  }

  /** As many as take the place of the one it replaces, so that the shift doesn't meet a smaller deployment; within its own bounds. */
  private startingInstances(endpoint: OnlineEndpoint, planned: PlannedDeployment): pulumi.Input<number> {
    const { decision, instances, scale, startsLike, weight } = planned;
    if (startsLike === undefined || scale === undefined) return instances;
    return endpoint.id.apply(async (endpointId) => {
      const live = await liveDeployment(endpoint.azure, endpointId, startsLike);
      if (live === undefined) return instances;
      // Shares are the shift's business: this one begins as the other's equal.
      const before = { name: startsLike, weight, instances: live.instances ?? 0, concurrency: live.concurrency };
      return Math.max(instances, requiredInstances({ ...scalableOf(decision, scale), weight }, [before]));
    });
  }

  private leftovers(endpoint: OnlineEndpoint): LeftoverArgs {
    const longest = Math.max(0, ...this.decisions.map(({ requestSettings }) => requestSettings.requestTimeout));
    const { stack, drainSeconds = longest } = this.args;
    return { endpoint, stack, names: this.decisions.map(({ name }) => name), drainSeconds };
  }

  private writeTraffic(endpoint: OnlineEndpoint, deployments: Map<string, ManagedDeployment>): Traffic {
    const { gate: mode = "runner", gateSeconds: deadlineSeconds } = this.args;
    const { stack, drainSeconds } = this.leftovers(endpoint);
    const subjects = this.planned.map(({ decision, check, inPlace }) => ({ name: decision.name, decision, check, inPlace }));
    const scalable = this.planned.flatMap(({ decision, scale }) => (scale === undefined ? [] : [scalableOf(decision, scale)]));
    return new Traffic(
      `${this.logicalName}-traffic`,
      {
        ...{ endpoint, stack, drainSeconds, scalable },
        deployments: [...deployments.values()],
        shares: trafficOf(this.planned),
        gate: { mode, subjects, deadlineSeconds },
        policyTags: this.args.policyTags,
        transform: this.args.transform,
      },
      { parent: this },
    );
  }

  private createAutoscale(
    endpoint: OnlineEndpoint,
    deployments: Map<string, ManagedDeployment>,
    traffic: Traffic,
  ): Record<string, Autoscale> {
    const { workspace, tags, transform } = this.args;
    const made: Record<string, Autoscale> = {};
    for (const { decision, scale, autoscaled } of this.planned) {
      if (scale === undefined || !autoscaled) continue;
      made[decision.name] = new Autoscale(
        `${this.logicalName}-${decision.name}-autoscale`,
        {
          deploymentId: deployments.get(decision.name)!.id,
          deploymentName: decision.name,
          endpointName: endpoint.name,
          resourceGroupName: workspace.resourceGroupName,
          location: workspace.location,
          scale,
          rule: decision.scaleRule,
          tags,
          transform,
          after: [traffic.resource],
        },
        { parent: this },
      );
    }
    return made;
  }

  private watch(endpoint: OnlineEndpoint): Monitoring {
    const { workspace, diagnostics, resourceGroupName, tags, transform } = this.args;
    const { logsId, location } = workspace;
    const { latencyMilliseconds = latencyAlertMilliseconds(this.decisions) } = this.args.alerts ?? {};
    const alerts = this.args.alerts && { ...this.args.alerts, latencyMilliseconds };
    return new Monitoring(
      `${this.logicalName}-monitoring`,
      {
        ...{ endpointId: endpoint.id, endpointName: endpoint.name, resourceGroupName, location },
        ...{ logsId, diagnostics, alerts, tags, transform },
      },
      { parent: this },
    );
  }
}

function isFromHub({ model }: DeploymentDecision): boolean {
  return model?.source === "hub";
}

/** Tells images with their routes apart in logical names, which must be known before any resource is. */
function imageKey({ image, routes }: DeploymentDecision): string {
  return environmentVersion(`${image.repository}@${image.digest}`, routes).slice(0, 8);
}
