/** The resources of a stack in Sweden Central, with resources of other places, for the tests of single rules. */
import type { Contract } from "../../../rules/contract";
import type { Check } from "../../../rules/finding";
import { placeRules } from "../../../rules/place";
import { ResourceSet, type RuleResource } from "../../../rules/resource";
import { runRules } from "../../../rules/rule";
import type { Body, Value } from "../../../rules/values";

/** The contract of the shipped stacks. */
export const sweden: Contract = {
  home: "swedencentral",
  regions: ["swedencentral", "swedensouth"],
  declared: { geography: "Sweden" },
  principals: [],
};

const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor";

export function idOf(type: string, ...names: readonly string[]): string {
  const [namespace, ...types] = type.split("/");
  return [group, "providers", namespace, ...types.flatMap((part, index) => [part, names[index] ?? "x"])].join("/");
}

/** A planned resource. */
export function resourceOf(type: string, body: Body, more: Partial<RuleResource> = {}): RuleResource {
  return { name: "it", type, body, from: "planned", ...more };
}

/** An existing resource that others refer to. */
function placed(type: string, name: string, location: Value): RuleResource {
  return resourceOf(type, { location }, { name, id: idOf(type, name), from: "observed" });
}

export const types = {
  account: "Microsoft.Storage/storageAccounts",
  vault: "Microsoft.KeyVault/vaults",
  registry: "Microsoft.ContainerRegistry/registries",
  logs: "Microsoft.OperationalInsights/workspaces",
  insights: "Microsoft.Insights/components",
  workspace: "Microsoft.MachineLearningServices/workspaces",
  network: "Microsoft.Network/virtualNetworks",
  actionGroup: "Microsoft.Insights/actionGroups",
  hub: "Microsoft.EventHub/namespaces",
} as const;

type Kind = keyof typeof types;

/** IDs of resources inside and outside the residency, and of one that isn't in the review. */
export const inside = idsOf("home");
export const outside = idsOf("away");
export const missing = idsOf("missing");

function idsOf(name: string): Readonly<Record<Kind, string>> {
  return {
    account: idOf(types.account, name),
    vault: idOf(types.vault, name),
    registry: idOf(types.registry, name),
    logs: idOf(types.logs, name),
    insights: idOf(types.insights, name),
    workspace: idOf(types.workspace, name),
    network: idOf(types.network, name),
    actionGroup: idOf(types.actionGroup, name),
    hub: idOf(types.hub, name),
  };
}

/** What the tested resource can refer to. The stack doesn't create those of other places, because their region is then a finding of its own. */
export const others: readonly RuleResource[] = Object.values(types).flatMap((type) => [
  placed(type, "home", "Sweden Central"),
  { ...placed(type, "away", "westeurope"), from: "observed" as const },
]);

/** The checks of one resource. */
export function checksOf(resource: RuleResource, contract: Contract = sweden, around: readonly RuleResource[] = others): Check[] {
  const resources = new ResourceSet([...around, resource]);
  return runRules(placeRules, { contract, resources }).filter((check) => check.resource === resource);
}

/** The results of one code, for example `violated location`. */
export function resultsOf(code: string, resource: RuleResource, contract?: Contract, around?: readonly RuleResource[]): string[] {
  return checksOf(resource, contract, around)
    .filter((check) => check.code === code)
    .map(({ outcome, property }) => `${outcome} ${property}`);
}
