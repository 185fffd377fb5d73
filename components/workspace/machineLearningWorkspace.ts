/** The Azure Machine Learning workspace itself. */
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as pulumi from "@pulumi/pulumi";
import { creationOnly } from "../base/creationOnly";
import { type Transform, transformed } from "../base/transform";
import type { Identity } from "../identity";
import type { WorkspaceArgs } from "./args";
import { workspacePrivacy } from "./privacy";
import { place, type StoreContext, storeName } from "./storeContext";
import type { WorkspaceStores } from "./storeRoles";

/** Settings of a workspace, and the resources that it uses. */
export interface MachineLearningWorkspaceArgs extends Pick<WorkspaceArgs, "firewallSku" | "hbiWorkspace"> {
  readonly identity: Identity;
  readonly stores: WorkspaceStores;
  /** ARM ID of the workspace's own registry. @default - none */
  readonly registryId: pulumi.Output<string> | undefined;
}

/**
 * Creates the workspace without public access, and provisions its managed network.
 * @param options Those that make the creation wait for the roles of the identity.
 */
export function createMachineLearningWorkspace(
  context: StoreContext,
  { identity, stores, registryId, firewallSku = "Basic", hbiWorkspace }: MachineLearningWorkspaceArgs,
  { dependsOn, hooks }: { readonly dependsOn: readonly pulumi.Resource[] } & Pick<pulumi.CustomResourceOptions, "hooks">,
  transform: Transform<machinelearningservices.WorkspaceArgs> | undefined,
): machinelearningservices.Workspace {
  const resource = transformed<machinelearningservices.WorkspaceArgs>(
    transform,
    `${context.parentName}-workspace`,
    {
      workspaceName: storeName(context, "workspace"),
      ...place(context),
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      primaryUserAssignedIdentity: identity.id,
      storageAccount: stores.storage,
      keyVault: stores.vault,
      applicationInsights: stores.appInsights,
      containerRegistry: registryId,
      publicNetworkAccess: "Disabled",
      hbiWorkspace: hbiWorkspace ?? true,
      v1LegacyMode: false,
      systemDatastoresAuthMode: "Identity",
      managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound", firewallSku, enableNetworkMonitor: false },
      provisionNetworkNow: true,
    },
    {
      parent: context.parent,
      dependsOn: [...dependsOn, ...(identity.isolation === undefined ? [] : [identity.isolation])],
      hooks,
      protect: context.protect,
      // Azure adds its own rules to the managed network, and uses `provisionNetworkNow` only at creation.
      ignoreChanges: ["managedNetwork.outboundRules", "provisionNetworkNow"],
      customTimeouts: { create: "60m", update: "60m", delete: "60m" },
    },
    workspacePrivacy,
  );
  const choices = hbiWorkspace === undefined ? { hbiWorkspace: { default: true, existing: isHbi } } : {};
  return new machinelearningservices.Workspace(...creationOnly("machinelearningservices:Workspace", resource, choices));
}

function isHbi({ properties }: { readonly properties?: { readonly hbiWorkspace?: unknown } }): boolean {
  return properties?.hbiWorkspace === true;
}
