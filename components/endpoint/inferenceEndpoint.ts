import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision, ImageReference } from "../../planner/decision";
import { imageText } from "../../planner/image";
import { type DesiredDeployment, type PlannedDeployment, planRollout, trafficOf } from "../../planner/rollout";
import { requiredInstances } from "../../planner/rollout/capacity";
import { defaultGate } from "../../planner/rollout/gateMode";
import { latencyAlertMilliseconds } from "../../planner/serving/alerts";
import { azureOf } from "../base/azure";
import type { IsolationScope, RolesOwner } from "../identity";
import { ContainerImage, type ContainerImageTransforms, environmentVersion, type PublishedImage } from "../image";
import { liveDeployment } from "../live";
import type { HubAccess } from "../model";
import type { Workspace } from "../workspace";
import { Autoscale, type AutoscaleTransforms } from "./autoscale";
import { clientPaths } from "./clients";
import { type DeploymentTerms, deploymentTerms, type EndpointTerms, endpointTerms } from "./clientTerms";
import { createDeployment, type DeploymentTransforms, type ManagedDeployment } from "./deployment";
import { type GateMode, type GateResult, type GateResults, readGateRecord } from "./gate";
import type { LeftoverArgs } from "./leftovers";
import { rejectNewDigest } from "./liveImage";
import { type Alerts, Monitoring, type MonitoringTransforms } from "./monitoring";
import { mountedModelId } from "./mountedModel";
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
  /**
   * With `entra`: object IDs of users, groups and service principals that can call the endpoint.
   * @default - only callers with a broader role
   */
  readonly invokers?: readonly string[];
  /** The deployments, by label: decisions, instances, traffic weights and mirrored traffic. */
  readonly deployments: readonly DesiredDeployment[];
  /** How deployments are checked before they receive traffic. @default "auto" */
  readonly gate?: GateMode;
  /** Seconds within which a deployment must pass the gate. @default 300 */
  readonly gateSeconds?: number;
  /** ARM IDs of the model versions of the staged weights, by `modelKey`. @default - none */
  readonly modelVersionIds?: Readonly<Record<string, pulumi.Output<string>>>;
  /**
   * Images that this run publishes, and references with a digest of images that are in the registry, by `imageText`.
   * @default - the registry contains the images of all deployments
   */
  readonly images?: Readonly<Record<string, PublishedImage | ImageReference>>;
  /** Required for deployments with `source: hub`, which download their weights from the Hugging Face Hub. @default - none */
  readonly hub?: HubAccess;
  /** Isolation scope of the endpoint's identity. @default "Regional" */
  readonly isolationScope?: IsolationScope;
  /** Who creates the role assignments of the endpoint's identity and of the invokers. @default "moor" */
  readonly roles?: RolesOwner;
  /** Who creates the diagnostic setting: this component or a policy of the landing zone. @default "moor" */
  readonly diagnostics?: "moor" | "policy";
  /**
   * Alerts on failed and slow requests. The default latency threshold is 99% of the longest request timeout of the deployments.
   * @default - no alerts
   */
  readonly alerts?: Alerts;
  /** Age, in seconds, that role assignments must have before a deployment is created. @default 300 */
  readonly rolePropagationSeconds?: number;
  /**
   * Seconds between a change of traffic and the deletion of a deployment.
   * @default - the longest request timeout of the endpoint's deployments
   */
  readonly drainSeconds?: number;
  /** Whether Pulumi protects the endpoint from deletion. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of tags that a policy sets; `Traffic` preserves them on the endpoint. See `ignorePolicyTags`. @default - none */
  readonly policyTags?: readonly string[];
  /** Resources to create before the endpoint and to delete after it, such as model versions. @default - none */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Changes to the children's arguments, applied last. */
  readonly transform?: InferenceEndpointTransforms;
}

export interface InferenceEndpointTransforms
  extends OnlineEndpointTransforms,
    DeploymentTransforms,
    ContainerImageTransforms,
    TrafficTransforms,
    AutoscaleTransforms,
    MonitoringTransforms {}

/**
 * The components that an `InferenceEndpoint` created: images by a hash of image and routes, deployments and autoscale by the deployment's
 * name.
 */
