/** The policy pack, built into a folder whose packages are those of this clone. */
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import { buildPolicyPack } from "../../operations/policyPack";
import type { PackSettings } from "../../policy/settings";

/** Builds the pack in a new folder of `home`. Returns the arguments with which Pulumi runs it. */
export async function builtPack(home: string): Promise<(settings: PackSettings) => string[]> {
  const folder = path.join(home, "policy");
  await buildPolicyPack({ root, output: folder });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const config = path.join(home, "policy-config.json");
  return (settings) => {
    fs.writeFileSync(config, JSON.stringify({ contract: settings }));
    return ["--policy-pack", folder, "--policy-pack-config", config];
  };
}
