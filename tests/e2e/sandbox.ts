import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { type LocalSession, openSession, root } from "../../cli/local/session";
import { prepareStack, stackFileOf } from "../../cli/local/stackFile";
import { exitCode } from "../../cli/pulumiProcess";

/** The result of a pulumi command. */
export interface Run {
  readonly code: number;
  readonly output: string;
}

/** A request that the resource manager answered, as its log has it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
}

/** A change of a stack file: a path of keys below `config`, and the new value. `undefined` deletes the key. */
export type Change = [keys: string[], value: unknown];

/** An Azure and a Pulumi of a test's own, in a folder of its own. */
export interface Sandbox extends LocalSession {
  /** Folder of the program that runs: with its stack files and locks. */
  readonly folder: string;
  /** Runs pulumi on a stack, from its shipped stack file or an edited one. */
  run(verb: string, stack: string, options?: { args?: string[]; stackFile?: string }): Promise<Run>;
  /** Writes a stack file that differs from the shipped one. */
  edit(stack: string, changes: readonly Change[]): string;
  /** Every resource that Azure holds: ids in lower case, sorted. */
  resources(): string[];
  requests(): Request[];
  arm(method: string, id: string, apiVersion: string, body?: unknown): Promise<Response>;
}

/**
 * @param from Folder with the state to begin with, as an earlier home was; it stays as it is. @default - nothing is there
 * @param folder Folder of the program, where it is a copy of its own: see `cloneProgram`. @default the program itself
 */
export async function openSandbox(options: Parameters<typeof openSession>[2] = {}, from?: string, folder = root): Promise<Sandbox> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-e2e-"));
  if (from !== undefined) fs.cpSync(from, home, { recursive: true });
  const session = await openSession(() => {}, home, options);
  // The engine of a test lives for seconds: it needn't tidy its memory on the way.
  session.environment.GOGC = "400";
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
      const file = await prepareStack(session, stack, stackFile);
      const changes = ["up", "refresh", "destroy"].includes(verb) && !args.includes("--preview-only") ? ["--yes", "--skip-preview"] : [];
      const all = [verb, ...changes, ...args, "--stack", stack, "--config-file", file, "--non-interactive", "--color", "never"];
      return runToEnd(session, all, folder);
    },
    edit(stack, changes) {
      // Text that another reader would take for something else, such as a date, is written in quotes.
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
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { code: await exitCode(child), output };
}
