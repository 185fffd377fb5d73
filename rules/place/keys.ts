/** Keys with which stores are encrypted: the place of their vault. */
import { armTypeOf } from "../../azure/resourceTypes";
import type { Rule } from "../rule";
import { byHost, byId, flowRules } from "./flows";

const flow = "Its data is encrypted with a key in";

export const keyRules: readonly Rule[] = flowRules([
  {
    code: "MOOR424",
    types: [
      armTypeOf("storage:StorageAccount"),
      armTypeOf("containerregistry:Registry"),
      "Microsoft.Storage/storageAccounts/encryptionScopes",
    ],
    properties: [
      "properties.encryption.keyvaultproperties.keyvaulturi",
      "properties.encryption.keyVaultProperties.keyIdentifier",
      "properties.keyVaultProperties.keyUri",
    ],
    flow,
    judge: byHost,
  },
  {
    code: "MOOR424",
    types: [armTypeOf("machinelearningservices:Workspace")],
    properties: ["properties.encryption.keyVaultProperties.keyVaultArmId"],
    flow,
    judge: byId,
  },
  {
    code: "MOOR424",
    types: [armTypeOf("machinelearningservices:Workspace")],
    properties: ["properties.encryption.keyVaultProperties.keyIdentifier"],
    flow,
    judge: byHost,
  },
  {
    code: "MOOR424",
    types: ["Microsoft.OperationalInsights/clusters"],
    properties: ["properties.keyVaultProperties.keyVaultUri"],
    flow,
    judge: byHost,
  },
]);
