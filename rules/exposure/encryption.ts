/** Encryption at rest: under whose keys data is. Azure always encrypts, so most rows are evidence for the statement. */
import { at } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { REGISTRY, STORAGE, WORKSPACE } from "./types";

/** A row of evidence: any value holds. */
function evidence(types: readonly string[], property: string): Rule {
  return {
    code: "MOOR478",
    types,
    check: (resource) => [checked("MOOR478", "holds", resource, property, at(resource, property), { problem: "", allowed: "any value" })],
  };
}

export const encryptionRules: readonly Rule[] = [
  evidence([STORAGE], "properties.encryption.keySource"),
  evidence([STORAGE], "properties.encryption.requireInfrastructureEncryption"),
  evidence([REGISTRY, WORKSPACE], "properties.encryption.status"),
  ...["blob", "file", "queue", "table"].map((service) =>
    propertyRule({
      code: "MOOR478",
      types: [STORAGE],
      property: `properties.encryption.services.${service}.enabled`,
      allowed: [true, undefined],
      consequence: `data of the ${service} service isn't encrypted`,
    }),
  ),
];
