/** Where data can be: the residency contract, the accepted findings, and findings about places. */
import { canonicalRegion, isRegion, type Region, regions } from "../../facts/regions";
import { countryName } from "../../planner/residency";
import { type Acceptance, kindOf } from "../../rules";
import { at } from "../../rules/resource";
import type { StackChange } from "../change";
import { findingChange, isExposure, type NewFinding } from "../findings";
import type { Notice, Section } from "../section";
import type { ResidencySettings } from "../stackSettings";
import { type Terms, termsOf } from "../terms";
import { joined, listed, noticeText, resourcesText, summaryOf } from "../words";

/** A notice with its part of the summary. @default - notes have none */
interface Part {
  readonly notice: Notice;
  readonly summary?: string;
}

export function residency(change: StackChange, { today }: { readonly today: string }): Section {
  if (change.preview.kind === "destroy") return { summary: "", notices: [] };
  const { before, after } = termsOf(change);
  const parts = [
    ...findingParts(change, today),
    ...contractParts(before, after, change),
    ...acceptanceParts(before, after, change),
    ...expiredParts(after, today),
  ];
  const { unproved } = findingChange(change, today);
  const properties = unproved === 1 ? "1 property is" : `${unproved} properties are`;
  const details =
    unproved === 0 ? [] : [`${properties} known only during the update. Before each write, Moor checks what is known by then.`];
  const data = { before: before.residency, after: after.residency };
  const summary = summaryOf(parts.flatMap((part) => part.summary ?? []));
  return { summary, notices: parts.map(({ notice }) => notice), details, data };
}

