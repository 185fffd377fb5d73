/** Cost per month at list price: before the run, at the peak of the rollout, and after the run. */
import {
  type Cost,
  type CostItem,
  differenceOf,
  differenceText,
  fixedName,
  isSame,
  notIncludedText,
  type Range,
  rangeText,
  sumOf,
  usdText,
} from "../../planner/cost";
import { labelOf } from "../../planner/rollout/transition";
import type { StackChange } from "../change";
import { type Costs, costsOf } from "../costs";
import { type EndpointView, sameEndpoint } from "../endpoints";
import { empty, type Notice, type Section } from "../section";

/**
 * A reviewer decides on a rise above both limits: smaller amounts, such as a private endpoint or alerts, cost less than the decision, and
 * smaller parts disappear in the variation of usage. For a new endpoint, only the amount counts, because it is a new expense.
 */
const limits = { usdPerMonth: 50, percent: 5 } as const;

/** Characters of a summary. */
const summaryLength = 160;

/** Cost of one deployment label, or of resources of one kind. */
interface Part {
  readonly name: string;
  readonly before: Range;
  readonly after: Range;
}

export function cost(change: StackChange): Section {
  const costs = costsOf(change);
  const { before, peak, after } = costs;
  const parts = changedParts(before, after);
  const peakTotal = sumOf(peak.map(({ usdPerMonth }) => usdPerMonth));
  const notices = [...risingNotice(change, costs.serving), ...unknownNotices(before, after), ...notesOf(change, costs, peakTotal)];
  const isUnchanged = parts.length === 0 && peakTotal.max <= before.usdPerMonth.max;
  if (isUnchanged && notices.length === 0) return { ...empty, data: dataOf(costs, peakTotal) };
  return {
    summary: isUnchanged ? "" : summaryOf(change, costs, peakTotal),
    notices,
    details: detailsOf(after, parts),
    data: dataOf(costs, peakTotal),
  };
}

function changedParts(before: Cost, after: Cost): Part[] {
  const names = [...new Set([...before.items, ...after.items].map(partName))];
  const parts = names.map((name) => {
    const of = ({ items }: Cost) => sumOf(items.filter((item) => partName(item) === name).map(({ usdPerMonth }) => usdPerMonth));
    return { name, before: of(before), after: of(after) };
  });
  const size = (part: Part) => {
    const { min, max } = differenceOf(part.before, part.after);
    return Math.max(Math.abs(min), Math.abs(max));
  };
  return parts.filter((part) => !isSame(part.before, part.after)).sort((one, other) => size(other) - size(one));
}

/** A changed recipe has another name in Azure, so deployments are compared by their label. */
function partName({ kind, key }: CostItem): string {
  return kind === "instances" ? labelOf(key) : kind === "cappedLogs" ? "logs" : fixedName(kind, 1);
}

function summaryOf({ preview }: StackChange, costs: Costs, peak: Range): string {
  const [before, after] = [costs.before.usdPerMonth, costs.after.usdPerMonth];
  const difference = differenceOf(before, after);
  if (!preview.isComplete) {
    return `${differenceText(difference, " USD/month")} (list price); totals are unknown, because the preview lacks the unchanged resources`;
  }
  const rollout = peak.max > Math.max(before.max, after.max) ? `; up to ${usdText(peak.max)} during the rollout` : "";
  const until = isRising(before, after) && costs.retained.length > 0 ? ` while ${costs.retained.join(" and ")} is kept` : "";
  const texts = isSame(before, after)
    ? [`unchanged at ${rangeText(after)} USD/month at list price${rollout}`]
    : [
        `${rangeText(after)} USD/month at list price, ${differenceText(difference)}${until} (now ${rangeText(before)})${rollout}`,
        `${rangeText(after)} USD/month at list price, ${differenceText(difference)}${until} (now ${rangeText(before)})`,
        `${rangeText(after)} USD/month at list price, ${differenceText(difference)} (now ${rangeText(before)})`,
        `${rangeText(after)} USD/month at list price, ${differenceText(difference)}`,
      ];
  return texts.find((text) => text.length <= summaryLength) ?? `at most ${usdText(after.max)} USD/month at list price`;
}

/** At most one notice, for the part with the largest rise. */
function risingNotice(change: StackChange, { before, after }: Costs["serving"]): Notice[] {
  const parts = changedParts(before, after);
  const rise = differenceOf(before.usdPerMonth, after.usdPerMonth);
  const bound = (["max", "min"] as const).find((one) => isHigh(change, before.usdPerMonth[one], rise[one]));
  const [largest] = parts.filter((part) => isRising(part.before, part.after));
  const isNew = change.endpoints.after.some((endpoint) => isNewExpense(endpoint, change, parts));
  if (largest === undefined || (bound === undefined && !isNew)) return [];
  const { stack, isComplete } = change.preview;
  if (isComplete && before.usdPerMonth.max === 0) {
    return [
      {
        severity: "look",
        text: `${stack} costs ${rangeText(after.usdPerMonth)} USD/month at list price. Before this run, it costs nothing.`,
      },
    ];
  }
  const own = differenceText(rise, " USD/month");
  const others = parts.length > 1 ? "mostly for" : "for";
  const [from, to] = [rangeText(before.usdPerMonth), rangeText(after.usdPerMonth)];
  const percent = percentText(before.usdPerMonth, rise, bound ?? "max");
  const total = isComplete ? ` The stack then costs ${to} USD/month instead of ${from}${percent}.` : "";
  return [{ severity: "look", text: `The list price changes by ${own}, ${others} ${largest.name}.${total} Is it approved?` }];
}

