import * as readline from "node:readline";
import { type LocalSession, recoverAdvice, root } from "../local/session";
import { exitCode, startPulumi } from "../pulumiProcess";

/** A line of `pulumi up` for a completed resource, in its format without a terminal. */
const finished = /^\s*[+~-]+\s+(\S+)\s+(\S+)\s+(created|updated|deleted|replaced)\b/;

/** Runs `pulumi up`, reports each completed resource, and returns the counts of pulumi, for example `63 created`. */
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

/** Previews a stack. Fails with the output of pulumi if there are changes. */
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

/** The error output of pulumi without the progress lines, followed by the advice for an incomplete run. */
export function failure(lines: readonly string[], stack: string): string {
  const text = lines
    .slice(Math.max(0, lines.indexOf("Diagnostics:")))
    .join("\n")
    .trimEnd();
  return text.includes("Nothing was created or changed.") ? text : `${text}\n${recoverAdvice(stack)}`;
}
