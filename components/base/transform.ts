import * as pulumi from "@pulumi/pulumi";
import { fail, stop } from "../../program/fail";
import { copyInputs, isDeferred, isPlainObject, mergeInputs } from "./merge";
import { guardHook, type Privacy, rejectLoosened } from "./privacy";

/** Arguments in which every key, at every depth, is optional. */
export type Overrides<T> =
  T extends Later<infer Value>
    ? Later<Overrides<Value>>
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? { readonly [Key in keyof T]?: Overrides<T[Key]> }
        : T;

/**
 * Changes the arguments of a child resource after the component has set them.
 *
 * - An object is merged into the arguments: objects are merged at every depth, lists and other values are replaced. Values can be
 * Outputs at any depth.
 * - A function changes `args` and `opts` in place, or returns an object to merge. An object that it assigns in `args` is merged too.
 *
 * A key whose value is `undefined` removes the component's value. Properties that keep the resource private can be tightened but not
 * loosened.
 */
export type Transform<Args> =
  | Overrides<Args>
  | Later<Overrides<Args>>
  | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void)
  | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => Overrides<Args> | Later<Overrides<Args>>);

type Later<T> = pulumi.OutputInstance<T> | Promise<T>;

/**
 * Returns the constructor arguments of a child after its transform: `new Vault(...transformed(args.transform?.vault, name, {…}, {…}))`.
 * @param privacy Properties that the transform must not loosen. @default - none
 * @throws pulumi.RunError if the transform loosens one. Values that become known later are checked by a hook before the write.
 */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
  privacy: Privacy = {},
): [string, Args, pulumi.CustomResourceOptions] {
  if (transform === undefined) return [name, args, opts];
  const changed = typeof transform === "function" ? called(transform as Change<Args>, name, args, opts) : overlaid(name, args, transform);
  rejectLoosened(name, privacy, args, changed);
  if (Object.keys(privacy).length === 0) return [name, changed, opts];
  const hook = guardHook(name, privacy, args, opts.ignoreChanges);
  return [name, changed, pulumi.mergeOptions(opts, { hooks: { beforeCreate: [hook], beforeUpdate: [hook] } })];
}

type Change<Args> = (args: Args, opts: pulumi.CustomResourceOptions, name: string) => unknown;

function called<Args extends object>(transform: Change<Args>, name: string, args: Args, opts: pulumi.CustomResourceOptions): Args {
  const copy = copyInputs(args);
  const returned = transform(copy, opts, name);
  const inPlace = mergeInputs(args, copy) as Args;
  return returned === undefined ? inPlace : overlaid(name, inPlace, returned);
}

function overlaid<Args extends object>(name: string, args: Args, values: unknown): Args {
  if (isDeferred(values)) return overlaidLater(name, args, values);
  if (isPlainObject(values)) return mergeInputs(args, values) as Args;
  return fail(`${name}: the transform is ${String(values)}. Allowed: an object, an Output of an object, or a function.`);
}

function overlaidLater<Args extends object>(name: string, args: Args, values: Later<unknown>): Args {
  const later = (pulumi.output(values) as pulumi.Output<unknown>).apply((resolved: unknown) => checkKeys(name, args, resolved));
  const keys = Object.keys(args) as (keyof Args & string)[];
  const merged = keys.map((key) => [key, pulumi.all([args[key], later]).apply(([was, over]) => pulumi.output(laidOver(was, over, key)))]);
  return Object.fromEntries(merged) as Args;
}

function laidOver(was: unknown, over: unknown, key: string): unknown {
  const values = over as Readonly<Record<string, unknown>>;
  return Object.hasOwn(values, key) ? mergeInputs(was, values[key]) : was;
}

/** The names of a resource's arguments must be known when it is declared. Only their values can be Outputs. */
async function checkKeys(name: string, args: object, values: unknown): Promise<unknown> {
  const extra = isPlainObject(values) ? Object.keys(values).filter((key) => !Object.hasOwn(args, key)) : undefined;
  if (extra?.length === 0) return values;
  const problem = extra === undefined ? `resolves to ${String(values)}` : `sets ${extra.join(", ")}, which the component doesn't set`;
  const allowed = Object.keys(args).join(", ");
  return stop(
    `${name}: the transform is an Output that ${problem}. Allowed: an object with only the keys ${allowed}. ` +
      "Pass other arguments in an object whose values are Outputs.",
  );
}

/**
 * Returns the arguments of a component that belong in the state: without transforms, and without resources that only determine the order.
 */
export function stateInputs<Args extends object>(args: Args): pulumi.Inputs {
  const { transform: _transform, after: _after, ...inputs } = args as Args & { transform?: unknown; after?: unknown };
  return inputs;
}
