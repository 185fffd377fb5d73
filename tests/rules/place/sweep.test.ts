// Proves that in prod every region, every ID of a resource with a region, and every address can't be replaced by one of another place without a
// finding. The exceptions are listed. Doesn't prove properties that prod doesn't set: the tables of the other tests do.
import { isFinding } from "../../../rules/finding";
import { placeRules } from "../../../rules/place";
import { ResourceSet, type RuleResource } from "../../../rules/resource";
import { runRules } from "../../../rules/rule";
import { type Body, isBody, type Value } from "../../../rules/values";
import { shippedResources } from "../shipped";
import { sweden } from "./world";

afterAll(() => jest.restoreAllMocks());

interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

function leaves(value: Value, path: readonly string[] = []): Leaf[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item: Value, index) => leaves(item, [...path, String(index)]));
  return isBody(value) ? Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key])) : [];
}

function replaced(value: Value, [key, ...rest]: readonly string[], text: string): Value {
  if (key === undefined) return text;
  if (Array.isArray(value)) return value.map((item: Value, index) => (String(index) === key ? replaced(item, rest, text) : item));
  return isBody(value) ? { ...value, [key]: replaced(value[key], rest, text) } : value;
}

/** The findings of a resource with one other text that the clean stack doesn't have. */
function findings(all: readonly RuleResource[], resource: RuleResource, { path }: Leaf, text: string): string[] {
  const changed = { ...resource, body: replaced(resource.body, path, text) as Body };
  const resources = new ResourceSet([...all.map((one) => (one === resource ? changed : one)), ...abroad(all)]);
  return runRules(placeRules, { contract: sweden, resources })
    .filter((check) => check.resource === changed && check.code !== "MOOR430")
    .filter(isFinding)
    .map(({ code, property }) => `${code} ${property}`);
}

/** A copy of each resource, in another region and with another name. */
function abroad(all: readonly RuleResource[]): RuleResource[] {
  return all.flatMap((resource) =>
    resource.id === undefined
      ? []
      : [
          {
            ...resource,
            name: "away",
            from: "observed" as const,
            id: idAbroad(resource.id),
            body: { ...resource.body, location: "westeurope" },
          },
        ],
  );
}

const idAbroad = (id: string) => id.replace(/\/resourceGroups\/[^/]+\//i, "/resourceGroups/away/");
const isRegion = ({ text, path }: Leaf) => text.toLowerCase() === "swedencentral" && !path.includes("tags");
const isId = ({ text }: Leaf, all: readonly RuleResource[]) =>
  text.startsWith("/subscriptions/") && all.some(({ id }) => id !== undefined && text.toLowerCase().startsWith(id.toLowerCase()));

/** The place of a leaf, without names and numbers. */
const placeOf = ({ type }: RuleResource, { path }: Leaf) => `${type} ${path.map((key) => key.replace(/^\d+$/, "*")).join(".")}`;

async function unnoticed(stack: string, isOne: (leaf: Leaf, all: readonly RuleResource[]) => boolean, textOf: (leaf: Leaf) => string) {
  const all = await shippedResources(stack);
  const cases = all.flatMap((resource) =>
    leaves(resource.body)
      .filter((leaf) => isOne(leaf, all))
      .map((leaf) => ({ resource, leaf, place: placeOf(resource, leaf) })),
  );
  // One of each kind is enough.
  const kinds = [...new Map(cases.map((one) => [one.place, one])).values()];
  expect(kinds.length).toBeGreaterThan(3);
  return kinds.filter(({ resource, leaf }) => findings(all, resource, leaf, textOf(leaf)).length === 0).map(({ place }) => place);
}

test.each(["West Europe", "eastus2euap"])("no region of prod can become %s unnoticed", async (region) => {
  // The resources in a template are reviewed one by one.
  expect(await unnoticed("prod", isRegion, () => region)).toEqual([
    "Microsoft.Resources/deployments properties.template.resources.*.location",
  ]);
});

test("no reference of prod can name a resource of another place unnoticed", async () => {
  const exceptions = await unnoticed("prod", isId, ({ text }) => idAbroad(text));
  // They hold and move no data: a zone and a role have no region, and the rules for exposure check security groups and identities.
  expect(exceptions.sort()).toEqual([
    "Microsoft.Authorization/roleDefinitions properties.assignableScopes.*",
    "Microsoft.MachineLearningServices/workspaces properties.primaryUserAssignedIdentity",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups properties.privateDnsZoneConfigs.*.properties.privateDnsZoneId",
    "Microsoft.Network/virtualNetworks/subnets properties.networkSecurityGroup.id",
  ]);
});
