import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../cli/local/session";

/** What of a clone the program and its command line don't need. */
const leftOut = [".git", ".moor", "bench", "coverage", "docs", "tests"];

/** A copy of the program, as a team has one: verbs of the command line edit its stack files and its locks. Whoever makes it removes it. */
export function cloneProgram(): string {
  const clone = fs.mkdtempSync(path.join(os.tmpdir(), "moor-clone-"));
  for (const name of fs.readdirSync(root)) {
    const [from, to] = [path.join(root, name), path.join(clone, name)];
    if (name === "node_modules") fs.symlinkSync(from, to);
    else if (!leftOut.includes(name)) fs.cpSync(from, to, { recursive: true });
  }
  return clone;
}
