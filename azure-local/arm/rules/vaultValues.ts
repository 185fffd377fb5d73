/** Checks of values of key vaults and secrets. `keyVault.ts` checks names, soft delete and purge protection. */
import { at } from "../json";
import type { Rule } from "../model";
import { sameId } from "../path";
import { ipRuleError, virtualNetworkRuleError } from "./publicAddresses";

const VAULT = "Microsoft.KeyVault/vaults";
const DOCS = "Azure docs, key-vault";
const LIMITS = { ipRules: 1000, subnets: 200, longestPrefix: 32 };
const MOST_ACCESS_POLICIES = 1024;
const MOST_SECRET_BYTES = 25 * 1024;
const MOST_SECRET_TAGS = 15;
const LONGEST_CONTENT_TYPE = 255;

interface AccessPolicy {
  readonly tenantId: string;
  readonly objectId: string;
}

const vaults = { types: [VAULT], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;
const secrets = { ...vaults, types: [`${VAULT}/secrets`], azureCode: "BadParameter" } as const;

export const vaultValueRules: readonly Rule[] = [
  {
    ...vaults,
    code: "vault-tenant",
    source:
      "Azure REST specification, keyvault: tenantId is the tenant that authenticates requests; common knowledge: it must be the tenant of the subscription",
    grade: "K",
    check: ({ body, inventory }) => {
      const tenant = String(at(body, "properties.tenantId"));
      return sameId(tenant, inventory.tenantId)
        ? undefined
        : `'properties.tenantId' is '${tenant}': it must be the tenant of the subscription, ${inventory.tenantId}.`;
    },
  },
  {
    ...vaults,
    code: "vault-access-policies",
    source:
      "Azure REST specification, keyvault: access policies are required unless the vault is recovered or uses roles; at most 1,024, all with the vault's tenant",
    grade: "S",
    check: ({ body }) => {
      const { accessPolicies, enableRbacAuthorization, createMode, tenantId } = (body.properties ?? {}) as {
        accessPolicies?: readonly AccessPolicy[];
        enableRbacAuthorization?: boolean;
        createMode?: string;
        tenantId?: string;
      };
      if (!accessPolicies && enableRbacAuthorization !== true && createMode !== "recover")
        return 'The parameter "accessPolicies" is not specified: a vault requires it or "enableRbacAuthorization".';
      const policies = accessPolicies ?? [];
      if (policies.length > MOST_ACCESS_POLICIES)
        return `'properties.accessPolicies' has ${policies.length} entries: the limit is ${MOST_ACCESS_POLICIES}.`;
      const foreign = policies.find((policy) => !sameId(policy.tenantId, tenantId));
      return (
        foreign &&
        `The access policy of '${foreign.objectId}' has the tenant ${foreign.tenantId}: it must be the tenant of the vault, ${tenantId}.`
      );
    },
  },
  {
    ...vaults,
    code: "vault-public-network-access",
    source: `${DOCS}/general/network-security and Azure REST specification, keyvault: enabled or disabled; with a network security perimeter SecuredByPerimeter`,
    grade: "D",
    check: ({ body }) => {
      const access = at(body, "properties.publicNetworkAccess");
      return access === undefined || ["enabled", "disabled", "securedbyperimeter"].includes(String(access).toLowerCase())
        ? undefined
        : `'properties.publicNetworkAccess' is '${access}': it must be Enabled, Disabled or SecuredByPerimeter.`;
    },
  },
  {
    ...vaults,
    code: "vault-network-rules",
    source: `${DOCS}/general/network-security: public IPv4 addresses, at most 1,000; subnets with a service endpoint, at most 200`,
    grade: "D",
    check: (context) => {
      const rules = (at(context.body, "properties.networkAcls") ?? {}) as Parameters<typeof ipRuleError>[0];
      return ipRuleError(rules, LIMITS) ?? virtualNetworkRuleError(rules, LIMITS, "Microsoft.KeyVault", context);
    },
  },
  {
    ...secrets,
    code: "secret-name",
    on: ["create"],
    source: `${DOCS}/general/about-keys-secrets-certificates: 1 to 127 letters, digits and hyphens`,
    grade: "D",
    check: ({ name }) =>
      /^[0-9a-zA-Z-]{1,127}$/.test(name)
        ? undefined
        : `The secret name '${name}' is invalid: it must have 1 to 127 letters, digits and hyphens.`,
  },
  {
    ...secrets,
    code: "secret-value",
    source: `${DOCS}/secrets/about-secrets: 25 KB, a content type of 255 characters, 15 tags; common knowledge: exp is after nbf`,
    grade: "D",
    check: ({ body }) => {
      const {
        value = "",
        contentType = "",
        attributes = {},
      } = (body.properties ?? {}) as {
        value?: string;
        contentType?: string;
        attributes?: { nbf?: number; exp?: number };
      };
      const bytes = Buffer.byteLength(value);
      if (bytes > MOST_SECRET_BYTES) return `The secret has ${bytes} bytes: the limit is ${MOST_SECRET_BYTES}.`;
      if (contentType.length > LONGEST_CONTENT_TYPE)
        return `'properties.contentType' has ${contentType.length} characters: the limit is ${LONGEST_CONTENT_TYPE}.`;
      const tags = Object.keys(body.tags ?? {}).length;
      if (tags > MOST_SECRET_TAGS) return `The secret has ${tags} tags: the limit is ${MOST_SECRET_TAGS}.`;
      const { nbf, exp } = attributes;
      return nbf !== undefined && exp !== undefined && exp <= nbf
        ? `'properties.attributes.exp' is ${exp}: it must be after 'nbf', ${nbf}.`
        : undefined;
    },
  },
];
