import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json";
import type { Effects, Inventory, Resource, ResourceType, Timing } from "../model";
import { nameOf, parentIdOf } from "../path";
import { regionName } from "../region";
import {
  activate,
  FIREWALL,
  hasFqdnRule,
  isActive,
  isolationOf,
  managedNetworkView,
  OUTBOUND_RULE,
  type OutboundRuleProperties,
  PROVISIONING,
  propertiesOf,
  ruleProperties,
  ruleStatus,
  type WorkspaceProperties,
  writeInlineRules,
} from "./managedNetwork";
import { privateEndpointConnections } from "./privateLink";

const DAY = 24 * 3600;
/** Source: Azure docs, machine-learning/concept-soft-delete. */
const SOFT_DELETED_FOR = 14 * DAY;
const ML = "Microsoft.MachineLearningServices";

function workspaceSeconds({ event, body }: Timing): number {
  if (event !== "create") return event === "delete" ? 120 : 60;
  const properties = (body.properties ?? {}) as WorkspaceProperties;
  const network = properties.provisionNetworkNow && isolationOf(properties) ? PROVISIONING : 0;
  const fqdn = Object.values(properties.managedNetwork?.outboundRules ?? {}).some(({ type }) => type === "FQDN");
  return 180 + network + (network > 0 && fqdn ? FIREWALL : 0);
}

function ruleSeconds({ event, body, id, inventory }: Timing): number {
  const workspace = inventory.get(parentIdOf(id))!;
  if (!isActive(workspace)) return 5;
  const { type } = body.properties as unknown as OutboundRuleProperties;
  if (event !== "delete" && type === "FQDN" && !hasFqdnRule(workspace, inventory)) return FIREWALL;
  return type === "PrivateEndpoint" ? 120 : 30;
}

/** Creating a version also creates its container. Source: azureml-examples, ARM templates that create versions only. */
function writeContainer(version: Resource, effects: Effects): void {
  const containerId = parentIdOf(version.id);
  if (!effects.inventory.get(containerId)) {
    effects.putChild(containerId, version.type.slice(0, -"/versions".length), { properties: { isArchived: false } });
  }
}

function latestVersion(container: Resource, inventory: Inventory): { properties: { latestVersion?: string; nextVersion: string } } {
  const versions = inventory.children(container.id).sort((a, b) => a.createdAt - b.createdAt);
  const numbers = versions.map(({ name }) => Number(name)).filter(Number.isInteger);
  return { properties: { latestVersion: versions.at(-1)?.name, nextVersion: String(Math.max(0, ...numbers) + 1) } };
}

function container(type: string): ResourceType {
  return { type: `${ML}/workspaces/${type}`, defaults: () => ({ properties: { isArchived: false } }), derived: latestVersion };
}

/** Properties of a workspace that never change, even if a later request omits them. */
function permanentProperties(before: Resource | undefined): JsonObject {
  const { storageAccount, keyVault } = before ? propertiesOf(before) : {};
  return { ...(storageAccount ? { storageAccount } : {}), ...(keyVault ? { keyVault } : {}) };
}

