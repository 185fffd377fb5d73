/**
 * Handles errors in values that an older version of Moor accepted. Rules for sizes and flags change between versions: Azure retires a size,
 * or a newer vLLM drops support for a GPU. A decision that was made under older rules still runs, so a preview only reports the new rule.
 * `npm run lock` enforces the current rules.
 */

import { type ConfigError, type ErrorCode, show } from "./errors";
import { type Lock, lockEntry, readLock } from "./lockFile";
import type { SettingsDraft } from "./rules/draft";
import type { RawStack } from "./settings";

const changingRules: readonly ErrorCode[] = ["MOOR030", "MOOR031", "MOOR032", "MOOR033", "MOOR035", "MOOR090"];

export interface Settled {
  /** The remaining errors. */
  readonly errors: ConfigError[];
  /** Notes for the preview. */
  readonly notes: string[];
}

/** Converts errors to notes if the lock file was created for the same value. */
export function settle(raw: RawStack, draft: SettingsDraft, found: readonly ConfigError[]): Settled {
  const applies = found.some(({ code }) => changingRules.includes(code)) && draft["moor:lock"] !== "none" && raw.lock !== undefined;
  const read = applies ? readLock(raw.stack, raw.lock ?? "") : undefined;
  if (read === undefined || "errors" in read) return { errors: [...found], notes: [] };
  const isSettled = (error: ConfigError) => changingRules.includes(error.code) && isLocked(read.lock, draft, error);
  return {
    errors: found.filter((error) => !isSettled(error)),
    notes: found
      .filter(isSettled)
      .map(({ path, problem }) => `${path}: ${problem} The lock file was created before this rule existed, so its decision stays valid.`),
  };
}

/** Whether the decision in the lock file was made for the value that the error refers to. */
function isLocked(lock: Lock, draft: SettingsDraft, { path }: ConfigError): boolean {
  const [, endpoint = "", label = "", key = ""] = /^moor:endpoints\.([^.]+)\.deployments\.([^.]+)\.(.+)$/.exec(path) ?? [];
  const locked = lockEntry(lock, endpoint, label)?.wish[key];
  const deployment = draft["moor:endpoints"]?.[endpoint]?.deployments?.[label];
  const flag = key.replace(/^vllm\.flags\./, "");
  const given = key === "size" ? deployment?.size : deployment?.vllm?.flags?.[flag];
  return locked !== undefined && show(locked) === show(given);
}