export interface InferenceEndpointNodes {
  readonly endpoint: OnlineEndpoint;
  readonly images: Readonly<Record<string, ContainerImage>>;
  readonly deployments: Readonly<Record<string, ManagedDeployment>>;
  readonly traffic: Traffic;
  readonly autoscale: Readonly<Record<string, Autoscale>>;
  readonly monitoring: Monitoring;
}

/**
 * An endpoint with its deployments. It creates, in the order that Azure requires: container images, the endpoint without traffic,
 * deployments one at a time, traffic, autoscale and monitoring.
 *
 * Cost: the instances of the deployments, and the logs.
 *
 * A changed decision creates a new deployment, moves traffic to it and then deletes the previous one. The name and the identity of the
 * endpoint can't be changed.
 *
 * @example
 * new InferenceEndpoint("chat", {
 *   stack: "prod", endpointName: "chat-prod-x7k2p9", resourceGroupName, workspace, auth: "entra",
 *   deployments: [{ label: "main", decision, instances: 2, weight: 100, mirror: 0 }],
 * });
 */
export class InferenceEndpoint extends pulumi.ComponentResource {
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  /** Name in Azure. */
  readonly name: pulumi.Output<string>;
  /** Scheme and host of the scoring URL. */
  readonly origin: pulumi.Output<string>;
  /** URL for requests: the origin and the scoring route of the deployment with the highest traffic weight. */
  readonly scoringUri: pulumi.Output<string>;
  /** Base URL for OpenAI clients. Undefined if no deployment has an OpenAI-compatible API. */
  readonly openaiBaseUrl: pulumi.Output<string> | undefined;
  /** Azure's authentication mode, such as `AADToken`. */
  readonly authMode: pulumi.Output<AuthMode>;
  /** Audience of the Microsoft Entra ID tokens that callers send. */
  readonly scoringAudience: string;
  /** How deployments are checked before they receive traffic. */
  readonly gate: GateMode;
  /** Client settings that are valid for all deployments with traffic. Undefined without deployments. */
  readonly clientTerms: EndpointTerms | undefined;
  /** Client settings of each current deployment. Deployments that are kept for a rollback are not included. */
  readonly deploymentTerms: readonly (DeploymentTerms & { readonly label: string; readonly name: string; readonly weight: number })[];
  /** The child components. */
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
    const monitoring = this.createMonitoring(endpoint);
    const [byKey, byName] = [Object.fromEntries(images), Object.fromEntries(deployments)];
    this.nodes = { endpoint, images: byKey, deployments: byName, traffic, autoscale, monitoring };
    this.authMode = endpoint.authMode;
    this.gate = args.gate ?? defaultGate;
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

  /**
   * Returns how the current deployments passed the gate, by label, as recorded in Azure. It is read after the traffic was written, so it is
   * the same in runs that check nothing. Deployments without a record are missing.
   */
  gateResults(): pulumi.Output<Readonly<Record<string, GateResult | "off">>> {
    if (this.gate === "off") return pulumi.output(Object.fromEntries(this.deploymentTerms.map(({ label }) => [label, "off" as const])));
    const { endpoint, traffic } = this.nodes;
    return pulumi.all([endpoint.id, traffic.resource.id]).apply(async ([endpointId]) => {
      const results = await readGateRecord(endpoint.azure, endpointId).catch(() => ({}) as GateResults);
      return Object.fromEntries(this.deploymentTerms.flatMap(({ label, name }) => (results[name] ? [[label, results[name]]] : [])));
    });
  }

  private get decisions(): DeploymentDecision[] {
    return this.planned.map(({ decision }) => decision);
  }

