import type { ResourceType } from "../model";
import { parentIdOf } from "../path";
import { stamp } from "../timestamp";
import { importImage } from "./importImage";
import { assignAddresses } from "./network";
import { privateEndpointConnections, privateEndpointsOf, REPLICATION } from "./privateLink";

export const containerRegistryTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.ContainerRegistry/registries",
    seconds: ({ event }) => (event === "create" ? 10 : 5),
    defaults: () => ({
      properties: {
        adminUserEnabled: false,
        publicNetworkAccess: "Enabled",
        networkRuleBypassOptions: "AzureServices",
        networkRuleBypassAllowedForTasks: false,
        zoneRedundancy: "Disabled",
      },
    }),
    created: (id, _body, { inventory }) => {
      const name = id.slice(id.lastIndexOf("/") + 1).toLowerCase();
      return { outputs: { properties: { loginServer: `${name}.azurecr.io`, creationDate: stamp(inventory.now()) } } };
    },
    derived: (registry, inventory) => ({
      sku: { tier: (registry.body.sku as { name: string }).name },
      properties: { privateEndpointConnections: privateEndpointConnections(registry, inventory) },
    }),
    actions: { importImage },
  },
  {
    type: "Microsoft.ContainerRegistry/registries/tasks",
    // Azure docs, container-registry/container-registry-tasks-overview and the REST specification: the defaults of a task.
    defaults: () => ({ properties: { status: "Enabled", timeout: 3600, agentConfiguration: { cpu: 2 } } }),
    created: (_id, _body, { inventory }) => ({ outputs: { properties: { creationDate: stamp(inventory.now()) } } }),
  },
  {
    type: REPLICATION,
    seconds: () => 60,
    // Each private endpoint of the registry gets an address for the replica's data endpoint.
    written: (replica, _request, effects) => {
      for (const endpoint of privateEndpointsOf(parentIdOf(replica.id), effects.inventory)) assignAddresses(endpoint, effects);
    },
  },
];
