import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, parseDocument } from "yaml";
import { makePrivateFolder, writePrivateFile } from "../../azure-local";
import { configurationSizeMistakes } from "../../config/configurationSize";
import { reportMistakes } from "../../config/mistakes";
import { settingsOf, stackDocument } from "../../config/stackYaml";
import { checkStateFile } from "../../operations/stateFile";
import { type KnownSecrets, knownSecrets, takeOverSecrets } from "./secrets";
import { type LocalSession, root } from "./session";

export { stackFileOf } from "../stackFiles";

/** What a stack file says of its secrets; a copy on this machine has its own. */
const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/**
 * Brings a stack up to date on this machine and yields the stack file to run it with: a copy of the real one in which secrets are local.
 * The real file is never written, and its secrets need not be readable here: one that was not set with `config set --secret` on this
 * machine gets a stand-in value, which changes when the secret changes.
 */
export async function prepareStack(session: LocalSession, stack: string, source: string): Promise<string> {
  const text = fs.readFileSync(source, "utf8");
  const real = stackDocument(text, path.basename(source));
  const tooLarge = configurationSizeMistakes(settingsOf(text, path.basename(source)).settings);
  if (tooLarge.length > 0) throw new Error(reportMistakes(stack, tooLarge));
  const project = await prepareProject(session, stack);
  const copy = path.join(project, `Pulumi.${stack}.yaml`);
  const changed = real.clone();
  const local = readCopy(copy);
  const knownFile = path.join(project, `secrets.${stack}.json`);
  const known = readKnown(knownFile);
  const missing = takeOverSecrets(changed, local, known);
  for (const key of encryption) changed.delete(key);
  if (local.has("encryptionsalt")) changed.set("encryptionsalt", local.get("encryptionsalt"));
  writePrivateFile(copy, changed.toString({ lineWidth: 0 }));
  for (const { keys, value } of missing) {
    const where = ["--path", configPath(keys), "--stack", stack, "--config-file", copy];
    await session.pulumiQuietly(["config", "set", "--secret", ...where, value]);
  }
  writePrivateFile(knownFile, JSON.stringify(knownSecrets(real, readDocument(copy), known, missing)));
  return copy;
}

function readDocument(file: string, name = file): Document {
  return stackDocument(fs.readFileSync(file, "utf8"), name);
}

/** The copy as it stands. One that a killed command left half-written is made again. */
function readCopy(copy: string): Document {
  try {
    return readDocument(copy);
  } catch {
    return parseDocument("{}");
  }
}

/** A file that can't be read is one of no run that came to its end. */
function readKnown(file: string): KnownSecrets {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as KnownSecrets;
  } catch {
    return {};
  }
}

/** The name of the Pulumi project. */
export function projectName(): string {
  return (parseDocument(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")).toJS() as { name: string }).name;
}

/** A project of the same name beside the state, so that `stack init` writes its salt there and not into the clone. */
async function prepareProject(session: LocalSession, stack: string): Promise<string> {
  const folder = path.join(session.home, "project");
  makePrivateFolder(folder);
  const name = projectName();
  writePrivateFile(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  const state = path.join(session.home, "state", ".pulumi", "stacks", name, `${stack}.json`);
  checkStateFile(state);
  if (!fs.existsSync(state)) await session.pulumiQuietly(["stack", "init", stack, "--non-interactive"], folder);
  return folder;
}

/** The path of a setting as `pulumi config --path` takes it: `moor:platform.tags["cost.centre"]`. */
function configPath([setting, ...keys]: readonly string[]): string {
  return setting + keys.map((key) => (/^\w+$/.test(key) ? `.${key}` : `["${key}"]`)).join("");
}
