import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision, Probe } from "../../../planner/decision";
import { recipeHash } from "../../../planner/names";
import type { Pattern } from "../../../planner/pattern";
import { stackTag } from "../../../planner/tags";
import { fail } from "../../../program/fail";
import { seconds } from "../../base/duration";
import { creationTime, plannedOutput } from "../../base/outputs";
import { type Transform, transformed } from "../../base/transform";
import { roleWait, warnOfMissingRoles } from "../../identity";
import { provisionedNetwork } from "../../workspace";
import { type LeftoverArgs, removeLeftovers } from "../leftovers";
import type { OnlineEndpoint } from "../onlineEndpoint";
import { deploymentPrivacy } from "../privacy";
import { scalableOf } from "../scalable";
import { keepLiveInstances } from "./liveInstances";

/** Arguments that are common to deployments of all patterns. */
export interface ManagedDeploymentArgs {
  readonly endpoint: OnlineEndpoint;
  /**
   * Size, flags, probes, request settings and name. The name contains a hash of the decision, so a changed decision creates a new
   * deployment.
   */
  readonly decision: DeploymentDecision;
  /** ARM ID of the environment version: image and routes. */
  readonly environmentId: pulumi.Input<string>;
  /** Number of instances, within `endpointLimits`. With `autoscaled`, it applies only at creation. */
  readonly instances: pulumi.Input<number>;
  /** Maximum number of instances if autoscale manages them after the creation. @default - no autoscale */
  readonly autoscaled?: { readonly max: number };
  /**
   * Age, in seconds, that the role assignments of the endpoint's identity must have before the deployment is created. Azure documents no
   * limit; most assignments are effective within five minutes.
   * @default 300
   */
  readonly rolePropagationSeconds?: number;
  /** Deletes deployments left by earlier runs before the deployment is created. @default - nothing is deleted */
  readonly leftovers?: LeftoverArgs;
  readonly tags?: Readonly<Record<string, string>>;
  /** Resources to create first: the previous deployment on the same endpoint, outbound rules. @default - none */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Changes to the deployment's arguments, applied last. */
  readonly transform?: DeploymentTransforms;
}

export interface DeploymentTransforms {
  readonly deployment?: Transform<machinelearningservices.OnlineDeploymentArgs>;
}

/** Properties that are added to the common body for a pattern. */
export interface DeploymentExtras {
  readonly environmentVariables: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARM ID of the model version that Azure mounts. */
  readonly model?: pulumi.Input<string>;
}

/** The properties of a deployment that depend on its pattern. */
export interface DeploymentKind extends DeploymentExtras {
  /** Type token of the component. */
  readonly type: string;
  /** Pattern of the decisions that it accepts. */
  readonly pattern: Pattern;
}

/** A managed online deployment, created from a decision. Each pattern has a subclass. */
export abstract class ManagedDeployment extends pulumi.ComponentResource {
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  readonly deploymentName: string;
  /** Creation time, ISO 8601. It distinguishes a re-created deployment from the previous one. */
  readonly createdAt: pulumi.Output<string>;
  /** Hash of all values that affect the deployment's answers. */
  readonly recipe: string;
  /** The deployment's resource, for `dependsOn`. */
  readonly resource: machinelearningservices.OnlineDeployment;
  /** Whether this run creates the deployment. Valid only after the engine has planned or executed its step. */
  readonly isCreated: () => boolean;

  /** The resource that this component created. */
  get nodes() {
    return { deployment: this.resource };
  }

  /** @throws pulumi.RunError if the decision has another pattern */
  protected constructor(name: string, kind: DeploymentKind, args: ManagedDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { type, pattern, ...extras } = kind;
    super(type, name, deploymentState(args), opts);
    const { decision } = args;
    if (decision.pattern !== pattern) {
      fail(`${name}: the pattern of the decision is "${decision.pattern}". ${new.target.name} requires "${pattern}".`);
    }
    const created = createManagedDeployment(name, this, args, extras);
    this.resource = created.resource;
    this.id = created.id;
    this.createdAt = created.createdAt;
    this.isCreated = created.isCreated;
    this.deploymentName = decision.name;
    this.recipe = recipeHash(decision);
    this.registerOutputs({ id: this.id, deploymentName: this.deploymentName, createdAt: this.createdAt });
  }
}

