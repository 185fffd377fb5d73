import type { Reply } from "./pool";
import { type ServedProgram, serveProgram } from "./program";

/** Runs the tasks that this process receives, one after another. */
export function serveTasks<Task, Outcome>(attempt: (task: Task, program: ServedProgram) => Promise<Outcome>): void {
  // Pulumi formats a stack trace for each promise: half of the time of a run.
  Error.stackTraceLimit = 0;
  const program = serveProgram();
  process.on("message", async (task: Task) => {
    const reply: Reply<Outcome> = await program
      .then((served) => attempt(task, served))
      .then(
        (outcome) => ({ outcome }),
        (error: Error) => ({ error: error.message }),
      );
    process.send!(reply);
  });
  // The Pulumi processes that it has started are in its process group.
  process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
}
