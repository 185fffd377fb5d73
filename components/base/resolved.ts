import * as pulumi from "@pulumi/pulumi";

/** Resolves inputs to plain values. Values that are unknown in a preview resolve to Pulumi's unknown marker. */
export function resolved<T>(inputs: pulumi.Input<unknown>): Promise<T> {
  // `apply` doesn't call back if a value is unknown. The SDK has `promise`, but omits it from its types.
  return (pulumi.output(inputs) as unknown as { promise(withUnknowns: true): Promise<T> }).promise(true);
}
