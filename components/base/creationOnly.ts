/** Properties that Azure accepts only when a resource is created. */
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/**
 * Returns the constructor arguments of a resource whose creation-only properties have default values. A new resource gets the defaults. An
 * existing one keeps its values, because an older version of Moor could have created it with others, and Azure rejects the change. A value
 * that differs from the default is an explicit choice: it is compared with the existing resource like any other argument, so a change is
 * visible to resource hooks as a difference between old and new inputs.
 * @param defaults The default values of the properties that the stack file doesn't set.
 */
export function creationOnly<Args extends object>(
  [name, args, opts]: [string, Args, pulumi.CustomResourceOptions],
  defaults: Partial<Args>,
): [string, Args, pulumi.CustomResourceOptions] {
  const keys = Object.keys(defaults) as (keyof Args & string)[];
  const ignoreChanges = keys.filter((key) => isDeepStrictEqual(args[key], defaults[key]));
  return [name, args, pulumi.mergeOptions(opts, { ignoreChanges })];
}
