import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings } from "../../config/checkStack";
import { foreignLock } from "../../config/decisions";
import { draftRefusals } from "../../config/drafts";
import {
  type Lock,
  type LockEntry,
  lockCommand,
  lockFileName,
  readLock,
  readLocksBeside,
  stagingAdvice,
  writeLock,
} from "../../config/lockFile";
import { reportMistakes } from "../../config/mistakes";
import type { RawStack } from "../../config/settings";
import type { Settings } from "../../config/stackFile";
import { settingsOf } from "../../config/stackYaml";
import { parseImage } from "../../config/wish";
import { version } from "../../package.json";
import { isPlaceholderDigest } from "../../planner/image";
import { requireStackFile, root } from "../stackFiles";
import { copyNotes } from "./copies";
import { differenceLines, lockDifferences } from "./differences";
import { askCommit, newestCommit } from "./hub";
import { type MadeLock, makeLock, type Sources } from "./make";
import { neighboursOf, stacksBeside } from "./neighbours";
import { quotaReport } from "./quota";
import { rollBack } from "./rollback";

/** Arguments of `npm run lock`. */
export interface LockArguments {
  readonly stack: string;
  /** Write nothing; fail where the lock differs from what would be decided now. */
  readonly check?: boolean;
  /** `<endpoint>/<label>` whose previous decision is to serve again. */
  readonly rollback?: string;
  /** Address of Hugging Face. @default that of the variable HF_ENDPOINT, or https://huggingface.co */
  readonly hub?: string;
  /** Folder of the stack file and the lock. @default the program's own */
  readonly folder?: string;
}

function sourcesOf(hub: string | undefined): Sources {
  return {
    madeBy: `moor ${version}`,
    newestCommit: (model) => newestCommit(model, hub),
    askCommit: (model, revision) => askCommit(model, revision, hub),
  };
}

/**
 * `npm run lock`: decides a stack and writes its lock, or checks or rolls back the one there is.
 * @throws Error with one report of all that forbids it
 */
export async function lock({ stack, check, rollback, hub, folder = root }: LockArguments): Promise<void> {
  const { raw, settings } = readStack(stack, folder);
  const before = readBefore(raw);
  const foreign = before === undefined ? [] : foreignLock(stack, settings["azure-native:location"], before);
  if (foreign.length > 0) throw new Error(reportMistakes(stack, foreign));
  if (rollback !== undefined) {
    write(raw, settings, before, { lock: rollBack(existing(stack, before), rollback), notes: [] });
    return;
  }
  const made = await makeLock(raw, settings, before, sourcesOf(hub));
  if ("mistakes" in made) throw new Error(reportMistakes(stack, made.mistakes));
  if (check) compare(raw, settings, existing(stack, before), made);
  else write(raw, settings, before, made);
}

function readStack(stack: string, folder: string): { raw: RawStack; settings: Settings } {
  const file = requireStackFile(stack, folder);
  const lockPath = path.join(folder, lockFileName(stack));
  const text = fs.existsSync(lockPath) ? { lock: fs.readFileSync(lockPath, "utf8") } : {};
  const fromFile = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const raw = { project: "moor", stack, folder, ...fromFile, ...text, locksBeside: readLocksBeside(folder, stack) };
  const { settings, draft, mistakes } = checkSettings(raw);
  if (settings === undefined) throw new Error(reportMistakes(stack, [...mistakes, ...draftRefusals(raw, draft, mistakes)]));
  if (settings["moor:lock"] === "none") {
    throw new Error(`Stack "${stack}" works without a lock (moor:lock: none); remove that line to have its decisions kept in one.`);
  }
  return { raw, settings };
}

/** The lock there is. One that can't be read is an error: made anew, it would forget which weights are staged and what ran before. */
function readBefore({ stack, lock: text }: RawStack): Lock | undefined {
  if (text === undefined) return undefined;
  const read = readLock(stack, text);
  if ("lock" in read) return read.lock;
  throw new Error(reportMistakes(stack, read.mistakes));
}

function existing(stack: string, before: Lock | undefined): Lock {
  if (before !== undefined) return before;
  throw new Error(`There is no ${lockFileName(stack)}; \`${lockCommand(stack)}\` makes it.`);
}

function write(raw: RawStack, settings: Settings, before: Lock | undefined, { lock: next, notes }: MadeLock): void {
  const file = lockFileName(next.stack);
  const text = writeLock(next);
  const there = path.join(raw.folder ?? root, file);
  const changed = !fs.existsSync(there) || fs.readFileSync(there, "utf8") !== text;
  if (changed) fs.writeFileSync(there, text);
  const lines = differenceLines(lockDifferences(before, next));
  console.log(changed ? `${file} is written; review and commit it.` : `${file} is up to date.`);
  for (const line of [
    ...lines,
    ...rollbackNotes(next),
    ...stagingNotes(next),
    ...placeholderNotes(settings),
    ...copyNotes(settings, stacksBeside(raw)),
    ...notes,
    ...quotaReport(settings, next, neighboursOf(raw)),
  ])
    console.log(line);
}

/** Images that stand for ones which aren't built yet. */
function placeholderNotes({ "moor:images": images, "moor:endpoints": endpoints }: Settings): string[] {
  const own = Object.entries(endpoints).flatMap(([key, { deployments }]) =>
    Object.entries(deployments).map(
      ([label, { score }]) => [`moor:endpoints.${key}.deployments.${label}.score.image`, score?.image] as const,
    ),
  );
  const named = [...Object.entries(images).map(([pattern, image]) => [`moor:images.${pattern}`, image] as const), ...own];
  return named.flatMap(([setting, image]) => {
    const digest = image === undefined ? "" : parseImage(image).digest;
    if (!isPlaceholderDigest(digest)) return [];
    const fails = "no registry has such an image, and Azure fails the deployment";
    return [`${setting} has a placeholder digest (${digest}): ${fails}. Write the digest that your registry shows after the push.`];
  });
}

/** Weights that a deployment waits for. */
function stagingNotes(lock: Lock): string[] {
  return entriesOf(lock).flatMap(({ name, current: { model } }) =>
    model?.staged === false ? [`${name} waits for its weights: ${stagingAdvice(lock.stack, model)}.`] : [],
  );
}

/** Deployments that aren't decided anew. */
function rollbackNotes(lock: Lock): string[] {
  return entriesOf(lock).flatMap(({ name, current, rolledBack }) =>
    rolledBack ? [`${name} is rolled back to ${current.name}, and stays so until its wish changes or it is rolled back once more.`] : [],
  );
}

function entriesOf({ endpoints }: Lock): (LockEntry & { readonly name: string })[] {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).map(([label, entry]) => ({ ...entry, name: `${key}/${label}` })),
  );
}

function compare(raw: RawStack, settings: Settings, before: Lock, { lock: next, notes }: MadeLock): void {
  for (const note of [...copyNotes(settings, stacksBeside(raw)), ...notes]) console.log(note);
  for (const line of quotaReport(settings, next, neighboursOf(raw))) console.log(line);
  for (const line of rollbackNotes(next)) console.log(line);
  const differences = lockDifferences(before, next);
  if (differences.length === 0) {
    console.log(`${lockFileName(next.stack)} is what this version of Moor decides.`);
    return;
  }
  const count = differences.length === 1 ? "one value" : `${differences.length} values`;
  const nothing = `Nothing was changed: what runs stays until \`${lockCommand(next.stack)}\` is run and its lock committed.`;
  throw new Error(
    [`${lockFileName(next.stack)} differs in ${count} from what this version decides.`, ...differenceLines(differences), nothing].join(
      "\n",
    ),
  );
}
