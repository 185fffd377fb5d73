/** Case of adopted IDs: Azure Resource Manager compares IDs case-insensitively, the Pulumi engine case-sensitively. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { groupOf, sameArmId } from "../../azure/armId";
import { idOfInputs, type ResourceTypeName, resourceTypeOf } from "../../azure/resourceTypes";
import { resolved } from "./resolved";

/** Inputs that are part of a resource's ARM ID and can come from an adopted ID. */
const addressInputs = ["scope", "resourceUri", "resourceGroupName", "workspaceName", "vaultName", "parentResourcePath"];

/** Other inputs that contain an adopted ID, and the property in which Azure returns it. */
const idInputs: Readonly<Partial<Record<ResourceTypeName, Readonly<Record<string, string>>>>> = {
  "authorization:RoleAssignment": { roleDefinitionId: "properties.roleDefinitionId" },
  "authorization:RoleDefinition": { assignableScopes: "properties.assignableScopes" },
  "machinelearningservices:ManagedNetworkSettingsRule": {
    "properties.destination.serviceResourceId": "properties.destination.serviceResourceId",
  },
  "monitor:DiagnosticSetting": { workspaceId: "properties.workspaceId" },
  "network:PrivateEndpoint": { "subnet.id": "properties.subnet.id" },
  "network:Subnet": { "networkSecurityGroup.id": "properties.networkSecurityGroup.id" },
  "privatedns:VirtualNetworkLink": { "virtualNetwork.id": "properties.virtualNetwork.id" },
};

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Returns a transform that prevents updates and replacements when only the case of an adopted ID has changed. A program can't read its
 * state, so the transform reads the resource from Azure: if it exists under the same ARM ID and contains the same adopted ID, only the case
 * differs, and the changes are ignored. If the resource can't be read, the engine's plan is not changed.
 * @param adopted ARM IDs of the adopted resources. Resources that don't refer to one of them are skipped.
 * @see Azure docs, azure-resource-manager/management/resource-name-rules: IDs and names are case-insensitive
 */
export function keepSpelling(azure: ArmClient, adopted: readonly string[]): pulumi.ResourceTransform {
  let subscription: Promise<string> | undefined;
  return async ({ type, props, opts }) => {
    const row = resourceTypeOf(type);
    if (row === undefined || !type.startsWith("azure-native:")) return undefined;
    const inputs = await resolved<Inputs>(props);
    if (pulumi.isUnknown(inputs) || !refersTo(inputs, adopted)) return undefined;
    subscription ??= authorization.getClientConfig({ async: true }).then(({ subscriptionId }) => subscriptionId);
    const id = idOfInputs(row, inputs, await subscription);
    const live = id === undefined ? undefined : await azure.find<Inputs>(id).catch(() => undefined);
    if (live === undefined) return undefined;
    const candidates = Object.entries(idInputs[type.replace("azure-native:", "") as ResourceTypeName] ?? {});
    const same = candidates.filter(([input, shown]) => isSameText(valueAt(inputs, input), valueAt(live, shown))).map(([input]) => input);
    const address = addressInputs.filter((input) => row.idTemplate.includes(`{${input}}`));
    const { ignoreChanges = [], deleteBeforeReplace } = opts as pulumi.CustomResourceOptions;
    // The SDK passes `false` where the program sets nothing, which would override the provider's decision.
    const unset = { deleteBeforeReplace: deleteBeforeReplace || undefined };
    return { props, opts: { ...opts, ...unset, ignoreChanges: [...ignoreChanges, ...address, ...same] } };
  };
}

/** Whether inputs refer to an adopted resource or to its resource group. */
function refersTo(inputs: Inputs, adopted: readonly string[]): boolean {
  const text = JSON.stringify(inputs).toLowerCase();
  // Resources of an adopted workspace are usually in its resource group.
  return adopted.map(groupOf).some((group) => {
    const name = group.split("/").at(-1)!;
    return text.includes(group.toLowerCase()) || isSameText(inputs.resourceGroupName, name);
  });
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Inputs | null | undefined)?.[key], value);
}

/** Whether two values are defined and the same, ignoring case. */
function isSameText(one: unknown, other: unknown): boolean {
  return sameArmId(JSON.stringify(one), JSON.stringify(other));
}
