import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json";
import type { Effects, Inventory, Resource } from "../model";
import { nameOf, typeOf } from "../path";
import { regionName } from "../region";

export const OUTBOUND_RULE = "Microsoft.MachineLearningServices/workspaces/outboundRules";

/** Source: Azure docs, machine-learning/how-to-managed-network: about 30 minutes, and 10 more for the firewall of the first FQDN rule. */
export const PROVISIONING = 30 * 60;
export const FIREWALL = 10 * 60;

export interface WorkspaceProperties {
  readonly storageAccount?: string;
  readonly keyVault?: string;
  readonly containerRegistry?: string;
  readonly applicationInsights?: string;
  readonly primaryUserAssignedIdentity?: string;
  readonly provisionNetworkNow?: boolean;
  readonly publicNetworkAccess?: string;
  readonly imageBuildCompute?: string;
  readonly hbiWorkspace?: boolean;
  readonly enableDataIsolation?: boolean;
  readonly encryption?: unknown;
  readonly managedNetwork?: {
    readonly isolationMode?: string;
    readonly outboundRules?: Readonly<Record<string, JsonObject>>;
    readonly managedNetworkKind?: string;
    readonly firewallSku?: string;
  };
}

export interface OutboundRuleProperties {
  readonly type: "FQDN" | "PrivateEndpoint" | "ServiceTag";
  readonly category?: string;
  readonly destination?: unknown;
}

export interface PrivateEndpointDestination {
  readonly serviceResourceId?: string;
  readonly subresourceTarget?: string;
}

export function propertiesOf(workspace: { readonly body: { properties?: unknown } }): WorkspaceProperties {
  return (workspace.body.properties ?? {}) as WorkspaceProperties;
}

/** The isolation mode. Undefined if the workspace has no managed network. */
export function isolationOf({ managedNetwork }: WorkspaceProperties): string | undefined {
  const mode = managedNetwork?.isolationMode;
  return mode === undefined || mode === "Disabled" ? undefined : mode;
}

export function isActive(workspace: Resource): boolean {
  return workspace.facts.networkActive === true;
}

export function rulesOf(workspace: Resource, inventory: Inventory): Resource[] {
  return inventory.children(workspace.id, OUTBOUND_RULE);
}

export function ruleProperties(rule: { readonly body: { properties?: unknown } }): OutboundRuleProperties {
  return rule.body.properties as OutboundRuleProperties;
}

export function hasFqdnRule(workspace: Resource, inventory: Inventory): boolean {
  return rulesOf(workspace, inventory).some((rule) => ruleProperties(rule).type === "FQDN");
}

/** Service tags that networks with only approved outbound get automatically. Source: Azure docs, machine-learning/how-to-managed-network. */
const REQUIRED_TAGS = [
  "AzureActiveDirectory",
  "AzureMachineLearning",
  "BatchNodeManagement",
  "AzureResourceManager",
  "AzureFrontDoor.FirstParty",
  "MicrosoftContainerRegistry",
  "AzureMonitor",
  "VirtualNetwork",
] as const;

const SUBRESOURCES: Readonly<Record<string, readonly string[]>> = {
  "microsoft.storage/storageaccounts": ["blob", "file"],
  "microsoft.keyvault/vaults": ["vault"],
  "microsoft.containerregistry/registries": ["registry"],
  "microsoft.machinelearningservices/workspaces": ["amlworkspace"],
};

/** Sets the network to Active and creates the service's required rules. */
export function activate(workspace: Resource, effects: Effects): void {
  effects.put({ ...workspace, facts: { ...workspace.facts, networkActive: true, networkId: workspace.facts.networkId ?? randomUUID() } });
  const properties = propertiesOf(workspace);
  if (isolationOf(properties) !== "AllowOnlyApprovedOutbound") return;
  for (const tag of REQUIRED_TAGS) {
    const serviceTag = tag === "BatchNodeManagement" ? `${tag}.${regionName(workspace.body.location)}` : tag;
    const destination = { serviceTag, protocol: "*", portRanges: "*", action: "Allow" };
    writeRule(workspace, `__SYS_ST_${serviceTag.replaceAll(".", "_")}`, { type: "ServiceTag", category: "Required", destination }, effects);
  }
  const targets = [properties.storageAccount, properties.keyVault, properties.containerRegistry, workspace.id].filter(
    (id) => id !== undefined,
  );
  for (const serviceResourceId of targets) {
    for (const subresourceTarget of SUBRESOURCES[typeOf(serviceResourceId).toLowerCase()] ?? []) {
      const destination = { serviceResourceId, subresourceTarget, sparkEnabled: false };
      writeRule(
        workspace,
        `__SYS_PE_${nameOf(serviceResourceId)}_${subresourceTarget}`,
        { type: "PrivateEndpoint", category: "Required", destination },
        effects,
      );
    }
  }
}

/** Creates resources for the rules in the body of a workspace, and deletes the rules of the previous list that it omits. */
export function writeInlineRules(workspace: Resource, request: { properties?: unknown }, effects: Effects): void {
  const inline = (request.properties as WorkspaceProperties | undefined)?.managedNetwork?.outboundRules;
  if (!inline) return;
  const named = (name: string) => Object.keys(inline).some((other) => other.toLowerCase() === name.toLowerCase());
  for (const rule of rulesOf(workspace, effects.inventory)) {
    if (ruleProperties(rule).category !== "Required" && !named(rule.name)) effects.remove(rule.id);
  }
  for (const [name, properties] of Object.entries(inline)) writeRule(workspace, name, { category: "UserDefined", ...properties }, effects);
}

function writeRule(workspace: Resource, name: string, properties: JsonObject, effects: Effects): void {
  effects.putChild(`${workspace.id}/outboundRules/${name}`, OUTBOUND_RULE, { properties });
}

/** The managed network in the response for a workspace: its status, and all rules regardless of who created them. */
export function managedNetworkView(workspace: Resource, inventory: Inventory): JsonObject | undefined {
  if (isolationOf(propertiesOf(workspace)) === undefined) return { isolationMode: "Disabled" };
  const outboundRules = Object.fromEntries(
    rulesOf(workspace, inventory).map((rule) => [rule.name, { ...rule.body.properties, status: ruleStatus(rule, workspace) }]),
  );
  const status = { status: isActive(workspace) ? "Active" : "Inactive", sparkReady: workspace.facts.sparkReady === true };
  return { status, outboundRules, ...(workspace.facts.networkId ? { networkId: workspace.facts.networkId } : {}) };
}

export function ruleStatus(rule: Resource, workspace: Resource): string {
  if (rule.state === "Failed") return "Failed";
  if (!isActive(workspace)) return "Inactive";
  return rule.state === "Succeeded" ? "Active" : "Provisioning";
}
