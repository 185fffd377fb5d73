import * as pulumi from "@pulumi/pulumi";
import { fail, stop } from "../../program/fail";
import { copyInputs, isDeferred, isPlainObject, mergeInputs } from "./merge";
import { guardHook, type Privacy, refuseLoosened } from "./privacy";

/** Arguments of which every key, at every depth, may be left out. */
export type Overrides<T> =
  T extends Later<infer Value>
    ? Later<Overrides<Value>>
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? { readonly [Key in keyof T]?: Overrides<T[Key]> }
        : T;

/**
 * Changes a child's arguments last.
 *
 * - Values merge over the component's own: objects at every depth, lists and everything else replace. A value may be an Output at any depth.
 * - A function changes `args` and `opts` in place, or returns values to merge. An object that it puts in the place of another merges with it.
 *
 * A key whose value is `undefined` removes the component's own. What keeps the resource private may be tightened and not loosened.
 */
export type Transform<Args> =
  | Overrides<Args>
  | Later<Overrides<Args>>
  | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void)
  | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => Overrides<Args> | Later<Overrides<Args>>);

type Later<T> = pulumi.OutputInstance<T> | Promise<T>;

/**
 * The constructor arguments of a child after its transform: `new Vault(...transformed(args.transform?.vault, name, {…}, {…}))`.
 * @param privacy What the transform must leave as private as it is. @default - nothing
 * @throws pulumi.RunError when the transform loosens it; where that is known only later, a hook ends the run before the write
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
  refuseLoosened(name, privacy, args, changed);
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
  return fail(`${name}: the transform is ${String(values)}. Allowed: an object, an Output of one, or a function.`);
}

function overlaidLater<Args extends object>(name: string, args: Args, values: Later<unknown>): Args {
  const later = (pulumi.output(values) as pulumi.Output<unknown>).apply((known: unknown) => checkKeys(name, args, known));
  const keys = Object.keys(args) as (keyof Args & string)[];
  const merged = keys.map((key) => [key, pulumi.all([args[key], later]).apply(([was, over]) => pulumi.output(laidOver(was, over, key)))]);
  return Object.fromEntries(merged) as Args;
}

function laidOver(was: unknown, over: unknown, key: string): unknown {
  const values = over as Readonly<Record<string, unknown>>;
  return Object.hasOwn(values, key) ? mergeInputs(was, values[key]) : was;
}

/** A resource must know the names of its arguments at once, their values may come later. */
async function checkKeys(name: string, args: object, values: unknown): Promise<unknown> {
  const unknown = isPlainObject(values) ? Object.keys(values).filter((key) => !Object.hasOwn(args, key)) : ["its value"];
  if (unknown.length === 0) return values;
  const allowed = Object.keys(args).join(", ");
  return stop(
    `${name}: the transform is an Output, and ${unknown.join(", ")} is not among the arguments that the component sets. Allowed: ${allowed}. ` +
      "Give other arguments in an object whose values are Outputs.",
  );
}

/** The part of a component's arguments that belongs in state: no callbacks, and no resources that only give order. */
export function stateInputs<Args extends object>(args: Args): pulumi.Inputs {
  const { transform: _transform, after: _after, ...inputs } = args as Args & { transform?: unknown; after?: unknown };
  return inputs;
}
