/** Keeps the number of instances that autoscale has set when a deployment is updated in place. */
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, digest } from "../../../planner/names";
import { requiredInstances } from "../../../planner/rollout/capacity";
import { writtenTag } from "../../../planner/tags";
import { resolved } from "../../base/resolved";
import { type LiveDeployment, liveDeployment } from "../../live";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";

/** The inputs of a deployment that are used here. */
interface Inputs {
  readonly sku: { readonly capacity: number };
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Returns a transform for the capacity of an autoscaled deployment. Azure updates a deployment as a whole, including the number of
 * instances, and the state contains the initial number. Therefore, an update sends the current number in Azure; without an update,
 * the capacity is ignored. A program can't read its state, so a tag with a hash of the inputs shows whether there is an update. Autoscale
 * can still change the number between the read and the update.
 */
export function keepLiveInstances(endpoint: EndpointReference, scalable: Scalable): pulumi.ResourceTransform {
  return async ({ props, opts }) => {
    const { sku, tags = {}, ...rest } = await resolved<Inputs>(props);
    const isKnown = !pulumi.containsUnknowns({ tags, rest });
    const written = isKnown ? digest(canonicalJson({ ...rest, tags })) : (pulumi.unknown as string);
    const endpointId = await resolved<string>(endpoint.id);
    const live = pulumi.containsUnknowns(endpointId) ? undefined : await liveDeployment(endpoint.azure, endpointId, scalable.name);
    const changes = live !== undefined && live.tags[writtenTag] !== written;
    const capacity = changes ? instancesOf(live, scalable) : sku.capacity;
    return {
      props: { ...props, sku: { ...sku, capacity }, tags: { ...tags, [writtenTag]: written } },
      opts: changes ? { ...opts, ignoreChanges: [] } : opts,
    };
  };
}

/** Returns the current number of instances, or more if the concurrency per instance decreases. */
function instancesOf({ instances = 1, concurrency }: LiveDeployment, scalable: Scalable): number {
  const share = { name: scalable.name, weight: 100 };
  return requiredInstances({ ...scalable, ...share }, [{ ...share, instances, concurrency }]);
}
