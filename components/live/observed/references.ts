/** References of a resource to the resources that it stores in, sends to or reads from. */
import { parseArmId } from "../../../azure/armId";
import { type Body, isBody, type Value } from "../../../rules";

/**
 * Names of the properties that contain the ID of such a resource, in lower case. Other IDs in bodies (subnets, DNS zones, connections of private
 * endpoints) name resources that hold no data of the stack, and often lie in subscriptions that the caller can't read.
 */
const names: ReadonlySet<string> = new Set([
  "workspaceid",
  "workspaceresourceid",
  "storageaccountid",
  "eventhubauthorizationruleid",
  "serviceresourceid",
  "privatelinkserviceid",
  "storageaccount",
  "keyvault",
  "keyvaultarmid",
  "containerregistry",
  "applicationinsights",
  "clusterresourceid",
  "resourceid",
  "sourceaccount",
  "destinationaccount",
  "actiongroupid",
  "actiongroups",
  "storageaccountids",
]);

/** The ARM IDs in a body that the rules follow. */
export function referencesOf(body: Body): string[] {
  const found = new Set<string>();
  collect(body, false, found);
  return [...found];
}

function collect(value: Value, isReference: boolean, found: Set<string>): void {
  if (typeof value === "string") {
    const target = isReference ? targetOf(value) : undefined;
    if (target !== undefined) found.add(target);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, isReference, found);
  } else if (isBody(value)) {
    for (const [name, one] of Object.entries(value)) collect(one, names.has(name.toLowerCase()), found);
  }
}

/** The ID to read: for an authorization rule of an event hub its namespace, which has the location. */
function targetOf(text: string): string | undefined {
  const id = parseArmId(text);
  if (id === undefined) return undefined;
  const namespace = /^(.*\/providers\/Microsoft\.EventHub\/namespaces\/[^/]+)\//i.exec(text)?.[1];
  return namespace ?? text;
}
