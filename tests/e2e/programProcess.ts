/** A process that serves the program to one run after another: loaded once, where pulumi would load it anew for each. */
import { serveProgram } from "../sweep/program";

// Pulumi notes the stack of each promise, and ts-node maps it back to the source: half of the time of a run.
Error.stackTraceLimit = 0;
const program = serveProgram();
process.on("message", async (environment: NodeJS.ProcessEnv) => process.send!((await program)(environment)));
process.on("disconnect", () => process.exit());
