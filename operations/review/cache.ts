/**
 * Folders that are made once and used by several runs. A folder is complete or absent: it is made under another name, which contains the ID of
 * the process, and renamed. What a killed process left is removed by the next run.
 */
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Returns a cached folder. If it doesn't exist, `make` fills it. Two processes that make the same folder don't disturb each other: one of the
 * results is used.
 * @throws the error of `make`, which leaves no folder
 */
export async function cachedFolder(folder: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (fs.existsSync(folder)) return folder;
  await inUnfinished(folder, async (unfinished) => {
    await make(unfinished);
    try {
      fs.renameSync(unfinished, folder);
    } catch (error) {
      // Another process was faster.
      if (!fs.existsSync(folder)) throw error;
    }
  });
  return folder;
}

let folders = 0;

/** Runs `work` with an empty folder, and removes the folder when it has ended. */
export async function inUnfinished<Result>(folder: string, work: (unfinished: string) => Promise<Result>): Promise<Result> {
  const unfinished = `${folder}.unfinished-${process.pid}-${++folders}`;
  fs.mkdirSync(unfinished, { mode: 0o700 });
  try {
    return await work(unfinished);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Marks a folder as used now, and removes the other folders next to it, except those that were used last.
 * @param kept Number of folders to keep.
 */
export function keepNewest(folder: string, kept: number): void {
  fs.utimesSync(folder, new Date(), new Date());
  const parent = path.dirname(folder);
  const others = fs.readdirSync(parent).map((name) => path.join(parent, name));
  const age = (other: string) => (other === folder ? 0 : Date.now() - (fs.statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  const ages = new Map(others.map((other) => [other, age(other)]));
  const sorted = others.sort((a, b) => ages.get(a)! - ages.get(b)!);
  for (const other of sorted.slice(kept)) fs.rmSync(other, { recursive: true, force: true });
}

/** Removes the unfinished folders of processes that have ended. */
export function removeUnfinished(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    const pid = /\.unfinished-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process of another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
