/** What of an endpoint can't change while it exists: its name and its identity. */
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../../program/fail";

/** A name is the address that callers have, and Azure keeps the deployments of an endpoint that serves: replacing it would end half-way. */
export function refuseNewName(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      const [before, now] = [oldInputs?.endpointName, newInputs?.endpointName];
      if (typeof before !== "string" || typeof now !== "string" || before === now) return;
      fail(
        `Endpoint ${endpoint} is ${before} in Azure and would become ${now}: its name is fixed for life. Take the name back, or add a second endpoint, move the callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}

/** Azure can't change an endpoint's identity, neither in place nor by replacing an endpoint that serves; better said in the preview. */
export function refuseNewIdentity(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      // An identity that this run makes or replaces may not be known in a preview: then the write is checked.
      if (pulumi.containsUnknowns(newInputs?.identity)) return;
      const [before, now] = [oldInputs?.identity, newInputs?.identity].map((identity) => JSON.stringify(identity));
      // The ids in it are compared without case, as Azure does.
      if (before?.toLowerCase() === now?.toLowerCase()) return;
      fail(
        `${endpoint}: an endpoint's identity is fixed for life (was ${before}, now ${now}). Add a second endpoint, move its callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}
