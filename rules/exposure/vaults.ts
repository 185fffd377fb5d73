/** Authorization and protection of Key Vaults. */
import { at } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, valueText } from "../values";
import { emptyRule, isOneOf, unknownText } from "./checks";
import { VAULT } from "./types";

const types = [VAULT];

/** Only principals of this tenant can get roles and access policies of the vault. */
const tenant: Rule = {
  code: "MOOR468",
  types,
  check(resource, { contract: { tenantId } }) {
    const property = "properties.tenantId";
    const value = at(resource, property);
    const outcome = isOpaque(value) || tenantId === undefined ? "unknown" : isOneOf(value, tenantId) ? "holds" : "violated";
    const problem =
      outcome === "violated"
        ? `\`${property}\` is ${valueText(value)}, so principals of another tenant can get access.`
        : tenantId === undefined
          ? "The tenant of the subscription isn't known."
          : unknownText(property, value);
    return [checked("MOOR468", outcome, resource, property, value, { problem, allowed: tenantId ?? "the tenant of the subscription" })];
  },
};

export const vaultRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR463",
    types,
    property: "properties.enableRbacAuthorization",
    allowed: [true],
    consequence: "access policies apply instead of roles",
  }),
  emptyRule({
    code: "MOOR463",
    types,
    property: "properties.accessPolicies",
    consequence: "the principal gets these permissions if roles are disabled",
  }),
  {
    code: "MOOR463",
    types: [`${VAULT}/accessPolicies`],
    check: (resource) => [
      checked("MOOR463", "violated", resource, "type", resource.type, {
        problem: "It is an access policy: its principal gets permissions without a role if roles are disabled.",
        allowed: "roles",
      }),
    ],
  },
  ...[
    { flag: "enabledForDeployment", who: "virtual machines read certificates from the vault" },
    { flag: "enabledForDiskEncryption", who: "Azure Disk Encryption reads secrets and unwraps keys" },
    { flag: "enabledForTemplateDeployment", who: "users who deploy a template can read secrets" },
  ].map(({ flag, who }) =>
    propertyRule({
      code: "MOOR464",
      types,
      property: `properties.${flag}`,
      allowed: [false, undefined],
      consequence: `${who} without a role on the vault`,
    }),
  ),
  propertyRule({
    code: "MOOR465",
    types,
    property: "properties.enableSoftDelete",
    // Azure's default is true, and it can't be disabled for new vaults.
    allowed: [true, undefined],
    consequence: "a deleted vault can't be recovered",
  }),
  propertyRule({
    code: "MOOR465",
    types,
    property: "properties.enablePurgeProtection",
    allowed: [true],
    consequence: "a deleted vault can be purged before its retention period ends",
  }),
  tenant,
];
