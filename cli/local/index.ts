import * as fs from "node:fs";
import * as path from "node:path";
import type { HandledRequest } from "../../azure-local";
import { stackDocument } from "../../config/stackYaml";
import { requireStackFile, stacksWithFile } from "../stackFiles";
import { configTarget, positionals, type RealStackFile } from "./configTarget";
import { type LocalSession, localHome, openSession, recoverAdvice, root, waitOutInterrupts } from "./session";
import { prepareStack, projectName } from "./stackFile";

/** Commands of pulumi that read a stack file. */
const readsStackFile = ["preview", "pre", "up", "update", "refresh", "destroy", "down", "dn", "import", "watch", "config"];

/**
 * `npm run local -- <any pulumi arguments>`: runs pulumi against the local Azure. A stack is created on first use. The exit code is that of
 * pulumi.
 */
export async function local(args: string[]): Promise<void> {
  let wrote = false;
  const onRequest = ({ server, method }: HandledRequest) => {
    wrote ||= server === "arm" && method !== "GET";
  };
  const session = await openSession((line) => console.error(line), localHome(), { onRequest });
  const interruptible = waitOutInterrupts();
  try {
    process.exitCode = await session.pulumi(await completeArguments(session, args));
    // If the local Azure runs in another process, the writes are unknown. A preview writes nothing and takes no state lock.
    const isIncomplete = !isPreview(args) && (wrote || session.azure.hostProcessId !== undefined || hasStateLock(session.home));
    if (process.exitCode !== 0 && isIncomplete) console.error(recoverAdvice(option(args, "--stack", "-s")?.value));
  } finally {
    interruptible();
    await session.close();
  }
}

function isPreview(args: string[]): boolean {
  return ["preview", "pre"].includes(positionals(args)[0] ?? "");
}

/** Whether an active or interrupted run holds a state lock. */
function hasStateLock(home: string): boolean {
  const locks = path.join(home, "state", ".pulumi", "locks");
  return fs.existsSync(locks) && fs.readdirSync(locks, { recursive: true, encoding: "utf8" }).some((file) => file.endsWith(".json"));
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
