import * as fs from "node:fs";
import * as path from "node:path";
import { buildSpec } from "../../config/buildSpec";
import { checkSettings } from "../../config/checkStack";
import { foreignLock, isStaged } from "../../config/decisions";
import { describeCost } from "../../config/describe";
import { draftPlannerErrors } from "../../config/drafts";
import { reportErrors } from "../../config/errors";
import type { StackImages } from "../../config/images/stack";
import {
  type Lock,
  type LockEntry,
  lockCommand,
  lockEntry,
  lockFileName,
  readLock,
  readOtherLocks,
  stagingAdvice,
  writeLock,
} from "../../config/lockFile";
import type { RawStack } from "../../config/settings";
import { sharedTaskErrors } from "../../config/sharedTasks";
import type { Settings } from "../../config/stackFile";
import { settingsOf } from "../../config/stackYaml";
import { version } from "../../package.json";
import { isPlaceholderDigest } from "../../planner/image";
import { requireStackFile, root } from "../stackFiles";
import { copyNotes } from "./copies";
import { createLock, type NewLock, type Sources } from "./create";
import { differenceLines, lockDifferences } from "./differences";
import { checkCommit, newestCommit } from "./hub";
import { neighboursOf, otherStacks } from "./neighbours";
import { quotaReport } from "./quota";
import { rollBack } from "./rollback";

/** Arguments of `npm run lock`. */
export interface LockArguments {
  readonly stack: string;
  /** Write nothing, and fail if the lock file differs from the decisions of this version. */
  readonly check?: boolean;
  /** `<endpoint>/<label>` of the deployment to roll back. */
  readonly rollback?: string;
  /** URL of Hugging Face. @default - the value of HF_ENDPOINT, or https://huggingface.co */
  readonly hub?: string;
  /** Folder of the stack file and the lock file. @default - the folder of the program */
  readonly folder?: string;
}

function sourcesOf(hub: string | undefined): Sources {
  return {
    madeBy: `moor ${version}`,
    newestCommit: (model) => newestCommit(model, hub),
    checkCommit: (model, revision) => checkCommit(model, revision, hub),
    readRecord: (id, revision) => {
      // Loaded on demand: most models are in the table.
      const { findModel } = require("../hubModels") as typeof import("../hubModels");
      return findModel(id, revision, { caller: "lock", ...(hub === undefined ? {} : { hub }) });
    },
    readAdapter: (id, revision) => {
      const { findAdapter } = require("../hubModels") as typeof import("../hubModels");
      return findAdapter(id, revision, { caller: "lock", ...(hub === undefined ? {} : { hub }) });
    },
  };
}

/**
 * `npm run lock`: makes the decisions for a stack and writes its lock file, or checks or rolls back the existing one.
 * @throws Error with a report of all errors
 */
export async function lock({ stack, check, rollback, hub, folder = root }: LockArguments): Promise<void> {
  const { raw, settings, images } = readStack(stack, folder);
  const before = readBefore(raw);
  const foreign = before === undefined ? [] : foreignLock(stack, settings["azure-native:location"], before);
  if (foreign.length > 0) throw new Error(reportErrors(stack, foreign));
  const write = (next: NewLock) => writeNew(raw, { settings, images }, before, next);
  if (rollback !== undefined) {
    const inputOf = (endpoint: string, label: string) => ({
      image: images.imageOf(endpoint, label),
      isKept: settings["moor:endpoints"][endpoint]?.deployments[label]?.keepPrevious ?? false,
    });
    write({ lock: rollBack(existing(stack, before), rollback, inputOf), notes: [] });
    return;
  }
  const made = await createLock(raw, { settings, imageOf: images.imageOf }, before, sourcesOf(hub));
  if ("errors" in made) throw new Error(reportErrors(stack, made.errors));
  const ofTasks = sharedTaskErrors(settings, (endpoint, label) => lockEntry(made.lock, endpoint, label) ?? {});
  if (ofTasks.length > 0) throw new Error(reportErrors(stack, ofTasks));
  if (check) compare(raw, { settings, images }, existing(stack, before), made);
  else write(made);
}

/**
 * The lock file of a stack, and the one that `npm run lock` would write.
 * @throws Error with a report of all errors
 */
export async function comparedLocks({ stack, hub, folder = root }: LockArguments): Promise<{ readonly before: Lock; readonly next: Lock }> {
  const { raw, settings, images } = readStack(stack, folder);
  const before = existing(stack, readBefore(raw));
  const made = await createLock(raw, { settings, imageOf: images.imageOf }, before, sourcesOf(hub));
  if ("errors" in made) throw new Error(reportErrors(stack, made.errors));
  return { before, next: made.lock };
}

interface CheckedStackFile {
  readonly settings: Settings;
  readonly images: StackImages;
}

