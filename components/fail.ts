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
