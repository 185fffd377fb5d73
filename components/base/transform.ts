import type * as pulumi from "@pulumi/pulumi";

/** Amends a child's arguments last: values to merge over them, or a function that changes `args` and `opts` in place. */
export type Transform<Args> = Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** The constructor arguments of a child after its transform: `new Vault(...transformed(args.transform?.vault, name, {…}, {…}))`. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [string, Args, pulumi.CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, opts];
  transform(args, opts, name);
  return [name, args, opts];
}

/** The part of a component's arguments that belongs in state: no callbacks, and no resources that only give order. */
export function stateInputs<Args extends object>(args: Args): pulumi.Inputs {
  const { transform: _transform, after: _after, ...inputs } = args as Args & { transform?: unknown; after?: unknown };
  return inputs;
}
