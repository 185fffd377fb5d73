/** A process that loads the program once and serves it to one run of pulumi after another. */
import { serveProgram } from "../sweep/program";
import type { Settings } from "./quick";

// As program/start.js does: the SDK formats a stack trace for each of its promises.
Error.stackTraceLimit = 0;
const program = serveProgram();
process.on("message", async ({ environment, folder }: Settings) => {
  const served = await program;
  process.env.PULUMI_NODEJS_ROOT_DIRECTORY = folder;
  process.send!(served(environment));
});
process.on("disconnect", () => process.exit());
