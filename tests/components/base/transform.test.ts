// Proves how a transform merges in each of its forms, and that its values reach the engine. The properties that it must not loosen are
// proved in tests/components/privacy.test.ts.
import * as pulumi from "@pulumi/pulumi";
import { resolved } from "../../../components/base/resolved";
import { stateInputs, type Transform, transformed } from "../../../components/base/transform";
import { record } from "../recorder";

interface Args {
  readonly name: pulumi.Input<string>;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  readonly properties: pulumi.Input<{
    readonly mode: pulumi.Input<string>;
    readonly open?: pulumi.Input<boolean>;
    readonly rules?: pulumi.Input<pulumi.Input<string>[]>;
    readonly inner?: pulumi.Input<{ readonly a?: pulumi.Input<number>; readonly b?: pulumi.Input<number> }>;
  }>;
}

const base = (): Args => ({ name: "n", tags: { owner: "ml" }, properties: { mode: "m", open: false, rules: ["r"], inner: { a: 1 } } });

async function merged(transform: Transform<Args> | undefined, args = base(), preview = false): Promise<unknown> {
  const { result } = await record(() => resolved(transformed(transform, "n", args, {})[1] as pulumi.Input<unknown>), { preview });
  return result;
}

type Form = (values: object) => Transform<Args>;
const forms: [form: string, Form][] = [
  ["an object", (values) => values as Transform<Args>],
  ["an Output", (values) => pulumi.output(values) as Transform<Args>],
  ["a promise", (values) => Promise.resolve(values) as Transform<Args>],
  ["an object of Outputs", (values) => mapped(values, (value) => pulumi.output(value)) as Transform<Args>],
  ["an object of promises", (values) => mapped(values, (value) => Promise.resolve(value)) as Transform<Args>],
  ["an object with an Output at each leaf", (values) => leaves(values) as Transform<Args>],
  ["a function that returns values", (values) => () => values as never],
  ["a function that returns an Output", (values) => () => pulumi.output(values) as never],
  ["a function that sets values in place", (values) => (args) => void Object.assign(args, values)],
];

const mapped = (values: object, change: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
const leaves = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? mapped(value, leaves) : pulumi.output(value);

describe.each(forms)("A transform that is %s", (_, form) => {
  test("keeps values that it doesn't contain, at every depth.", async () => {
    expect(await merged(form({ properties: { mode: "x", inner: { b: 2 } } }))).toEqual({
      name: "n",
      tags: { owner: "ml" },
      properties: { mode: "x", open: false, rules: ["r"], inner: { a: 1, b: 2 } },
    });
  });

  test("replaces lists and adds keys.", async () => {
    expect(await merged(form({ tags: { team: "a" }, properties: { rules: [] } }))).toEqual({
      name: "n",
      tags: { owner: "ml", team: "a" },
      properties: { mode: "m", open: false, rules: [], inner: { a: 1 } },
    });
  });

  test("merges over Outputs that the component sets.", async () => {
    const args = { ...base(), properties: pulumi.output({ mode: pulumi.output("m"), open: false }) };
    expect(await merged(form({ properties: { mode: "x" } }), args)).toMatchObject({ properties: { mode: "x", open: false } });
  });

  test("doesn't change the original arguments.", async () => {
    const args = base();
    await merged(form({ properties: { mode: "x" } }), args);
    expect(args).toEqual(base());
  });
});

test("Without a transform, with an empty one and with a function that does nothing, nothing changes.", async () => {
  for (const transform of [undefined, {}, () => {}, pulumi.output({})]) expect(await merged(transform as Transform<Args>)).toEqual(base());
});

test("A key with the value undefined is removed; a key that a function deletes stays.", async () => {
  expect(await merged({ tags: undefined })).toEqual({ ...base(), tags: undefined });
  const remove = (args: Args) => {
    delete (args as { tags?: unknown }).tags;
  };
  expect(await merged(remove)).toEqual(base());
});

test("A function can change single values and options.", () => {
  const change = (args: Args, opts: pulumi.CustomResourceOptions) => {
    (args.properties as { mode: string }).mode = "x";
    opts.protect = true;
  };
  const [name, args, opts] = transformed(change, "n", base(), {});
  expect({ name, args, opts }).toEqual({
    name: "n",
    args: { ...base(), properties: { ...(base().properties as object), mode: "x" } },
    opts: { protect: true },
  });
});

test("In a preview, unknown values in the transform don't affect other values.", async () => {
  const later = pulumi.output(pulumi.unknown as string);
  const result = (await merged({ properties: { mode: later } }, base(), true)) as { properties: { mode: unknown; open: unknown } };
  expect(pulumi.isUnknown(result.properties.mode)).toBe(true);
  expect(result).toMatchObject({ name: "n", properties: { open: false, inner: { a: 1 } } });
});

test("A secret in a transform stays a secret.", async () => {
  const { result } = await record(() => {
    const [, { properties }] = transformed({ properties: pulumi.secret({ mode: "x" }) } as Transform<Args>, "n", base(), {});
    return pulumi.isSecret(pulumi.output(properties));
  });
  expect(result).toBe(true);
});

test("An Output with an argument that the component doesn't set ends the program, with the fix.", async () => {
  const said = jest.spyOn(pulumi.log, "error").mockResolvedValue(undefined);
  // `process.exit` is mocked here, so the promise must never resolve.
  jest.spyOn(process, "exit").mockImplementation(() => new Promise(() => {}) as never);
  await record(async () => {
    transformed(pulumi.output({ colour: "red" }) as unknown as Transform<Args>, "n", base(), {});
    while (said.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }).finally(() => jest.restoreAllMocks());
  expect(said.mock.lastCall).toEqual([
    "n: the transform is an Output that sets colour, which the component doesn't set. Allowed: an object with only the keys name, tags, properties. " +
      "Pass other arguments in an object whose values are Outputs.",
  ]);
  expect(await merged({ colour: pulumi.output("red") } as Transform<Args>)).toEqual({ ...base(), colour: "red" });
});

test.each([["text"], [1], [null], [[]]])("A transform that is neither an object nor a function is rejected: %j.", (transform) => {
  expect(() => transformed(transform as never, "n", base(), {})).toThrow("Allowed: an object, an Output of an object, or a function.");
});

test("Resources, assets and functions in the values are passed on unchanged.", () => {
  class Thing {}
  const [thing, action] = [new Thing(), () => 1];
  const [, args] = transformed({ properties: { thing, action } } as never, "n", base(), {});
  expect((args.properties as unknown as { thing: Thing; action: unknown }).thing).toBe(thing);
  expect((args.properties as unknown as { thing: Thing; action: unknown }).action).toBe(action);
});

test("The state of a component contains neither callbacks nor resources that only determine the order.", () => {
  expect(stateInputs({ a: 1, transform: {}, after: [] })).toEqual({ a: 1 });
});
