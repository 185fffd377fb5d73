/** Rules about tags beyond their form. Source: Azure docs, azure-resource-manager/management/tag-resources, "Limitations". */
import { tagLimits } from "../../azure/limits";
import { stackTag, writtenTag } from "../../planner/tags";
import { type Mistake, mistake, show } from "../mistakes";
import type { PlatformDraft } from "./draft";

const path = "moor:platform.tags";

/** Tags that the program sets itself: the stack's name on everything, and a note on a deployment that autoscale owns. */
const ownTags = { zone: [stackTag], deployment: [stackTag, writtenTag] } as const;

const ownPrefix = "moor-";
const reserved = /^(azure|microsoft|windows|moor-)/i;
const refusedByZones = /^\d|\s|[^\x20-\x7e]/;

export function tagMistakes({ tags = {}, policyTags = [], dns }: PlatformDraft): Mistake[] {
  const names = Object.keys(tags);
  const makesZones = dns !== "policy";
  const firsts = new Map<string, string>();
  for (const name of names) if (!firsts.has(name.toLowerCase())) firsts.set(name.toLowerCase(), name);
  return [
    ...tooMany(names.length, makesZones),
    ...names.flatMap((name) => oneTag(name, firsts, makesZones)),
    ...policyTags.flatMap((name, index) => policyTag(name, index, names)),
  ];
}

/** A tag that the stack sets itself, or a pattern: Pulumi ignores single names, or all tags. */
function policyTag(name: string, index: number, own: readonly string[]): Mistake[] {
  const wrong = (problem: string, allowed: string) => [mistake("MOOR085", `moor:platform.policyTags.${index}`, { problem, allowed })];
  const set = own.find((other) => other.toLowerCase() === name.toLowerCase());
  if (set !== undefined) return wrong(`The stack sets the tag ${show(set)} itself.`, "tags that are not among `tags`");
  if (name.toLowerCase().startsWith(ownPrefix))
    return wrong(`The tag ${show(name)} is one of Moor's own.`, `names that don't begin with ${ownPrefix}`);
  return name.includes("*") ? wrong(`${show(name)} is a pattern.`, "whole names of tags") : [];
}

function tooMany(count: number, makesZones: boolean): Mistake[] {
  const most = makesZones ? tagLimits.perDnsZone - ownTags.zone.length : tagLimits.perResource - ownTags.deployment.length;
  if (count <= most) return [];
  const why = makesZones ? `a private DNS zone takes ${tagLimits.perDnsZone}` : `a resource takes ${tagLimits.perResource}`;
  return [
    mistake("MOOR045", path, { problem: `There are ${count} tags.`, allowed: `at most ${most}: ${why}, those that Moor adds among them` }),
  ];
}

/** `firsts`: by the name in lower case, the first tag that has it. */
function oneTag(name: string, firsts: ReadonlyMap<string, string>, makesZones: boolean): Mistake[] {
  const wrong = (problem: string, allowed: string) => [mistake("MOOR044", `${path}.${name}`, { problem, allowed })];
  const same = firsts.get(name.toLowerCase()) ?? name;
  if (same !== name) return wrong(`${show(name)} is the same name to Azure as ${show(same)}.`, "names that differ not only in case");
  if (reserved.test(name))
    return wrong(`${show(name)} begins with a word that is kept.`, "names that don't begin with azure, microsoft, windows or moor-");
  if (makesZones && refusedByZones.test(name)) {
    return wrong(`Azure DNS zones don't take ${show(name)}.`, "names without spaces, of plain ASCII, that don't begin with a digit");
  }
  return [];
}
