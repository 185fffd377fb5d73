import { randomUUID } from "node:crypto";
import type { ResourceType } from "../model";

/** Durations without a source in Azure's documentation are estimates from common experience. */
export const resourcesTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.Resources/resourceGroups",
    seconds: ({ event }) => (event === "delete" ? 60 : 0),
  },
  {
    type: "Microsoft.Resources/deployments",
    omit: ["properties.template", "properties.parameters"],
    created: () => ({ outputs: { properties: { correlationId: randomUUID() } } }),
  },
  {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    // Source: Microsoft Entra docs, managed-identities-isolation-scope.
    defaults: () => ({ properties: { isolationScope: "None" } }),
    created: (_id, _body, { inventory }) => ({
      outputs: { properties: { tenantId: inventory.tenantId, principalId: randomUUID(), clientId: randomUUID() } },
    }),
  },
];
