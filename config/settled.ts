/**
 * What a lock has settled. Rules over sizes and flags change from one version of Moor to the next: Azure retires a size, a newer vLLM drops a
 * GPU. What was decided under the older rules runs, so a preview of it tells the news and goes on; `npm run lock` holds to the newer ones.
 */
import { type Lock, lockEntry, readLock } from "./lockFile";
import { type Mistake, type MistakeCode, show } from "./mistakes";
import type { SettingsDraft } from "./rules/draft";
import type { RawStack } from "./settings";

const changingRules: readonly MistakeCode[] = ["MOOR030", "MOOR031", "MOOR032", "MOOR033", "MOOR035"];

export interface Settled {
  /** Mistakes that stay mistakes. */
  readonly mistakes: Mistake[];
  /** One sentence each. */
  readonly notes: string[];
}

/** Tells mistakes from what is none any more, because the stack's lock was made for the very value. */
export function settle(raw: RawStack, draft: SettingsDraft, found: readonly Mistake[]): Settled {
  const subject = found.some(({ code }) => changingRules.includes(code)) && draft["moor:lock"] !== "none" && raw.lock !== undefined;
  const read = subject ? readLock(raw.stack, raw.lock ?? "") : undefined;
  if (read === undefined || "mistakes" in read) return { mistakes: [...found], notes: [] };
  const isSettled = (mistake: Mistake) => changingRules.includes(mistake.code) && isLocked(read.lock, draft, mistake);
  return {
    mistakes: found.filter((mistake) => !isSettled(mistake)),
    notes: found
      .filter(isSettled)
      .map(({ path, problem }) => `${path}: ${problem} The lock was made before that was a rule, and stays as it is.`),
  };
}

/** Whether the value that a mistake is about is the one that the decision was made for. */
function isLocked(lock: Lock, draft: SettingsDraft, { path }: Mistake): boolean {
  const [, endpoint = "", label = "", key = ""] = /^moor:endpoints\.([^.]+)\.deployments\.([^.]+)\.(.+)$/.exec(path) ?? [];
  const wished = lockEntry(lock, endpoint, label)?.wish[key];
  const deployment = draft["moor:endpoints"]?.[endpoint]?.deployments?.[label];
  const flag = key.replace(/^vllm\.flags\./, "");
  const given = key === "size" ? deployment?.size : deployment?.vllm?.flags?.[flag];
  return wished !== undefined && show(wished) === show(given);
}
