/** The shipped lock file as it is after its weights were staged. Moor ships it without staged weights, with which a deployment is skipped. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lockFileName } from "../../config/lockFile";
import { digest } from "../../planner/names";

const root = path.join(__dirname, "..", "..");

/** Text of the shipped lock file of prod, with all weights staged. They have no list of files, so the names of the deployments are the shipped ones. */
export function stagedLock(): string {
  const text = fs.readFileSync(path.join(root, lockFileName("prod")), "utf8");
  if (!text.includes("staged: false")) throw new Error("the weights of the shipped lock file are staged");
  return text.replaceAll("staged: false", "staged: true");
}

/** Writes it to a folder. */
export function writeStagedLock(folder: string): void {
  fs.writeFileSync(path.join(folder, lockFileName("prod")), stagedLock(), { mode: 0o600 });
}

/** A folder that contains only this file, for `MOOR_LOCK_FOLDER`. All processes share it. */
export function stagedLockFolder(): string {
  const folder = path.join(os.tmpdir(), `moor-staged-lock-${digest(stagedLock())}`);
  if (fs.existsSync(folder)) return folder;
  const own = fs.mkdtempSync(`${folder}-`);
  writeStagedLock(own);
  try {
    fs.renameSync(own, folder);
  } catch {
    // Another process was faster.
    fs.rmSync(own, { recursive: true });
  }
  return folder;
}
