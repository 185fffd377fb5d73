import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision, Probe } from "../../../planner/decision";
import { recipeHash } from "../../../planner/names";
import type { Pattern } from "../../../planner/pattern";
import { stackTag } from "../../../planner/tags";
import { fail } from "../../../program/fail";
import { seconds } from "../../base/duration";
import { foreseen, timeOfCreation } from "../../base/outputs";
import { type Transform, transformed } from "../../base/transform";
import { askForRoles, roleWait } from "../../identity";
import { provisionedNetwork } from "../../workspace";
import { type LeftoverArgs, removeLeftovers } from "../leftovers";
import type { OnlineEndpoint } from "../onlineEndpoint";
import { deploymentPrivacy } from "../privacy";
import { scalableOf } from "../scalable";
import { keepLiveInstances } from "./liveInstances";

/** What every kind of deployment takes. */
export interface ManagedDeploymentArgs {
  readonly endpoint: OnlineEndpoint;
  /** What was decided. Its name is a hash over it, so a changed decision is a new deployment beside this one, never a change of this one. */
  readonly decision: DeploymentDecision;
  /** ARM id of the environment version: image and routes. */
  readonly environmentId: pulumi.Input<string>;
  /** Number of instances, within `endpointLimits`; with `autoscaled` only at creation. */
  readonly instances: pulumi.Input<number>;
  /** The most instances, where autoscale owns their number from then on. @default - their number is fixed */
  readonly autoscaled?: { readonly max: number };
  /**
   * Seconds that the endpoint identity's roles must be old before the deployment is created. Azure names no bound; most grants hold
   * within five minutes.
   * @default 300
   */
  readonly rolePropagationSeconds?: number;
  /** What earlier runs may have left on the endpoint; it is removed before the deployment is made. @default - nothing is removed */
  readonly leftovers?: LeftoverArgs;
  readonly tags?: Readonly<Record<string, string>>;
  /** What must be done before: the deployment before this one on the same endpoint, outbound rules. @default - nothing */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Last changes to the child's arguments. */
  readonly transform?: DeploymentTransforms;
}

export interface DeploymentTransforms {
  readonly deployment?: Transform<machinelearningservices.OnlineDeploymentArgs>;
}

/** What a kind of deployment adds to the common body. */
export interface DeploymentExtras {
  readonly environmentVariables: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARM id of the model version that Azure mounts. */
  readonly model?: pulumi.Input<string>;
}

/** What a kind of deployment is. */
export interface DeploymentKind extends DeploymentExtras {
  /** Type token of the component. */
  readonly type: string;
  /** Pattern of the decisions that it takes. */
  readonly pattern: Pattern;
}

/** A managed online deployment as decided, whatever its container runs. Each pattern has a subclass. */
export abstract class ManagedDeployment extends pulumi.ComponentResource {
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  readonly deploymentName: string;
  /** When Azure made it; tells a re-created deployment from the one before. */
  readonly createdAt: pulumi.Output<string>;
  /** Hash over everything that alters its answers. */
  readonly recipe: string;
  /** The deployment itself, to put others after it. */
  readonly resource: machinelearningservices.OnlineDeployment;
  /** Whether this run makes it, once its step has been planned or taken. */
  readonly isMade: () => boolean;

  /** The resource that this component made. */
  get nodes() {
    return { deployment: this.resource };
  }

  /** @throws if the decision is of another pattern */
  protected constructor(name: string, kind: DeploymentKind, args: ManagedDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { type, pattern, ...extras } = kind;
    super(type, name, deploymentState(args), opts);
    const { decision } = args;
    if (decision.pattern !== pattern) {
      fail(`${name}: a ${new.target.name} takes a decision of pattern "${pattern}", not "${decision.pattern}".`);
    }
    const made = createManagedDeployment(name, this, args, extras);
    this.resource = made.resource;
    this.id = made.id;
    this.createdAt = made.createdAt;
    this.isMade = made.isMade;
    this.deploymentName = decision.name;
    this.recipe = recipeHash(decision);
    this.registerOutputs({ id: this.id, deploymentName: this.deploymentName, createdAt: this.createdAt });
  }
}

/** What of a deployment's arguments is its component's in the state: of an autoscaled one not the number that it happened to start with. */
function deploymentState({ decision, instances, autoscaled }: ManagedDeploymentArgs): pulumi.Inputs {
  return autoscaled === undefined ? { decision, instances } : { decision, autoscaled };
}

/** The deployment itself. It waits for young roles and an inactive network, and goes with its endpoint. */
function createManagedDeployment(
  name: string,
  parent: pulumi.ComponentResource,
  args: ManagedDeploymentArgs,
  extras: DeploymentExtras,
): Pick<ManagedDeployment, "resource" | "id" | "createdAt" | "isMade"> {
  const { endpoint, decision, instances, autoscaled, rolePropagationSeconds = 300, after = [], transform } = args;
  const asked = endpoint.roleRequests.length === 0 ? [] : [askForRoles(`${name}-role-requests`, endpoint.azure, endpoint.roleRequests)];
  let made = false;
  const noteMaking = () => {
    made = true;
  };
  const making = new pulumi.ResourceHook(`${name}-making`, noteMaking, { onDryRun: true });
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
        // Leftovers of a stack are found by its tag.
        tags: args.leftovers === undefined ? args.tags : { ...args.tags, [stackTag]: args.leftovers.stack },
        properties: { ...deploymentProperties(decision), environmentId: args.environmentId, ...extras },
      },
      {
        parent,
        dependsOn: [...after],
        // Azure refuses to delete a deployment that takes traffic; the endpoint's own deletion takes its deployments along.
        deletedWith: endpoint.resource,
        ignoreChanges: autoscaled ? ["sku.capacity"] : [],
        transforms: autoscaled ? [keepLiveInstances(endpoint, scalableOf(decision, autoscaled))] : [],
        hooks: {
          beforeCreate: [
            making,
            provisionedNetwork(`${name}-network`, endpoint.azure, endpoint.workspace),
            roleWait(`${name}-role-wait`, endpoint.roleTimes, rolePropagationSeconds),
            ...asked,
            ...leftovers,
          ],
          // One that failed at its creation is in the state, so making it anew is an update.
          beforeUpdate: [...asked, ...leftovers],
        },
        customTimeouts: { create: "120m", update: "120m", delete: "60m" },
      },
      deploymentPrivacy,
    ),
  );
  const id = foreseen(resource, resource.id, pulumi.interpolate`${endpoint.id}/deployments/${decision.name}`);
  return { resource, id, createdAt: timeOfCreation(resource), isMade: () => made };
}

/** The part of the body that the decision alone determines. */
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
    // Azure's request log is in the diagnostic setting; Application Insights works only with Azure's own inference images.
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
