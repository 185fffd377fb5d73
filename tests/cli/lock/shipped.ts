/** A folder with the shipped production stack, whose weights are staged, for tests that run `lock` on it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { writeStagedLock } from "../../support/stagedLock";

const root = path.join(__dirname, "..", "..", "..");
export const stackFile = "Pulumi.prod.yaml";
export const lockFile = "moor.lock.prod.yaml";

export interface Folder {
  readonly path: string;
  lockText(): string;
  /** Changes the stack file: sets each path of keys under `config`, or deletes it if the value is undefined. */
  edit(...changes: [keys: string[], value: unknown][]): void;
  /** Writes another stack file to the folder: a changed copy. */
  neighbour(stack: string, ...changes: [keys: string[], value: unknown][]): void;
  editLock(...changes: [keys: string[], value: unknown][]): void;
  removeLock(): void;
}

const folders: string[] = [];

export function shippedFolder(): Folder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lock-"));
  folders.push(folder);
  fs.cpSync(path.join(root, "docker"), path.join(folder, "docker"), { recursive: true });
  fs.copyFileSync(path.join(root, stackFile), path.join(folder, stackFile));
  writeStagedLock(folder);
  return {
    path: folder,
    lockText: () => fs.readFileSync(path.join(folder, lockFile), "utf8"),
    edit: (...changes) => change(path.join(folder, stackFile), ["config"], changes),
    neighbour(stack, ...changes) {
      const file = path.join(folder, `Pulumi.${stack}.yaml`);
      fs.copyFileSync(path.join(root, stackFile), file);
      change(file, ["config"], changes);
    },
    editLock: (...changes) => change(path.join(folder, lockFile), [], changes),
    removeLock: () => fs.rmSync(path.join(folder, lockFile)),
  };
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

function change(file: string, below: string[], changes: [keys: string[], value: unknown][]): void {
  const document = parseDocument(fs.readFileSync(file, "utf8"));
  for (const [keys, value] of changes) {
    if (value === undefined) document.deleteIn([...below, ...keys]);
    else document.setIn([...below, ...keys], value);
  }
  fs.writeFileSync(file, document.toString({ lineWidth: 0 }));
}
