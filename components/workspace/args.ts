/** Arguments and child resources of a `Workspace`. */
import type * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import type * as authorization from "@pulumi/azure-native/authorization";
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import type * as keyvault from "@pulumi/azure-native/keyvault";
import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as monitor from "@pulumi/azure-native/monitor";
import type * as network from "@pulumi/azure-native/network";
import type * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import type * as resources from "@pulumi/azure-native/resources";
import type * as storage from "@pulumi/azure-native/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { LinkedServiceName } from "../../planner/linkedServices";
import type { Transform } from "../base/transform";
import type { IdentityChoice, IsolationScope, RolesOwner } from "../identity";
import type { PrivateEndpointPlace } from "../network";
import type { DiagnosticsOwner, LogSource } from "./diagnostics";
import type { OutboundRules } from "./outboundRules";
import type { StorageRedundancy } from "./storage";
import type { LogQueries, StoreTransforms } from "./stores";

/** `create`, or the ARM ID of an existing resource to adopt. */
export type CreateOrExisting = "create" | { readonly existing: string };

export interface WorkspaceArgs {
  /** Stack name; part of physical names. */
  readonly stack: string;
  /** Suffix that makes physical names unique: lowercase letters and digits. Changing it replaces everything. */
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region of the workspace and of all resources that this component creates. Changing it replaces everything. */
  readonly location: pulumi.Input<string>;
  /**
   * Regions in which data must stay. Adopted resources are checked against them. `reviewed`: `reviewProgram` checks them by more rules, and
   * findings can be accepted.
   * @default - only `location`
   */
  readonly residency?: readonly string[] | "reviewed";
  /**
   * The workspace with its storage account, Key Vault and Application Insights; an existing workspace already has them. An existing
   * workspace must have no public network access, allow only approved outbound traffic, and be in the region and the subscription of the
   * stack. The preview checks it and reports each violation.
   * @default "create"
   */
  readonly workspace?: CreateOrExisting;
  /**
   * The container registry. An existing one must have the Premium tier, and can be in another subscription of the tenant. Unless it belongs
   * to the existing workspace, the component creates an outbound rule to it, and the role assignment that allows the workspace's
   * identity to approve the private endpoint.
   * @default "create"
   */
  readonly imageRegistry?: CreateOrExisting;
  /**
   * Whether deployments read secrets from the workspace's Key Vault, such as the token of `HubAccess`. If true, an existing vault must use
   * Azure RBAC as its permission model. If false, a vault with access policies only causes a warning.
   * @default false
   */
  readonly vaultSecrets?: boolean;
  /**
   * Whether tasks of the created registry can bypass its network rules (Azure's `networkRuleBypassAllowedForTasks`). Each task
   * with a system-assigned identity in this registry then has access, within its roles. Removing this argument doesn't change the registry:
   * set it to false first.
   * @default - Azure's default, false
   */
  readonly networkRuleBypassAllowedForTasks?: boolean;
  /** Whether tasks publish images in the registry. If true, an existing registry must allow it. @default false */
  readonly registryTasks?: boolean;
  /**
   * Object IDs of users, groups and service principals that publish images and model weights. They receive the roles AcrPush on the
   * registry and Storage Blob Data Contributor on the storage account, unless `roles` is "external".
   * @default - no one
   */
  readonly operators?: readonly string[];
  /** The Log Analytics workspace. @default "create" */
  readonly logs?: CreateOrExisting;
  /**
   * Redundancy of the created storage account: in one data center (LRS), or in three availability zones of the region (ZRS). An update
   * can't change it.
   * @default "LRS"
   */
  readonly storageRedundancy?: StorageRedundancy;
  /** The workspace's user-assigned identity. @default "create" */
  readonly identity?: IdentityChoice;
  /** Isolation scope of the created identity. @default "Regional" */
  readonly isolationScope?: IsolationScope;
  /**
   * Subnet and DNS zones of the private endpoints, such as `network.place`.
   * @default - no private endpoints: the landing zone creates them
   */
  readonly privateEndpoints?: PrivateEndpointPlace;
  /**
   * Who creates the diagnostic settings of the created resources: this component, or a policy of the landing zone. With `policy`, a missing
   * one is reported as a warning. Adopted resources get no diagnostic setting.
   * @default "moor"
   */
  readonly diagnostics?: DiagnosticsOwner;
  /** Who creates the role assignments of the workspace's identity. @default "moor" */
  readonly roles?: RolesOwner;
  /**
   * Age, in seconds, that these role assignments must have before the workspace, or an outbound rule to a container registry, is created.
   * @default 300
   */
  readonly rolePropagationSeconds?: number;
  /**
   * Additional destinations that deployments can reach.
   * @default - none: only the workspace's own resources
   */
  readonly outboundRules?: OutboundRules;
  /**
   * SKU of the firewall that Azure runs once a host-name rule exists. It can't be changed after the first host-name rule was
   * created.
   * @default "Basic"
   * @see Azure docs, how-to-managed-network
   */
  readonly firewallSku?: "Basic" | "Standard";
  /** Retention of a created Log Analytics workspace, in days, 30 to 730. @default 90 */
  readonly logRetentionDays?: number;
  /** Daily cap of a created Log Analytics workspace, in GB. When it is reached, logs are dropped until the next day. @default - no cap */
  readonly logDailyCapGB?: number;
  /**
   * Who can query a created Log Analytics workspace and Application Insights: clients with any address, or only clients of networks with an
   * Azure Monitor Private Link Scope, which the owner of the network manages. Both require Microsoft Entra ID and a role.
   * @default "public"
   */
  readonly logQueries?: LogQueries;
  /**
   * Whether a created workspace is for data of high business impact: Microsoft collects fewer diagnostics, and the temporary disks of
   * instances are encrypted. Azure can't change it.
   * @default - true for a new workspace; an existing one keeps its value
   * @see Azure docs, machine-learning/concept-data-encryption
   */
  readonly hbiWorkspace?: boolean;
  /** Whether Pulumi protects the workspace, its storage account, Key Vault and registry from deletion. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: StoreTransforms & {
    readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
    readonly workspace?: Transform<machinelearningservices.WorkspaceArgs>;
    readonly diagnostics?: Transform<monitor.DiagnosticSettingArgs>;
  };
}

/** The resources that a `Workspace` can create. Adopted resources are not included. */
export interface WorkspaceNodes {
  workspace?: machinelearningservices.Workspace;
  identity?: managedidentity.UserAssignedIdentity;
  /** The template that sets the isolation scope of the identity. */
  isolation?: resources.Deployment;
  storage?: storage.StorageAccount;
  blobService?: storage.BlobServiceProperties;
  vault?: keyvault.Vault;
  registry?: containerregistry.Registry;
  /** The template that sets `networkRuleBypassAllowedForTasks`. */
  registryTasks?: resources.Deployment;
  /** Role assignments of `operators`, by resource. */
  operators?: Readonly<Record<"registry" | "storage", readonly authorization.RoleAssignment[]>>;
  logs?: operationalinsights.Workspace;
  appInsights?: applicationinsights.Component;
  privateEndpoints?: Readonly<Partial<Record<LinkedServiceName, network.PrivateEndpoint>>>;
  /** By the resource whose logs are sent. */
  diagnostics?: Readonly<Partial<Record<LogSource, monitor.DiagnosticSetting>>>;
}
