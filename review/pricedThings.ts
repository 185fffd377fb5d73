/** What costs money in the resources of a stack: ARM resources in, priced things out. Types without a charge result in nothing. */
import { canonicalRegion } from "../facts/regions";
import { adoptedFirewall, type FixedThingKind, instancesThing, type Thing } from "../planner/cost";
import { at, type RuleResource } from "../rules/resource";
import { isBody, type Value, valueAt, valuesAt } from "../rules/values";
import type { EndpointView } from "./endpoints";

/** The instances of all deployments. */
export function deploymentThings(endpoints: readonly EndpointView[]): Thing[] {
  return endpoints.flatMap(({ key, deployments }) =>
    deployments.map(({ name, instanceType, location = "", instances, scale }) =>
      instancesThing(`${key}/${name}`, { instanceType, region: canonicalRegion(location) }, scale ?? { min: instances, max: instances }),
    ),
  );
}

/** Everything except deployments. */
export function platformThings(resources: readonly RuleResource[]): Thing[] {
  const regionOf = fallbackRegion(resources);
  return [
    ...resources.flatMap((resource) => readers[resource.type.toLowerCase()]?.(resource, regionOf(resource)) ?? unknownCharge(resource)),
    ...firewallsOf(resources),
  ];
}

type Reader = (resource: RuleResource, region: string) => Thing[];

const one = (kind: FixedThingKind): Thing[] => [{ kind, count: 1 }];
const text = (value: Value) => (typeof value === "string" ? value : undefined);

/** By ARM type in lower case. */
const readers: Readonly<Record<string, Reader>> = {
  "microsoft.network/privateendpoints": () => one("privateEndpoint"),
  "microsoft.network/privatednszones": () => one("privateDnsZone"),
  "microsoft.network/natgateways": () => one("natGateway"),
  "microsoft.network/publicipaddresses": () => one("publicAddress"),
  "microsoft.network/azurefirewalls": (resource) => vnetFirewall(text(at(resource, "properties.sku.tier"))),
  "microsoft.insights/metricalerts": (resource) => [{ kind: "metricAlert", count: timeSeries(resource) }],
  "microsoft.containerregistry/registries": (resource) => registry(text(at(resource, "sku.name"))),
  "microsoft.containerregistry/registries/replications": () => one("registryPremium"),
  "microsoft.machinelearningservices/workspaces": managedEndpoints,
  "microsoft.machinelearningservices/workspaces/outboundrules": (resource) =>
    isRule(at(resource, "properties"), "PrivateEndpoint") ? one("managedPrivateEndpoint") : [],
  "microsoft.storage/storageaccounts": (resource, region) => storage(text(at(resource, "sku.name")), region),
  "microsoft.keyvault/vaults": (_, region) => [{ kind: "usage", service: "vaultOperations", region }],
  "microsoft.operationalinsights/workspaces": logs,
  "microsoft.containerinstance/containergroups": (_, region) => containers(region),
  "microsoft.resources/deploymentscripts": (_, region) => containers(region),
};

/** Types of resource providers whose resources cost money, without a price in facts/. */
const unpriced = new Set([
  "microsoft.apimanagement/service",
  "microsoft.cache/redis",
  "microsoft.cognitiveservices/accounts",
  "microsoft.compute/disks",
  "microsoft.compute/virtualmachines",
  "microsoft.compute/virtualmachinescalesets",
  "microsoft.containerservice/managedclusters",
  "microsoft.documentdb/databaseaccounts",
  "microsoft.insights/scheduledqueryrules",
  "microsoft.machinelearningservices/workspaces/computes",
  "microsoft.machinelearningservices/workspaces/serverlessendpoints",
  "microsoft.network/applicationgateways",
  "microsoft.network/bastionhosts",
  "microsoft.network/ddosprotectionplans",
  "microsoft.network/dnsresolvers",
  "microsoft.network/expressroutecircuits",
  "microsoft.network/loadbalancers",
  "microsoft.network/virtualnetworkgateways",
  "microsoft.network/virtualwans",
  "microsoft.search/searchservices",
  "microsoft.sql/servers/databases",
  "microsoft.web/serverfarms",
]);

function unknownCharge({ name, type }: RuleResource): Thing[] {
  return unpriced.has(type.toLowerCase()) ? [{ kind: "unpriced", name: `${name} (${type})` }] : [];
}

