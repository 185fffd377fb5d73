/** Rules for exposure: public access, authentication and roles. */
import { armTypeOf } from "../../azure/resourceTypes";
import { propertyRule, type Rule } from "../rule";

export const exposureRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR440",
    types: [armTypeOf("storage:StorageAccount"), armTypeOf("keyvault:Vault"), armTypeOf("containerregistry:Registry")],
    property: "properties.publicNetworkAccess",
    allowed: ["Disabled"],
    consequence: "it can be reached from outside the network",
  }),
];
