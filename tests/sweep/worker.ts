/** A process that tries what it is sent, one after another. */
import type { Reply } from "./pool";
import { serveProgram } from "./program";
import { attempt, type Outcome, type Task } from "./trial";

// Pulumi notes the stack of each promise, and ts-node maps it back to the source: half of the time of a run.
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
// Pulumi, which it has started, is in its process group.
process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
