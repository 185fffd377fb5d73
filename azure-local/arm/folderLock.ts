import * as fs from "node:fs";
import * as path from "node:path";

/** A living process holds the folder. */
export class FolderInUse extends Error {
  constructor(
    readonly home: string,
    readonly holder: number,
  ) {
    super(`The state folder ${home} is in use by process ${holder}: stop that simulator, or give this one another folder.`);
    this.name = "FolderInUse";
  }
}

/**
 * Keeps two simulators from writing one state folder. A lock left by a process that is gone is taken over.
 * @returns the function that releases the lock.
 * @throws FolderInUse if a living process holds the folder.
 */
export function lockFolder(home: string): () => void {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = path.join(home, "lock");
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
      held.add(file);
      return () => {
        held.delete(file);
        fs.rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number(readIfThere(file));
      if (isHeld(file, holder)) throw new FolderInUse(home, holder);
      fs.rmSync(file, { force: true });
    }
  }
}

/** Locks of this very process, which a look at process ids alone would take for stale or for its own. */
const held = new Set<string>();

function isHeld(file: string, holder: number): boolean {
  if (holder === process.pid) return held.has(file);
  return Number.isInteger(holder) && holder > 0 && isAlive(holder);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
