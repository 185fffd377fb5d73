/**
 * Sets whether tasks of the container registry can bypass its network rules. azure-native's API version of registries doesn't contain the
 * property, and another version of the typed resource could replace existing registries. Therefore, an ARM template writes the registry
 * again, with the same arguments and the property.
 */
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { registryApiVersion } from "../../azure/containerRegistry";
import { armTypeOf } from "../../azure/resourceTypes";
import { armLiteral, armTemplate } from "../base/armTemplate";
import { rejectLoosenedWrite } from "../base/privacy";
import { registryPrivacy } from "./privacy";

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
    properties: pulumi
      .output(properties)
      .apply((writable) => ({ ...armLiteral(withRestNames(writable)), networkRuleBypassAllowedForTasks })),
  };
  const name = `${parentName}-registry-tasks`;
  // The registry's own hook doesn't check properties under `ignoreChanges`, which the template writes.
  const guard = new pulumi.ResourceHook(`${name}-privacy`, () => rejectLoosenedWrite(name, registryPrivacy, args, args), {
    onDryRun: true,
  });
  return new resources.Deployment(
    name,
    {
      deploymentName: pulumi.interpolate`${registryName}-tasks`,
      resourceGroupName,
      properties: { mode: "Incremental", template: armTemplate([body]) },
    },
    {
      parent,
      dependsOn: [registry],
      hooks: { beforeCreate: [guard], beforeUpdate: [guard] },
      customTimeouts: { create: "30m", update: "30m", delete: "30m" },
    },
  );
}

/**
 * The properties with the names of Azure's REST API: azure-native renames the address of an IP rule, and no other property of a registry.
 */
function withRestNames<Properties extends { readonly networkRuleSet?: pulumi.Unwrap<containerregistry.RegistryArgs["networkRuleSet"]> }>(
  properties: Properties,
): object {
  const { networkRuleSet, ...others } = properties;
  if (networkRuleSet?.ipRules === undefined) return properties;
  const ipRules = networkRuleSet.ipRules.map(({ iPAddressOrRange, ...rule }) => ({ ...rule, value: iPAddressOrRange }));
  return { ...others, networkRuleSet: { ...networkRuleSet, ipRules } };
}
