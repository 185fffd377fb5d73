/** Tags that a policy sets on the endpoint. The template that writes traffic replaces all tags and doesn't contain them. */
import * as pulumi from "@pulumi/pulumi";
import { outputValue } from "../../base/outputs";
import type { EndpointReference } from "../reference";

interface Tagged {
  readonly tags?: Readonly<Record<string, string>>;
}

/** Timeout for an update of the endpoint's tags, in seconds. */
const tagSeconds = 600;

/**
 * Returns hooks that preserve the tags of a policy when the endpoint is written. A policy with the effect Modify adds its tags to the
 * write. Tags that it doesn't add, because it has changed or only uses remediation tasks, are restored after the write.
 */
export function keepPolicyTags(name: string, endpoint: EndpointReference, names: readonly string[]): pulumi.ResourceHookBinding {
  if (names.length === 0) return {};
  let before: Record<string, string> = {};
  const note = new pulumi.ResourceHook(`${name}-before`, async () => {
    before = await policyTags(endpoint, names);
  });
  const restore = new pulumi.ResourceHook(`${name}-after`, async () => {
    const id = await outputValue(endpoint.id);
    const tags = (await endpoint.azure.get<Tagged>(id)).tags ?? {};
    const lost = Object.entries(before).filter(([tag]) => !Object.hasOwn(tags, tag));
    if (lost.length === 0) return;
    try {
      await endpoint.azure.patch(id, { tags: { ...tags, ...Object.fromEntries(lost) } }, tagSeconds);
    } catch (error) {
      // Traffic is already written. An error would report a successful rollout as failed.
      const names = lost.map(([tag]) => tag).join(", ");
      pulumi.log.warn(
        `Updating the traffic of ${id} removed the tags ${names}, and restoring them failed. Add them to the endpoint again. Error: ${(error as Error).message}`,
      );
    }
  });
  return { beforeCreate: [note], beforeUpdate: [note], afterCreate: [restore], afterUpdate: [restore] };
}

async function policyTags({ azure, id }: EndpointReference, names: readonly string[]): Promise<Record<string, string>> {
  const { tags = {} } = (await azure.find<Tagged>(await outputValue(id))) ?? {};
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => names.includes(tag)));
}
