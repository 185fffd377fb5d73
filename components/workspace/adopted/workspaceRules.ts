/** Requirements for an adopted workspace. */

import { sameArmId } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, type Problem, problemsOf, type Shown } from "./rules";

/** The properties of a workspace in ARM's response that the rules use. */
export interface ShownWorkspace extends Shown {
  readonly identity?: {
    readonly principalId?: string;
    readonly userAssignedIdentities?: Readonly<Record<string, { readonly principalId: string }>>;
  };
  readonly properties: {
    readonly storageAccount?: string;
    readonly keyVault?: string;
    readonly containerRegistry?: string;
    readonly applicationInsights?: string;
    readonly systemDatastoresAuthMode?: string;
    readonly primaryUserAssignedIdentity?: string;
    readonly publicNetworkAccess?: string;
    readonly managedNetwork?: { readonly isolationMode?: string; readonly status?: { readonly status?: string } };
    readonly privateEndpointConnections?: readonly unknown[];
    readonly v1LegacyMode?: boolean;
    readonly hbiWorkspace?: boolean;
  };
}

/** Source: Azure docs, concept-secure-online-endpoint, how-to-managed-network and how-to-configure-network-isolation-with-v2. */
export function workspaceProblems(id: string, shown: ShownWorkspace, { location, subscriptionId }: AdoptionRequirements): Problem[] {
  const { name, resourceGroupName, subscriptionId: actual } = armIdOf(id);
  const { publicNetworkAccess = "Enabled", managedNetwork, v1LegacyMode, storageAccount, keyVault } = shown.properties;
  const isolation = managedNetwork?.isolationMode ?? "Disabled";
  const region = canonicalRegion(shown.location);
  const update = `az ml workspace update -g ${resourceGroupName}`;
  return problemsOf(id, [
    [
      !sameArmId(actual, subscriptionId),
      `It is in subscription ${actual}. Required: ${subscriptionId}, the subscription of the stack, because an endpoint is always in the subscription of its workspace.`,
      `pulumi config set azure-native:subscriptionId ${actual}`,
    ],
    [
      region !== location,
      `It is in ${region}. Required: ${location}, the region of the stack, because an endpoint is always in the region of its workspace.`,
      `Adopt a workspace in ${location}, or create a stack for ${region}.`,
    ],
    [
      publicNetworkAccess !== "Disabled",
      `publicNetworkAccess is ${publicNetworkAccess}. Required: Disabled, so that it can't be reached from outside the network.`,
      `${update} -n ${name} --public-network-access Disabled`,
    ],
    [
      isolation !== "AllowOnlyApprovedOutbound",
      `managedNetwork.isolationMode is ${isolation}. Required: AllowOnlyApprovedOutbound, so that deployments can send data only to approved destinations.`,
      isolation === "Disabled"
        ? `Delete its computes and managed endpoints, then run: ${update} -n ${name} --managed-network allow_only_approved_outbound`
        : "Adopt another workspace, or let the stack create one (`workspace: create`). Azure documents no way to change this mode.",
    ],
    [
      workspacePrincipal(shown) === "",
      "It has no identity. Required: an identity, with which the workspace approves private endpoints and stores the keys of endpoints.",
      "Adopt a workspace with an identity, or let the stack create one (`workspace: create`).",
    ],
    [
      v1LegacyMode === true,
      "v1LegacyMode is true. Required: false, because managed online endpoints can't be created otherwise.",
      `With the Azure CLI extension azure-cli-ml 1.41 or later, run: ${update} -w ${name} --v1-legacy-mode False`,
    ],
    [
      storageAccount === undefined || keyVault === undefined,
      "It has no storage account or Key Vault. Required: both, for model weights and for keys.",
      "Adopt a workspace of kind Default, or let the stack create one (`workspace: create`).",
    ],
  ]);
}

/** Returns warnings about an adopted workspace that meets the requirements. */
export function workspaceNotes(id: string, { properties }: ShownWorkspace): string[] {
  const { hbiWorkspace, managedNetwork, privateEndpointConnections } = properties;
  const { name, resourceGroupName } = armIdOf(id);
  const status = managedNetwork?.status?.status;
  return [
    ...(hbiWorkspace === true
      ? [
          `${id}: hbiWorkspace is true, which can't be changed. Azure collects fewer diagnostics, so errors of deployments contain less detail.`,
        ]
      : []),
    ...(status !== undefined && status !== "Active"
      ? [
          `${id}: its managed network is ${status}. \`pulumi up\` provisions it before the first deployment, which takes about 30 minutes. ` +
            `To provision it earlier, the owner of the workspace can run: az ml workspace provision-network -g ${resourceGroupName} -n ${name}`,
        ]
      : []),
    ...(privateEndpointConnections?.length === 0
      ? [
          `${id} has no private endpoint and no public network access. Clients can't call the stack's endpoints until its owner creates a private ` +
            "endpoint (sub-resource amlworkspace) in the callers' network.",
        ]
      : []),
  ];
}

/** Returns the object ID of a workspace's identity: system-assigned, or else the primary user-assigned identity. Empty if it has none. */
export function workspacePrincipal({ identity, properties }: Pick<ShownWorkspace, "identity" | "properties">): string {
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const primary = assigned.find(([id]) => sameArmId(id, properties.primaryUserAssignedIdentity ?? "")) ?? assigned[0];
  return identity?.principalId || primary?.[1].principalId || "";
}
