import { randomBytes } from "node:crypto";
import type { Body, ResourceType } from "../model";
import { nameOf } from "../path";
import { stamp } from "../timestamp";
import { privateEndpointConnections } from "./privateLink";

const SERVICES = ["blob", "file", "queue", "table", "dfs", "web"] as const;

/** Seconds for which the name of a deleted container is reserved. Source: Azure REST reference, storageservices/delete-container: at least 30. */
const BEING_DELETED_FOR = 30;

function endpointsOf(name: string): Record<string, string> {
  return Object.fromEntries(
    SERVICES.map((service) => [service, `https://${name}.${service === "web" ? "z1.web" : service}.core.windows.net/`]),
  );
}

export const storageTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.Storage/storageAccounts",
    seconds: ({ event }) => (event === "create" ? 25 : 3),
    // Source: Azure REST specification, storage 2024-01-01, descriptions of the properties.
    defaults: (body) => ({
      properties: {
        // Accounts of the kind BlobStorage have no default.
        ...(body.kind === "BlobStorage" ? {} : { accessTier: "Hot" }),
        allowBlobPublicAccess: false,
        supportsHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_0",
        publicNetworkAccess: "Enabled",
        networkAcls: { bypass: "AzureServices", defaultAction: "Allow" },
        encryption: { keySource: "Microsoft.Storage", services: { blob: { enabled: true }, file: { enabled: true } } },
      },
      sku: { tier: tierOf(body) },
    }),
    created: (id, body, { inventory }) => ({
      outputs: {
        properties: {
          primaryEndpoints: endpointsOf(nameOf(id)),
          primaryLocation: body.location,
          statusOfPrimary: "available",
          creationTime: stamp(inventory.now()),
        },
      },
      facts: { etag: randomBytes(8).toString("hex") },
    }),
    // Every account has a blob service.
    written: (account, _request, effects) => {
      const id = `${account.id}/blobServices/default`;
      if (!effects.inventory.get(id)) effects.putChild(id, "Microsoft.Storage/storageAccounts/blobServices", { properties: {} });
    },
    derived: (account, inventory) => ({ properties: { privateEndpointConnections: privateEndpointConnections(account, inventory) } }),
  },
  {
    type: "Microsoft.Storage/storageAccounts/blobServices/containers",
    defaults: () => ({ properties: { publicAccess: "None" } }),
    deleted: (container, effects) => effects.softDelete(container, BEING_DELETED_FOR, true),
    created: (_id, _body, { inventory }) => ({
      outputs: {
        properties: { leaseState: "Available", leaseStatus: "Unlocked", hasLegalHold: false, lastModifiedTime: stamp(inventory.now()) },
      },
    }),
  },
];

function tierOf(body: Body): string {
  return (body.sku as { name: string }).name.startsWith("Premium") ? "Premium" : "Standard";
}