/** Returns the arguments that belong in the component's state. With autoscale, the initial number of instances is not included. */
function deploymentState({ decision, instances, autoscaled }: ManagedDeploymentArgs): pulumi.Inputs {
  return autoscaled === undefined ? { decision, instances } : { decision, autoscaled };
}

/**
 * Creates the deployment's resource, after its role assignments are effective and the managed network is active. It is deleted with its
 * endpoint.
 */
function createManagedDeployment(
  name: string,
  parent: pulumi.ComponentResource,
  args: ManagedDeploymentArgs,
  extras: DeploymentExtras,
): Pick<ManagedDeployment, "resource" | "id" | "createdAt" | "isCreated"> {
  const { endpoint, decision, instances, autoscaled, rolePropagationSeconds = 300, after = [], transform } = args;
  const roleChecks =
    endpoint.roleRequests.length === 0 ? [] : [warnOfMissingRoles(`${name}-role-requests`, endpoint.azure, endpoint.roleRequests)];
  let isCreated = false;
  const noteCreation = () => {
    isCreated = true;
  };
  const creation = new pulumi.ResourceHook(`${name}-making`, noteCreation, { onDryRun: true });
  const leftovers = args.leftovers === undefined ? [] : [removeLeftovers(`${name}-leftovers`, args.leftovers)];
  const resource = new machinelearningservices.OnlineDeployment(
    ...transformed(
      transform?.deployment,
      `${name}-deployment`,
      {
        deploymentName: decision.name,
        endpointName: endpoint.name,
        workspaceName: endpoint.workspace.name,
        resourceGroupName: endpoint.workspace.resourceGroupName,
        location: endpoint.workspace.location,
        kind: "Managed",
        sku: { name: "Default", capacity: instances },
        // `removeLeftovers` finds the deployments of a stack by this tag.
        tags: args.leftovers === undefined ? args.tags : { ...args.tags, [stackTag]: args.leftovers.stack },
        properties: { ...deploymentProperties(decision), environmentId: args.environmentId, ...extras },
      },
      {
        parent,
        dependsOn: [...after],
        // Azure rejects the deletion of a deployment with traffic. Deleting the endpoint deletes its deployments.
        deletedWith: endpoint.resource,
        ignoreChanges: autoscaled ? ["sku.capacity"] : [],
        transforms: autoscaled ? [keepLiveInstances(endpoint, scalableOf(decision, autoscaled))] : [],
        hooks: {
          beforeCreate: [
            creation,
            provisionedNetwork(`${name}-network`, endpoint.azure, endpoint.workspace),
            roleWait(`${name}-role-wait`, endpoint.roleTimes, rolePropagationSeconds),
            ...roleChecks,
            ...leftovers,
          ],
          // A deployment whose creation failed is in the state, so creating it again is an update.
          beforeUpdate: [...roleChecks, ...leftovers],
        },
        customTimeouts: { create: "120m", update: "120m", delete: "60m" },
      },
      deploymentPrivacy,
    ),
  );
  const id = plannedOutput(resource, resource.id, pulumi.interpolate`${endpoint.id}/deployments/${decision.name}`);
  return { resource, id, createdAt: creationTime(resource), isCreated: () => isCreated };
}

/** Returns the properties that depend only on the decision. */
function deploymentProperties(decision: DeploymentDecision) {
  const { probes, requestSettings } = decision;
  return {
    endpointComputeType: "Managed" as const,
    instanceType: decision.instanceType,
    livenessProbe: probeSettings(probes.liveness),
    readinessProbe: probeSettings(probes.readiness),
    requestSettings: {
      requestTimeout: seconds(requestSettings.requestTimeout),
      maxConcurrentRequestsPerInstance: requestSettings.maxConcurrentRequestsPerInstance,
    },
    scaleSettings: { scaleType: "Default" as const },
    // The diagnostic setting contains Azure's request log. Application Insights only works with Azure's own inference images.
    appInsightsEnabled: false,
  };
}

function probeSettings({ initialDelay, period, timeout, failureThreshold }: Probe) {
  return {
    initialDelay: seconds(initialDelay),
    period: seconds(period),
    timeout: seconds(timeout),
    failureThreshold,
    successThreshold: 1,
  };
}
