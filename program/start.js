/**
 * Starts the program: Pulumi's language host gives this file to Node before the SDK (see `nodeargs` in Pulumi.yaml). In place of ts-node, which
 * compiles every file at every start, it lets `require` load TypeScript from a cache.
 *
 * With `MOOR_STACK_TRACES=true` errors say where they come from, and a preview takes twice as long: the SDK formats a stack trace for each of
 * its promises, which is half of its work. `PULUMI_DEBUG_PROMISE_LEAKS` needs these traces too.
 */
require("./register");
const { mapStackTraces } = require("./compile");
const { deferModules } = require("./deferred");

mapStackTraces();

if (process.env.MOOR_STACK_TRACES !== "true" && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  Error.stackTraceLimit = 0;
  deferModules();
  process.on("uncaughtExceptionMonitor", tellSwitch);
  // The SDK listens too, and ends the program.
  process.on("unhandledRejection", tellSwitch);
}

/** What the program itself refuses is a RunError, which says what to do and never shows where it comes from. */
function tellSwitch(error) {
  if (!(error instanceof Error) || error.__pulumiRunError || error.__pulumResourceError) return;
  console.error("Set MOOR_STACK_TRACES=true and run the command again to see where this error comes from.");
}
