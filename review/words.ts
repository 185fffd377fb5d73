/** How texts of a review name resources: by the type in words and the name that the reviewer knows from the stack file. */
import { parseArmId } from "../azure/armId";
import { shorten } from "../planner/reportText";
import { labelOf } from "../planner/rollout/transition";
import type { StackChange } from "./change";
import type { EndpointView } from "./endpoints";
import type { Preview } from "./preview";

/** Singular and plural by ARM type in lower case. Other types are "Resource". */
const typeWords: Readonly<Record<string, readonly [one: string, several: string]>> = {
  "microsoft.authorization/locks": ["Lock", "Locks"],
  "microsoft.authorization/roleassignments": ["Role assignment", "Role assignments"],
  "microsoft.authorization/roledefinitions": ["Role definition", "Role definitions"],
  "microsoft.containerregistry/registries": ["Container registry", "Container registries"],
  "microsoft.insights/actiongroups": ["Action group", "Action groups"],
  "microsoft.insights/autoscalesettings": ["Autoscale setting", "Autoscale settings"],
  "microsoft.insights/components": ["Application Insights", "Application Insights components"],
  "microsoft.insights/diagnosticsettings": ["Diagnostic setting", "Diagnostic settings"],
  "microsoft.insights/metricalerts": ["Alert", "Alerts"],
  "microsoft.keyvault/vaults": ["Key Vault", "Key Vaults"],
  "microsoft.keyvault/vaults/secrets": ["Key Vault secret", "Key Vault secrets"],
  "microsoft.machinelearningservices/registries": ["Asset registry", "Asset registries"],
  "microsoft.machinelearningservices/workspaces": ["Machine Learning workspace", "Machine Learning workspaces"],
  "microsoft.machinelearningservices/workspaces/environments/versions": ["Environment", "Environments"],
  "microsoft.machinelearningservices/workspaces/models/versions": ["Model", "Models"],
  "microsoft.machinelearningservices/workspaces/onlineendpoints": ["Endpoint", "Endpoints"],
  "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments": ["Deployment", "Deployments"],
  "microsoft.machinelearningservices/workspaces/outboundrules": ["Outbound rule", "Outbound rules"],
  "microsoft.managedidentity/userassignedidentities": ["Identity", "Identities"],
  "microsoft.network/natgateways": ["NAT gateway", "NAT gateways"],
  "microsoft.network/networksecuritygroups": ["Network security group", "Network security groups"],
  "microsoft.network/privatednszones": ["Private DNS zone", "Private DNS zones"],
  "microsoft.network/privatednszones/virtualnetworklinks": ["Link of a private DNS zone", "Links of private DNS zones"],
  "microsoft.network/privateendpoints": ["Private endpoint", "Private endpoints"],
  "microsoft.network/privateendpoints/privatednszonegroups": ["DNS record of a private endpoint", "DNS records of private endpoints"],
  "microsoft.network/publicipaddresses": ["Public IP address", "Public IP addresses"],
  "microsoft.network/virtualnetworks": ["Virtual network", "Virtual networks"],
  "microsoft.network/virtualnetworks/subnets": ["Subnet", "Subnets"],
  "microsoft.operationalinsights/workspaces": ["Log Analytics workspace", "Log Analytics workspaces"],
  "microsoft.resources/resourcegroups": ["Resource group", "Resource groups"],
  "microsoft.storage/storageaccounts": ["Storage account", "Storage accounts"],
  "microsoft.storage/storageaccounts/blobservices": ["Blob service", "Blob services"],
  "microsoft.storage/storageaccounts/blobservices/containers": ["Blob container", "Blob containers"],
};

const other = ["Resource", "Resources"] as const;

/** A resource in a text. `name` is its logical name. */
export interface Named {
  readonly name: string;
  readonly type: string;
}

/** How many names a text lists for each type, and how many types. */
const [mostNames, mostTypes] = [3, 2];

/** The word for a type, for example `Key Vault`. */
export function typeWord(type: string, count = 1): string {
  const [one, several] = typeWords[type.toLowerCase()] ?? other;
  return count === 1 ? one : several;
}

/** A number of resources of a type, in a sentence: `5 private endpoints`. */
export function counted(count: number, type: string): string {
  return `${count} ${withinSentence(typeWord(type, count))}`;
}

