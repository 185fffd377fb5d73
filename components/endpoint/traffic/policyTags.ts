/** Tags of a policy on the endpoint: the template that writes traffic replaces all tags, and doesn't know these. */
import * as pulumi from "@pulumi/pulumi";
import { known } from "../../base/outputs";
import type { EndpointReference } from "../reference";

interface Tagged {
  readonly tags?: Readonly<Record<string, string>>;
}

/** Seconds that Azure may take to write the tags of an endpoint. */
const tagSeconds = 600;

/**
 * Keeps the tags of a policy on the endpoint through a write of its body. A policy with the effect Modify adds its tags to the write itself; what it
 * doesn't add, because it has changed or works by remediation tasks only, is put back afterwards.
 */
export function keepPolicyTags(name: string, endpoint: EndpointReference, names: readonly string[]): pulumi.ResourceHookBinding {
  if (names.length === 0) return {};
  let before: Record<string, string> = {};
  const note = new pulumi.ResourceHook(`${name}-before`, async () => {
    before = await policyTags(endpoint, names);
  });
  const restore = new pulumi.ResourceHook(`${name}-after`, async () => {
    const id = await known(endpoint.id);
    const tags = (await endpoint.azure.get<Tagged>(id)).tags ?? {};
    const lost = Object.entries(before).filter(([tag]) => !Object.hasOwn(tags, tag));
    if (lost.length === 0) return;
    try {
      await endpoint.azure.patch(id, { tags: { ...tags, ...Object.fromEntries(lost) } }, tagSeconds);
    } catch (error) {
      // Traffic is written by now; failing here would report a rollout as failed that has succeeded.
      const names = lost.map(([tag]) => tag).join(", ");
      pulumi.log.warn(`The tags ${names} were lost when traffic of ${id} was written, and can't be put back: ${(error as Error).message}`);
    }
  });
  return { beforeCreate: [note], beforeUpdate: [note], afterCreate: [restore], afterUpdate: [restore] };
}

async function policyTags({ azure, id }: EndpointReference, names: readonly string[]): Promise<Record<string, string>> {
  const { tags = {} } = (await azure.find<Tagged>(await known(id))) ?? {};
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => names.includes(tag)));
}
