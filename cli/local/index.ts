import * as fs from "node:fs";
import * as path from "node:path";
import { stackDocument } from "../../config/stackYaml";
import { requireStackFile, stacksWithFile } from "../stackFiles";
import { configTarget, positionals, type RealStackFile } from "./configTarget";
import { type LocalSession, openSession, recoverAdvice, root, waitOutInterrupts } from "./session";
import { prepareStack, projectName } from "./stackFile";

/** Commands of pulumi that read a stack file. */
const readsStackFile = ["preview", "pre", "up", "update", "refresh", "destroy", "down", "dn", "import", "watch", "config"];

/**
 * `npm run local -- <any pulumi arguments>`: runs pulumi against the local Azure. A stack is created on first use. The exit code is that of
 * pulumi.
 */
export async function local(args: string[]): Promise<void> {
  const session = await openSession((line) => console.error(line));
  const interruptible = waitOutInterrupts();
  try {
    process.exitCode = await session.pulumi(await completeArguments(session, args));
    const stack = option(args, "--stack", "-s")?.value;
    if (process.exitCode !== 0 && takesStateLock(args) && isInterrupted(session.home, stack)) console.error(recoverAdvice(stack));
  } finally {
    interruptible();
    await session.close();
  }
}

/** Commands of pulumi that change the state. */
const changesState = ["up", "update", "refresh", "destroy", "down", "dn", "import", "watch"];

function takesStateLock(args: string[]): boolean {
  return changesState.includes(positionals(args)[0] ?? "");
}

/** Whether a run left a state lock, or operations in the state whose results it didn't record. A run that failed leaves neither. */
function isInterrupted(home: string, stack: string | undefined): boolean {
  const folder = path.join(home, "state", ".pulumi");
  if (jsonFiles(path.join(folder, "locks")).length > 0) return true;
  const states = jsonFiles(path.join(folder, "stacks")).filter((file) => stack === undefined || path.basename(file) === `${stack}.json`);
  return states.some(hasPendingOperations);
}

function jsonFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".json")).map((file) => path.join(folder, file));
}

function hasPendingOperations(file: string): boolean {
  try {
    const { checkpoint }: StateFile = JSON.parse(fs.readFileSync(file, "utf8"));
    return (checkpoint?.latest?.pending_operations ?? []).length > 0;
  } catch (error) {
    // Pulumi was killed while it wrote the file.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

/** The part of Pulumi's state file that contains operations whose results are unknown. */
interface StateFile {
  readonly checkpoint?: { readonly latest?: { readonly pending_operations?: readonly unknown[] } };
}

/** Replaces the stack file in the arguments with its local copy. */
async function completeArguments(session: LocalSession, args: string[]): Promise<string[]> {
  const [verb] = positionals(args);
  if (verb === "stack" && args.includes("rm")) return [...args, "--preserve-config"]; // keeps the real stack file
  if (!verb || !readsStackFile.includes(verb) || args.includes("--help")) return args;
  const stack = option(args, "--stack", "-s")?.value ?? (await selectedStack(session));
  const given = option(args, "--config-file");
  const source = given ? path.resolve(given.value) : requireStackFile(stack);
  if (!fs.existsSync(source))
    throw new Error(`The file ${source} does not exist. Set --config-file to the path of a stack file, or omit it.`);
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
    throw new Error(`No stack is selected. Add -s with one of ${stacksWithFile().join(", ")}.`);
  }
}
