/** Requirements for the storage account of an adopted workspace. */
import { isGeoRedundant } from "../../../facts/storageRedundancy";
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, isResident, type Problem, problemsOf, residencyProblems, type Shown, warningsOf } from "./rules";

export interface ShownStorage extends Shown {
  readonly properties: {
    readonly isHnsEnabled?: boolean;
    readonly allowSharedKeyAccess?: boolean;
    readonly secondaryLocation?: string;
    readonly publicNetworkAccess?: string;
    readonly allowBlobPublicAccess?: boolean;
    readonly networkAcls?: { readonly defaultAction?: string };
  };
}

/**
 * Source: Azure docs, how-to-manage-workspace (hierarchical namespace), how-to-disable-local-auth-storage,
 * storage/common/storage-redundancy.
 * @param authMode `systemDatastoresAuthMode` of the workspace. Undefined means `AccessKey`.
 */
export function storageProblems(
  id: string,
  shown: ShownStorage,
  authMode: string | undefined,
  workspaceId: string,
  place: AdoptionRequirements,
): Problem[] {
  const { isHnsEnabled, allowSharedKeyAccess, secondaryLocation, publicNetworkAccess, allowBlobPublicAccess, networkAcls } =
    shown.properties;
  const sku = shown.sku?.name;
  const { name, resourceGroupName } = armIdOf(id);
  const workspace = armIdOf(workspaceId);
  const update = `az storage account update -n ${name} -g ${resourceGroupName}`;
  const copied = isGeoRedundant(sku ?? "") || secondaryLocation !== undefined;
  const outside = copied && (secondaryLocation === undefined || !isResident(secondaryLocation, place));
  return [
    ...residencyProblems(id, shown, place),
    ...problemsOf(id, [
      [
        outside,
        `Its redundancy is ${sku}, with a copy in ${secondaryLocation ?? "the paired region"}, outside the stack's residency. Allowed: ` +
          `${place.regions.join(" or ")}.`,
        `${update} --sku ${/GZRS/i.test(sku ?? "") ? "Standard_ZRS" : "Standard_LRS"}`,
      ],
      [
        isHnsEnabled === true,
        "isHnsEnabled is true. Required: false, because the storage account of a workspace can't have a hierarchical namespace.",
        "Adopt another workspace, or let the stack create one (`workspace: create`). Neither isHnsEnabled nor the storage account of a workspace can be changed.",
      ],
      [
        allowSharedKeyAccess === false && (authMode ?? "AccessKey").toLowerCase() === "accesskey",
        "allowSharedKeyAccess is false, but the workspace reads its datastores with the account's key, so deployments can't load models.",
        `az ml workspace update -n ${workspace.name} -g ${workspace.resourceGroupName} --system-datastores-auth-mode identity`,
      ],
    ]),
    ...warningsOf(id, [
      [
        publicNetworkAccess !== "Disabled" && networkAcls?.defaultAction !== "Deny",
        "Its public network access is enabled: model weights and collected data can be reached from outside the network.",
        `${update} --public-network-access Disabled`,
      ],
      [
        allowBlobPublicAccess === true,
        "allowBlobPublicAccess is true: containers can be configured for access without credentials.",
        `${update} --allow-blob-public-access false`,
      ],
    ]),
  ];
}
