/** What is needed of a workspace that others made. */

import { sameArmId } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { armIdOf } from "../../base/azure";
import { type Adopted, type Problem, problemsOf, type Shown } from "./rules";

/** A workspace as ARM shows it, as far as anything here looks at it. */
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
export function workspaceProblems(id: string, shown: ShownWorkspace, { location, subscriptionId }: Adopted): Problem[] {
  const { name, resourceGroupName, subscriptionId: its } = armIdOf(id);
  const { publicNetworkAccess = "Enabled", managedNetwork, v1LegacyMode, storageAccount, keyVault } = shown.properties;
  const isolation = managedNetwork?.isolationMode ?? "Disabled";
  const region = canonicalRegion(shown.location);
  const update = `az ml workspace update -g ${resourceGroupName}`;
  return problemsOf(id, [
    [
      !sameArmId(its, subscriptionId),
      `It is in the subscription ${its}; the stack's, ${subscriptionId}, is needed: endpoints are made where their workspace is.`,
      `pulumi config set azure-native:subscriptionId ${its}`,
    ],
    [
      region !== location,
      `It is in ${region}; the stack's region, ${location}, is needed: endpoints are in their workspace's.`,
      "Adopt a workspace of that region, or make a stack for the other region.",
    ],
    [
      publicNetworkAccess !== "Disabled",
      `publicNetworkAccess is ${publicNetworkAccess}; Disabled is needed, or it is reached from outside the network.`,
      `${update} -n ${name} --public-network-access Disabled`,
    ],
    [
      isolation !== "AllowOnlyApprovedOutbound",
      `managedNetwork.isolationMode is ${isolation}; AllowOnlyApprovedOutbound is needed, or deployments can send data anywhere.`,
      isolation === "Disabled"
        ? `${update} -n ${name} --managed-network allow_only_approved_outbound; its computes and managed endpoints must be deleted before.`
        : "Adopt another workspace, or let the stack make one (`workspace: create`): no documented way leads from this mode to the other.",
    ],
    [
      workspacePrincipal(shown) === "",
      "It has no identity; one is needed: with it the workspace approves private endpoints and stores the keys of endpoints.",
      "Adopt a workspace with an identity, or let the stack make one (`workspace: create`).",
    ],
    [
      v1LegacyMode === true,
      "v1LegacyMode is true; false is needed: managed online endpoints are not made otherwise.",
      `${update} -w ${name} --v1-legacy-mode False, with the extension azure-cli-ml, 1.41 or newer`,
    ],
    [
      storageAccount === undefined || keyVault === undefined,
      "It has no storage account or vault of its own; both are needed, for weights and for keys.",
      "Adopt a workspace of kind Default, or let the stack make one (`workspace: create`).",
    ],
  ]);
}

/** What is no reason to refuse a workspace, and yet worth knowing. */
export function workspaceNotes(id: string, { properties }: ShownWorkspace): string[] {
  const { hbiWorkspace, managedNetwork, privateEndpointConnections } = properties;
  const { name, resourceGroupName } = armIdOf(id);
  const status = managedNetwork?.status?.status;
  return [
    ...(hbiWorkspace === true
      ? [`${id} has hbiWorkspace on, which can't be changed: Azure collects fewer diagnostics, so a failed deployment says less of why.`]
      : []),
    ...(status !== undefined && status !== "Active"
      ? [
          `${id}: its managed network is ${status}, so \`pulumi up\` provisions it before the first deployment, which takes about half an hour. ` +
            `Its owner can do so now: az ml workspace provision-network -g ${resourceGroupName} -n ${name}`,
        ]
      : []),
    ...(privateEndpointConnections?.length === 0
      ? [
          `${id} has no private endpoint, and public access is off: nothing can call the stack's endpoints until its owner creates one ` +
            "(sub-resource amlworkspace) in the callers' network.",
        ]
      : []),
  ];
}

/** Object id by which a workspace acts: its system-assigned identity, or else its primary user-assigned one; empty where it has none. */
export function workspacePrincipal({ identity, properties }: Pick<ShownWorkspace, "identity" | "properties">): string {
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const primary = assigned.find(([id]) => sameArmId(id, properties.primaryUserAssignedIdentity ?? "")) ?? assigned[0];
  return identity?.principalId || primary?.[1].principalId || "";
}
