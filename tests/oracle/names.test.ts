// Proves that the program and the simulator accept the same names of resources and tags. Doesn't prove that Azure does: the rules of both
// name their sources.
import { tagLimits } from "../../azure/limits";
import { nameRules, type RuledResourceName } from "../../azure/nameRules";
import { tagErrors } from "../../config/rules/tags";
import { settingsSchema } from "../../config/stackFile";
import { physicalNamePattern } from "../../planner/names";
import { paths } from "../azure-local/arm/platform";
import { type Asked, answersTo, endpointCalled, letters, named, startPlatform, stopPlatform, tagged } from "./ask";

beforeAll(startPlatform);
afterAll(stopPlatform);

/** Resources of the platform. */
const resources = {
  "applicationinsights:Component": "insights",
  "containerregistry:Registry": "registry",
  "keyvault:Vault": "vault",
  "machinelearningservices:Workspace": "workspace",
  "managedidentity:UserAssignedIdentity": "identity",
  "network:NetworkSecurityGroup": "securityGroup",
  "network:PrivateEndpoint": "privateEndpoint",
  "network:VirtualNetwork": "network",
  "operationalinsights:Workspace": "logs",
  "storage:StorageAccount": "storage",
} as const satisfies Partial<Record<RuledResourceName, keyof typeof paths>>;

/** Other resources, which the platform of these tests doesn't contain. */
const others = {
  "network:NatGateway": {
    path: "/resourceGroups/rg/providers/Microsoft.Network/natGateways/scripts",
    body: { location: "swedencentral", sku: { name: "Standard" }, properties: {} },
  },
  "network:PublicIPAddress": {
    path: "/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/scripts",
    body: { location: "swedencentral", sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } },
  },
} as const satisfies Record<Exclude<RuledResourceName, keyof typeof resources>, object>;

function askedFor(type: RuledResourceName, name: string): Asked {
  if (type in others) {
    const { path, body } = others[type as keyof typeof others];
    return () => ["PUT", named(path, name), body];
  }
  const resource = resources[type as keyof typeof resources];
  return ({ body }) => ["PUT", named(paths[resource], name), body[resource]];
}

test.each(Object.keys(nameRules) as RuledResourceName[])("The longest name of %s, and whether it can contain hyphens", async (type) => {
  const { longest, hyphens } = nameRules[type];
  const called = (name: string) => askedFor(type, name);
  const [atMost, beyond, hyphenated] = await answersTo([called(letters(longest)), called(letters(longest + 1)), called("abc-def")]);
  expect(atMost).toBe("accepted");
  expect(beyond).toMatch(/^400 /);
  expect(hyphenated === "accepted").toBe(hyphens);
});

test("The simulator accepts endpoint names that the program accepts", async () => {
  const good = ["abc", "a-b", "a1b", "a-1", `a${"-b".repeat(15)}c`, letters(32)];
  expect(good.filter((name) => !physicalNamePattern.test(name))).toEqual([]);
  expect(await answersTo(good.map(endpointCalled))).toEqual(good.map(() => "accepted"));
});

test("The simulator rejects endpoint names that the program rejects, except for two hyphens in a row, which its source allows", async () => {
  const bad = ["ab", "1bc", "-bc", "ab-", "aBc", "a_c", letters(33)];
  expect([...bad, "a--b"].filter((name) => physicalNamePattern.test(name))).toEqual([]);
  expect(await answersTo(bad.map(endpointCalled))).toEqual(bad.map(() => "400 BadArgument"));
  expect(await answersTo([endpointCalled("a--b")])).toEqual(["accepted"]);
});

const takesTag = (name: string) => settingsSchema.shape["moor:platform"].shape.tags.safeParse({ [name]: "x" }).success;

test("Names of tags can contain the characters that the stack file allows", async () => {
  const names = Array.from({ length: 95 }, (_, index) => `a${String.fromCharCode(32 + index)}b`);
  const answers = await answersTo(names.map((name) => tagged("logs", { [name]: "x" })));
  const refused = names.filter((_, index) => answers[index] === "400 InvalidTagNameOrValue");
  expect(refused).toEqual(["a%b", "a&b", "a/b", "a<b", "a>b", "a?b", "a\\b"]);
  expect(names.filter((name) => !takesTag(name))).toEqual(refused);
});

test("The stack file rejects tag names that only a storage account rejects, because stacks create one", async () => {
  const long = letters(tagLimits.nameLength + 1);
  expect(await answersTo([tagged("storage", { [long]: "x" }), tagged("logs", { [long]: "x" })])).toEqual([
    "400 InvalidTagNameOrValue",
    "accepted",
  ]);
  expect([letters(tagLimits.nameLength), long].map(takesTag)).toEqual([true, false]);
});

describe("tags of a private DNS zone", () => {
  const refusedByRules = (name: string) => tagErrors({ tags: { [name]: "x" } }).length > 0;

  test("have names without spaces, in plain ASCII, that don't start with a digit", async () => {
    const names = ["a", "a1", "a-b", "a.b", "1a", "a b", "\u00e5", "a\tb"];
    expect(await answersTo(names.map((name) => tagged("zone", { [name]: "x" })))).toEqual([
      ...Array(4).fill("accepted"),
      ...Array(4).fill("400 InvalidTagNameOrValue"),
    ]);
    expect(names.filter(refusedByRules)).toEqual(["1a", "a b", "\u00e5", "a\tb"]);
  });

  test("can start with words that Azure reserves only in the simulator, which has no rule for them", async () => {
    const names = ["azure-a", "Microsoft-a", "WINDOWS-a"];
    expect(await answersTo(names.map((name) => tagged("zone", { [name]: "x" })))).toEqual(names.map(() => "accepted"));
    expect(names.filter(refusedByRules)).toEqual(names);
  });
});
