/**
 * Subnets for deployment scripts: the only ones with a way to the internet (HTTPS, to download weights). They are delegated to Azure Container
 * Instances, so that no other network interface is in them. Source: Azure docs,
 * azure-resource-manager/bicep/deployment-script-vnet-private-endpoint.
 */
import { sameArmId } from "../../azure/armId";
import type { Check } from "../finding";
import { at, type ResourceSet, type RuleResource } from "../resource";
import { isOpaque, type Value, valueAt } from "../values";
import { isOneOf, itemsOf } from "./checks";
import { SUBNET } from "./types";

/** Whether a subnet's properties delegate it to Azure Container Instances. */
export function isForScripts(properties: Value): boolean {
  return itemsOf(valueAt(properties, "delegations")).some((one) =>
    isOneOf(valueAt(one, "properties.serviceName"), "Microsoft.ContainerInstance/containerGroups"),
  );
}

/**
 * Whether only subnets for scripts use a resource. In an update, a resource is often created before its subnet, so it is unknown which one uses it.
 * The subnet then has its own check.
 * @param property The subnet's reference to the resource, for example `properties.natGateway.id`.
 */
export function usedByScripts({ id }: RuleResource, property: string, resources: ResourceSet): Check["outcome"] {
  const subnets = resources.ofType(SUBNET);
  const references = (subnet: RuleResource) => at(subnet, property);
  const users = subnets.filter((subnet) => isReference(references(subnet), id));
  if (users.some((user) => isOpaque(at(user, "properties.delegations")))) return "unknown";
  if (users.length > 0) return users.every(isScriptSubnet) ? "holds" : "violated";
  const candidates = subnets.filter((subnet) => isOpaque(references(subnet)));
  const mayBeForScripts = (subnet: RuleResource) => isScriptSubnet(subnet) || isOpaque(at(subnet, "properties.delegations"));
  if (candidates.length > 0) return candidates.some(mayBeForScripts) ? "unknown" : "violated";
  return resources.isComplete ? "violated" : "unknown";
}

function isReference(value: Value, id: string | undefined): boolean {
  return typeof value === "string" && sameArmId(value, id);
}

function isScriptSubnet(subnet: RuleResource): boolean {
  return isForScripts(at(subnet, "properties"));
}
