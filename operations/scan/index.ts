/** Scans the resources that a stack plans with checkov, as an ARM template. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { RuleResource } from "../../rules";
import { templateOf } from "./template";

export { templateOf } from "./template";

/** The version whose results the tests know. Other versions can have other rules. */
const checkovVersion = "3.3.30";

/**
 * Runs checkov on the resources. Its output goes to the terminal.
 * @param skipped IDs of the rules that are exceptions.
 * @returns the exit code of checkov: 0 if all other rules passed
 * @throws Error if checkov isn't installed
 */
export function scan(resources: readonly RuleResource[], skipped: readonly string[]): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-scan-"));
  try {
    const file = path.join(folder, "stack.json");
    fs.writeFileSync(file, JSON.stringify(templateOf(resources), null, 2), { mode: 0o600 });
    const args = ["--framework", "arm", "--file", file, "--compact", "--quiet", "--skip-download", "--skip-check", skipped.join(",")];
    const { status, error } = spawnSync("checkov", args, { stdio: "inherit" });
    if (error)
      throw new Error(`checkov isn't installed. Install it with \`pip install checkov==${checkovVersion}\`, and run the command again.`);
    return status ?? 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
