import * as fs from "node:fs";
import * as path from "node:path";

/** Files and folders of the local Azure and its stacks. */
const ownEntries = ["azure", "https", "issuer.secret", "lock", "project", "pulumi", "running.json", "state"];

/**
 * Creates a home folder if it does not exist, and removes the permissions of all other users. The folder contains keys, tokens, and stack
 * secrets that are encrypted with a known passphrase. If it also contains other files, its own mode is not changed. On Windows, this only
 * creates the folder.
 */
export function createPrivateHome(home: string): void {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (process.platform === "win32") return;
  const entries = fs.readdirSync(home);
  if (entries.every((name) => isOurs(name))) close(home);
  for (const name of entries) if (isOurs(name)) closeAll(path.join(home, name));
}

/** Creates a folder that only its owner can access. */
export function createPrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  close(folder);
}

/** Writes a file atomically, so that neither a reader nor a crash sees a partial file. Only its owner can read it. */
export function writePrivateFile(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    fs.writeFileSync(unfinished, text, { mode: 0o600 });
    fs.renameSync(unfinished, file);
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw error;
  }
}

function isOurs(name: string): boolean {
  return ownEntries.some((own) => name === own || name.startsWith(`${own}.`));
}

function closeAll(entry: string): void {
  ignoring(["ENOENT", "EACCES"], () => {
    const stats = fs.lstatSync(entry);
    // Links are not followed.
    if (stats.isSymbolicLink()) return;
    if (stats.mode & 0o077) close(entry, stats.mode);
    if (stats.isDirectory()) for (const name of fs.readdirSync(entry)) closeAll(path.join(entry, name));
  });
}

function close(entry: string, mode = 0o700): void {
  ignoring(["ENOENT", "EPERM"], () => fs.chmodSync(entry, mode & 0o700));
}

/** Ignores these errors: an entry of another user is not changed, and another command can have removed a file. */
function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
