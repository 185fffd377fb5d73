import * as authorization from "@pulumi/azure-native/authorization";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { armId, resourceGroupId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { immutableOutput, plannedOutput } from "../base/outputs";
import { type Transform, transformed } from "../base/transform";
import { type IsolationScope, writeIsolation } from "./isolation";

/** A user-assigned identity that this program creates, or an existing one of another team. */
export type IdentityChoice =
  | "create"
  | {
      readonly existing: {
        /** ARM ID of the user-assigned identity. */
        readonly id: string;
        /** Its object ID, to which roles are granted. */
        readonly principalId: string;
      };
    };

export interface Identity {
  /** The identity's resource, if this program creates it. */
  readonly resource?: managedidentity.UserAssignedIdentity;
  /** The template that sets its isolation scope, if this program creates the identity. */
  readonly isolation?: resources.Deployment;
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  /** Object ID in Microsoft Entra ID. */
  readonly principalId: pulumi.Output<string>;
}

/** How an identity is created. */
export interface IdentitySettings {
  readonly args: managedidentity.UserAssignedIdentityArgs;
  readonly transform: Transform<managedidentity.UserAssignedIdentityArgs> | undefined;
  /** @default "Regional" */
  readonly isolationScope: IsolationScope | undefined;
}

/** Returns the existing identity, or creates one with `args`. */
export function chooseIdentity(
  name: string,
  choice: IdentityChoice,
  { args, transform, isolationScope = "Regional" }: IdentitySettings,
  opts: pulumi.CustomResourceOptions,
): Identity {
  if (choice !== "create") return { id: pulumi.output(choice.existing.id), principalId: pulumi.output(choice.existing.principalId) };
  const resource = transformed(transform, name, args, opts);
  const identity = new managedidentity.UserAssignedIdentity(...resource);
  const { subscriptionId } = authorization.getClientConfigOutput({ parent: opts.parent });
  const { resourceGroupName, resourceName } = resource[1];
  const type = armTypeOf("managedidentity:UserAssignedIdentity");
  const id = pulumi
    .all([subscriptionId, resourceGroupName, resourceName])
    .apply(([subscription, group, resource]) => armId(resourceGroupId(subscription, group), type, resource!));
  return {
    resource: identity,
    isolation: writeIsolation(name, identity, resource[1], isolationScope, opts),
    id: plannedOutput(identity, identity.id, id),
    principalId: immutableOutput(identity, identity.principalId, principalOf),
  };
}

function principalOf({ properties }: { readonly properties: { readonly principalId: string } }): string {
  return properties.principalId;
}
