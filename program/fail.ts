/** How a Pulumi program ends with one message. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Ends the program with one sentence. The stack is dropped on purpose: printing a stack that crosses `@pulumi/pulumi` can stall Node for
 * half a minute (nodejs/node#64011), and it tells the reader nothing.
 * @throws pulumi.RunError
 */
export function fail(message: string): never {
  const error = new pulumi.RunError(message);
  error.stack = message;
  throw error;
}

/** Exit code by which a program tells Pulumi that it has said itself what is wrong. Source: `@pulumi/pulumi`, cmd/run/index.ts. */
const HAS_SAID_WHY = 32;

/**
 * Ends the program with one message, from code that runs beside it. An error thrown there would travel through every output that waits for it,
 * and the SDK doesn't come to its end with them.
 */
export async function stop(message: string): Promise<never> {
  await pulumi.log.error(message);
  return process.exit(HAS_SAID_WHY);
}
