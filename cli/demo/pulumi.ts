import * as readline from "node:readline";
import { type LocalSession, recoverAdvice, root } from "../local/session";
import { exitCode, startPulumi } from "../pulumiProcess";

/** A resource that `pulumi up` has finished, as it prints it where there is no terminal. */
const finished = /^\s*[+~-]+\s+(\S+)\s+(\S+)\s+(created|updated|deleted|replaced)\b/;

/** Brings a stack up; reports each resource when it is there, and yields pulumi's own counts: `63 created`. */
export async function up(session: LocalSession, stack: string, stackFile: string, report: (line: string) => void): Promise<string> {
  let count = 0;
  const lines = await run(session, ["up", "--yes", "--skip-preview"], stack, stackFile, (line) => {
    const [, type, name, done] = finished.exec(line) ?? [];
    if (done) report(`${++count} ${done}: ${name} (${type})`);
  });
  const counts = lines.slice(lines.indexOf("Resources:") + 1);
  return counts
    .slice(0, counts.indexOf(""))
    .map((line) => line.trim().replace(/^[+~-]+ /, ""))
    .join(", ");
}

/** Previews a stack and fails with pulumi's own output if anything would change. */
export async function expectNoChanges(session: LocalSession, stack: string, stackFile: string): Promise<void> {
  await run(session, ["preview", "--expect-no-changes"], stack, stackFile);
}

async function run(
  session: LocalSession,
  verb: string[],
  stack: string,
  stackFile: string,
  onLine: (line: string) => void = () => {},
): Promise<string[]> {
  const args = [...verb, "--stack", stack, "--config-file", stackFile, "--non-interactive", "--color", "never"];
  const child = startPulumi(session.engine, args, root, session.environment, ["ignore", "pipe", "pipe"]);
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    readline.createInterface({ input: stream }).on("line", (line) => {
      lines.push(line.trimEnd());
      onLine(line);
    });
  }
  if ((await exitCode(child)) !== 0) throw new Error(`pulumi ${verb[0]} of ${stack} failed.\n${failure(lines, stack)}`);
  return lines;
}

/** What pulumi says of a failure, without the progress before it, which repeats parts of it, and what to do if something is half done. */
export function failure(lines: readonly string[], stack: string): string {
  const text = lines
    .slice(Math.max(0, lines.indexOf("Diagnostics:")))
    .join("\n")
    .trimEnd();
  return text.includes("Nothing was created or changed.") ? text : `${text}\n${recoverAdvice(stack)}`;
}
