import * as pulumi from "@pulumi/pulumi";

/** Inputs as plain values. What depends on another resource comes wrapped, and what isn't known in a preview is marked so. */
export function resolved<T>(inputs: pulumi.Input<unknown>): Promise<T> {
  // `apply` never calls back where something is unknown; the SDK leaves this way out of its types.
  return (pulumi.output(inputs) as unknown as { promise(withUnknowns: true): Promise<T> }).promise(true);
}
