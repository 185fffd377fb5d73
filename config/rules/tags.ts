/** Rules about tags beyond their form. Source: Azure docs, azure-resource-manager/management/tag-resources, "Limitations". */
import { type Mistake, mistake, show } from "../mistakes";
import type { PlatformDraft } from "./draft";

const path = "moor:platform.tags";

/** Tags that the program sets itself: the stack's name on everything, and a note on a deployment that autoscale owns. */
const ours = 2;
const limits = { resource: 50, dnsZone: 15 } as const;

const reserved = /^(azure|microsoft|windows|moor-)/i;
const refusedByZones = /^\d|\s|[^\x20-\x7e]/;

export function tagMistakes({ tags = {}, dns }: PlatformDraft): Mistake[] {
  const names = Object.keys(tags);
  const makesZones = dns !== "policy";
  return [...tooMany(names.length, makesZones), ...names.flatMap((name, index) => oneTag(name, names.slice(0, index), makesZones))];
}

function tooMany(count: number, makesZones: boolean): Mistake[] {
  const most = makesZones ? limits.dnsZone - 1 : limits.resource - ours;
  if (count <= most) return [];
  const why = makesZones ? "a private DNS zone takes 15" : "a resource takes 50";
  return [
    mistake("MOOR045", path, { problem: `There are ${count} tags.`, allowed: `at most ${most}: ${why}, those that Moor adds among them` }),
  ];
}

function oneTag(name: string, before: readonly string[], makesZones: boolean): Mistake[] {
  const wrong = (problem: string, allowed: string) => [mistake("MOOR044", `${path}.${name}`, { problem, allowed })];
  const same = before.find((other) => other.toLowerCase() === name.toLowerCase());
  if (same !== undefined) return wrong(`${show(name)} is the same name to Azure as ${show(same)}.`, "names that differ not only in case");
  if (reserved.test(name))
    return wrong(`${show(name)} begins with a word that is kept.`, "names that don't begin with azure, microsoft, windows or moor-");
  if (makesZones && refusedByZones.test(name)) {
    return wrong(`Azure DNS zones don't take ${show(name)}.`, "names without spaces, of plain ASCII, that don't begin with a digit");
  }
  return [];
}
