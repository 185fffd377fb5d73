/** Names of the deployments of the shipped stacks. They depend on the files in docker/, so tests don't contain them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkStack } from "../config/checkStack";
import { lockFileName } from "../config/lockFile";
import { settingsOf } from "../config/stackYaml";
import { stagedLock } from "./support/stagedLock";

const root = path.join(__dirname, "..");

/** The names by `<endpoint>/<label>`. */
export function shippedNames(stack: "dev" | "prod"): Readonly<Record<string, string>> {
  const lock = fs.existsSync(path.join(root, lockFileName(stack))) ? { lock: stagedLock() } : {};
  const settings = settingsOf(fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8"));
  const checked = checkStack({ project: "moor", stack, folder: root, ...settings, ...lock });
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  const all = checked.spec.endpoints.flatMap(({ key, deployments }) =>
    deployments.map(({ label, decision }) => [`${key}/${label}`, decision.name] as const),
  );
  return Object.fromEntries(all);
}
