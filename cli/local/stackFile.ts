import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, parseDocument } from "yaml";
import { createPrivateFolder, writePrivateFile } from "../../azure-local";
import { configurationSizeErrors } from "../../config/configurationSize";
import { reportErrors } from "../../config/errors";
import { lockFileName } from "../../config/lockFile";
import { settingsOf, stackDocument } from "../../config/stackYaml";
import { checkStateFile } from "../../operations/stateFile";
import { prepareLock } from "./lock";
import { type KnownSecrets, knownSecrets, takeOverSecrets } from "./secrets";
import { type LocalSession, root } from "./session";

export { stackFileOf } from "../stackFiles";

/** Encryption keys of a stack file. The local copy has different ones. */
const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/**
 * Prepares a local stack and returns the path of its stack file: a copy of the real file with local secrets. The real file is never
 * written, and its secrets are not decrypted. A secret that was not set locally with `config set --secret` gets a stand-in value, which
 * changes with the secret. The program reads the local copy of the lock file, if weights are staged or images are built in the local Azure.
 * @param folder Folder of Pulumi.yaml and the lock file. @default - the root folder
 */
export async function prepareStack(session: LocalSession, stack: string, source: string, folder = root): Promise<string> {
  const lock = prepareLock(stack, session.home, folder);
  if (lock !== undefined) {
    const copy = path.relative(process.cwd(), lock);
    session.report(`${lockFileName(stack)}: using the copy ${copy}, which also contains what is staged and built in the local Azure.`);
  }
  const text = fs.readFileSync(source, "utf8");
  const real = stackDocument(text, path.basename(source));
  const tooLarge = configurationSizeErrors(settingsOf(text, path.basename(source)).settings);
  if (tooLarge.length > 0) throw new Error(reportErrors(stack, tooLarge));
  const project = await prepareProject(session, stack, projectName(folder));
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

/** Reads the copy. An incomplete file of a killed command is replaced. */
function readCopy(copy: string): Document {
  try {
    return readDocument(copy);
  } catch {
    return parseDocument("{}");
  }
}

/** Reads the known secrets. A file that isn't readable is from an incomplete run and is ignored. */
function readKnown(file: string): KnownSecrets {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as KnownSecrets;
  } catch {
    return {};
  }
}

/**
 * The name of the Pulumi project.
 * @param folder Folder of the program. @default - the root folder
 */
export function projectName(folder = root): string {
  return (parseDocument(fs.readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")).toJS() as { name: string }).name;
}

/** Creates a project with the same name next to the state, so that `stack init` writes its salt there and not to the clone. */
async function prepareProject(session: LocalSession, stack: string, name: string): Promise<string> {
  const folder = path.join(session.home, "project");
  createPrivateFolder(folder);
  writePrivateFile(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  const state = path.join(session.home, "state", ".pulumi", "stacks", name, `${stack}.json`);
  checkStateFile(state);
  if (!fs.existsSync(state)) await session.pulumiQuietly(["stack", "init", stack, "--non-interactive"], folder);
  return folder;
}

/** The path of a setting in the format of `pulumi config --path`: `moor:platform.tags["cost.centre"]`. */
function configPath([setting, ...keys]: readonly string[]): string {
  return setting + keys.map((key) => (/^\w+$/.test(key) ? `.${key}` : `["${key}"]`)).join("");
}
