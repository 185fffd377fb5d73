/** Rules for the entries of `moor:accept`. */
import { type Acceptance, kindOf } from "../../rules";
import { acceptKey } from "../acceptSettings";
import { type ConfigError, configError, show } from "../errors";
import type { SettingsDraft } from "./draft";

/** Number of days before the last day of an entry from which the preview warns. */
const daysOfWarning = 30;

export function acceptErrors({ [acceptKey]: entries = [] }: SettingsDraft): ConfigError[] {
  const keys = entries.map(({ code, resource }) => `${code} ${resource?.toLowerCase()}`);
  return entries.flatMap(({ code, resource }, index) => {
    const first = keys.indexOf(keys[index]!);
    if (first === index) return [];
    const problem = `${code} of ${show(resource)} is already accepted by ${acceptKey}.${first}.`;
    return [configError("MOOR091", `${acceptKey}.${index}`, { problem, allowed: "one entry for each code and resource" })];
  });
}

/**
 * Notes for the preview about entries that expire soon or have expired.
 * @param today For example 2026-11-30 (UTC).
 */
export function acceptNotes(entries: readonly Acceptance[], today: string): string[] {
  return entries.flatMap(({ code, resource, until }) => {
    const days = Math.round((Date.parse(until) - Date.parse(today)) / (24 * 3600 * 1000));
    if (days > daysOfWarning) return [];
    const when =
      days < 0 ? `expired on ${until}` : days === 0 ? "expires today" : `expires on ${until}, in ${days} ${days === 1 ? "day" : "days"}`;
    const isForOneUpdate = kindOf(code).kind === "door";
    const advice = isForOneUpdate
      ? `Remove the entry from ${acceptKey} after the update.`
      : `Ask the owner of the data. Then set a later \`until\` in ${acceptKey}, or fix the finding and remove the entry.`;
    return [`The acceptance of ${code} for ${resource} ${when}. ${advice}`];
  });
}
