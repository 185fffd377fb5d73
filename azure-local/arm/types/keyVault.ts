import { randomBytes } from "node:crypto";
import type { Body, Effects, Resource, ResourceType } from "../model";
import { nameOf, parentIdOf } from "../path";
import { privateEndpointConnections } from "./privateLink";

const DAY = 24 * 3600;

interface VaultProperties {
  readonly softDeleteRetentionInDays: number;
  readonly enablePurgeProtection?: boolean;
}

function vaultUri(id: string): string {
  return `https://${nameOf(id).toLowerCase()}.vault.azure.net/`;
}

/** Stores the value by version, for requests to the vault's data plane. */
function storeValue({ id }: Resource, version: string, request: Body, { credentials }: Effects): void {
  const before = credentials.secretsOf<Record<string, unknown>>(id);
  credentials.setSecretsOf(id, { ...before, [version]: request.properties?.value });
}

/** Retention of deleted resources in seconds, and whether purge protection is enabled. */
function retentionOf(vault: Resource): [seconds: number, purgeProtected: boolean] {
  const { softDeleteRetentionInDays, enablePurgeProtection } = vault.body.properties as unknown as VaultProperties;
  return [softDeleteRetentionInDays * DAY, enablePurgeProtection === true];
}

export const keyVaultTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.KeyVault/vaults",
    seconds: ({ event }) => (event === "create" ? 30 : 5),
    // Source: Azure docs, key-vault/general/soft-delete-overview: on by default, 90 days.
    defaults: () => ({
      properties: { enableSoftDelete: true, softDeleteRetentionInDays: 90, enableRbacAuthorization: false, publicNetworkAccess: "Enabled" },
    }),
    omit: ["properties.createMode"],
    created: (id, body, effects) => {
      if (body.properties?.createMode === "recover") effects.recover(id);
      return { outputs: { properties: { vaultUri: vaultUri(id) } } };
    },
    derived: (vault, inventory) => ({ properties: { privateEndpointConnections: privateEndpointConnections(vault, inventory) } }),
    deleted: (vault, effects, permanently) => {
      if (!permanently) effects.softDelete(vault, ...retentionOf(vault));
    },
  },
  {
    type: "Microsoft.KeyVault/vaults/secrets",
    keepsOnlyFingerprint: true,
    // A version has 32 hexadecimal digits and changes only with the value.
    written: (secret, request, effects) => {
      const { fingerprint, versionOf } = secret.facts;
      const seconds = Math.floor(effects.inventory.now() / 1000);
      const attributes = { created: Math.floor(secret.createdAt / 1000), updated: seconds };
      const before = secret.outputs.properties as Record<string, unknown> | undefined;
      if (before && fingerprint === versionOf) {
        effects.put({ ...secret, outputs: { properties: { ...before, attributes } } });
        return;
      }
      const secretUri = `${vaultUri(parentIdOf(secret.id))}secrets/${secret.name}`;
      const version = randomBytes(16).toString("hex");
      const secretUriWithVersion = `${secretUri}/${version}`;
      if (effects.inventory.settings.dataPlane === "checked") storeValue(secret, version, request, effects);
      effects.put({
        ...secret,
        facts: { ...secret.facts, versionOf: fingerprint },
        outputs: { properties: { secretUri, secretUriWithVersion, attributes } },
      });
    },
    deleted: (secret, effects) => {
      const vault = effects.inventory.get(parentIdOf(secret.id));
      if (vault) effects.softDelete(secret, ...retentionOf(vault));
    },
    derived: (secret, inventory) => ({ location: inventory.get(parentIdOf(secret.id))?.body.location }),
  },
];
