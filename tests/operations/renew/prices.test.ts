// Proves which meters of saved answers of the Retail Prices API become prices, that a second run changes nothing, and that an answer that can't be
// used changes nothing. The answers have the form that Microsoft documents. Doesn't prove the prices of a day, or what Azure lists.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readTable } from "../../../operations/renew/dataFile";
import { renewPrices } from "../../../operations/renew/prices";

const t4 = "Standard_NC4as_T4_v3";
const a100 = "Standard_NC24ads_A100_v4";
let root: string;
const table = () => path.join(root, "facts", "price-table.json");
const answers = (name: string) => path.join(root, name);

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-prices-"));
  fs.mkdirSync(path.join(root, "facts"));
  fs.writeFileSync(
    table(),
    `{"source": "an older list", "asOf": "2026-06-18", "prices": {"${t4}": {"eastus": 0.526, "swedencentral": 0.6}, "${a100}": {"eastus": 3.673}}}`,
  );
});
afterEach(() => fs.rmSync(root, { recursive: true }));

/** A meter for a Linux VM, pay as you go. */
const item = (armSkuName: string, armRegionName: string, retailPrice: unknown, more: object = {}) => ({
  ...{ currencyCode: "USD", retailPrice, unitPrice: retailPrice, armRegionName, effectiveStartDate: "2024-01-01T00:00:00Z" },
  ...{ meterName: "NC4as T4 v3", productName: "Virtual Machines NCasT4_v3 Series", skuName: "NC4as T4 v3", unitOfMeasure: "1 Hour" },
  ...{ serviceName: "Virtual Machines", serviceFamily: "Compute", type: "Consumption", isPrimaryMeterRegion: true, armSkuName },
  ...more,
});
const page = (Items: readonly unknown[], NextPageLink: string | null = null) => ({
  ...{ BillingCurrency: "USD", CustomerEntityId: "Retail", CustomerEntityType: "Retail", Items, NextPageLink, Count: Items.length },
});
function save(name: string, value: unknown): string {
  fs.mkdirSync(path.dirname(answers(name)), { recursive: true });
  fs.writeFileSync(answers(name), typeof value === "string" ? value : JSON.stringify(value));
  return answers(name);
}
const renew = (from: string, more: { readonly complete?: boolean; readonly asOf?: string } = {}) =>
  renewPrices({ root, from, asOf: "2026-12-01", ...more });
const rows = () => readTable<Record<string, number>>(table(), "prices");

test("takes the Linux price of each size and region, without Windows, spot, low priority, reservations and other sizes", () => {
  const from = save("all.json", page([
    item(t4, "eastus", 0.55),
    item(t4, "swedencentral", 0.6),
    item(a100, "eastus", 3.673),
    item(a100, "westeurope", 4.775),
    item(t4, "eastus", 0.71, { productName: "Virtual Machines NCasT4_v3 Series Windows" }),
    item(t4, "eastus", 0.1, { meterName: "NC4as T4 v3 Spot", skuName: "NC4as T4 v3 Spot" }),
    item(t4, "eastus", 0.2, { meterName: "NC4as T4 v3 Low Priority", skuName: "NC4as T4 v3 Low Priority" }),
    item(t4, "eastus", 2500, { type: "Reservation", reservationTerm: "1 Year" }),
    item(t4, "eastus", 0.3, { type: "DevTestConsumption" }),
    item(t4, "eastus", 0.4, { productName: "NCasT4_v3 Series Cloud Services" }),
    item("Standard_ND96isr_H200_v5", "eastus", 84),
    item(t4, "atlantis", 0.5),
  ])); // biome-ignore format: one meter per line
  expect(renew(from)).toEqual([
    `Changed ${a100}: westeurope (none) is now 4.775.`,
    `Changed ${t4}: eastus 0.526 is now 0.55.`,
    "Ignored regions that facts/regions.ts doesn't contain: atlantis.",
    "facts/price-table.json is renewed: sizes 2, prices 4.",
  ]);
  expect(rows()).toEqual({
    source: "Azure Retail Prices API (prices.azure.com), pay as you go, Linux, USD",
    asOf: "2026-12-01",
    rows: { [a100]: { eastus: 3.673, westeurope: 4.775 }, [t4]: { eastus: 0.55, swedencentral: 0.6 } },
  });
});

test("a second run changes nothing, also on another day", () => {
  const from = save("all.json", page([item(t4, "eastus", 0.55), item(a100, "eastus", 3.673), item(t4, "swedencentral", 0.6)]));
  renew(from);
  const before = fs.readFileSync(table(), "utf8");
  expect(renew(from, { asOf: "2026-12-24" })).toEqual(["facts/price-table.json is up to date: the answers contain the same prices."]);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});

