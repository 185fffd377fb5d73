/**
 * Calculates costs at list price per hour and month. Each item is rounded to cents per month and the sums are sums of rounded items, so a
 * reader who adds the items gets the total.
 */
import { pricesSource, usdPerHour } from "../../facts/prices";
import { type UsageService, type UsageUnit, usagePriceOf } from "../../facts/servicePrices";
import { fixedKinds, fixedName, fixedPriceOf, usageNames } from "./fixed";
import { cents, hoursPer, hoursPerMonth, type Range, sumOf } from "./money";
import type { CappedLogsThing, FixedThing, FixedThingKind, InstancesThing, Thing } from "./things";

export { cents, differenceOf, differenceText, hoursPerMonth, isSame, type Range, rangeText, sumOf, usdText } from "./money";
export { adoptedFirewall, type FixedThingKind, type InstancesThing, instancesThing, type Thing } from "./things";

/** A charge that doesn't depend on use, or has bounds. */
export interface CostItem {
  /** Identifies the item: the kind of a fixed charge, or the name of a deployment. */
  readonly key: string;
  readonly kind: Exclude<Thing["kind"], "usage" | "unpriced">;
  /** For example `chat/main-8c1f02ab: 3 to 6 × Standard_NC24ads_A100_v4`, or `5 private endpoints`. */
  readonly what: string;
  readonly quantity: Range;
  readonly unitPrice: { readonly usd: number; readonly per: "hour" | "day" | "month" | "GB" };
  /** Not rounded. */
  readonly usdPerHour: Range;
  /** Rounded to cents. */
  readonly usdPerMonth: Range;
  readonly source: string;
  readonly asOf: string;
}

/** A charge that depends on use and isn't in the total. */
export interface UsageCharge {
  readonly what: string;
  readonly unitPrice: { readonly usd: number; readonly per: UsageUnit };
  readonly asOf: string;
}

export interface Cost {
  readonly items: readonly CostItem[];
  readonly usdPerHour: Range;
  /** The sum of the items. */
  readonly usdPerMonth: Range;
  /** Charges that depend on use. */
  readonly notIncluded: readonly UsageCharge[];
  /** Names of things that cost money and have no price in facts/. */
  readonly unpriced: readonly string[];
}

type ItemKind = CostItem["kind"];

/** The cost of things. Things of the same fixed kind become one item. */
export function costOf(things: readonly Thing[]): Cost {
  const parts = [...instances(things), ...fixed(things), ...logs(things), ...usage(things), ...unpriced(things)];
  const items = parts.flatMap((part) => ("item" in part ? [part.item] : []));
  return {
    items,
    usdPerHour: {
      min: items.reduce((sum, item) => sum + item.usdPerHour.min, 0),
      max: items.reduce((sum, item) => sum + item.usdPerHour.max, 0),
    },
    usdPerMonth: sumOf(items.map(({ usdPerMonth }) => usdPerMonth)),
    notIncluded: parts.flatMap((part) => ("charge" in part ? [part.charge] : [])),
    unpriced: [...new Set(parts.flatMap((part) => ("unpriced" in part ? [part.unpriced] : [])))].sort(),
  };
}

type Part = { readonly item: CostItem } | { readonly charge: UsageCharge } | { readonly unpriced: string };

function instances(things: readonly Thing[]): Part[] {
  return things.flatMap((thing) => (thing.kind === "instances" ? [instancesPart(thing)] : []));
}

function instancesPart(thing: InstancesThing): Part {
  const { name, instanceType, region, min, max } = thing;
  const price = thing.usdPerHour ?? usdPerHour(instanceType, region);
  if (price === undefined) return { unpriced: `${name} (${instanceType} in ${region})` };
  const { source, asOf } = thing.usdPerHour === undefined ? pricesSource : { ...pricesSource, source: "the decision" };
  const what = `${name}: ${min === max ? min : `${min} to ${max}`} × ${instanceType}`;
  return { item: item(name, "instances", what, { min, max }, { usd: price, per: "hour" }, 1, { source, asOf }) };
}

function fixed(things: readonly Thing[]): Part[] {
  const found = things.filter(isFixed);
  return (Object.keys(fixedKinds) as FixedThingKind[]).flatMap((kind) => {
    const count = found.reduce((sum, thing) => sum + (thing.kind === kind ? thing.count : 0), 0);
    if (count === 0) return [];
    const { usd, per, source, asOf } = fixedPriceOf(kind);
    return [{ item: item(kind, kind, fixedName(kind, count), { min: count, max: count }, { usd, per }, hoursPer[per], { source, asOf }) }];
  });
}

function isFixed(thing: Thing): thing is FixedThing {
  return thing.kind in fixedKinds;
}

function logs(things: readonly Thing[]): Part[] {
  return things.flatMap((thing) => (thing.kind === "cappedLogs" ? [cappedLogs(thing)] : []));
}

/** The cap bounds the ingested logs; without use, they cost nothing. */
function cappedLogs({ region, gbPerDay }: CappedLogsThing): Part {
  const price = usagePriceOf("logIngestion", region);
  if (price === undefined) return { unpriced: `${usageNames.logIngestion} in ${region}` };
  const { usd, source, asOf } = price;
  const what = `up to ${gbPerDay} GB of logs per day`;
  return { item: item("cappedLogs", "cappedLogs", what, { min: 0, max: gbPerDay }, { usd, per: "GB" }, hoursPer.day, { source, asOf }) };
}

/** Uses of all things, each once. */
function usage(things: readonly Thing[]): Part[] {
  const uses = things.flatMap((thing): (readonly [UsageService, string])[] => {
    if (thing.kind === "usage") return [[thing.service, thing.region]];
    return isFixed(thing) && thing.count > 0 ? fixedKinds[thing.kind].usage.map((service) => [service, ""] as const) : [];
  });
  const unique = new Map(uses.map(([service, region]) => [`${service} ${region}`, [service, region] as const]));
  return [...unique.values()].map(([service, region]) => {
    const price = usagePriceOf(service, region);
    if (price === undefined) return { unpriced: `${usageNames[service]} in ${region}` };
    const { usd, per, asOf } = price;
    return { charge: { what: usageNames[service], unitPrice: { usd, per }, asOf } };
  });
}

function unpriced(things: readonly Thing[]): Part[] {
  return things.flatMap((thing) => (thing.kind === "unpriced" ? [{ unpriced: thing.name }] : []));
}

function item(
  key: string,
  kind: ItemKind,
  what: string,
  quantity: Range,
  unitPrice: CostItem["unitPrice"],
  hours: number,
  origin: { readonly source: string; readonly asOf: string },
): CostItem {
  const perHour = (count: number) => (count * unitPrice.usd) / hours;
  const perMonth = (count: number) => cents(count * unitPrice.usd * (hoursPerMonth / hours));
  return {
    key,
    kind,
    what,
    quantity,
    unitPrice,
    usdPerHour: { min: perHour(quantity.min), max: perHour(quantity.max) },
    usdPerMonth: { min: perMonth(quantity.min), max: perMonth(quantity.max) },
    source: origin.source,
    asOf: origin.asOf,
  };
}

/** For example `not included: traffic of private endpoints 0.01 USD per GB, …`. Undefined if nothing is missing. */
export function notIncludedText({ notIncluded, unpriced: names }: Cost): string | undefined {
  const charges = notIncluded.map(({ what, unitPrice: { usd, per } }) => `${what} ${usd} USD per ${per}`);
  const unknown = names.map((name) => `${name} (no list price)`);
  return charges.length + unknown.length === 0 ? undefined : `not included: ${[...charges, ...unknown].join(", ")}`;
}
