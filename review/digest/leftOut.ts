/**
 * Inputs that differ between two runs of the same plan, and that a digest therefore leaves out. Secrets and values that only the update knows
 * are represented by a fixed text.
 */
import { changeOf } from "../change";
import type { DeploymentView } from "../endpoints";
import type { Preview, Step } from "../preview";

interface LeftOut {
  /** Type token of the resource. */
  readonly token: string;
  /** Path of the input. It includes everything below it. */
  readonly path: string;
  readonly reason: string;
}

/** Each value here follows from others that a digest covers, or can't be chosen by anyone. */
export const leftOut = [
  {
    token: "moor:index:Traffic",
    path: "createdAt",
    reason: "Creation times of deployments. A re-created deployment has another time, and the traffic is then written again as a step.",
  },
  {
    token: "azure-native:resources:Deployment",
    path: "properties.template.metadata.endpointCreatedAt",
    reason: "Creation time of the endpoint, like those of the deployments.",
  },
  {
    token: "azure-native:resources:Deployment",
    path: "properties.template.metadata.deployments.createdAt",
    reason: "Creation times of deployments, in the template of the traffic.",
  },
  {
    token: "docker:index/image:Image",
    path: "build.context",
    reason: "In the local Azure, an absolute path of the clone. `build.contextDigest` and the source tree cover the files.",
  },
  {
    token: "docker:index/image:Image",
    path: "build.dockerfile",
    reason: "In the local Azure, an absolute path of the clone. The source tree covers the file, and the stack file covers its name.",
  },
] as const satisfies readonly LeftOut[];

const deploymentToken = "azure-native:machinelearningservices:OnlineDeployment";
const instancesPath = "sku.capacity";

/** Whether a digest leaves out an input of a step. */
export type IsLeftOut = (step: Step, path: string, value: unknown) => boolean;

/**
 * Autoscale changes the number of instances between two runs, and an update sends the number that it finds. Within the bounds of the
 * autoscale setting the number is therefore left out. Outside the bounds, someone has changed it, and it counts.
 */
export function leftOutOf(preview: Preview): IsLeftOut {
  const bounds = autoscaledDeployments(preview);
  return ({ token, name }, path, value) => {
    if (leftOut.some((one) => one.token === token && isWithin(path, one.path))) return true;
    if (token !== deploymentToken || path !== instancesPath || typeof value !== "number") return false;
    const scale = bounds.get(name);
    return scale !== undefined && value >= scale.min && value <= scale.max;
  };
}

/** The bounds of the autoscaled deployments by logical name: those after the change, or before it for a deployment that loses them. */
export function autoscaledDeployments(preview: Preview): ReadonlyMap<string, Scale> {
  const { before, after } = changeOf(preview).endpoints;
  const deployments = [...before, ...after].flatMap((one) => one.deployments);
  return new Map(deployments.flatMap(({ resource, scale }) => (scale === undefined ? [] : [[resource.name, scale] as const])));
}

type Scale = NonNullable<DeploymentView["scale"]>;

function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}