/** For example ` (+14% at the maximum)`. Empty if there was no cost. */
function percentText(before: Range, rise: Range, bound: "min" | "max"): string {
  if (before[bound] === 0) return "";
  const percent = Math.round((100 * rise[bound]) / before[bound]);
  return ` (${percent < 0 ? "" : "+"}${percent}% at the ${bound === "min" ? "minimum" : "maximum"})`;
}

function isHigh({ preview }: StackChange, before: number, rise: number): boolean {
  return rise > limits.usdPerMonth && (!preview.isComplete || rise > (before * limits.percent) / 100);
}

function isRising(before: Range, after: Range): boolean {
  return after.min > before.min || after.max > before.max;
}

function isNewExpense(endpoint: EndpointView, { endpoints }: StackChange, parts: readonly Part[]): boolean {
  if (endpoints.before.some((one) => sameEndpoint(one, endpoint))) return false;
  const own = parts.filter(({ name }) => name.startsWith(`${endpoint.key}/`));
  return sumOf(own.map(({ after }) => after)).max > limits.usdPerMonth;
}

/** Costs that the run adds and that no total contains. */
function unknownNotices(before: Cost, after: Cost): Notice[] {
  const added = after.unpriced.filter((name) => !before.unpriced.includes(name));
  const [first] = added;
  const more = added.length > 1 ? ` The same applies to ${added.length - 1} more.` : "";
  const uncapped = isCapped(before) && !isCapped(after) && after.notIncluded.length > before.notIncluded.length;
  return [
    ...(first === undefined
      ? []
      : [{ severity: "look" as const, text: `No list price is known for ${first}, so the totals lack its cost.${more}` }]),
    ...(uncapped
      ? [
          {
            severity: "look" as const,
            text: "The logs no longer have a daily cap, so their cost has no upper bound and the total lacks it.",
          },
        ]
      : []),
  ];
}

function isCapped({ items }: Cost): boolean {
  return items.some(({ kind }) => kind === "cappedLogs");
}

function notesOf({ preview }: StackChange, { before, after, retained }: Costs, peak: Range): Notice[] {
  const difference = differenceOf(before.usdPerMonth, after.usdPerMonth);
  const falls = !isSame(before.usdPerMonth, after.usdPerMonth) && !isRising(before.usdPerMonth, after.usdPerMonth);
  const isHigher = preview.isComplete && peak.max > Math.max(before.usdPerMonth.max, after.usdPerMonth.max);
  return [
    ...(falls ? [note(`${preview.stack} costs ${lessText(difference)} USD/month less at list price.`)] : []),
    ...(isHigher
      ? [
          note(
            `${preview.stack} costs ${rangeText(peak)} USD/month at list price during the rollout, while old and new deployments run next to each other.`,
          ),
        ]
      : []),
    ...retained.flatMap((name) => {
      const item = after.items.find(({ key }) => key === name);
      const amount = item && `${rangeText(item.usdPerMonth)} USD/month at list price`;
      return amount === undefined ? [] : [note(`${name} keeps its instances without traffic, for ${amount}, until it is retired.`)];
    }),
  ];
}

const note = (text: string): Notice => ({ severity: "note", text });

/** For example `10,457.25`, or `up to 10,457.25` if the minimum doesn't fall. */
function lessText({ min, max }: Range): string {
  if (min === max) return usdText(-min);
  return min === 0 || max === 0 ? `up to ${usdText(-Math.min(min, max))}` : rangeText({ min: -min, max: -max });
}

function detailsOf(after: Cost, parts: readonly Part[]): string[] {
  const dates = [...new Set([...after.items, ...after.notIncluded].flatMap(({ asOf }) => asOf ?? []))].sort();
  const missing = notIncludedText(after);
  return [
    ...parts.map(({ name, before: was, after: is }) => `${name}: ${rangeText(was)} → ${rangeText(is)} USD/month`),
    ...(after.items.length === 0
      ? []
      : [`after the run: ${after.items.map(({ what, usdPerMonth }) => `${what} ${rangeText(usdPerMonth)}`).join(", ")} USD/month`]),
    ...(missing === undefined ? [] : [missing]),
    ...(dates.length === 0 ? [] : [`list prices of ${dates.length === 1 ? dates[0] : `${dates[0]} to ${dates.at(-1)}`}`]),
  ];
}

function dataOf({ before, peak, after }: Costs, peakTotal: Range) {
  const { usdPerMonth, items, notIncluded, unpriced } = after;
  return {
    before: { usdPerMonth: before.usdPerMonth, items: before.items, unpriced: before.unpriced },
    peak: { usdPerMonth: peakTotal, items: peak },
    after: { usdPerMonth, items, notIncluded, unpriced },
    difference: differenceOf(before.usdPerMonth, usdPerMonth),
  };
}
