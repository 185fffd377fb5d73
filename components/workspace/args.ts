/** What a workspace is made from, and what it offers. */
import type * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import type * as keyvault from "@pulumi/azure-native/keyvault";
import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as network from "@pulumi/azure-native/network";
import type * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import type * as storage from "@pulumi/azure-native/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { LinkedServiceName } from "../../planner/linkedServices";
import type { Transform } from "../base/transform";
import type { IdentityChoice, RolesOwner } from "../identity";
import type { PrivateEndpointPlace } from "../network";
import type { OutboundRules } from "./outboundRules";
import type { StoreTransforms } from "./stores";

/** Something to make, or the ARM id of one that exists. */
export type CreateOrExisting = "create" | { readonly existing: string };

export interface WorkspaceArgs {
  /** Stack name; part of physical names. */
  readonly stack: string;
  /** Makes physical names unique: lower-case letters and digits. Changing it replaces everything. */
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region of the workspace, its stores and everything in it. Changing it replaces everything. */
  readonly location: pulumi.Input<string>;
  /** Regions in which data may be, which what is adopted is held against. @default - `location` alone */
  readonly residency?: readonly string[];
  /**
   * The workspace, with its storage account, vault and Application Insights. An existing one has these already. It must be closed to the
   * public, let only approved traffic out, and be in the stack's region and subscription; the preview reads it and says what isn't so.
   * @default "create"
   */
  readonly workspace?: CreateOrExisting;
  /**
   * The registry that images are pulled from. An existing one must be Premium and may be in another subscription of the tenant. Unless it is
   * the existing workspace's own, it gets an outbound rule and the role by which the workspace's identity approves it.
   * @default "create"
   */
  readonly imageRegistry?: CreateOrExisting;
  /**
   * Whether deployments take secrets from the workspace's vault, as with a token of `HubAccess`. An existing vault must then have roles as its
   * permission model; otherwise a vault with access policies is only warned of.
   * @default false
   */
  readonly vaultSecrets?: boolean;
  /** The Log Analytics workspace. @default "create" */
  readonly logs?: CreateOrExisting;
  /** The workspace's user-assigned identity. @default "create" */
  readonly identity?: IdentityChoice;
  /**
   * Where private endpoints go.
   * @default - none: the landing zone makes them
   */
  readonly privateEndpoints?: PrivateEndpointPlace;
  /** Who grants the roles of the workspace's identity. @default "moor" */
  readonly roles?: RolesOwner;
  /**
   * Seconds that those roles must be old before the workspace, or a rule to an image registry, is made with them.
   * @default 300
   */
  readonly rolePropagationSeconds?: number;
  /**
   * What computes may reach beyond the workspace's own stores.
   * @default - nothing
   */
  readonly outboundRules?: OutboundRules;
  /**
   * Size of the firewall that Azure runs once there is a host-name rule; it can't be changed after the first one.
   * @default "Basic"
   * @see Azure docs, how-to-managed-network
   */
  readonly firewallSku?: "Basic" | "Standard";
  /** Days that a created Log Analytics workspace keeps logs, 30 to 730. @default 90 */
  readonly logRetentionDays?: number;
  /** GB a day after which a created Log Analytics workspace stops taking logs until the next day. @default - no cap */
  readonly logDailyCapGB?: number;
  /** Refuse to delete the workspace and its stores. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Last changes to the children's arguments. */
  readonly transform?: StoreTransforms & {
    readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
    readonly workspace?: Transform<machinelearningservices.WorkspaceArgs>;
  };
}

/** What a `Workspace` may have made. */
export interface WorkspaceNodes {
  workspace?: machinelearningservices.Workspace;
  identity?: managedidentity.UserAssignedIdentity;
  storage?: storage.StorageAccount;
  vault?: keyvault.Vault;
  registry?: containerregistry.Registry;
  logs?: operationalinsights.Workspace;
  appInsights?: applicationinsights.Component;
  privateEndpoints?: Readonly<Partial<Record<LinkedServiceName, network.PrivateEndpoint>>>;
}
