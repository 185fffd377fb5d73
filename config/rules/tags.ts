/** Rules for tags in addition to the schema. Source: Azure docs, azure-resource-manager/management/tag-resources, "Limitations". */
import { tagLimits } from "../../azure/limits";
import { stackTag, writtenTag } from "../../planner/tags";
import { type ConfigError, configError, show } from "../errors";
import type { PlatformDraft } from "./draft";

const path = "moor:platform.tags";

/** Tags that the program sets: the stack name on all resources, and a marker on deployments whose instance count autoscale controls. */
const ownTags = { zone: [stackTag], deployment: [stackTag, writtenTag] } as const;

const ownPrefix = "moor-";
const reserved = /^(azure|microsoft|windows|moor-)/i;
const invalidInZones = /^\d|\s|[^\x20-\x7e]/;

export function tagErrors({ tags = {}, policyTags = [], dns }: PlatformDraft): ConfigError[] {
  const names = Object.keys(tags);
  const createsZones = dns !== "policy";
  const firsts = new Map<string, string>();
  for (const name of names) if (!firsts.has(name.toLowerCase())) firsts.set(name.toLowerCase(), name);
  return [
    ...tooMany(names.length, createsZones),
    ...names.flatMap((name) => oneTag(name, firsts, createsZones)),
    ...policyTags.flatMap((name, index) => policyTag(name, index, names)),
  ];
}

/** Rejects tags that the stack sets, and patterns: Pulumi can ignore only single names or all tags. */
function policyTag(name: string, index: number, own: readonly string[]): ConfigError[] {
  const wrong = (problem: string, allowed: string) => [configError("MOOR085", `moor:platform.policyTags.${index}`, { problem, allowed })];
  const set = own.find((other) => other.toLowerCase() === name.toLowerCase());
  if (set !== undefined) return wrong(`The stack already sets the tag ${show(set)} itself.`, "tags that are not in `tags`");
  if (name.toLowerCase().startsWith(ownPrefix))
    return wrong(`The tag ${show(name)} is reserved for Moor.`, `names that don't start with ${ownPrefix}`);
  return name.includes("*") ? wrong(`${show(name)} is a pattern, which is not supported.`, "complete tag names") : [];
}

function tooMany(count: number, createsZones: boolean): ConfigError[] {
  const most = createsZones ? tagLimits.perDnsZone - ownTags.zone.length : tagLimits.perResource - ownTags.deployment.length;
  if (count <= most) return [];
  const why = createsZones
    ? `the limit of a private DNS zone is ${tagLimits.perDnsZone}`
    : `the limit of a resource is ${tagLimits.perResource}`;
  return [
    configError("MOOR045", path, {
      problem: `There are ${count} tags.`,
      allowed: `at most ${most}: ${why}, including the tags that Moor adds`,
    }),
  ];
}

/** @param firsts The first tag with each name, by name in lower case. */
function oneTag(name: string, firsts: ReadonlyMap<string, string>, createsZones: boolean): ConfigError[] {
  const wrong = (problem: string, allowed: string) => [configError("MOOR044", `${path}.${name}`, { problem, allowed })];
  const same = firsts.get(name.toLowerCase()) ?? name;
  if (same !== name)
    return wrong(
      `${show(name)} differs from ${show(same)} only in case. Azure tag names are case-insensitive.`,
      "names that differ in more than case",
    );
  if (reserved.test(name))
    return wrong(`${show(name)} starts with a reserved prefix.`, "names that don't start with azure, microsoft, windows or moor-");
  if (createsZones && invalidInZones.test(name)) {
    return wrong(`Azure DNS zones don't support the tag name ${show(name)}.`, "ASCII names without spaces that don't start with a digit");
  }
  return [];
}
