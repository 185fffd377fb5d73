/** Proves the lookup of geographies and regions. Doesn't prove the table: it is a copy of Azure's list as of its date. */
import { canonicalRegion, isRegion, type Region, regions } from "../../facts/regions";
import { allowedRegions, geographies, regionsOfGeography } from "../../planner/residency";

test("a geography includes all its regions", () => {
  expect(regionsOfGeography("Sweden")).toEqual(["swedencentral", "swedensouth"]);
  expect(allowedRegions({ geography: "Europe" })).toEqual(["northeurope", "westeurope"]);
});

test("listed regions are used unchanged", () => {
  expect(allowedRegions({ regions: ["germanywestcentral", "francecentral"] })).toEqual(["germanywestcentral", "francecentral"]);
});

test("a region can be written as in the portal", () => {
  expect(canonicalRegion("Sweden Central")).toBe("swedencentral");
});

test("every display name is its region's name in another form", () => {
  const rows = Object.entries<Region>(regions);
  expect(rows.filter(([name, { displayName }]) => canonicalRegion(displayName) !== name)).toEqual([]);
  expect(rows).toHaveLength(70);
});

test("every pair is a region of the table", () => {
  const pairs = Object.values<Region>(regions).flatMap(({ pairedRegion }) => pairedRegion ?? []);
  expect(pairs.filter((name) => !isRegion(name))).toEqual([]);
});

test("only geographies of the public cloud are listed", () => {
  expect(geographies).toContain("Sweden");
  expect(geographies).not.toContain("China");
});
