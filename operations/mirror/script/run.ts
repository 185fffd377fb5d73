/** Runs a deployment script that copies weights, follows its log, and removes it in any case. */
import { type ArmClient, ArmError } from "../../../azure/arm";
import { apiVersionOf } from "../../../azure/resourceTypes";
import { hasEnded, type LiveScript, listMirrorScripts, mirrorScriptId, removeMirrorScript } from "../../../components/live";
import { type ScriptArgs, scriptBody } from "./body";

/** The time, for tests. */
export interface ScriptClock {
  /** @throws AbortError if the signal is aborted */
  sleep(seconds: number, signal: AbortSignal | undefined): Promise<void>;
}

export interface ScriptRun extends ScriptArgs {
  readonly azure: ArmClient;
  /** ARM ID of the stack's resource group. */
  readonly resourceGroupId: string;
  readonly report: (line: string) => void;
  readonly clock: ScriptClock;
  /** Ends the run. The script is removed before the promise rejects. @default - the run can't be ended */
  readonly signal?: AbortSignal;
}

/** What a script has done. */
export interface ScriptResult {
  readonly files: number;
  /** Copied bytes. */
  readonly bytes: number;
  readonly seconds: number;
}

/** The timeout of a script and an hour until its container runs, in seconds. */
const longestRun = 25 * 3600;

/** Lines of the log that an error without a sentence of copy_weights.py shows. */
const shownLines = 20;

/**
 * Runs the script and returns its outputs. The script of a killed run with the same job is continued; others of the stack are removed first.
 * @throws Error with the sentence of copy_weights.py, or with the end of the log, if the script fails; ArmError
 */
export async function runScript(run: ScriptRun): Promise<ScriptResult> {
  const { azure, resourceGroupId, stack, report, signal } = run;
  const { name, body } = scriptBody(run);
  const id = mirrorScriptId(resourceGroupId, name);
  await removeOthers(run, name);
  const found = await azure.find<LiveScript>(id);
  const isContinued =
    found !== undefined && found.properties.provisioningState !== "Failed" && found.properties.provisioningState !== "Canceled";
  const progress: Progress = { lines: 0, isSeen: found !== undefined };
  try {
    if (found !== undefined && !isContinued) await removeMirrorScript(azure, id);
    report(
      isContinued
        ? `Continuing with the script ${name}, which a killed run left.`
        : `Creating the script ${name} in the network of ${stack}.`,
    );
    return await followed(run, id, isContinued ? undefined : azure.put(id, body, longestRun), progress);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new Error("The copy was interrupted, and its script is removed. Run the command again. It continues where it stopped.");
  } finally {
    await removed(run, id, progress).catch((error: Error) => {
      report(`The script ${name} could not be removed. The next run of \`mirror\`, \`recover\` or \`up\` removes it. ${error.message}`);
    });
  }
}

/** What a run has seen of its script. */
interface Progress {
  /** Lines of the log that were reported. */
  lines: number;
  /** Whether Azure returned the script. */
  isSeen: boolean;
}

async function removed({ azure, clock, signal }: ScriptRun, id: string, { isSeen }: Progress): Promise<void> {
  await removeMirrorScript(azure, id);
  if (!signal?.aborted || isSeen) return;
  // The request that creates the script can still be on its way.
  await clock.sleep(azure.pollSeconds, undefined);
  await removeMirrorScript(azure, id);
}

/** Removes the scripts that killed runs of this stack left, except `kept`. */
export async function removeOthers({ azure, resourceGroupId, stack, report }: OthersArgs, kept?: string): Promise<void> {
  for (const script of await listMirrorScripts(azure, resourceGroupId, stack)) {
    if (script.name === kept) continue;
    report(`Removing the script ${script.name}, which a killed run left.`);
    await removeMirrorScript(azure, script.id);
  }
}

type OthersArgs = Pick<ScriptRun, "azure" | "resourceGroupId" | "stack" | "report">;

/** @param creation Settles when Azure has run the script. Undefined if another run created it. */
async function followed(run: ScriptRun, id: string, creation: Promise<void> | undefined, progress: Progress): Promise<ScriptResult> {
  const { azure, clock, signal } = run;
  // Only the first problem counts, and a failed script has a better one in its log.
  const refusal = { error: undefined as unknown, isKnown: false };
  creation?.catch((error: unknown) => Object.assign(refusal, { error, isKnown: true }));
  for (;;) {
    await clock.sleep(azure.pollSeconds, signal);
    const script = await azure.find<LiveScript>(id);
    if (script === undefined) {
      if (progress.isSeen) throw new Error(`The script ${nameOf(id)} was removed by another run. Run the command again.`);
      if (refusal.isKnown) throw refusal.error;
      continue;
    }
    progress.isSeen = true;
    const log = await reportLog(run, id, progress);
    if (!hasEnded(script)) continue;
    if (script.properties.provisioningState === "Succeeded") return resultOf(script);
    throw failureOf(script, log);
  }
}

/** Reports the lines that the log has gained. */
async function reportLog({ azure, report }: ScriptRun, id: string, progress: Progress): Promise<readonly string[]> {
  type Log = { readonly properties?: { readonly log?: string | null } };
  const log = await azure.get<Log>(`${id}/logs/default`, apiVersionOf(id)).catch((error: unknown) => {
    // There is no log until the container runs.
    if (error instanceof ArmError) return undefined;
    throw error;
  });
  const text = log?.properties?.log ?? "";
  const complete = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  for (const line of complete.slice(progress.lines)) if (!line.startsWith(failurePrefix)) report(line);
  progress.lines = Math.max(progress.lines, complete.length);
  return complete;
}

/** Start of the line with which copy_weights.py ends. */
const failurePrefix = "Error: ";

function failureOf({ name, properties }: LiveScript, log: readonly string[]): Error {
  const sentence = log.findLast((line) => line.startsWith(failurePrefix))?.slice(failurePrefix.length);
  if (sentence !== undefined) return new Error(sentence);
  const { code = "no code", message = "Azure returned no reason." } = properties.status?.error ?? {};
  const end = log.length === 0 ? "Its log is empty." : `End of its log:\n  ${log.slice(-shownLines).join("\n  ")}`;
  return new Error(`The script ${name} ended with the state ${properties.provisioningState} (${code}): ${message}\n${end}`);
}

function resultOf({ name, properties: { outputs } }: LiveScript): ScriptResult {
  const { files, bytes, seconds } = outputs ?? {};
  if (typeof files === "number" && typeof bytes === "number" && typeof seconds === "number") return { files, bytes, seconds };
  throw new Error(`The script ${name} succeeded but returned no outputs. Run the command again.`);
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
