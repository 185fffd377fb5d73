/** Immutable properties of an endpoint: its name and its identity. */
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../../program/fail";

/**
 * Returns a hook that rejects a new name. Callers use the name in the URL, and replacing an endpoint that has traffic would fail partway.
 */
export function rejectNewName(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      const [before, now] = [oldInputs?.endpointName, newInputs?.endpointName];
      if (typeof before !== "string" || typeof now !== "string" || before === now) return;
      fail(
        `Endpoint ${endpoint}: its name in Azure would change from ${before} to ${now}, but the name of an endpoint can't be changed. Restore the name, or add a second endpoint, move the callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}

/**
 * Returns a hook that rejects a new identity, even in a preview. Azure can't change the identity, and can't replace an endpoint that has
 * traffic.
 */
export function rejectNewIdentity(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      // An identity that this run creates or replaces can be unknown in a preview. Then it is checked before the update.
      if (pulumi.containsUnknowns(newInputs?.identity)) return;
      const [before, now] = [oldInputs?.identity, newInputs?.identity].map((identity) => JSON.stringify(identity));
      // IDs are case-insensitive in Azure.
      if (before?.toLowerCase() === now?.toLowerCase()) return;
      fail(
        `${endpoint}: the identity of an endpoint can't be changed (current: ${before}, new: ${now}). Add a second endpoint, move the callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}
