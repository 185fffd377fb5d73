/**
 * Starts the program. Pulumi's language host passes this file to Node, which loads it before the SDK (`nodeargs` in Pulumi.yaml). It replaces
 * ts-node, which compiles all files at each start, with a cache of compiled files.
 *
 * `MOOR_STACK_TRACES=true` enables stack traces in errors, and previews take about twice as long: the SDK formats a stack trace for each of its
 * promises. `PULUMI_DEBUG_PROMISE_LEAKS` requires these traces too.
 */
require("./register");
const { mapStackTraces } = require("./compile");
const { deferModules } = require("./deferred");

mapStackTraces();

if (process.env.MOOR_STACK_TRACES !== "true" && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  Error.stackTraceLimit = 0;
  deferModules();
  process.on("uncaughtExceptionMonitor", printHint);
  // The SDK's own listener ends the program.
  process.on("unhandledRejection", printHint);
}

/** Prints how to enable stack traces. Not for a RunError, whose message is complete without one. */
function printHint(error) {
  if (!(error instanceof Error) || error.__pulumiRunError || error.__pulumResourceError) return;
  console.error("To see the stack trace of this error, set MOOR_STACK_TRACES=true and run the command again.");
}
