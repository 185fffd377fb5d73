/** Functions that end a Pulumi program with an error message. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Ends the program with an error message. The stack trace is removed: printing one that contains `@pulumi/pulumi` can stall Node for 30
 * seconds (nodejs/node#64011), and it doesn't help the user.
 * @throws pulumi.RunError
 */
export function fail(message: string): never {
  const error = new pulumi.RunError(message);
  error.stack = message;
  throw error;
}

/** Exit code that means "the program has already reported its error". Source: `@pulumi/pulumi`, cmd/run/index.ts. */
const ERROR_REPORTED = 32;

/**
 * Ends the program with an error message from asynchronous code. An error thrown there would be passed to all dependent outputs, and the
 * SDK would not exit.
 */
export async function stop(message: string): Promise<never> {
  await pulumi.log.error(message);
  return process.exit(ERROR_REPORTED);
}
