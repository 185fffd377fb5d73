/** What autoscale has made of a deployment stays when the deployment is changed in place. */
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, digest } from "../../../planner/names";
import { requiredInstances } from "../../../planner/rollout/capacity";
import { writtenTag } from "../../../planner/tags";
import { resolved } from "../../base/resolved";
import { type LiveDeployment, liveDeployment } from "../../live";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";

/** What of a deployment's inputs is looked at here. */
interface Inputs {
  readonly sku: { readonly capacity: number };
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Azure takes a deployment as a whole: a changed tag is written with a number of instances, and the one in the state is that of the creation.
 * So whenever something is written, the number is the one that the deployment has now; while nothing is, autoscale's changes are ignored.
 * A tag tells the two apart, because a program doesn't see its state. Between the look and the write autoscale may change it once more.
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

/** As many as it has, or more where each takes fewer requests after the change. */
function instancesOf({ instances = 1, concurrency }: LiveDeployment, scalable: Scalable): number {
  const share = { name: scalable.name, weight: 100 };
  return requiredInstances({ ...scalable, ...share }, [{ ...share, instances, concurrency }]);
}
