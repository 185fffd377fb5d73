/** `lock --rollback chat/main`: swaps the current and the previous decision of a deployment. */
import type { ResolvedImage } from "../../config/images/resolve";
import type { ImageOf } from "../../config/images/stack";
import { type Lock, lockCommand, lockEntry } from "../../config/lockFile";
import type { DeploymentDecision } from "../../planner/decision";
import { imageText } from "../../planner/image";

/**
 * An image that an earlier `pulumi up` built from files that have changed since. Its digest is not in the lock file, and it can't be built
 * again from the current files.
 */
function isLost({ image }: DeploymentDecision, imageOf: ResolvedImage | undefined): boolean {
  if (!("inputs" in image) || image.digest !== undefined) return false;
  return imageOf === undefined || imageText(imageOf.reference) !== imageText(image);
}

/**
 * Swaps the current and the previous decision of a deployment. The rollback stays until the requirements change or until the next rollback.
 * @param imageOf The images in the stack file.
 * @throws Error if the deployment or its previous decision doesn't exist, or if the image of the previous decision is not known
 */
export function rollBack(lock: Lock, name: string, imageOf: ImageOf): Lock {
  const [endpoint = "", label = ""] = name.split("/");
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) throw new Error(`The lock file has no deployment "${name}". Deployments: ${names(lock).join(", ")}.`);
  const { current, previous, rolledBack, ...rest } = entry;
  if (previous === undefined) {
    throw new Error(`${name} has no previous decision to roll back to: ${current.name} is the first one, or the previous one was retired.`);
  }
  if (isLost(previous, imageOf(endpoint, label))) throw new Error(lostImage(lock.stack, name, previous));
  const swapped = { ...rest, current: previous, previous: current, ...(rolledBack ? {} : { rolledBack: true as const }) };
  return { ...lock, endpoints: { ...lock.endpoints, [endpoint]: { ...lock.endpoints[endpoint], [label]: swapped } } };
}

function lostImage(stack: string, name: string, { name: previous, image }: DeploymentDecision): string {
  return [
    `${name} can't be rolled back to ${previous} by this command: \`pulumi up\` built its image ${imageText(image)} from files that have changed since.`,
    `Restore these files with \`git checkout <commit> -- <folder>\`, and run \`${lockCommand(stack)}\`. The deployment then has the name ${previous} again, and \`pulumi up\` uses the image that is in the registry.`,
  ].join(" ");
}

function names({ endpoints }: Lock): string[] {
  return Object.entries(endpoints).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}
