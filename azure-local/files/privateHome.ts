import * as fs from "node:fs";
import * as path from "node:path";

/** What belongs to the local Azure and to the stacks on it. */
const ours = ["azure", "https", "issuer.secret", "lock", "project", "pulumi", "running.json", "state"];

/**
 * Creates a home if it does not exist, and removes the permissions of all other users: it holds keys, tokens and the secrets of stacks, which are
 * encrypted with a known passphrase. If the folder also holds other files, its own mode is not changed. On Windows it only creates the folder.
 */
export function makePrivate(home: string): void {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (process.platform === "win32") return;
  const entries = fs.readdirSync(home);
  if (entries.every((name) => isOurs(name))) close(home);
  for (const name of entries) if (isOurs(name)) closeAll(path.join(home, name));
}

/** Makes a folder that only its owner may enter. */
export function makePrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  close(folder);
}

/** Writes a file as a whole, so that no reader and no crash finds half of it. Only its owner may read it. */
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
  return ours.some((own) => name === own || name.startsWith(`${own}.`));
}

function closeAll(entry: string): void {
  ignoring(["ENOENT", "EACCES"], () => {
    const found = fs.lstatSync(entry);
    // A link is not followed.
    if (found.isSymbolicLink()) return;
    if (found.mode & 0o077) close(entry, found.mode);
    if (found.isDirectory()) for (const name of fs.readdirSync(entry)) closeAll(path.join(entry, name));
  });
}

function close(entry: string, mode = 0o700): void {
  ignoring(["ENOENT", "EPERM"], () => fs.chmodSync(entry, mode & 0o700));
}

/** What is another user's stays as it is, and another command may have removed a file meanwhile. */
function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
