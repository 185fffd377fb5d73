/** `lock --rollback chat/main`: the previous decision serves again, and the one that replaced it is kept in its turn. */
import { type Lock, lockEntry } from "../../config/lockFile";

/**
 * The lock with the two decisions of one deployment exchanged. What was rolled back stays so until its wish changes, or until it is
 * rolled back once more.
 * @throws Error when there is no such deployment, or nothing to go back to
 */
export function rollBack(lock: Lock, name: string): Lock {
  const [endpoint = "", label = ""] = name.split("/");
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) throw new Error(`The lock has no deployment "${name}"; it has ${names(lock).join(", ")}.`);
  const { current, previous, rolledBack, ...rest } = entry;
  if (previous === undefined) {
    throw new Error(`${name} has no previous decision to go back to: ${current.name} is the first, or the one before it was dropped.`);
  }
  const swapped = { ...rest, current: previous, previous: current, ...(rolledBack ? {} : { rolledBack: true as const }) };
  return { ...lock, endpoints: { ...lock.endpoints, [endpoint]: { ...lock.endpoints[endpoint], [label]: swapped } } };
}

function names({ endpoints }: Lock): string[] {
  return Object.entries(endpoints).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}