function readStack(stack: string, folder: string): CheckedStackFile & { readonly raw: RawStack } {
  const file = requireStackFile(stack, folder);
  const lockPath = path.join(folder, lockFileName(stack));
  const text = fs.existsSync(lockPath) ? { lock: fs.readFileSync(lockPath, "utf8") } : {};
  const fromFile = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const raw = { project: "moor", stack, folder, ...fromFile, ...text, otherLocks: readOtherLocks(folder, stack) };
  const { settings, draft, images, errors } = checkSettings(raw);
  if (settings === undefined) throw new Error(reportErrors(stack, [...errors, ...draftPlannerErrors(raw, draft, errors)]));
  if (settings["moor:lock"] === "none") {
    throw new Error(`Stack "${stack}" uses no lock file (moor:lock: none). To use one, remove this setting.`);
  }
  return { raw, settings, images };
}

/** Reads the existing lock file. An invalid one is an error: a new one would lose the `staged` values and the previous decisions. */
function readBefore({ stack, lock: text }: RawStack): Lock | undefined {
  if (text === undefined) return undefined;
  const read = readLock(stack, text);
  if ("lock" in read) return read.lock;
  throw new Error(reportErrors(stack, read.errors));
}

function existing(stack: string, before: Lock | undefined): Lock {
  if (before !== undefined) return before;
  throw new Error(`${lockFileName(stack)} does not exist. To create it, run \`${lockCommand(stack)}\`.`);
}

function writeNew(raw: RawStack, { settings, images }: CheckedStackFile, before: Lock | undefined, { lock: next, notes }: NewLock): void {
  const file = lockFileName(next.stack);
  const text = writeLock(next);
  const target = path.join(raw.folder ?? root, file);
  const changed = !fs.existsSync(target) || fs.readFileSync(target, "utf8") !== text;
  if (changed) fs.writeFileSync(target, text);
  const lines = differenceLines(lockDifferences(before, next));
  console.log(changed ? `${file} was updated. Review and commit it.` : `${file} is up to date.`);
  for (const line of [
    ...lines,
    ...rollbackNotes(next),
    ...stagingNotes(next),
    ...placeholderNotes(images),
    ...copyNotes(settings, otherStacks(raw)),
    ...notes,
    ...quotaReport(settings, next, neighboursOf(raw)),
    costLine(raw, settings, images, next),
  ])
    console.log(line);
}

/** The cost of the stack with these decisions. */
function costLine(raw: RawStack, settings: Settings, { imageOf }: StackImages, next: Lock): string {
  return describeCost(buildSpec(raw, settings, (endpoint, label) => lockEntry(next, endpoint, label) ?? {}, imageOf));
}

/** Notes on placeholder images. */
function placeholderNotes({ all }: StackImages): string[] {
  return all.flatMap(({ setting, source, reference: { digest } }) => {
    if (source.kind !== "existing" || digest === undefined || !isPlaceholderDigest(digest)) return [];
    const fails = "The image doesn't exist, and the deployment would fail";
    return [`${setting} has a placeholder digest (${digest}). ${fails}. Set the digest that your registry shows after the push.`];
  });
}

/** Notes on weights that must be staged. */
function stagingNotes(lock: Lock): string[] {
  return entriesOf(lock).flatMap(({ name, current }) =>
    isStaged(current) ? [] : [`The weights of ${name} are not staged. To stage them, ${stagingAdvice(lock.stack)}.`],
  );
}

/** Notes on deployments that were rolled back, whose decisions don't change. */
function rollbackNotes(lock: Lock): string[] {
  return entriesOf(lock).flatMap(({ name, current, rolledBack }) =>
    rolledBack
      ? [`${name} is rolled back to ${current.name}. It stays rolled back until its requirements change or you run --rollback again.`]
      : [],
  );
}

function entriesOf({ endpoints }: Lock): (LockEntry & { readonly name: string })[] {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).map(([label, entry]) => ({ ...entry, name: `${key}/${label}` })),
  );
}

function compare(raw: RawStack, { settings, images }: CheckedStackFile, before: Lock, { lock: next, notes }: NewLock): void {
  for (const note of [...copyNotes(settings, otherStacks(raw)), ...notes]) console.log(note);
  for (const line of quotaReport(settings, next, neighboursOf(raw))) console.log(line);
  for (const line of [...rollbackNotes(next), costLine(raw, settings, images, next)]) console.log(line);
  const differences = lockDifferences(before, next);
  if (differences.length === 0) {
    console.log(`${lockFileName(next.stack)} matches the decisions of this version of Moor.`);
    return;
  }
  const count = differences.length === 1 ? "1 value" : `${differences.length} values`;
  const nothing = `Nothing was changed. To apply the differences, run \`${lockCommand(next.stack)}\`, commit the file, and run \`pulumi up\`.`;
  throw new Error(
    [
      `${lockFileName(next.stack)} differs in ${count} from the decisions of this version of Moor.`,
      ...differenceLines(differences),
      nothing,
    ].join("\n"),
  );
}