/** Resources at the start of a sentence, for example `Key Vault platform-vault`, or `Private endpoints a, b, c and 17 more`. */
export function resourcesText(resources: readonly Named[], change: StackChange): string {
  const byType = new Map<string, string[]>();
  for (const one of resources) {
    const type = one.type.toLowerCase();
    byType.set(type, [...new Set([...(byType.get(type) ?? []), shownName(one, change)])]);
  }
  const parts = [...byType].map(([type, names]) => `${typeWord(type, names.length)} ${listed(names.sort())}`);
  const shown = parts.slice(0, mostTypes).map((part, index) => (index === 0 ? part : withinSentence(part)));
  const hidden = [...byType.values()].slice(mostTypes).flat().length;
  return [...shown, ...(hidden > 0 ? [`${hidden} other ${hidden === 1 ? "resource" : "resources"}`] : [])].join(", ");
}

/** The first names of a list. */
export function listed(names: readonly string[]): string {
  if (names.length <= mostNames) return joined(names);
  return `${names.slice(0, mostNames).join(", ")} and ${names.length - mostNames} more`;
}

/** `a`, `a and b`, or `a, b and c`. */
export function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** The logical name without the parts that Moor adds: `chat` of `chat-endpoint`, `main of endpoint chat` of a deployment. */
function shownName({ name, type }: Named, { endpoints }: StackChange): string {
  const short = type.toLowerCase();
  if (short.endsWith("/onlineendpoints")) return name.replace(/-endpoint$|-traffic-write\/resources\/\d+$/, "");
  if (short.endsWith("/models/versions")) return name.replace(/^model-|-version$/g, "");
  if (short.endsWith("/environments/versions")) return name.replace(/-environment$/, "");
  if (!short.endsWith("/onlineendpoints/deployments")) return name.replace(/\/resources\/\d+(?=\/|$)/g, "");
  const all = [...endpoints.before, ...endpoints.after];
  const endpoint = all.find(({ deployments }) => deployments.some(({ resource }) => resource.name === name));
  const deployment = endpoint?.deployments.find(({ resource }) => resource.name === name);
  return endpoint === undefined || deployment === undefined ? name : `${labelIn(endpoint, deployment.name)} of endpoint ${endpoint.key}`;
}

/** The label of a deployment, or its name if several deployments of the endpoint have the label. */
export function labelIn({ deployments }: Pick<EndpointView, "deployments">, name: string): string {
  const label = labelOf(name);
  return deployments.filter((one) => labelOf(one.name) === label).length > 1 ? name : label;
}

/** Traffic weights in words: `main 90%, candidate 10%`. */
export function sharesText(endpoint: EndpointView): string {
  const shares = Object.entries(endpoint.traffic).filter(([, weight]) => weight > 0);
  shares.sort(([, one], [, next]) => next - one);
  return shares.map(([name, weight]) => `${labelIn(endpoint, name)} ${weight}%`).join(", ");
}

/** The first word in lower case, unless it is a name or an abbreviation. */
export function withinSentence(text: string): string {
  if (/^(Application Insights|Azure|Key Vault|Log Analytics|Machine Learning|DNS|NAT)\b/.test(text)) return text;
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** A resource that a message names by its logical name or its ARM ID: `Endpoint fraud`. Other names stay as they are. */
export function mentionedText(mentioned: string, change: StackChange): string {
  const id = parseArmId(mentioned);
  if (id !== undefined) return `${typeWord(id.type)} ${withoutSuffix(id.name, change.preview)}`;
  const found = [...change.before, ...change.after].find(({ name }) => name === mentioned);
  return found === undefined ? mentioned : resourcesText([found], change);
}

/** A name in Azure without the stack and the random characters that Moor appends: `fraud` of `fraud-prod-1cudne`. */
function withoutSuffix(name: string, { stack, steps }: Preview): string {
  const found = steps.find(({ token, name: logical }) => token === "random:index/randomString:RandomString" && logical === "suffix");
  const suffix = (found?.before ?? found?.after)?.outputs.result;
  if (typeof suffix !== "string" || !name.endsWith(suffix)) return name;
  const short = name.slice(0, -suffix.length);
  return short.endsWith(`-${stack}-`) ? short.slice(0, -`-${stack}-`.length) : short.replace(/-$/, "") || name;
}

/** Longest text of a notice and of a summary, in characters. */
const longestText = 300;
const longestSummary = 160;

/** Shortens the text of a notice. */
export function noticeText(text: string): string {
  return shorten(text, longestText);
}

/** Joins parts into a summary; those that don't fit are counted. */
export function summaryOf(parts: readonly string[]): string {
  const unique = [...new Set(parts)];
  for (let count = unique.length; count > 0; count--) {
    const hidden = unique.length - count;
    const text = [...unique.slice(0, count), ...(hidden > 0 ? [`${hidden} more`] : [])].join("; ");
    if (text.length <= longestSummary) return text;
  }
  return shorten(unique[0] ?? "", longestSummary);
}
