/** The images of deployments that exist in Azure. They never change under a deployment's name, because builds are not reproducible. */
import type { ArmClient } from "../../azure/arm";
import { liveDigests } from "../../components/live";
import { lockCommand } from "../../config/lockFile";
import type { Checkpoint } from "../checkpoint";

export interface LiveImageRequest {
  readonly stack: string;
  readonly azure: ArmClient;
  readonly state: Checkpoint;
  /** Path of the image in the stack file, for messages. */
  readonly setting: string;
  /** Names of the deployments that use the image. */
  readonly names: readonly string[];
  /** Whether the user wants a new build. */
  readonly force: boolean;
}

/** An image that a deployment runs. */
export interface LiveImage {
  /** Name of the deployment in Azure. */
  readonly deployment: string;
  readonly digest: string;
}

const endpointType = "azure-native:machinelearningservices:OnlineEndpoint";

/**
 * Returns the image that the deployments of the stack run, or undefined if none of them exists. Only Azure Resource Manager is asked.
 * @throws Error with what to do if the image must be built again, if its digest can't be read, or if deployments run different images
 */
export async function liveImage({ stack, azure, state, setting, names, force }: LiveImageRequest): Promise<LiveImage | undefined> {
  const endpoints = (state.deployment.resources ?? []).flatMap(({ type, id }) => (type === endpointType && id ? [id] : []));
  const found = (await Promise.all(endpoints.map((id) => liveDigests(azure, id, names)))).flatMap((live) => [...live]);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const [deployment, digest] = first;
  const refused = (problem: string) => new Error(`${setting}: ${problem} ${wayOut(stack)}`);
  if (force) throw refused(`the deployment ${deployment} exists and runs this image, so --force is not allowed.`);
  const unreadable = found.find(([, is]) => is === undefined);
  if (digest === undefined || unreadable !== undefined) {
    throw refused(`the deployment ${unreadable?.[0]} exists, but Azure doesn't return the digest of its image.`);
  }
  const other = others.find(([, is]) => is !== digest);
  if (other !== undefined) {
    throw refused(
      `the deployment ${deployment} runs ${digest}, and ${other[0]} runs ${other[1]}. The lock file can contain only one of them.`,
    );
  }
  return { deployment, digest };
}

function wayOut(stack: string): string {
  return (
    "The image of a deployment never changes under its name. To build another image, change an input of the build, for example a build argument " +
    `or a comment in the Dockerfile, run \`${lockCommand(stack)}\`, then run this command again.`
  );
}
