import type { Rule } from "../model";
import { sameId } from "../path";
import { globallyUnique } from "./globalNames";

const VAULT = "Microsoft.KeyVault/vaults";
const SECRET = `${VAULT}/secrets`;
const SOFT_DELETE = "Azure docs, key-vault/general/soft-delete-overview";

interface VaultProperties {
  readonly createMode?: string;
  readonly softDeleteRetentionInDays: number;
  readonly enableSoftDelete?: boolean;
  readonly enablePurgeProtection?: boolean;
}

function propertiesOf(body: { properties?: unknown }): VaultProperties {
  return body.properties as VaultProperties;
}

export const keyVaultRules: readonly Rule[] = [
  globallyUnique(VAULT, "VaultAlreadyExists", "vault", "Azure docs, key-vault/general/about-keys-secrets-certificates"),
  {
    code: "vault-name",
    types: [VAULT],
    on: ["create"],
    azureCode: "VaultNameNotValid",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/resource-name-rules",
    grade: "D",
    check: ({ name }) =>
      /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/.test(name)
        ? undefined
        : `The vault name '${name}' is invalid: it must have 3 to 24 letters, digits and single hyphens, start with a letter and end with a letter or digit.`,
  },
  {
    code: "vault-soft-deleted",
    types: [VAULT],
    on: ["create"],
    azureCode: "ConflictError",
    status: 409,
    source: SOFT_DELETE,
    grade: "D",
    check: ({ id, name, body, inventory }) => {
      const deleted = inventory.softDeleted(VAULT).find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (!deleted || (propertiesOf(body).createMode === "recover" && sameId(deleted.id, id))) return undefined;
      return `A vault with the same name '${name}' already exists in deleted state. You need to either recover or purge existing key vault.`;
    },
  },
  {
    code: "vault-retention",
    types: [VAULT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: `${SOFT_DELETE}: 7 to 90 days`,
    grade: "D",
    check: ({ body }) => {
      const days = propertiesOf(body).softDeleteRetentionInDays;
      return days >= 7 && days <= 90 ? undefined : `'properties.softDeleteRetentionInDays' is ${days}: it must be between 7 and 90.`;
    },
  },
  {
    code: "vault-retention-fixed",
    types: [VAULT],
    on: ["update"],
    azureCode: "BadRequest",
    status: 400,
    source: `${SOFT_DELETE}: the retention can't be changed once set`,
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [propertiesOf(body), propertiesOf(previous!.body)].map(
        ({ softDeleteRetentionInDays }) => softDeleteRetentionInDays,
      );
      return now === before
        ? undefined
        : `The property "softDeleteRetentionInDays" has been set already (${before}) and it can't be modified to ${now}.`;
    },
  },
  {
    code: "vault-soft-delete-on",
    types: [VAULT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: `${SOFT_DELETE}: it can't be disabled`,
    grade: "D",
    check: ({ body }) =>
      propertiesOf(body).enableSoftDelete === false ? 'The property "enableSoftDelete" cannot be set to false.' : undefined,
  },
  {
    code: "vault-purge-protection-one-way",
    types: [VAULT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: `${SOFT_DELETE}: purge protection is true or absent, and can't be disabled`,
    grade: "D",
    check: ({ body, previous }) => {
      const now = propertiesOf(body).enablePurgeProtection;
      if (now === false)
        return 'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.';
      const before = previous && propertiesOf(previous.body).enablePurgeProtection;
      return before === true && now !== true ? 'The property "enablePurgeProtection" is true and can\'t be reverted.' : undefined;
    },
  },
  {
    code: "secret-soft-deleted",
    types: [SECRET],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    source: `${SOFT_DELETE} and common-error-codes: the name of a deleted secret can't be reused until it is recovered or purged`,
    grade: "D",
    check: ({ id, name, inventory }) =>
      inventory.softDeleted(SECRET).some((one) => sameId(one.id, id))
        ? `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`
        : undefined,
  },
  {
    code: "secret-has-value",
    types: [SECRET],
    on: ["create"],
    azureCode: "BadParameter",
    status: 400,
    source: "Azure REST specification, keyvault: secrets",
    grade: "K",
    check: ({ body }) =>
      (body.properties as { value?: string } | undefined)?.value === undefined ? "A new secret requires 'properties.value'." : undefined,
  },
];
