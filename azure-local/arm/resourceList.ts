import { AzureError } from "./azureError";
import type { Resource } from "./model";
import { type Node, RESOURCE_GROUP, SUBSCRIPTION } from "./path";
import type { Store } from "./store";

/** Whether `GET .../resources` lists a resource: Azure lists tracked resources, not child and extension resources. */
function isListed(resource: Resource): boolean {
  return resource.body.location !== undefined && resource.type !== RESOURCE_GROUP;
}

/**
 * `GET /subscriptions/<s>[/resourceGroups/<rg>]/resources?$filter=`.
 * @param filter `resourceType eq 'X'` or `tagName eq 'a' [and tagValue eq 'b']`; Azure does not allow both
 */
export function listResources(store: Store, scope: Node, filter: string | null): Resource[] {
  if (scope.type !== RESOURCE_GROUP && scope.type !== SUBSCRIPTION) {
    throw new AzureError(400, "InvalidScope", "Resources can be listed only in a subscription or a resource group.");
  }
  return store.descendants(scope.id).filter(isListed).filter(predicate(filter));
}

/**
 * `GET /subscriptions/<s>/resourcegroups?$filter=`, by tag only.
 * Source: Azure REST reference, Resource Groups - List, parameter $filter.
 */
export function filterGroups(groups: readonly Resource[], filter: string | null): Resource[] {
  if (filter !== null && !/^tagName eq /i.test(filter)) throw invalid(filter);
  return groups.filter(predicate(filter));
}

function predicate(filter: string | null): (resource: Resource) => boolean {
  if (!filter) return () => true;
  const type = /^resourceType eq '([^']+)'$/i.exec(filter);
  if (type) return (resource) => resource.type.toLowerCase() === type[1]!.toLowerCase();
  const tag = /^tagName eq '([^']+)'(?: and tagValue eq '([^']*)')?$/i.exec(filter);
  if (tag) {
    const [, name, value] = tag;
    return ({ body: { tags = {} } }) => name! in tags && (value === undefined || tags[name!] === value);
  }
  throw invalid(filter);
}

function invalid(filter: string): AzureError {
  return new AzureError(400, "InvalidFilterInQueryString", `Invalid $filter '${filter}' specified in the query string.`);
}
