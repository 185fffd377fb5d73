/** Ctrl-C during a command that ends its work itself. */

export interface Interruption {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Restores the default behavior of Ctrl-C. */
  end(): void;
}

/** Exit code of a process that Ctrl-C has ended. */
const exitCode = 130;

/** npm repeats a Ctrl-C that the terminal has already sent. A second one within this time is ignored. Milliseconds. */
const repeatMilliseconds = 200;

/**
 * Waits for Ctrl-C. The first one aborts the signal, and a second one ends the process.
 * @param sentence What the command does at the first one, and what a second one leaves undone.
 */
export function onInterrupt(sentence: string): Interruption {
  const controller = new AbortController();
  let first: number | undefined;
  const interrupt = () => {
    if (first !== undefined && Date.now() - first > repeatMilliseconds) process.exit(exitCode);
    if (first !== undefined) return;
    first = Date.now();
    console.error(sentence);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  return { signal: controller.signal, end: () => void process.off("SIGINT", interrupt) };
}
