import { at } from "./json";

/** Whether a registry denies access from public networks. */
export function isClosed(registry: object): boolean {
  const properties = at(registry, "properties");
  return at(properties, "publicNetworkAccess") === "Disabled" || at(properties, "networkRuleSet.defaultAction") === "Deny";
}
