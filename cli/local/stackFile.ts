import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { configurationSizeMistakes } from "../../config/configurationSize";
import { reportMistakes } from "../../config/mistakes";
import { settingsOf, stackDocument } from "../../config/stackYaml";
import { type LocalSession, root } from "./session";

export { stackFileOf } from "../stackFiles";

/** What a stack file says of its secrets; a copy on this machine has its own. */
const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/** Stands in for a secret that only the real stack can decrypt. */
const placeholder = "stand-in-for-a-secret-of-the-real-stack";

/**
 * Brings a stack up to date on this machine and yields the stack file to run it with: a copy of the real one in which secrets are local.
 * The real file is never written, and its secrets need not be readable here: one that was not set with `config set --secret` on this
 * machine gets a stand-in value.
 */
export async function prepareStack(session: LocalSession, stack: string, source: string): Promise<string> {
  const text = fs.readFileSync(source, "utf8");
  const real = stackDocument(text, path.basename(source));
  const tooLarge = configurationSizeMistakes(settingsOf(text, path.basename(source)).settings);
  if (tooLarge.length > 0) throw new Error(reportMistakes(stack, tooLarge));
  const project = await prepareProject(session, stack);
  const copy = path.join(project, `Pulumi.${stack}.yaml`);
  const local = fs.existsSync(copy) ? stackDocument(fs.readFileSync(copy, "utf8"), copy) : parseDocument("{}");
  const missing = takeOverSecrets(real, local);
  for (const key of encryption) real.delete(key);
  if (local.has("encryptionsalt")) real.set("encryptionsalt", local.get("encryptionsalt"));
  fs.writeFileSync(copy, real.toString({ lineWidth: 0 }));
  for (const keys of missing) {
    const where = ["--path", configPath(keys), "--stack", stack, "--config-file", copy];
    await session.pulumiQuietly(["config", "set", "--secret", ...where, placeholder]);
  }
  return copy;
}

/** A project of the same name beside the state, so that `stack init` writes its salt there and not into the clone. */
async function prepareProject(session: LocalSession, stack: string): Promise<string> {
  const folder = path.join(session.home, "project");
  fs.mkdirSync(folder, { recursive: true });
  const { name } = parseDocument(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")).toJS() as { name: string };
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  const exists = fs.existsSync(path.join(session.home, "state", ".pulumi", "stacks", name, `${stack}.json`));
  if (!exists) await session.pulumiQuietly(["stack", "init", stack, "--non-interactive"], folder);
  return folder;
}

/** Puts the local value of each secret into the real file's document; takes out, and yields, those that have none yet. */
function takeOverSecrets(real: Document, local: Document): string[][] {
  const missing: string[][] = [];
  const visit = (node: unknown, keys: string[]): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      const here = [...keys, String(isScalar(key) ? key.value : key)];
      if (!isSecret(value)) visit(value, here);
      else if (isSecret(local.getIn(["config", ...here]))) real.setIn(["config", ...here], local.getIn(["config", ...here]));
      else missing.push(here);
    }
  };
  visit(real.get("config"), []);
  const own = local.get("config");
  for (const { key, value } of isMap(own) ? own.items : []) {
    const name = String(isScalar(key) ? key.value : key);
    if (isSecret(value) && !real.hasIn(["config", name])) real.setIn(["config", name], value);
  }
  for (const keys of missing) real.deleteIn(["config", ...keys]);
  return missing;
}

function isSecret(node: unknown): node is YAMLMap {
  return isMap(node) && node.items.length === 1 && node.has("secure");
}

/** The path of a setting as `pulumi config --path` takes it: `moor:platform.tags["cost.centre"]`. */
function configPath([setting, ...keys]: string[]): string {
  return setting + keys.map((key) => (/^\w+$/.test(key) ? `.${key}` : `["${key}"]`)).join("");
}
