/** Tags that an Azure Policy of the landing zone sets: the program doesn't set, change or remove them. */
import type * as pulumi from "@pulumi/pulumi";

/**
 * Ignores changes of tags that a policy sets, on a resource and its children. Pass the result as the option `transformations` of a
 * component.
 *
 * An update sends these tags with the values of the last refresh, so it doesn't remove them. Tags that a policy added after the last
 * refresh are missing in the request, and the policy adds them again.
 *
 * @param names Names of the tags as the policy writes them: Azure ignores the case of tag names, Pulumi doesn't.
 */
export function ignorePolicyTags(names: readonly string[]): pulumi.ResourceTransformation[] {
  if (names.length === 0) return [];
  const paths = names.map(tagPath);
  const ignore: pulumi.ResourceTransformation = ({ type, props, opts }) =>
    type.startsWith("azure-native:") && "tags" in props
      ? { props, opts: { ...opts, ignoreChanges: [...((opts as pulumi.CustomResourceOptions).ignoreChanges ?? []), ...paths] } }
      : undefined;
  return [ignore];
}

/** Property path of a tag in Pulumi's syntax: `tags.owner`, `tags["cost.centre"]`. */
function tagPath(name: string): string {
  return /^\w+$/.test(name) ? `tags.${name}` : `tags["${name.replaceAll('"', '\\"')}"]`;
}