/** Findings about places that the change causes. Those about exposure are dangers. */
function findingParts(change: StackChange, today: string): Part[] {
  const groups = new Map<string, NewFinding[]>();
  for (const one of findingChange(change, today).gained) {
    if (isExposure(one.finding)) continue;
    const key = `${one.finding.code} ${one.status}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.keys()].sort().map((key) => findingPart(groups.get(key)!, change));
}

function findingPart(found: readonly NewFinding[], change: StackChange): Part {
  const [{ finding, status, acceptance }] = found as readonly [NewFinding, ...NewFinding[]];
  const { code, remedy } = finding;
  const { title } = kindOf(code);
  const resources = found.map((one) => one.finding.resource);
  const places = [...new Set(resources.flatMap((one) => (code === "MOOR401" ? placeText(at(one, "location")) : [])))];
  const where = places.length === 0 ? "" : ` (${listed(places)})`;
  const names = resourcesText(resources, change);
  if (status === "accepted") {
    const text = `${names}: ${title}${where}. The stack file accepts ${code} until ${acceptance?.until}.`;
    return { notice: { severity: "note", text: noticeText(text), code } };
  }
  const why = acceptance === undefined ? `No entry of moor:accept accepts ${code}` : `The entry of moor:accept for ${code} has expired`;
  const text = noticeText(`${names}: ${title}${where}. ${why}.`);
  return { notice: { severity: "danger", text, rollback: remedy, code }, summary: `${title}${where}: ${names}` };
}

/** A region with its country. Other values aren't shown. */
function placeText(location: unknown): string[] {
  const name = typeof location === "string" ? canonicalRegion(location) : "";
  return isRegion(name) ? [regionText(name)] : [];
}

function regionText(name: string): string {
  if (!isRegion(name)) return name;
  const { country }: Region = regions[name];
  return `${name} (${countryName(country) ?? country})`;
}

/** How a stack declares its residency: `Sweden (swedencentral, swedensouth)`. */
function contractText({ geography, countries, regions: allowed }: ResidencySettings): string {
  if (geography !== undefined) return `the geography ${geography}`;
  return countries.length > 0 ? joined(countries.map((code) => countryName(code) ?? code)) : listed(allowed.map(regionText));
}

function contractParts({ residency: was }: Terms, { residency: is }: Terms, change: StackChange): Part[] {
  if (is === undefined) return [];
  if (was === undefined) {
    const text = `Data is allowed in ${contractText(is)}.`;
    const exists = change.settings.before !== undefined;
    const unknown = " The last update was made by a version of Moor that didn't record the contract, so a change of it can't be shown.";
    return [{ notice: { severity: "note", text: noticeText(exists ? `${text}${unknown}` : text) } }];
  }
  const gained = is.regions.filter((region) => !was.regions.includes(region));
  const lost = was.regions.filter((region) => !is.regions.includes(region));
  const fewer = lost.length === 0 ? "" : ` No longer allowed: ${listed(lost.map(regionText))}.`;
  if (gained.length > 0) {
    const regionsText = listed(gained.map(regionText));
    const text = `The residency contract is widened: data is also allowed in ${regionsText}. Before: ${contractText(was)}.${fewer}`;
    const rollback = "Restore moor:residency, and apply it again. Data that is in the new regions by then stays there.";
    return [{ notice: { severity: "look", text: noticeText(text), rollback }, summary: `data is also allowed in ${regionsText}` }];
  }
  if (lost.length > 0) {
    const text = `The residency contract is narrowed.${fewer} Still allowed: ${contractText(is)}.`;
    return [
      { notice: { severity: "note", text: noticeText(text) }, summary: `data is no longer allowed in ${listed(lost.map(regionText))}` },
    ];
  }
  if (contractText(was) === contractText(is)) return [];
  const text = `The residency contract is declared as ${contractText(is)} instead of ${contractText(was)}. The regions are the same.`;
  return [{ notice: { severity: "note", text: noticeText(text) } }];
}

/** Entries of `moor:accept` that are new, that last longer, or that end. */
function acceptanceParts(before: Terms, after: Terms, change: StackChange): Part[] {
  // With outputs of an earlier version, the earlier entries are unknown.
  if (before.residency === undefined && change.settings.before !== undefined) return [];
  const earlier = (entry: Acceptance) => before.acceptances.find((one) => isSameEntry(one, entry));
  const ended = before.acceptances.filter((entry) => !after.acceptances.some((one) => isSameEntry(one, entry)));
  return [
    ...addedParts(after.acceptances.filter((entry) => earlier(entry) === undefined)),
    ...after.acceptances.flatMap((entry) => prolonged(entry, earlier(entry)?.until ?? entry.until)),
    ...ended.map((entry): Part => {
      const text = noticeText(`${entryText([entry])} is no longer accepted.`);
      return { notice: { severity: "note", text, code: entry.code } };
    }),
  ];
}

const rollback = "Remove the entry of moor:accept, or restore its date. Then Moor rejects changes to the resource.";

/** New entries, one notice for each code and date. */
function addedParts(entries: readonly Acceptance[]): Part[] {
  const groups = new Map<string, Acceptance[]>();
  for (const entry of entries) {
    const key = `${entry.code} ${entry.until}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].map((group) => {
    const { code, until } = group[0]!;
    const text = noticeText(`${entryText(group)} is now accepted until ${until}.`);
    return {
      notice: { severity: "look", text, rollback, code },
      summary: `newly accepted until ${until}: ${kindOf(code).title} (${code})`,
    };
  });
}

function prolonged(entry: Acceptance, earlier: string): Part[] {
  const { code, until } = entry;
  if (until === earlier) return [];
  const isLonger = until > earlier;
  const text = noticeText(
    `${entryText([entry])} is accepted ${isLonger ? "longer" : "for a shorter time"}: until ${until} instead of ${earlier}.`,
  );
  if (!isLonger) return [{ notice: { severity: "note", text, code } }];
  return [{ notice: { severity: "look", text, rollback, code }, summary: `accepted until ${until} instead of ${earlier}: ${code}` }];
}

function isSameEntry(one: Acceptance, other: Acceptance): boolean {
  return one.code === other.code && one.resource.toLowerCase() === other.resource.toLowerCase();
}

/** A finding in words, with the resources of its entries. */
function entryText(entries: readonly Acceptance[]): string {
  const { code } = entries[0]!;
  const isAll = entries.some(({ resource }) => resource === "*");
  return `${kindOf(code).title} (${code}) of ${isAll ? "all resources" : listed(entries.map(({ resource }) => resource))}`;
}

/** Entries that have expired. Moor rejects changes to their resources. */
function expiredParts({ acceptances }: Terms, today: string): Part[] {
  return acceptances.flatMap((entry) => {
    if (entry.until >= today) return [];
    const text = noticeText(`The acceptance of ${entryText([entry])} expired on ${entry.until}. Moor rejects changes to the resource.`);
    return [{ notice: { severity: "note" as const, text, code: entry.code } }];
  });
}