const workspace: ResourceType = {
  type: `${ML}/workspaces`,
  purgeParameter: "forceToPurge",
  seconds: workspaceSeconds,
  defaults: (_body, id, inventory) => ({
    kind: "Default",
    sku: { name: "Basic", tier: "Basic" },
    properties: {
      publicNetworkAccess: "Enabled",
      v1LegacyMode: false,
      hbiWorkspace: false,
      allowPublicAccessWhenBehindVnet: false,
      ...permanentProperties(inventory.get(id)),
    },
  }),
  omit: ["properties.managedNetwork.outboundRules", "properties.managedNetwork.status"],
  created: (id, body, { inventory }) => {
    const workspaceId = randomUUID();
    const region = regionName(body.location);
    return {
      outputs: {
        properties: {
          workspaceId,
          tenantId: inventory.tenantId,
          discoveryUrl: `https://${region}.api.azureml.ms/discovery`,
          mlFlowTrackingUri: `azureml://${region}.api.azureml.ms/mlflow/v1.0${id}`,
          notebookInfo: {
            fqdn: `ml-${nameOf(id).toLowerCase()}-${region}-${workspaceId}.${region}.notebooks.azure.net`,
            isPrivateLinkEnabled: false,
          },
          storageHnsEnabled: false,
        },
      },
      facts: { provisionNetworkNow: (body.properties as WorkspaceProperties).provisionNetworkNow === true },
    };
  },
  written: writeInlineRules,
  finished: (resource, operation, effects) => {
    const now =
      operation.kind === "provisionManagedNetwork" || (operation.kind === "create" && resource.facts.provisionNetworkNow === true);
    if (now && isolationOf(propertiesOf(resource)) !== undefined) activate(resource, effects);
  },
  deleted: (resource, effects, permanently) => {
    if (!permanently) effects.softDelete(resource, SOFT_DELETED_FOR, false);
  },
  derived: (resource, inventory) => {
    const connections = privateEndpointConnections(resource, inventory);
    return {
      properties: {
        managedNetwork: managedNetworkView(resource, inventory),
        privateEndpointConnections: connections,
        privateLinkCount: connections.length,
      },
    };
  },
  actions: {
    provisionManagedNetwork: ({ resource, apiVersion, effects, body }) => {
      const status = { status: isActive(resource) ? "Active" : "Inactive", sparkReady: resource.facts.sparkReady === true };
      const running = effects.inventory.running(resource.id);
      if (running?.kind === "provisionManagedNetwork") return { operation: running };
      if (isActive(resource) || isolationOf(propertiesOf(resource)) === undefined) return { body: status };
      const changed = { ...resource, facts: { ...resource.facts, sparkReady: body.includeSpark === true } };
      effects.put(changed);
      const seconds = PROVISIONING + (hasFqdnRule(resource, effects.inventory) ? FIREWALL : 0);
      return { operation: effects.begin(changed, "provisionManagedNetwork", seconds, apiVersion) };
    },
  },
};

/** Versions of assets, in workspaces and registries. */
function versions(type: string, seconds = 0): ResourceType {
  return {
    type: `${ML}/${type}/versions`,
    seconds: () => seconds,
    defaults: () => ({ properties: { isArchived: false, isAnonymous: false } }),
    written: (version, _, effects) => writeContainerOfWorkspace(version, effects),
  };
}

function writeContainerOfWorkspace(version: Resource, effects: Effects): void {
  if (version.type.startsWith(`${ML}/workspaces/`)) writeContainer(version, effects);
}

export const machineLearningTypes: readonly ResourceType[] = [
  workspace,
  {
    type: OUTBOUND_RULE,
    seconds: ruleSeconds,
    defaults: () => ({ properties: { category: "UserDefined" } }),
    derived: (rule, inventory) => ({
      properties: { ...ruleProperties(rule), status: ruleStatus(rule, inventory.get(parentIdOf(rule.id))!) },
    }),
  },
  container("environments"),
  {
    ...versions("workspaces/environments"),
    defaults: () => ({ properties: { isArchived: false, isAnonymous: false, osType: "Linux", autoRebuild: "Disabled" } }),
    created: () => ({ outputs: { properties: { environmentType: "UserCreated" } } }),
  },
  container("models"),
  {
    ...versions("workspaces/models"),
    defaults: () => ({ properties: { isArchived: false, isAnonymous: false, modelType: "custom_model" } }),
  },
  container("codes"),
  versions("workspaces/codes"),
  versions("registries/environments", 30),
  versions("registries/models", 30),
  {
    type: `${ML}/workspaces/computes`,
    // The first compute provisions the managed network. Source: Azure docs, machine-learning/how-to-managed-network.
    seconds: ({ event, id, inventory }) => {
      const resource = inventory.get(parentIdOf(id))!;
      return 120 + (event === "create" && isolationOf(propertiesOf(resource)) && !isActive(resource) ? PROVISIONING : 0);
    },
    finished: (compute, _operation, effects) => {
      const resource = effects.inventory.get(parentIdOf(compute.id))!;
      if (isolationOf(propertiesOf(resource)) && !isActive(resource)) activate(resource, effects);
    },
  },
  {
    type: `${ML}/workspaces/connections`,
    actions: {
      listsecrets: ({ resource, effects }) => {
        const secrets = effects.credentials.secretsOf<Record<string, unknown>>(resource.id) ?? {};
        const { id, name, type, body } = resource;
        return { body: { id, name, type, properties: { ...body.properties, credentials: secrets["properties.credentials"] } } };
      },
    },
  },
  { type: `${ML}/registries`, seconds: ({ event }) => (event === "delete" ? 120 : 300) },
];
