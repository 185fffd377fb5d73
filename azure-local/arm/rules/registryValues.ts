/** Checks of container registry values that depend on the tier or on each other. */
import { at } from "../json";
import type { Rule } from "../model";
import { sameRegion } from "../region";
import { hasZones } from "../zones";
import { ipRuleError } from "./publicAddresses";

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const DOCS = "Azure docs, container-registry";
const LIMITS = { ipRules: 200, subnets: 0, longestPrefix: 32 };

/** Features that require Premium: path of the property, whether its value enables the feature, and the feature's name. */
const PREMIUM: readonly (readonly [path: string, requiresPremium: (value: unknown) => boolean, what: string])[] = [
  ["networkRuleSet", (value) => at(value, "defaultAction") === "Deny", "network rules"],
  ["policies.retentionPolicy.status", (value) => value === "enabled", "a retention policy"],
  ["policies.trustPolicy.status", (value) => value === "enabled", "content trust"],
  ["policies.exportPolicy.status", (value) => value === "disabled", "an export policy"],
  ["encryption.status", (value) => value === "enabled", "a customer-managed key"],
  ["dataEndpointEnabled", (value) => value === true, "dedicated data endpoints"],
];

function skuOf(body: object): string {
  return String(at(body, "sku.name"));
}

const common = { types: [REGISTRY], on: ["create", "update"], status: 400 } as const;

export const registryValueRules: readonly Rule[] = [
  {
    ...common,
    code: "registry-name",
    on: ["create"],
    azureCode: "InvalidResourceName",
    source: "Azure docs, azure-resource-manager/management/resource-name-rules: 5 to 50 alphanumerics",
    grade: "D",
    check: ({ name }) =>
      /^[a-zA-Z0-9]{5,50}$/.test(name) ? undefined : `The registry name '${name}' is invalid: it must have 5 to 50 letters and digits.`,
  },
  {
    ...common,
    code: "registry-sku",
    azureCode: "InvalidSku",
    source: `${DOCS}/container-registry-skus: Basic, Standard and Premium; Classic was retired`,
    grade: "D",
    check: ({ body }) => (skuOf(body) === "Classic" ? "The SKU Classic is retired: use Basic, Standard or Premium." : undefined),
  },
  {
    ...common,
    code: "registry-premium-features",
    azureCode: "SkuFeatureNotSupported",
    source: `${DOCS}/container-registry-skus: features of Premium`,
    grade: "D",
    check: ({ body }) => {
      if (skuOf(body) === "Premium") return undefined;
      const [, , what] = PREMIUM.find(([path, requiresPremium]) => requiresPremium(at(body, `properties.${path}`))) ?? [];
      return what && `A ${skuOf(body)} registry doesn't support ${what}, which requires Premium.`;
    },
  },
  {
    ...common,
    code: "registry-anonymous-pull",
    azureCode: "SkuFeatureNotSupported",
    source: `${DOCS}/anonymous-pull-access: Standard and Premium`,
    grade: "D",
    check: ({ body }) =>
      skuOf(body) === "Basic" && at(body, "properties.anonymousPullEnabled") === true
        ? "A Basic registry doesn't support anonymous pull access, which requires Standard or Premium."
        : undefined,
  },
  {
    ...common,
    code: "registry-export-policy",
    azureCode: "InvalidPolicy",
    source: `${DOCS}/data-loss-prevention: public network access must also be disabled`,
    grade: "D",
    check: ({ body }) =>
      at(body, "properties.policies.exportPolicy.status") === "disabled" && at(body, "properties.publicNetworkAccess") !== "Disabled"
        ? "'properties.policies.exportPolicy.status' can be disabled only if 'properties.publicNetworkAccess' is Disabled."
        : undefined,
  },
  {
    ...common,
    code: "registry-policy-values",
    azureCode: "InvalidPolicy",
    source: `${DOCS}/container-registry-retention-policy: 0 to 365 days; container-registry-soft-delete-policy: 1 to 90 days, not with a retention policy`,
    grade: "D",
    check: ({ body }) => {
      const { retentionPolicy, softDeletePolicy } = (at(body, "properties.policies") ?? {}) as Record<
        "retentionPolicy" | "softDeletePolicy",
        { readonly status?: string; readonly days?: number; readonly retentionDays?: number } | undefined
      >;
      const { days = 7 } = retentionPolicy ?? {};
      if (days < 0 || days > 365) return `'properties.policies.retentionPolicy.days' is ${days}: it must be between 0 and 365.`;
      const { retentionDays = 7 } = softDeletePolicy ?? {};
      if (retentionDays < 1 || retentionDays > 90)
        return `'properties.policies.softDeletePolicy.retentionDays' is ${retentionDays}: it must be between 1 and 90.`;
      return retentionPolicy?.status === "enabled" && softDeletePolicy?.status === "enabled"
        ? "The retention policy and the soft delete policy can't both be enabled."
        : undefined;
    },
  },
  {
    ...common,
    code: "registry-network-rules",
    azureCode: "InvalidNetworkRule",
    source: `${DOCS}/container-registry-access-selected-networks: public IPv4 addresses, at most 200 rules`,
    grade: "D",
    check: ({ body }) => ipRuleError((at(body, "properties.networkRuleSet") ?? {}) as Parameters<typeof ipRuleError>[0], LIMITS),
  },
  {
    ...common,
    code: "registry-zone-redundancy",
    azureCode: "ZoneRedundancyNotSupported",
    source: `${DOCS}/zone-redundancy: the region must support availability zones; the list of regions changes`,
    grade: "K",
    check: ({ body }) =>
      at(body, "properties.zoneRedundancy") === "Enabled" && !hasZones(body.location)
        ? `Zone redundancy is not supported in ${body.location}, which has no availability zones.`
        : undefined,
  },
  {
    ...common,
    code: "replication-region",
    types: [`${REGISTRY}/replications`],
    on: ["create"],
    azureCode: "ReplicationExists",
    status: 409,
    source: `${DOCS}/container-registry-geo-replication: one replica per region, including the home region`,
    grade: "D",
    check: ({ id, type, body, parentId, inventory }) => {
      const others = inventory.children(parentId, type).filter((other) => other.id !== id);
      const taken = [inventory.get(parentId), ...others].find((one) => sameRegion(one?.body.location, body.location));
      return taken && `The registry already has a replica in ${body.location}: '${taken.id}'.`;
    },
  },
];
