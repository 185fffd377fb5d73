/** `lock --rollback chat/main`: swaps the current and the previous decision of a deployment. */
import type { ResolvedImage } from "../../config/images/resolve";
import { type Lock, lockCommand, lockEntry } from "../../config/lockFile";
import type { DeploymentDecision } from "../../planner/decision";
import { imageText } from "../../planner/image";

/** What the stack file says about the deployment that is rolled back. */
export interface RollbackInput {
  /** The image that the stack file sets. Undefined if it sets none. */
  readonly image?: ResolvedImage;
  /** Whether the previous deployment is kept, so that Azure has its environment version. */
  readonly isKept: boolean;
}

/**
 * Whether the image was built from files that have changed since, and its digest is neither in the lock file nor in Azure. A deployment can
 * only be created with a digest.
 */
function isLost({ image }: DeploymentDecision, { image: current, isKept }: RollbackInput): boolean {
  if (!("inputs" in image) || image.digest !== undefined || isKept) return false;
  return current === undefined || imageText(current.reference) !== imageText(image);
}

/**
 * Swaps the current and the previous decision of a deployment. The rollback stays until the requirements change or until the next rollback.
 * @throws Error if the deployment or its previous decision doesn't exist, or if the image of the previous decision is not known
 */
export function rollBack(lock: Lock, name: string, inputOf: (endpoint: string, label: string) => RollbackInput): Lock {
  const [endpoint = "", label = ""] = name.split("/");
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) throw new Error(`The lock file has no deployment "${name}". Deployments: ${names(lock).join(", ")}.`);
  const { current, previous, rolledBack, ...rest } = entry;
  if (previous === undefined) {
    throw new Error(`${name} has no previous decision to roll back to: ${current.name} is the first one, or the previous one was retired.`);
  }
  if (isLost(previous, inputOf(endpoint, label))) throw new Error(lostImage(lock.stack, name, previous));
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
