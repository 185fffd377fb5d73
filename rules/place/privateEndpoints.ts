/** Private endpoints: requests and answers go between the subnet and the target. */
import { armTypeOf } from "../../azure/resourceTypes";
import type { Rule } from "../rule";
import { byHost, byId, flowRules, type Judge } from "./flows";

/** The ID of a target, or the alias of a private link service: `<name>.<GUID>.<region>.azure.privatelinkservice`. */
const byIdOrAlias: Judge = (value, context, resource) =>
  typeof value === "string" && /\.azure\.privatelinkservice$/i.test(value)
    ? byHost(value.replace(/\.azure\.privatelinkservice$/i, ".azure.com"), context, resource)
    : byId(value, context, resource);

export const privateEndpointRules: readonly Rule[] = flowRules([
  {
    code: "MOOR412",
    types: [armTypeOf("network:PrivateEndpoint")],
    properties: [
      "properties.privateLinkServiceConnections.*.properties.privateLinkServiceId",
      "properties.manualPrivateLinkServiceConnections.*.properties.privateLinkServiceId",
    ],
    flow: "It connects to",
    judge: byIdOrAlias,
  },
  {
    code: "MOOR412",
    types: [armTypeOf("network:PrivateEndpoint")],
    properties: ["properties.subnet.id"],
    flow: "Its clients are in",
    judge: byId,
  },
  {
    code: "MOOR412",
    types: [armTypeOf("machinelearningservices:Workspace"), "Microsoft.Search/searchServices/sharedPrivateLinkResources"],
    properties: ["properties.sharedPrivateLinkResources.*.properties.privateLinkResourceId", "properties.privateLinkResourceId"],
    flow: "It connects to",
    judge: byId,
  },
]);
