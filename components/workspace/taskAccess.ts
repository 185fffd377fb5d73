/**
 * Whether tasks of the container registry can bypass its network rules. azure-native's API version of registries doesn't contain the
 * property, and another version of the typed resource could replace existing registries. Therefore, an ARM template writes the registry
 * again, with the same arguments and the property.
 */
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { registryApiVersion } from "../../azure/containerRegistry";
import { armTypeOf } from "../../azure/resourceTypes";
import { armLiteral, armTemplate } from "../base/armTemplate";

/**
 * Writes the registry with `networkRuleBypassAllowedForTasks`. The template contains the arguments of the registry after its transform, so
 * the template is deployed again after each change of the registry. Deleting the template doesn't change the registry.
 * @param args Arguments of the registry's resource.
 */
export function writeTaskAccess(
  {
    parentName,
    parent,
    resourceGroupName,
  }: { readonly parentName: string; readonly parent: pulumi.Resource } & Pick<containerregistry.RegistryArgs, "resourceGroupName">,
  registry: containerregistry.Registry,
  args: containerregistry.RegistryArgs,
  networkRuleBypassAllowedForTasks: boolean,
): resources.Deployment {
  const { registryName, resourceGroupName: _group, location, sku, tags, identity, ...properties } = args;
  const body = {
    type: armTypeOf("containerregistry:Registry"),
    apiVersion: registryApiVersion,
    name: registryName,
    location,
    sku: armLiteral(sku),
    tags: armLiteral(tags),
    identity: armLiteral(identity),
    properties: pulumi.output(properties).apply((writable) => ({ ...armLiteral(writable), networkRuleBypassAllowedForTasks })),
  };
  return new resources.Deployment(
    `${parentName}-registry-tasks`,
    {
      deploymentName: pulumi.interpolate`${registryName}-tasks`,
      resourceGroupName,
      properties: { mode: "Incremental", template: armTemplate([body]) },
    },
    { parent, dependsOn: [registry], customTimeouts: { create: "30m", update: "30m", delete: "30m" } },
  );
}
