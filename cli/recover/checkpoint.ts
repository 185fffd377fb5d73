import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { StackPulumi } from "../stackPulumi";
import type { Checkpoint } from "./state";

/** A stack's state; secrets in it stay encrypted. */
export async function exportState(pulumi: StackPulumi): Promise<Checkpoint> {
  return JSON.parse(await pulumi.must(["stack", "export"])) as Checkpoint;
}

/** Replaces a stack's state. The file that it goes through is readable by its owner only and goes at once. */
export async function importState(pulumi: StackPulumi, checkpoint: Checkpoint): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-state-"));
  const file = path.join(folder, "state.json");
  try {
    fs.writeFileSync(file, JSON.stringify(checkpoint), { mode: 0o600 });
    await pulumi.must(["stack", "import", "--file", file]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
