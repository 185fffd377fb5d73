/** The pipelines of the clone. */
import * as fs from "node:fs";
import * as path from "node:path";

export const root = path.join(__dirname, "..", "..");
export const gitHubFolder = path.join(root, ".github", "workflows");
export const azureFolder = path.join(root, "pipelines");

/** Text of each YAML file of a folder, by name. */
export function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".yml"));
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}
