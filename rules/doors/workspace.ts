/** One-way doors of Azure Machine Learning workspaces. */
import { armTypeOf } from "../../azure/resourceTypes";
import { type Door, propertyDoor } from "./door";
import { identityDoor } from "./identity";

const types = [armTypeOf("machinelearningservices:Workspace")];
const network = "properties.managedNetwork";

export const workspaceDoors: readonly Door[] = [
  propertyDoor({ code: "MOOR501", types, properties: [`${network}.isolationMode`], absent: "Disabled" }),
  propertyDoor({ code: "MOOR502", types, properties: [`${network}.managedNetworkKind`], absent: "V1" }),
  propertyDoor({ code: "MOOR503", types, properties: [`${network}.firewallSku`], absent: "Standard" }),
  // Another user-assigned identity can be added, but not removed: roles and the managed network depend on it.
  identityDoor({ code: "MOOR504", types, absent: "None", mayGrow: true }),
  propertyDoor({ code: "MOOR504", types, properties: ["properties.primaryUserAssignedIdentity"], goesThrough: wasSet }),
  propertyDoor({ code: "MOOR506", types, properties: ["properties.keyVault", "properties.storageAccount"], goesThrough: wasSet }),
  // A workspace without a registry can get one later.
  propertyDoor({ code: "MOOR507", types, properties: ["properties.containerRegistry"], goesThrough: wasSet }),
  propertyDoor({ code: "MOOR508", types, properties: ["properties.applicationInsights"], goesThrough: wasSet }),
  propertyDoor({ code: "MOOR509", types, properties: ["properties.encryption.status"], absent: "Disabled" }),
  // Another key of the same Key Vault is a rotation.
  propertyDoor({ code: "MOOR509", types, properties: ["properties.encryption.keyVaultProperties.keyVaultArmId"], goesThrough: wasSet }),
  propertyDoor({ code: "MOOR509", types, properties: ["properties.enableServiceSideCMKEncryption"], absent: false }),
  propertyDoor({ code: "MOOR510", types, properties: ["properties.hbiWorkspace"], absent: false }),
  propertyDoor({ code: "MOOR511", types, properties: ["properties.enableDataIsolation"], absent: false }),
];

function wasSet(before: unknown): boolean {
  return before !== undefined;
}
