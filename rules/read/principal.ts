/** Object IDs of managed identities, which Pulumi has in outputs. */
import { type Body, UNKNOWN, valueAt } from "../values";

/**
 * The object ID of the managed identity that a resource is or has. Undefined for a resource without one.
 * @param outputs Outputs in a state or a preview. The preview of a creation doesn't contain the object ID.
 */
export function principalIdOf(name: string, inputs: Body, outputs: Body): string | typeof UNKNOWN | undefined {
  const isIdentity = /:UserAssignedIdentity$/.test(name);
  const type = valueAt(inputs, "identity.type");
  const value = valueAt(outputs, isIdentity ? "principalId" : "identity.principalId");
  const hasIdentity = typeof value === "string" || value === UNKNOWN || (typeof type === "string" && /systemassigned/i.test(type));
  if (!isIdentity && !hasIdentity) return undefined;
  return typeof value === "string" && value !== "" ? value : UNKNOWN;
}
