/** Renews the list prices of sizes from saved answers of Azure's Retail Prices API (https://prices.azure.com/api/retail/prices). */
import * as path from "node:path";
import { regions } from "../../facts/regions";
import { isInstanceType } from "../../facts/sizes";
import { readTable, rowChanges, tableText } from "./dataFile";
import { replaceFiles } from "./replaceFiles";
import { asObject, checkDate, type Page, readPages } from "./savedAnswer";

export interface RenewPricesOptions {
  /** Folder of the program. */
  readonly root: string;
  /** File with one page of the answer, or folder with all pages. */
  readonly from: string;
  /** Day on which the answers were saved, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Remove the prices that the answers don't contain. @default false */
  readonly complete?: boolean;
}

type Prices = Record<string, Record<string, number>>;

const source = "Azure Retail Prices API (prices.azure.com), pay as you go, Linux, USD";

/**
 * Writes the prices in facts/price-table.json. Prices that the answers don't contain are kept, together with the older date, unless
 * `complete` is set. Writes nothing if nothing changed.
 * @returns what changed, a line each
 * @throws Error with one sentence if an answer can't be used. In this case, nothing is written.
 */
export function renewPrices({ root, from, asOf, complete = false }: RenewPricesOptions): readonly string[] {
  checkDate(asOf);
  const { prices, others } = pricesOf(readPages(from), asOf);
  const file = path.join(root, "facts", "price-table.json");
  const before = readTable<Record<string, number>>(file, "prices");
  const kept = complete ? [] : missingFrom(before.rows, prices);
  const rows = complete ? prices : merged(before.rows, prices);
  const changes = rowChanges(before.rows, rows);
  const name = path.relative(root, file);
  const notes = [
    ...(others.length > 0 ? [`Ignored regions that facts/regions.ts doesn't contain: ${others.join(", ")}.`] : []),
    ...(kept.length > 0
      ? [`Kept ${kept.length} prices that the answers don't contain, for example of ${kept[0]}. --complete removes them.`]
      : []),
  ];
  if (changes.length === 0) return [...notes, `${name} is up to date: the answers contain the same prices.`];
  const partly = kept.length > 0;
  const earlier = before.source.split("; earlier: ").at(-1);
  const table = {
    source: partly ? `${source}, as of ${asOf}; earlier: ${earlier}` : source,
    asOf: partly ? before.asOf : asOf,
    rows,
  };
  replaceFiles([{ file, bytes: Buffer.from(tableText(table, "prices")) }]);
  return [...changes, ...notes, `${name} is renewed: sizes ${Object.keys(rows).length}, prices ${pairsOf(rows).length}.`];
}

const pairsOf = (rows: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
  Object.entries(rows).flatMap(([size, row]) => Object.keys(row).map((region) => [size, region] as const));

function missingFrom(before: Readonly<Record<string, Readonly<Record<string, number>>>>, prices: Prices): readonly string[] {
  return pairsOf(before).flatMap(([size, region]) => (prices[size]?.[region] === undefined ? [`${size} in ${region}`] : []));
}

function merged(before: Readonly<Record<string, Readonly<Record<string, number>>>>, prices: Prices): Prices {
  const names = [...new Set([...Object.keys(before), ...Object.keys(prices)])].sort();
  return Object.fromEntries(names.map((size) => [size, byName({ ...before[size], ...prices[size] })]));
}

const byName = (row: Readonly<Record<string, number>>) => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A price for each size and region, and the regions that facts/regions.ts doesn't contain. */
function pricesOf(pages: readonly Page[], asOf: string): { readonly prices: Prices; readonly others: readonly string[] } {
  checkPages(pages);
  const found = new Map<string, { size: string; region: string; usd: number; since: string; file: string }>();
  const others = new Set<string>();
  for (const { file, value } of pages) {
    for (const item of asObject(value)!.Items as readonly unknown[]) {
      const price = priceOf(item, file, asOf);
      if (price === undefined) continue;
      if (!Object.hasOwn(regions, price.region)) {
        others.add(price.region);
        continue;
      }
      const key = `${price.size} ${price.region}`;
      const other = found.get(key);
      if (other !== undefined && other.since === price.since && other.usd !== price.usd) {
        throw new Error(
          `${file} contains two prices of ${price.size} in ${price.region}: ${other.usd} and ${price.usd} USD per hour. Nothing was written.`,
        );
      }
      if (other === undefined || price.since >= other.since) found.set(key, price);
    }
  }
  if (found.size === 0) {
    throw new Error(
      "The answers contain no price of a size of managed online endpoints. Use the filter that docs/renewing.md shows. Nothing was written.",
    );
  }
  const prices: Prices = {};
  for (const { size, region, usd } of found.values()) prices[size] = { ...prices[size], [region]: usd };
  return { prices: merged({}, prices), others: [...others].sort() };
}

/** @throws Error if a page isn't one of the API, or pages are missing */
function checkPages(pages: readonly Page[]): void {
  for (const { file, value } of pages) {
    const page = asObject(value);
    if (!Array.isArray(page?.Items)) {
      throw new Error(`${file} is not an answer of the Retail Prices API: it has no list Items. Nothing was written.`);
    }
    if (page.BillingCurrency !== undefined && page.BillingCurrency !== "USD") {
      throw new Error(`${file} contains prices in ${page.BillingCurrency}. Save the answer again without currencyCode, which returns USD.`);
    }
  }
  const last = pages.filter(({ value }) => !asObject(value)!.NextPageLink);
  if (last.length === 1) return;
  const [next] = pages.flatMap(({ value }) => asObject(value)!.NextPageLink ?? []);
  throw new Error(
    last.length === 0
      ? `The last page of the answer is missing: each page has a NextPageLink. Save the pages from ${String(next)} on as well.`
      : `The pages are of ${last.length} answers: ${last.map(({ file }) => file).join(" and ")} are both the last page. Use a folder for each answer.`,
  );
}

/** The price of an item on a day; undefined for other meters: Windows, spot, low priority, reservations and other sizes. */
function priceOf(value: unknown, file: string, asOf: string) {
  const item = asObject(value);
  const text = (name: string) => (typeof item?.[name] === "string" ? item[name] : "");
  const size = text("armSkuName");
  const isOther =
    /\b(windows|cloud ?services)\b/i.test(text("productName")) ||
    /\b(spot|low priority)\b/i.test(`${text("skuName")} ${text("meterName")}`);
  if (text("type") !== "Consumption" || text("unitOfMeasure") !== "1 Hour" || isOther || !isInstanceType(size)) return undefined;
  // A price that ended, or that starts later.
  const end = text("effectiveEndDate");
  if ((end !== "" && end < asOf) || text("effectiveStartDate").slice(0, 10) > asOf) return undefined;
  const [region, usd, since] = [text("armRegionName"), item?.retailPrice, text("effectiveStartDate")];
  if (region === "" || typeof usd !== "number" || !Number.isFinite(usd) || usd <= 0) {
    throw new Error(
      `${file} contains a price of ${size} without armRegionName or with retailPrice ${JSON.stringify(usd ?? null)}. Nothing was written.`,
    );
  }
  return { size, region, usd, since, file };
}
