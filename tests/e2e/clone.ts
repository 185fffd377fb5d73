import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import { withAcceptances } from "../support/acceptances";

/** Files of a clone that the program and its command line don't require. */
const leftOut = [".git", ".moor", "bench", "coverage", "docs", "tests"];

/** A copy of the program, whose stack files and lock files commands can edit. The caller removes it. */
export function cloneProgram(): string {
  const clone = fs.mkdtempSync(path.join(os.tmpdir(), "moor-clone-"));
  for (const name of fs.readdirSync(root)) {
    const [from, to] = [path.join(root, name), path.join(clone, name)];
    if (name === "node_modules") fs.symlinkSync(from, to);
    else if (!leftOut.includes(name)) fs.cpSync(from, to, { recursive: true });
  }
  return clone;
}

/**
 * An older stack file accepts no findings. Its owner adds the entries with the upgrade. The adopted registries and the storage account are
 * those of other teams, whose exports and replications to other tenants are not disabled.
 */
function accepting(file: string, text: string): string {
  if (file === "Pulumi.adopted.yaml") return withAcceptances(text, "MOOR425", "MOOR416", "MOOR407");
  return file.startsWith("Pulumi.") ? withAcceptances(text, "MOOR425") : text;
}

/**
 * The current program with the stack files and lock files of an older version, because the shipped ones can have changed for other reasons.
 */
export function cloneWith(fixture: string): string {
  const folder = cloneProgram();
  for (const place of [folder, fixture]) {
    for (const file of fs.readdirSync(place).filter((name) => /^(Pulumi|moor\.lock)\.\w+\.yaml$/.test(name))) {
      if (place === folder) fs.rmSync(path.join(folder, file));
      else fs.writeFileSync(path.join(folder, file), accepting(file, fs.readFileSync(path.join(fixture, file), "utf8")));
    }
  }
  return folder;
}
