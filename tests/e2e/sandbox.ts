import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { type LocalSession, openSession, root } from "../../cli/local/session";
import { prepareStack, stackFileOf } from "../../cli/local/stackFile";
import { exitCode } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import { writeStagedLock } from "../support/stagedLock";

/** The result of a pulumi command. */
export interface Run {
  readonly code: number;
  readonly output: string;
}

/** A request in the log of Azure Resource Manager. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
}

/** A change of a stack file: a path of keys below `config`, and the new value. `undefined` deletes the key. */
export type Change = [keys: string[], value: unknown];

/** A local Azure and a Pulumi engine for one test, in a temporary folder. */
export interface Sandbox extends LocalSession {
  /** Folder of the program, with its stack files and lock files. */
  readonly folder: string;
  /** Runs pulumi on a stack, with its shipped stack file or an edited one. */
  run(verb: string, stack: string, options?: { args?: string[]; stackFile?: string }): Promise<Run>;
  /** Writes a stack file that differs from the shipped one. */
  edit(stack: string, changes: readonly Change[]): string;
  /** IDs of all resources in the local Azure, in lower case, sorted. */
  resources(): string[];
  requests(): Request[];
  arm(method: string, id: string, apiVersion: string, body?: unknown): Promise<Response>;
}

/**
 * @param from Folder with the initial state, which is not changed. @default - an empty state
 * @param folder Folder of the program, if it is a copy: see `cloneProgram`. @default - the program itself
 * @param stagedWeights Whether the weights of prod are staged. @default - only for the program itself
 */
export async function openSandbox(
  options: Parameters<typeof openSession>[2] = {},
  from?: string,
  folder = root,
  stagedWeights = folder === root,
): Promise<Sandbox> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-e2e-"));
  if (from !== undefined) fs.cpSync(from, home, { recursive: true });
  const session = await openSession(() => {}, home, options);
  // The engine of a test runs for seconds, so garbage collection isn't required.
  session.environment.GOGC = "400";
  // As after `npm run mirror --local`, without its run.
  if (stagedWeights) writeStagedLock(home);
  const arm: Sandbox["arm"] = (method, id, apiVersion, body) =>
    fetch(`${session.azure.armUrl}${id}?api-version=${apiVersion}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  let edits = 0;
  return {
    ...session,
    folder,
    arm,
    async run(verb, stack, { args = [], stackFile = path.join(folder, `Pulumi.${stack}.yaml`) } = {}) {
      const file = await prepareStack(session, stack, stackFile, folder);
      const changes = ["up", "refresh", "destroy"].includes(verb) && !args.includes("--preview-only") ? ["--yes", "--skip-preview"] : [];
      const all = [verb, ...changes, ...args, "--stack", stack, "--config-file", file, "--non-interactive", "--color", "never"];
      return runToEnd(session, all, folder);
    },
    edit(stack, changes) {
      // Puts text that another parser would read as another type, such as a date, in quotes.
      const document = parseDocument(fs.readFileSync(stackFileOf(stack)!, "utf8"), { compat: "yaml-1.1" });
      for (const [keys, value] of changes) {
        if (value === undefined) document.deleteIn(["config", ...keys]);
        else document.setIn(["config", ...keys], value);
      }
      const file = path.join(home, `edited-${++edits}.yaml`);
      fs.writeFileSync(file, document.toString());
      return file;
    },
    resources: () =>
      session.azure
        .resources()
        .map(({ id }) => id.toLowerCase())
        .sort(),
    requests() {
      const log = fs.readFileSync(path.join(home, "azure", "requests.jsonl"), "utf8");
      return log
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Request);
    },
    async close() {
      await session.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

async function runToEnd(session: LocalSession, args: string[], cwd: string): Promise<Run> {
  const child = spawn(session.engine.command, args, { cwd, env: session.environment, stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}
