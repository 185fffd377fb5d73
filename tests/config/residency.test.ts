/** Tests the forms of `moor:residency` and the contract that the rules get. Doesn't prove that the regions are in these countries: facts/regions.ts states it. */
import { checkStack } from "../../config/checkStack";
import { contractOf } from "../../config/contract";
import { regions } from "../../facts/regions";
import { allowedRegions, countries, geographies, regionsOfCountry } from "../../planner/residency";
import { goodSettings, rawStack, spoilt, type Tree } from "./stacks";

const declaring = (residency: unknown, location = "swedencentral") =>
  spoilt((s) => Object.assign(s, { "moor:residency": residency, "azure-native:location": location }));

function errorsOf(settings: Tree) {
  const checked = checkStack(rawStack(settings));
  return "errors" in checked ? checked.errors : [];
}

function specOf(settings: Tree) {
  const checked = checkStack(rawStack(settings));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

test.each([
  [{ geography: "Sweden" }, { geography: "Sweden", regions: ["swedencentral", "swedensouth"] }, { geography: "Sweden" }],
  [{ regions: ["Sweden Central"] }, { regions: ["swedencentral"] }, { regions: ["swedencentral"] }],
  [
    { countries: ["SE", "NL"] },
    { countries: ["SE", "NL"], regions: ["swedencentral", "swedensouth", "westeurope"] },
    { countries: ["SE", "NL"] },
  ],
  [{ countries: ["se", "SE"] }, { countries: ["SE"], regions: ["swedencentral", "swedensouth"] }, { countries: ["SE"] }],
])("the residency %j keeps its form", (residency, spec, declared) => {
  const checked = specOf(declaring(residency));
  const authModes = { "chat-endpoint": "Key", "chat-traffic-write": "Key" };
  expect(checked.residency).toEqual(spec);
  expect(contractOf(checked)).toEqual({ home: "swedencentral", regions: spec.regions, declared, authModes, principals: [] });
});

test("the contract contains the authentication mode of both resources that write an endpoint", () => {
  const entra = specOf(spoilt((s) => Object.assign(s["moor:endpoints"].chat, { auth: "entra" })));
  expect(contractOf(entra).authModes).toMatchObject({ "chat-endpoint": "AADToken", "chat-traffic-write": "AADToken" });
});

test("the contract names the operators and the invokers, each once", () => {
  const [ann, bob, team] = ["1", "2", "3"].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);
  const settings = spoilt((s) => {
    s["moor:platform"].operators = [ann, bob];
    Object.assign(s["moor:endpoints"].chat, { auth: "entra", invokers: [team, ann] });
  });
  expect(contractOf(specOf(settings)).principals).toEqual([ann, bob, team]);
});

test("a contract can't be made of an unchecked region", () => {
  expect(() => contractOf({ ...specOf(goodSettings()), location: "atlantis" })).toThrow("The region atlantis is not in facts/regions.ts.");
});

const listed = countries.join(", ");

const rows: readonly (readonly [title: string, residency: unknown, errors: readonly (readonly string[])[]])[] = [
  [
    "the stack's region is in another country",
    { countries: ["NL", "DE"] },
    [
      [
        "MOOR017",
        "azure-native:location",
        "The region swedencentral of the stack is in SE (Sweden), outside the residency.",
        "westeurope, germanynorth, germanywestcentral",
        "Change the region. Change the residency only if its owner agrees.",
      ],
    ],
  ],
  [
    "a name instead of a code",
    { countries: ["SE", "Netherlands"] },
    [["MOOR092", "moor:residency.countries.1", 'The country code "Netherlands" does not exist.', listed, "The code of Netherlands is NL."]],
  ],
  [
    "the code that is not the United Kingdom's",
    { countries: ["SE", "UK"] },
    [
      [
        "MOOR092",
        "moor:residency.countries.1",
        'The country code "UK" does not exist.',
        listed,
        "The ISO 3166-1 code of the United Kingdom is GB.",
      ],
    ],
  ],
  [
    "a code of three letters",
    { countries: ["SE", "DEU"] },
    [
      [
        "MOOR092",
        "moor:residency.countries.1",
        'The country code "DEU" does not exist.',
        listed,
        "Set the code of a country with an Azure region, or list `regions`.",
      ],
    ],
  ],
  [
    "a country without a region",
    { countries: ["SE", "PT"] },
    [
      [
        "MOOR092",
        "moor:residency.countries.1",
        "Azure has no region in PT (Portugal).",
        listed,
        "Set the code of a country with an Azure region, or list `regions`.",
      ],
    ],
  ],
  [
    "a country of another cloud",
    { countries: ["SE", "cn"] },
    [
      [
        "MOOR018",
        "moor:residency.countries.1",
        "The regions in CN (China) are in AzureChinaCloud, which doesn't offer private managed endpoints.",
        listed,
        "Set countries with regions of the public cloud.",
      ],
    ],
  ],
  [
    "no country",
    { countries: [] },
    [
      [
        "MOOR006",
        "moor:residency.countries",
        "The value [] has an invalid format.",
        "a list of at least one country code",
        "Write the value in the allowed format.",
      ],
    ],
  ],
  [
    "text",
    { countries: "SE" },
    [["MOOR003", "moor:residency.countries", 'The value "SE" is text.', "a list of country codes", "Set a value of an allowed type."]],
  ],
  [
    "a blank code",
    { countries: [""] },
    [
      [
        "MOOR002",
        "moor:residency.countries.0",
        "The value is missing.",
        "a country code (ISO 3166-1 alpha-2), for example SE",
        "Add the value.",
      ],
    ],
  ],
  [
    "two forms",
    { countries: ["SE"], geography: "Sweden" },
    [
      [
        "MOOR007",
        "moor:residency",
        "Only one of geography and countries is allowed.",
        "exactly one of geography, regions, countries",
        "Keep only geography or regions or countries.",
      ],
    ],
  ],
];

test.each(rows)("%s is an error", (_, residency, errors) => {
  const found = errorsOf(declaring(residency));
  expect(found.map(({ code, path, problem, allowed, fix }) => [code, path, problem, allowed, fix])).toEqual(errors);
});

test("NO without quotes, which some parsers read as false, is an error that names the fix", () => {
  expect(errorsOf(declaring({ countries: [false] })).map(({ code, fix }) => [code, fix])).toEqual([
    ["MOOR003", "Put the value in quotes."],
  ]);
});

test("each region of the public cloud is in one country and one geography that can be declared", () => {
  const rowsOfCloud = Object.entries(regions).filter(([, { cloud }]) => cloud === "AzureCloud");
  const names = rowsOfCloud.map(([name]) => name).sort();
  expect(countries.flatMap(regionsOfCountry).sort()).toEqual(names);
  expect(geographies.flatMap((geography) => allowedRegions({ geography })).sort()).toEqual(names);
  expect(allowedRegions({ countries: ["NL"] })).toEqual(["westeurope"]);
  expect(allowedRegions({ countries: ["IE"] })).toEqual(["northeurope"]);
});
