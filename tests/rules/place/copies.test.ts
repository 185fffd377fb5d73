// Proves the copies of vaults for every region of the table, against the documentation as transcribed here, and that the contract decides on them.
// Doesn't prove that Azure makes the copies: no property shows them.
import { type RegionName, regionOf, regions } from "../../../facts/regions";
import { registryCopy } from "../../../facts/registryCopies";
import { vaultCopy } from "../../../facts/vaultCopies";
import type { Contract } from "../../../rules/contract";
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, resourceOf, resultsOf } from "./world";

/** Source: Azure docs, key-vault/general/backup (2026-04-20) and reliability/regions-paired (2025-01-13). */
const bothWays = [
  "australiacentral/australiacentral2",
  "australiaeast/australiasoutheast",
  "canadacentral/canadaeast",
  "centralindia/southindia",
  "centralus/eastus2",
  "eastasia/southeastasia",
  "eastus/westus",
  "francecentral/francesouth",
  "germanywestcentral/germanynorth",
  "japaneast/japanwest",
  "jioindiacentral/jioindiawest",
  "koreacentral/koreasouth",
  "northcentralus/southcentralus",
  "northeurope/westeurope",
  "norwayeast/norwaywest",
  "southafricanorth/southafricawest",
  "swedencentral/swedensouth",
  "switzerlandnorth/switzerlandwest",
  "uaenorth/uaecentral",
  "uksouth/ukwest",
  "westus2/westcentralus",
];
const oneWay = ["westindia/southindia"];
const nowhere = [
  ...["brazilsouth", "brazilsoutheast", "westus3"],
  ...["austriaeast", "belgiumcentral", "chilecentral", "denmarkeast", "indonesiacentral", "israelcentral", "italynorth", "malaysiawest"],
  ...["mexicocentral", "newzealandnorth", "polandcentral", "qatarcentral", "spaincentral"],
];
/** Other clouds, in which Azure documents no exceptions. */
const otherClouds = [
  "chinaeast/chinanorth",
  "chinanorth/chinaeast",
  "chinaeast2/chinanorth2",
  "chinanorth2/chinaeast2",
  "chinaeast3/chinanorth3",
  "chinanorth3/chinaeast3",
  "usdodcentral/usdodeast",
  "usdodeast/usdodcentral",
  "usgovarizona/usgovtexas",
  "usgovtexas/usgovvirginia",
  "usgovvirginia/usgovtexas",
];

const documented: Readonly<Record<string, string | undefined>> = Object.fromEntries([
  ...bothWays.flatMap((row) => [row.split("/"), row.split("/").reverse()]),
  ...[...oneWay, ...otherClouds].map((row) => row.split("/")),
  ...nowhere.map((region) => [region, undefined]),
]);
const names = Object.keys(regions) as RegionName[];

test("the documentation names every region of the table, and no other", () => {
  expect(Object.keys(documented).sort()).toEqual([...names].sort());
});

test.each(names)("the vaults of %s are copied as documented, within the geography", (region) => {
  const copy = vaultCopy(region);
  expect(copy).toBe(documented[region]);
  if (copy !== undefined) expect(regionOf(copy).geography).toBe(regionOf(region).geography);
});

test("registries may be copied to the pair, except from two regions", () => {
  const differing = names.filter((region) => registryCopy(region) !== vaultCopy(region));
  expect(Object.fromEntries(differing.map((region) => [region, registryCopy(region)]))).toEqual({
    brazilsoutheast: "brazilsouth",
    southeastasia: undefined,
    westus3: "eastus",
  });
  expect(registryCopy("brazilsouth")).toBeUndefined();
});

const contractOf = (home: RegionName, allowed: readonly RegionName[]): Contract => ({
  home,
  regions: allowed,
  declared: { regions: allowed },
  principals: [],
});
const vault = (location: Value) => resourceOf("Microsoft.KeyVault/vaults", { location });
const registry = (location: Value) => resourceOf("Microsoft.ContainerRegistry/registries", { location });

test.each<[RegionName, RegionName[], string | undefined]>([
  ["westeurope", ["westeurope"], "northeurope (Ireland)"],
  ["northeurope", ["northeurope"], "westeurope (Netherlands)"],
  ["swedencentral", ["swedencentral"], "swedensouth (Sweden)"],
  ["eastasia", ["eastasia"], "southeastasia (Singapore)"],
  ["southeastasia", ["southeastasia"], "eastasia (Hong Kong)"],
  ["westindia", ["westindia", "centralindia"], "southindia (India)"],
  ["swedencentral", ["swedencentral", "swedensouth"], undefined],
  ["westeurope", ["westeurope", "northeurope"], undefined],
  ["italynorth", ["italynorth"], undefined],
  ["brazilsouth", ["brazilsouth"], undefined],
  ["westus3", ["westus3"], undefined],
])("a vault in %s with the contract %p", (region, allowed, place) => {
  const [check] = checksOf(vault(region), contractOf(region, allowed)).filter(({ code }) => code === "MOOR402");
  expect(check).toMatchObject(
    place === undefined
      ? { outcome: "holds", problem: "" }
      : { outcome: "violated", problem: `Azure copies its secrets and keys to ${place}, outside the residency.` },
  );
});

test("with countries: [NL], westeurope is refused for Ireland", () => {
  const netherlands: Contract = { home: "westeurope", regions: ["westeurope"], declared: { countries: ["NL"] }, principals: [] };
  expect(checksOf(vault("West Europe"), netherlands).find(({ code }) => code === "MOOR402")).toMatchObject({
    outcome: "violated",
    problem: "Azure copies its secrets and keys to northeurope (Ireland), outside the residency.",
    allowed: "westeurope",
    remedy: "Add IE to `countries` of `moor:residency`, or accept the copy in `moor:accept`.",
  });
});

test.each(names)("a contract for the geography of %s allows its copies", (region) => {
  const geography = regionOf(region).geography;
  const all = names.filter((one) => regionOf(one).geography === geography);
  const contract: Contract = { home: region, regions: all, declared: { geography }, principals: [] };
  expect([resultsOf("MOOR402", vault(region), contract), resultsOf("MOOR403", registry(region), contract)]).toEqual([
    ["holds location"],
    ["holds location"],
  ]);
});

test.each<[RegionName, string[]]>([
  ["westeurope", ["violated location"]],
  ["brazilsouth", ["holds location"]],
  ["southeastasia", ["holds location"]],
  ["polandcentral", ["holds location"]],
])("a registry in %s, if only that region is allowed", (region, expected) => {
  expect(resultsOf("MOOR403", registry(region), contractOf(region, [region]))).toEqual(expected);
});

test.each<Value>([UNKNOWN, SECRET, undefined, null, 7, "swedennorth", { name: "swedencentral" }])(
  "a vault and a registry in %p",
  (location) => {
    expect(resultsOf("MOOR402", vault(location))).toEqual(["unknown location"]);
    expect(resultsOf("MOOR403", registry(location))).toEqual(["unknown location"]);
  },
);

test("a deleted vault is copied too", () => {
  const deleted = resourceOf("Microsoft.KeyVault/deletedVaults", { location: "westeurope" }, { from: "observed" });
  expect(resultsOf("MOOR402", deleted, contractOf("westeurope", ["westeurope"]))).toEqual(["violated location"]);
});
