/**
 * Sets the isolation scope of an identity. azure-native's API version of identities doesn't contain the property, and another version of the
 * typed resource could replace existing identities, which would also replace endpoints. Therefore, an ARM template writes the identity
 * again, with the same arguments and the property.
 */
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { armTypeOf } from "../../azure/resourceTypes";
import { armLiteral, armTemplate } from "../base/armTemplate";

/**
 * `Regional`: the identity can be assigned only to resources in its own region. They can still access resources in other regions. `None`: the
 * identity can be assigned in all regions.
 * @see Microsoft Entra docs, managed-identities-isolation-scope
 */
export type IsolationScope = "Regional" | "None";

/** The first API version with the isolation scope. */
const API_VERSION = "2024-11-30";

/**
 * Writes an identity with its isolation scope. The template contains the arguments of the identity after its transform, so it is deployed
 * again after each change of the identity. Deleting the template doesn't change the identity.
 * @param name Logical name of the identity.
 * @param args Arguments of the identity's resource.
 */
export function writeIsolation(
  name: string,
  identity: managedidentity.UserAssignedIdentity,
  { resourceName, resourceGroupName, location, tags }: managedidentity.UserAssignedIdentityArgs,
  isolationScope: IsolationScope,
  { parent }: pulumi.CustomResourceOptions,
): resources.Deployment {
  const body = {
    type: armTypeOf("managedidentity:UserAssignedIdentity"),
    apiVersion: API_VERSION,
    name: resourceName,
    location,
    tags: armLiteral(tags),
    properties: { isolationScope },
  };
  return new resources.Deployment(
    `${name}-isolation`,
    {
      deploymentName: pulumi.interpolate`${resourceName}-isolation`,
      resourceGroupName,
      properties: { mode: "Incremental", template: armTemplate([body]) },
    },
    { parent, dependsOn: [identity] },
  );
}
