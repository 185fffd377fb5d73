import * as fs from "node:fs";
import * as path from "node:path";
import type { SeenRequest } from "../../azure-local";
import { stackDocument } from "../../config/stackYaml";
import { requireStackFile, stacksWithFile } from "../stackFiles";
import { configTarget, positionals, type RealStackFile } from "./configTarget";
import { type LocalSession, localHome, openSession, recoverAdvice, root, waitOutInterrupts } from "./session";
import { prepareStack, projectName } from "./stackFile";

/** Verbs of `pulumi` that read a stack file. */
const readsStackFile = ["preview", "pre", "up", "update", "refresh", "destroy", "down", "dn", "import", "watch", "config"];

/**
 * `npm run local -- <any pulumi arguments>`: the ordinary pulumi command line against Azure-on-this-machine. A stack is made on its first
 * use; the exit code is pulumi's.
 */
export async function local(args: string[]): Promise<void> {
  let wrote = false;
  const onRequest = ({ server, method }: SeenRequest) => {
    wrote ||= server === "arm" && method !== "GET";
  };
  const session = await openSession((line) => console.error(line), localHome(), { onRequest });
  const interruptible = waitOutInterrupts();
  try {
    process.exitCode = await session.pulumi(await completeArguments(session, args));
    // Another process's Azure doesn't tell this one what was written; a preview writes nothing and takes no lock.
    const halfDone = !isPreview(args) && (wrote || session.azure.runsIn !== undefined || hasLock(session.home));
    if (process.exitCode !== 0 && halfDone) console.error(recoverAdvice(option(args, "--stack", "-s")?.value));
  } finally {
    interruptible();
    await session.close();
  }
}

function isPreview(args: string[]): boolean {
  return ["preview", "pre"].includes(positionals(args)[0] ?? "");
}

/** Whether a run that is going on, or was interrupted, holds the state of a stack. */
function hasLock(home: string): boolean {
  const locks = path.join(home, "state", ".pulumi", "locks");
  return fs.existsSync(locks) && fs.readdirSync(locks, { recursive: true, encoding: "utf8" }).some((file) => file.endsWith(".json"));
}

/** The arguments as given, with the stack file of this machine in place of the real one. */
async function completeArguments(session: LocalSession, args: string[]): Promise<string[]> {
  const [verb] = positionals(args);
  if (verb === "stack" && args.includes("rm")) return [...args, "--preserve-config"]; // the real stack's file stays
  if (!verb || !readsStackFile.includes(verb) || args.includes("--help")) return args;
  const stack = option(args, "--stack", "-s")?.value ?? (await selectedStack(session));
  const given = option(args, "--config-file");
  const source = given ? path.resolve(given.value) : requireStackFile(stack);
  if (!fs.existsSync(source)) throw new Error(`There is no file ${source}: give --config-file the path of a stack file, or leave it out.`);
  if (verb === "config" && configTarget(args, () => realStackFile(source)) === "real") return args;
  const copy = await prepareStack(session, stack, source);
  const rest = args.filter((_, index) => !given?.indexes.includes(index));
  return [...rest, "--config-file", copy];
}

function realStackFile(source: string): RealStackFile {
  return { project: projectName(), real: stackDocument(fs.readFileSync(source, "utf8"), path.basename(source)) };
}

function option(args: string[], ...names: string[]): { value: string; indexes: number[] } | undefined {
  for (const [index, arg] of args.entries()) {
    const name = names.find((candidate) => arg === candidate || arg.startsWith(`${candidate}=`));
    if (!name) continue;
    if (arg !== name) return { value: arg.slice(name.length + 1), indexes: [index] };
    const value = args[index + 1];
    if (value !== undefined) return { value, indexes: [index, index + 1] };
  }
  return undefined;
}

async function selectedStack(session: LocalSession): Promise<string> {
  try {
    return (await session.pulumiQuietly(["stack", "--show-name", "--non-interactive"], root)).trim();
  } catch {
    throw new Error(`Say which stack: add -s with one of ${stacksWithFile().join(", ")}.`);
  }
}
