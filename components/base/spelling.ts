/** How adopted ids are spelled: Azure Resource Manager compares ids without case, and the Pulumi engine with it. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { groupOf, sameArmId } from "../../azure/armId";
import { idOfInputs, type ResourceTypeName, resourceTypeOf } from "../../azure/resourceTypes";
import { resolved } from "./resolved";

/** Inputs that are part of a resource's address and may come from an adopted id. */
const addressInputs = ["scope", "resourceUri", "resourceGroupName", "workspaceName", "vaultName", "parentResourcePath"];

/** Other inputs that hold an adopted id, and where Azure shows the same id. */
const heldIds: Readonly<Partial<Record<ResourceTypeName, Readonly<Record<string, string>>>>> = {
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
 * Keeps a resource on an adopted one as it is when only the spelling of the adopted id has changed. A program doesn't see its state, but Azure shows
 * the resource: where it exists at the same address, with the same id in it, the difference is one of spelling, and the engine ignores it. What can't
 * be read changes as the engine plans it.
 * @param adopted ARM ids of what the program adopts; resources that don't refer to one are not looked at.
 * @see Azure docs, azure-resource-manager/management/resource-name-rules: ids and names are compared without case
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
    const held = Object.entries(heldIds[type.replace("azure-native:", "") as ResourceTypeName] ?? {});
    const same = held.filter(([input, shown]) => isSameText(valueAt(inputs, input), valueAt(live, shown))).map(([input]) => input);
    const address = addressInputs.filter((input) => row.idTemplate.includes(`{${input}}`));
    const { ignoreChanges = [] } = opts as pulumi.CustomResourceOptions;
    return { props, opts: { ...opts, ignoreChanges: [...ignoreChanges, ...address, ...same] } };
  };
}

/** Whether inputs name an adopted resource, or a resource group of one. */
function refersTo(inputs: Inputs, adopted: readonly string[]): boolean {
  const text = JSON.stringify(inputs).toLowerCase();
  // What belongs to an adopted workspace is mostly in its group.
  return adopted.map(groupOf).some((group) => {
    const name = group.split("/").at(-1)!;
    return text.includes(group.toLowerCase()) || isSameText(inputs.resourceGroupName, name);
  });
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Inputs | null | undefined)?.[key], value);
}

/** Whether two values are there and the same, whatever the case of the text in them. */
function isSameText(one: unknown, other: unknown): boolean {
  return sameArmId(JSON.stringify(one), JSON.stringify(other));
}