/** Child resources and templates can lack a location: they are in the region of the resource group. */
function fallbackRegion(resources: readonly RuleResource[]): (resource: RuleResource) => string {
  const group = resources.find(({ type }) => type.toLowerCase() === "microsoft.resources/resourcegroups");
  return (resource) => canonicalRegion(text(at(resource, "location")) ?? (group && text(at(group, "location"))) ?? "");
}

function vnetFirewall(tier = "Standard"): Thing[] {
  const kind = ({ basic: "firewallBasic", standard: "firewallStandard" } as const)[tier.toLowerCase()];
  return kind === undefined ? [{ kind: "unpriced", name: `the firewall (${tier})` }] : one(kind);
}

function registry(sku = "Premium"): Thing[] {
  const kind = ({ basic: "registryBasic", standard: "registryStandard", premium: "registryPremium" } as const)[sku.toLowerCase()];
  return kind === undefined ? [{ kind: "unpriced", name: `the container registry (${sku})` }] : one(kind);
}

/** An alert rule has a time series for each combination of the values of its dimensions. */
function timeSeries(resource: RuleResource): number {
  const criteria = at(resource, "properties.criteria.allOf");
  if (!Array.isArray(criteria)) return 1;
  const counts = criteria.map((criterion) =>
    valuesAt(criterion, "dimensions.*").reduce((product, { value }) => {
      const values = valueAt(value, "values");
      return product * (Array.isArray(values) ? Math.max(1, values.length) : 1);
    }, 1),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * With only approved outbound, Azure creates private endpoints in the managed network for storage (blob, file), key vault, registry and the
 * workspace itself. Source: Azure docs, how-to-managed-network. Otherwise it depends on the public access of these resources.
 */
function managedEndpoints(workspace: RuleResource): Thing[] {
  if (at(workspace, "properties.managedNetwork.isolationMode") !== "AllowOnlyApprovedOutbound") return [];
  const hasRegistry = at(workspace, "properties.containerRegistry");
  const inline = valuesAt(workspace.body, "properties.managedNetwork.outboundRules.*").filter(({ value }) =>
    isRule(value, "PrivateEndpoint"),
  );
  const ofAzure = hasRegistry === undefined || hasRegistry === null ? 4 : 5;
  return [{ kind: "managedPrivateEndpoint", count: ofAzure + inline.length }];
}

/** Rules with the category Required are Azure's own, which are counted with the workspace. */
function isRule(properties: Value, type: string): boolean {
  return isBody(properties) && properties.type === type && (properties.category ?? "UserDefined") === "UserDefined";
}

/** The firewall of the managed network: Azure creates it with the first FQDN rule. Source: Azure docs, how-to-managed-network. */
function firewallsOf(resources: readonly RuleResource[]): Thing[] {
  const workspaces = resources.filter(({ type }) => type.toLowerCase() === "microsoft.machinelearningservices/workspaces");
  const [workspace] = workspaces;
  const rules = resources.filter(({ type }) => type.toLowerCase() === "microsoft.machinelearningservices/workspaces/outboundrules");
  const inline = workspaces.flatMap(({ body }) => valuesAt(body, "properties.managedNetwork.outboundRules.*").map(({ value }) => value));
  const hasHosts = [...rules.map((rule) => at(rule, "properties")), ...inline].some((rule) => isRule(rule, "FQDN"));
  if (!hasHosts) return [];
  if (workspace === undefined) return [{ kind: "unpriced", name: adoptedFirewall }];
  return one(at(workspace, "properties.managedNetwork.firewallSku") === "Basic" ? "managedFirewallBasic" : "managedFirewallStandard");
}

function storage(sku = "", region: string): Thing[] {
  const service = ({ standard_lrs: "blobLrs", standard_zrs: "blobZrs" } as const)[sku.toLowerCase()];
  return service === undefined ? [{ kind: "unpriced", name: `storage (${sku || "unknown SKU"})` }] : [{ kind: "usage", service, region }];
}

function logs(resource: RuleResource, region: string): Thing[] {
  const cap = at(resource, "properties.workspaceCapping.dailyQuotaGb");
  return [
    typeof cap === "number" && cap > 0 ? { kind: "cappedLogs", region, gbPerDay: cap } : { kind: "usage", service: "logIngestion", region },
    { kind: "usage", service: "logRetention", region },
  ];
}

function containers(region: string): Thing[] {
  return [
    { kind: "usage", service: "containerCpu", region },
    { kind: "usage", service: "containerMemory", region },
  ];
}
