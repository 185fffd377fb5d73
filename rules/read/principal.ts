/** Object IDs of managed identities, which Pulumi has in outputs. */
import { type Body, UNKNOWN, valueAt } from "../values";

/**
 * The object ID of the managed identity that a resource is or has. Undefined for a resource without one.
 * @param outputs Outputs in a state or a preview. The preview of a creation doesn't contain the object ID.
 */
export function principalIdOf(token: string, inputs: Body, outputs: Body): string | typeof UNKNOWN | undefined {
  const isIdentity = /:UserAssignedIdentity$/.test(token);
  const type = valueAt(inputs, "identity.type");
  const hasIdentity = typeof type === "string" && /systemassigned/i.test(type);
  if (!isIdentity && !hasIdentity) return undefined;
  const value = valueAt(outputs, isIdentity ? "principalId" : "identity.principalId");
  return typeof value === "string" && value !== "" ? value : UNKNOWN;
}
