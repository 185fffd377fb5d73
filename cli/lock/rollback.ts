/** `lock --rollback chat/main`: swaps the current and the previous decision of a deployment. */
import { type Lock, lockEntry } from "../../config/lockFile";

/**
 * Swaps the current and the previous decision of a deployment. The rollback stays until the requirements change or until the next rollback.
 * @throws Error if the deployment or its previous decision doesn't exist
 */
export function rollBack(lock: Lock, name: string): Lock {
  const [endpoint = "", label = ""] = name.split("/");
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) throw new Error(`The lock file has no deployment "${name}". Deployments: ${names(lock).join(", ")}.`);
  const { current, previous, rolledBack, ...rest } = entry;
  if (previous === undefined) {
    throw new Error(`${name} has no previous decision to roll back to: ${current.name} is the first one, or the previous one was retired.`);
  }
  const swapped = { ...rest, current: previous, previous: current, ...(rolledBack ? {} : { rolledBack: true as const }) };
  return { ...lock, endpoints: { ...lock.endpoints, [endpoint]: { ...lock.endpoints[endpoint], [label]: swapped } } };
}

function names({ endpoints }: Lock): string[] {
  return Object.entries(endpoints).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}