test("keeps prices that the answers don't contain, with their older date", () => {
  const from = save("one.json", page([item(t4, "eastus", 0.55)]));
  expect(renew(from)).toContain(
    `Kept 2 prices that the answers don't contain, for example of ${t4} in swedencentral. --complete removes them.`,
  );
  expect(rows()).toMatchObject({
    source: "Azure Retail Prices API (prices.azure.com), pay as you go, Linux, USD, as of 2026-12-01; earlier: an older list",
    asOf: "2026-06-18",
    rows: { [t4]: { eastus: 0.55, swedencentral: 0.6 } },
  });
});

test("--complete removes them", () => {
  expect(renew(save("one.json", page([item(t4, "eastus", 0.526)])), { complete: true })).toEqual([
    `Removed ${a100}.`,
    `Changed ${t4}: swedencentral 0.6 is now (none).`,
    "facts/price-table.json is renewed: sizes 1, prices 1.",
  ]);
  expect(rows()).toMatchObject({ asOf: "2026-12-01", rows: { [t4]: { eastus: 0.526 } } });
});

test("ignores prices that ended before the day of the answers, and those that start later", () => {
  const ended = item(t4, "eastus", 0.9, { effectiveEndDate: "2026-10-31T23:59:59Z" });
  const later = item(t4, "eastus", 0.8, { effectiveStartDate: "2027-01-01T00:00:00Z" });
  const current = item(t4, "eastus", 0.55, { effectiveEndDate: "2026-12-31T23:59:59Z" });
  renew(save("all.json", page([later, current, ended])));
  expect(rows().rows[t4]!.eastus).toBe(0.55);
});

test("reads all pages of a folder, and the newest of several prices", () => {
  save("pages/1.json", page([item(t4, "eastus", 0.55)], "https://prices.azure.com/api/retail/prices?$skip=1000"));
  save("pages/2.json", page([item(t4, "eastus", 0.57, { effectiveStartDate: "2026-11-01T00:00:00Z" }), item(t4, "eastus", 0.55)]));
  renew(answers("pages"));
  expect(rows().rows[t4]).toEqual({ eastus: 0.57, swedencentral: 0.6 });
});

const next = "https://prices.azure.com/api/retail/prices?$skip=1000";
test.each<[what: string, files: Readonly<Record<string, unknown>>, message: RegExp]>([
  ["there is no file", {}, /^--from is .*\/from, which doesn't exist\./],
  ["the folder has no JSON file", { "from/readme.txt": "x" }, /^--from is .*, a folder without JSON files\./],
  ["a file isn't JSON", { "from/1.json": "<html>" }, /1\.json is not valid JSON: .* Nothing was written\.$/],
  [
    "a file is another answer",
    { "from/1.json": { value: [] } },
    /1\.json is not an answer of the Retail Prices API: it has no list Items\./,
  ],
  ["the currency isn't USD", { "from/1.json": { ...page([]), BillingCurrency: "EUR" } }, /contains prices in EUR\. Save the answer again/],
  ["the last page is missing", { "from/1.json": page([], next) }, /^The last page of the answer is missing: .* from https:.*skip=1000 on/],
  ["there are two answers", { "from/1.json": page([]), "from/2.json": page([]) }, /^The pages are of 2 answers: /],
  ["no meter is of a known size", { "from/1.json": page([item("Standard_X1", "eastus", 1)]) }, /contain no price of a size/],
  ["a price is 0", { "from/1.json": page([item(t4, "eastus", 0)]) }, /with retailPrice 0\. Nothing was written\.$/],
  ["a price isn't a number", { "from/1.json": page([item(t4, "eastus", "0.5")]) }, /with retailPrice "0\.5"\./],
  [
    "two meters disagree",
    { "from/1.json": page([item(t4, "eastus", 1), item(t4, "eastus", 2)]) },
    /two prices of Standard_NC4as_T4_v3 in eastus: 1 and 2 USD/,
  ],
])("changes nothing if %s", (_, files, message) => {
  for (const [name, value] of Object.entries(files)) save(name, value);
  const before = fs.readFileSync(table(), "utf8");
  expect(() => renew(answers("from"))).toThrow(message);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});

test.each(["yesterday", "2026-13-01", "01.12.2026"])("--as-of %s is refused", (asOf) => {
  expect(() => renew("unused", { asOf })).toThrow(`--as-of is "${asOf}". Allowed: a date in the form YYYY-MM-DD`);
});
