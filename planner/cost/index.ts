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
  /** @default - the source has no date */
  readonly asOf?: string;
}

/** A charge that depends on use and isn't in the total. */
export interface UsageCharge {
  readonly what: string;
  /** @default - facts/ has no price for the region */
  readonly unitPrice?: { readonly usd: number; readonly per: UsageUnit };
  readonly asOf?: string;
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

/** The cost of things. Things of the same fixed kind become one item. */
export function costOf(things: readonly Thing[]): Cost {
  const parts = merged(things).flatMap(partsOf);
  const items = parts.flatMap((part) => ("item" in part ? [part.item] : []));
  const charges = parts.flatMap((part) => ("charge" in part ? [part.charge] : []));
  return {
    items,
    usdPerHour: {
      min: items.reduce((sum, one) => sum + one.usdPerHour.min, 0),
      max: items.reduce((sum, one) => sum + one.usdPerHour.max, 0),
    },
    usdPerMonth: sumOf(items.map(({ usdPerMonth }) => usdPerMonth)),
    notIncluded: [...new Map(charges.map((charge) => [`${charge.what} ${charge.unitPrice?.usd}`, charge])).values()],
    unpriced: [...new Set(parts.flatMap((part) => ("unpriced" in part ? [part.unpriced] : [])))].sort(),
  };
}

/** Instances first, then one thing for each fixed kind, then the others with one cap of logs for each region. */
function merged(things: readonly Thing[]): Thing[] {
  const others = things.filter((thing) => !isFixed(thing) && thing.kind !== "instances" && thing.kind !== "cappedLogs");
  return [...things.filter(({ kind }) => kind === "instances"), ...mergedFixed(things.filter(isFixed)), ...mergedCaps(things), ...others];
}

function mergedFixed(things: readonly FixedThing[]): FixedThing[] {
  return (Object.keys(fixedKinds) as FixedThingKind[]).flatMap((kind) => {
    const count = things.reduce((sum, thing) => sum + (thing.kind === kind ? thing.count : 0), 0);
    return count === 0 ? [] : [{ kind, count }];
  });
}

function mergedCaps(things: readonly Thing[]): CappedLogsThing[] {
  const caps = things.flatMap((thing) => (thing.kind === "cappedLogs" ? [thing] : []));
  return [...new Set(caps.map(({ region }) => region))].map((region) => {
    const gbPerDay = caps.reduce((sum, cap) => sum + (cap.region === region ? cap.gbPerDay : 0), 0);
    return { kind: "cappedLogs", region, gbPerDay };
  });
}

function isFixed(thing: Thing): thing is FixedThing {
  return thing.kind in fixedKinds;
}

type Part = { readonly item: CostItem } | { readonly charge: UsageCharge } | { readonly unpriced: string };

function partsOf(thing: Thing): Part[] {
  if (isFixed(thing)) return fixedParts(thing);
  switch (thing.kind) {
    case "instances":
      return [instancesPart(thing)];
    case "cappedLogs":
      return [cappedLogs(thing)];
    case "usage":
      return [usagePart(thing.service, thing.region)];
    case "unpriced":
      return [{ unpriced: thing.name }];
    default:
      return thing satisfies never;
  }
}

function instancesPart({ name, instanceType, region, min, max, usdPerHour: decided }: InstancesThing): Part {
  const listed = usdPerHour(instanceType, region);
  const price = decided ?? listed;
  if (price === undefined) return { unpriced: `${name} (${instanceType} in ${region})` };
  const origin = price === listed ? pricesSource : { source: "Azure's list price when the decision was made" };
  const what = `${name}: ${min === max ? min : `${min} to ${max}`} × ${instanceType}`;
  return { item: item(name, "instances", what, { min, max }, { usd: price, per: "hour" }, 1, origin) };
}

/** Uses of a fixed thing cost the same in all regions. */
function fixedParts({ kind, count }: FixedThing): Part[] {
  const { usd, per, source, asOf } = fixedPriceOf(kind);
  const quantity = { min: count, max: count };
  return [
    { item: item(kind, kind, fixedName(kind, count), quantity, { usd, per }, hoursPer[per], { source, asOf }) },
    ...fixedKinds[kind].usage.map((service) => usagePart(service, "")),
  ];
}

/** The cap bounds the ingested logs; without use, they cost nothing. */
function cappedLogs({ region, gbPerDay }: CappedLogsThing): Part {
  const price = usagePriceOf("logIngestion", region);
  if (price === undefined) return { charge: { what: usageNames.logIngestion } };
  const { usd, source, asOf } = price;
  const what = `up to ${gbPerDay} GB of logs per day`;
  const quantity = { min: 0, max: gbPerDay };
  return { item: item(`cappedLogs ${region}`, "cappedLogs", what, quantity, { usd, per: "GB" }, hoursPer.day, { source, asOf }) };
}

function usagePart(service: UsageService, region: string): Part {
  const price = usagePriceOf(service, region);
  if (price === undefined) return { charge: { what: usageNames[service] } };
  const { usd, per, asOf } = price;
  return { charge: { what: usageNames[service], unitPrice: { usd, per }, asOf } };
}

function item(
  key: string,
  kind: CostItem["kind"],
  what: string,
  quantity: Range,
  unitPrice: CostItem["unitPrice"],
  hours: number,
  origin: { readonly source: string; readonly asOf?: string },
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
    ...origin,
  };
}

/** For example `not included: traffic of private endpoints 0.01 USD per GB, …`. Undefined if nothing is missing. */
export function notIncludedText({ notIncluded, unpriced: names }: Cost): string | undefined {
  const charges = notIncluded.map(({ what, unitPrice }) =>
    unitPrice === undefined ? what : `${what} ${unitPrice.usd} USD per ${unitPrice.per}`,
  );
  const unknown = names.map((name) => `${name} (no list price)`);
  return charges.length + unknown.length === 0 ? undefined : `not included: ${[...charges, ...unknown].join(", ")}`;
}
