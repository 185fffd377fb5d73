import * as authorization from "@pulumi/azure-native/authorization";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { armId, resourceGroupId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { foreseen, kept } from "../base/outputs";
import { type Transform, transformed } from "../base/transform";

/** A user-assigned identity of our own, or one that another team made. */
export type IdentityChoice =
  | "create"
  | {
      readonly existing: {
        /** ARM id of the user-assigned identity. */
        readonly id: string;
        /** Its object id, which roles are granted to. */
        readonly principalId: string;
      };
    };

export interface Identity {
  /** The identity itself, where this program made it. */
  readonly resource?: managedidentity.UserAssignedIdentity;
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  /** Object id in Entra. */
  readonly principalId: pulumi.Output<string>;
}

/** The chosen identity, made with `args` where it is ours to make. */
export function chooseIdentity(
  name: string,
  choice: IdentityChoice,
  args: managedidentity.UserAssignedIdentityArgs,
  transform: Transform<managedidentity.UserAssignedIdentityArgs> | undefined,
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
  return { resource: identity, id: foreseen(identity, identity.id, id), principalId: kept(identity, identity.principalId, principalOf) };
}

function principalOf({ properties }: { readonly properties: { readonly principalId: string } }): string {
  return properties.principalId;
}