  /** Creates one environment version for each combination of image and routes; deployments can share it. */
  private createImages(): Map<string, ContainerImage> {
    const { stack, workspace, images: known = {}, tags } = this.args;
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
            image: known[imageText(image)] ?? image,
            routes,
            tags,
            checks: this.imageChecks(key, image),
            transform: this.args.transform,
          },
          { parent: this },
        ),
      );
    }
    return images;
  }

  /** The name of a deployment with a built image doesn't depend on the digest. The others can't get another image. */
  private imageChecks(key: string, image: ImageReference): pulumi.ResourceHook[] {
    if (!("inputs" in image)) return [];
    const { stack, workspace, endpointName } = this.args;
    const names = this.decisions.filter((decision) => imageKey(decision) === key).map(({ name }) => name);
    const endpointId = pulumi.interpolate`${workspace.id}/onlineEndpoints/${endpointName}`;
    const args = { azure: azureOf(workspace), stack, endpoint: this.logicalName, endpointId, names };
    return [rejectNewDigest(`${this.logicalName}-image-${key}-digest-check`, args)];
  }

  private createEndpoint(images: Map<string, ContainerImage>): OnlineEndpoint {
    const { workspace, endpointName, resourceGroupName, auth, invokers, isolationScope, roles, protect, tags, transform } = this.args;
    return new OnlineEndpoint(
      this.logicalName,
      {
        ...{ workspace, endpointName, resourceGroupName, auth, invokers, isolationScope },
        imageRegistryId: workspace.imageRegistryId,
        storageAccountId: workspace.storageAccountId,
        vaultId: this.hub?.tokenReference === undefined ? undefined : workspace.vaultId,
        ...{ roles, protect, tags, transform },
        // Also images and outbound rules: deployments are deleted with the endpoint, and their dependencies must be deleted after them.
        after: [...images.values(), ...this.network, ...(this.args.after ?? [])],
      },
      { parent: this },
    );
  }

  /** Access to the Hugging Face Hub, if a deployment downloads from it. */
  private get hub(): HubAccess | undefined {
    return this.decisions.some(isFromHub) ? this.args.hub : undefined;
  }

  /** Private endpoints and outbound rules that the deployments depend on. */
  private get network(): pulumi.Input<pulumi.Resource>[] {
    return [...this.args.workspace.ready, ...(this.hub?.ready ?? [])];
  }

  /** Creates the deployments one after another, because Azure rejects a second operation on an endpoint while one is running. */
  private createDeployments(endpoint: OnlineEndpoint, images: Map<string, ContainerImage>): Map<string, ManagedDeployment> {
    const created = new Map<string, ManagedDeployment>();
    let previous: pulumi.Resource[] = [];
    for (const planned of this.planned) {
      const deployment = this.createDeployment(endpoint, planned, images.get(imageKey(planned.decision))!, previous);
      created.set(planned.decision.name, deployment);
      previous = [deployment.resource];
    }
    return created;
  }

  private createDeployment(
    endpoint: OnlineEndpoint,
    planned: PlannedDeployment,
    image: ContainerImage,
    previous: pulumi.Resource[],
  ): ManagedDeployment {
    const { workspace, modelVersionIds = {}, rolePropagationSeconds, tags, transform } = this.args;
    const { decision, scale } = planned;
    const name = `${this.logicalName}-${decision.name}`;
    const token = isFromHub(decision) ? this.hub?.tokenReference : undefined;
    const args = {
      endpoint,
      decision,
      instances: this.startingInstances(endpoint, planned),
      // Even without traffic, so that the deployment keeps the number of instances that it had under load.
      autoscaled: scale,
      environmentId: image.environmentId,
      rolePropagationSeconds,
      tags,
      transform,
      leftovers: this.leftovers(endpoint),
      after: [...this.network, ...previous],
      modelVersionId: mountedModelId(decision, { workspaceId: workspace.id, staged: modelVersionIds }),
      secretReferences: token === undefined ? undefined : { HF_TOKEN: token },
    };
    return createDeployment(name, args, { parent: this });
  }

  /** Returns the number of instances that matches the capacity of the replaced deployment, within the scaling limits of the new one. */
  private startingInstances(endpoint: OnlineEndpoint, planned: PlannedDeployment): pulumi.Input<number> {
    const { decision, instances, scale, startsLike, weight } = planned;
    if (startsLike === undefined || scale === undefined) return instances;
    return endpoint.id.apply(async (endpointId) => {
      const live = await liveDeployment(endpoint.azure, endpointId, startsLike);
      if (live === undefined) return instances;
      // The same traffic weight for both: traffic weights are applied later.
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
    const { gate: mode = defaultGate, gateSeconds: deadlineSeconds } = this.args;
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
    const created: Record<string, Autoscale> = {};
    for (const { decision, scale, autoscaled } of this.planned) {
      if (scale === undefined || !autoscaled) continue;
      created[decision.name] = new Autoscale(
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
    return created;
  }

  private createMonitoring(endpoint: OnlineEndpoint): Monitoring {
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

/**
 * Returns a key for the logical name of an image and its routes. It is derived from the decision, because logical names can't be Outputs.
 */
function imageKey({ image, routes }: DeploymentDecision): string {
  return environmentVersion(imageText(image), routes).slice(0, 8);
}
