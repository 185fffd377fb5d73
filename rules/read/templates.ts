/** Resources in inline templates of template deployments. Source: Azure docs, azure-resource-manager/templates/syntax (2025-05). */
import { isOfType, type RuleResource } from "../resource";
import { type Body, isBody, UNKNOWN, type Value } from "../values";
import { memberOf } from "./member";
import { type Named, templateName } from "./templateNames";
import { literal } from "./templateText";
import { UNKNOWN_TYPE } from "./types";

const deploymentTypes = ["Microsoft.Resources/deployments", "Microsoft.Resources/deploymentStacks"];

/**
 * Returns the resources in the template of a deployment, and none for other resources. A resource is named by its place in the template, for
 * example `chat-traffic-write/resources/0`, because its own name can be unknown. A template that isn't inline gives one resource of an unknown
 * type, so that its contents are not provable instead of a pass.
 */
export function templateResources(deployment: RuleResource): RuleResource[] {
  if (!deploymentTypes.some((type) => isOfType(deployment, type))) return [];
  const { properties } = deployment.body;
  const template = isBody(properties) ? properties.template : properties;
  const place: Place = { name: `${deployment.name}/resources`, scope: scopeOf(deployment.id) };
  return isBody(template) ? listed(memberOf(template, "resources"), place) : [unreadable(place.name)];
}

interface Place {
  readonly name: string;
  /** ID of the resource group, or of another scope, of the deployment. */
  readonly scope: string | undefined;
  /** The resource that contains the list. */
  readonly parent?: Named;
}

/** A list of resources, or a map of them (language version 2.0). */
function listed(resources: Value, place: Place): RuleResource[] {
  if (resources === undefined || resources === null) return [];
  if (typeof resources !== "object") return [unreadable(place.name)];
  return Object.entries(resources).flatMap(([key, resource]) => read(resource, { ...place, name: `${place.name}/${key}` }));
}

/** Members of a resource in a template that are not in its body. */
const outside: ReadonlySet<string> = new Set([
  ...["apiversion", "comments", "condition", "copy", "dependson", "existing", "import", "name", "resources", "scope", "type"],
]);

function read(resource: Value, { name, scope, parent }: Place): RuleResource[] {
  if (!isBody(resource)) return [unreadable(name)];
  if (memberOf(resource, "condition") === false || memberOf(resource, "existing") === true) return [];
  const inScope = scopeOfNested(resource, scope);
  const named = templateName(resource, inScope, parent);
  const apiVersion = literal(memberOf(resource, "apiVersion"));
  const body = Object.entries(resource).filter(([key]) => !outside.has(key.toLowerCase()));
  const read: RuleResource = {
    name,
    type: named.type ?? UNKNOWN_TYPE,
    id: named.id,
    apiVersion: typeof apiVersion === "string" ? apiVersion : undefined,
    body: bodyOf(Object.fromEntries(body)),
    from: "planned",
  };
  const children = { name: `${name}/resources`, scope: inScope, parent: named };
  return [read, ...nested(read, resource, children), ...listed(memberOf(resource, "resources"), children)];
}

/** The template of a nested deployment is read as it was written: its expressions are read there. */
function nested(read: RuleResource, resource: Body, { scope, name }: Place): RuleResource[] {
  if (!deploymentTypes.some((type) => isOfType(read, type))) return [];
  const properties = memberOf(resource, "properties");
  const template = isBody(properties) ? memberOf(properties, "template") : undefined;
  return isBody(template) ? listed(memberOf(template, "resources"), { name, scope }) : [unreadable(name)];
}

function bodyOf(resource: Body): Body {
  const body = literal(resource);
  return isBody(body) ? body : { location: UNKNOWN, properties: UNKNOWN };
}

/** The scope of a nested deployment can be another subscription or resource group. */
function scopeOfNested(resource: Body, scope: string | undefined): string | undefined {
  const [subscription, group] = ["subscriptionId", "resourceGroup"].map((key) => literal(memberOf(resource, key)));
  if (subscription === undefined && group === undefined) return scope;
  const [, , outerSubscription, , outerGroup] = scope?.split("/") ?? [];
  const id = subscription === undefined ? outerSubscription : subscription;
  const named = group === undefined && subscription === undefined ? outerGroup : group;
  if (typeof id !== "string") return undefined;
  if (named === undefined) return `/subscriptions/${id}`;
  return typeof named === "string" ? `/subscriptions/${id}/resourceGroups/${named}` : undefined;
}

/** Contents that can't be read. Every rule for locations reports them as not provable. */
function unreadable(name: string): RuleResource {
  return { name, type: UNKNOWN_TYPE, body: { location: UNKNOWN, properties: UNKNOWN }, from: "planned" };
}

function scopeOf(id: string | undefined): string | undefined {
  return id?.slice(0, id.toLowerCase().lastIndexOf("/providers/"));
}
