/** Shows the progress of a command: one changing line in a terminal, otherwise a line every 30 seconds. */
import { Listr } from "listr2";

export interface Shown {
  /** Prints a line that stays. */
  report(line: string): void;
  /** Changes the progress. The line is made only when it is shown. */
  changed(line: () => string): void;
}

/** Milliseconds between two lines without a terminal, and between two changes of the line in a terminal. */
const pauses = { plain: 30_000, terminal: 200 } as const;

/**
 * Runs a task and shows its progress.
 * @param isTerminal @default - whether the output is a terminal
 */
export async function showProgress(title: string, run: (shown: Shown) => Promise<void>, isTerminal = process.stdout.isTTY): Promise<void> {
  if (!isTerminal) {
    const changed = atMostEvery(pauses.plain, (line) => console.log(line));
    return run({ report: (line) => console.log(line), changed });
  }
  let failure: unknown;
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          const changed = atMostEvery(pauses.terminal, (line) => {
            task.title = `${title}: ${line}`;
          });
          const report = (line: string) => {
            task.output = line;
          };
          await run({ report, changed }).catch((error: unknown) => {
            failure = error;
            // The command prints the error.
            throw new Error("see below");
          });
          task.title = title;
        },
        rendererOptions: { persistentOutput: true, bottomBar: Number.POSITIVE_INFINITY },
      },
    ],
    { registerSignalListeners: false, rendererOptions: { showErrorMessage: false } },
  );
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}

/** Passes at most one text in a time. */
function atMostEvery(milliseconds: number, show: (text: string) => void): (text: () => string) => void {
  let last = Date.now();
  return (text) => {
    if (Date.now() - last < milliseconds) return;
    last = Date.now();
    show(text());
  };
}
