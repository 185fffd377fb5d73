// Proves on saved previews of the real engine which values change a digest and which don't. Doesn't prove that two previews of the same
// commit are equal: tests/e2e/deploy.test.ts does.
import * as fc from "fast-check";
import { approvalOf, approvalParts, type Preview } from "../../../review";
import { leavesOf } from "../../../review/digest/inputs";
import type { ResourceState, Step } from "../../../review/preview";
import { SECRET, UNKNOWN, type Value } from "../../../rules";
import { previewNames, savedPreview } from "../previews";
import { inputs } from "./inputs";

const digestOf = (preview: Preview) => approvalOf(preview, inputs).digest;
const model = savedPreview("model");

/** The preview with the inputs of one resource changed. */
function withInputs(preview: Preview, name: string, side: "before" | "after", change: (inputs: Value) => Value): Preview {
  const steps = preview.steps.map((step): Step => {
    const state = step[side];
    if (step.name !== name || state === undefined) return step;
    return { ...step, [side]: { ...state, inputs: change(state.inputs) as ResourceState["inputs"] } };
  });
  return { ...preview, steps };
}

/** A copy of a value with another value at a path. */
function put(value: Value, keys: readonly string[], next: Value): Value {
  const [key, ...rest] = keys;
  if (key === undefined) return next;
  if (Array.isArray(value)) return value.map((item: Value, index) => (String(index) === key ? put(item, rest, next) : item));
  return { ...(value as Record<string, Value>), [key]: put((value as Record<string, Value>)[key], rest, next) };
}

const deployment = "chat-candidate-5b0f8f31-deployment";
const autoscaled = "chat-main-ecfde9f7-deployment";
const write = "chat-traffic-write";

const digests = new Map(
  previewNames.flatMap((name) => {
    const preview = savedPreview(name);
    return preview.result === "succeeded" && preview.kind === "update" ? [[name, digestOf(preview)] as const] : [];
  }),
);

test("Each preview that succeeds has a digest with one hash for each part.", () => {
  expect(digests.size).toBeGreaterThan(25);
  for (const digest of digests.values()) expect(digest).toMatch(new RegExp(`^m1-[0-9a-f]{64}-[0-9a-f]{${8 * approvalParts.length}}$`));
});

test("Different changes have different digests, except those that differ only in their stack file.", () => {
  const names = [...new Set(digests.values())].map((digest) => [...digests.keys()].filter((name) => digests.get(name) === digest));
  expect(names.filter((same) => same.length > 1)).toEqual([["gateOff", "noChange", "residencyWidened"]]);
});

test.each(["failed", "incomplete"] as const)("A preview whose result is %s has no digest.", (result) => {
  expect(() => digestOf({ ...model, result })).toThrow("A preview that did not succeed has no digest.");
});

test("A preview of `pulumi destroy` has no digest.", () => {
  expect(() => digestOf(savedPreview("destroy"))).toThrow("`npm run deploy` can't run it");
});

test("The order of steps and keys doesn't change the digest.", () => {
  const reversed = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  const steps = model.steps.map((step) =>
    step.after ? { ...step, after: { ...step.after, inputs: reversed(step.after.inputs) as never } } : step,
  );
  expect(digestOf({ ...model, steps: [...steps].reverse() })).toBe(digestOf(model));
});

test("Outputs and messages don't change the digest.", () => {
  const steps = model.steps.map((step) => (step.after ? { ...step, after: { ...step.after, outputs: { changed: true } } } : step));
  expect(digestOf({ ...model, steps, diagnostics: [], config: {} })).toBe(digestOf(model));
});

test("A preview that omits the unchanged resources has no digest.", () => {
  expect(() => digestOf({ ...model, isComplete: false })).toThrow("A preview without its unchanged resources has no digest.");
});

describe("Values that differ between two runs don't change the digest:", () => {
  const rows: [what: string, preview: string, name: string, keys: string[], value: Value][] = [
    ["creation times in Traffic", "promotion", "chat-traffic", ["createdAt", "main-ecfde9f7"], "2030-01-01T00:00:00Z"],
    [
      "creation time of the endpoint",
      "promotion",
      write,
      ["properties", "template", "metadata", "endpointCreatedAt"],
      "2030-01-01T00:00:00Z",
    ],
    [
      "creation times in the template",
      "promotion",
      write,
      ["properties", "template", "metadata", "deployments", "createdAt", "main-ecfde9f7"],
      "2030-01-01T00:00:00Z",
    ],
    ["instances within the bounds of autoscale", "tag", autoscaled, ["sku", "capacity"], 6],
    ["path of the build on the machine", "firstUp", "image-dc638949-build", ["build", "context"], "/another/docker/score"],
  ];
  test.each(rows)("%s", (_, preview, name, keys, value) => {
    const changed = withInputs(savedPreview(preview), name, "after", (before) => put(before, keys, value));
    expect(changed).not.toEqual(savedPreview(preview));
    expect(digestOf(changed)).toBe(digestOf(savedPreview(preview)));
  });
});

describe("Values that count change the digest:", () => {
  const rows: [what: string, preview: string, name: string, side: "before" | "after", keys: string[], value: Value][] = [
    [
      "a traffic weight in the template",
      "promotion",
      write,
      "after",
      ["properties", "template", "resources", "0", "properties", "traffic"],
      {},
    ],
    ["the traffic weight before the change", "promotion", "chat-traffic", "before", ["traffic", "main-ecfde9f7"], 80],
    ["a recipe in the template", "promotion", write, "after", ["properties", "template", "metadata", "deployments", "recipes"], {}],
    ["instances above the bounds of autoscale", "tag", autoscaled, "after", ["sku", "capacity"], 7],
    ["instances below the bounds of autoscale", "tag", autoscaled, "after", ["sku", "capacity"], 2],
    ["instances of a deployment without autoscale", "tag", deployment, "after", ["sku", "capacity"], 2],
    ["a value that becomes a secret", "tag", deployment, "after", ["tags", "owner"], SECRET],
    ["a value that becomes unknown", "tag", deployment, "after", ["tags", "owner"], UNKNOWN],
    ["an empty object", "tag", deployment, "after", ["added"], {}],
    ["the digest of a build's files", "firstUp", "image-dc638949-build", "after", ["build", "contextDigest"], "0".repeat(64)],
  ];
  test.each(rows)("%s", (_, preview, name, side, keys, value) => {
    const changed = withInputs(savedPreview(preview), name, side, (before) => put(before, keys, value));
    expect(digestOf(changed)).not.toBe(digestOf(savedPreview(preview)));
  });

  test("the operation, the physical ID, protection, and what requires a replacement", () => {
    const [first, ...others] = model.steps.filter(({ operation, before }) => operation === "update" && before !== undefined);
    const changes: Step[] = [
      { ...first!, operation: "replace" },
      { ...first!, before: { ...first!.before!, id: "another" } },
      { ...first!, before: { ...first!.before!, protect: true } },
      { ...first!, replacedBy: ["location"] },
    ];
    const digests = [first!, ...changes].map((step) => digestOf({ ...model, steps: [step, ...others] }));
    expect(new Set(digests).size).toBe(changes.length + 1);
  });
});

test("Secrets don't change the digest, whether the program marks them or not.", () => {
  const inText = (secret: Value) =>
    digestOf(withInputs(model, "chat-main-5b0f8f31-deployment", "after", (before) => put(before, ["added"], secret)));
  expect(inText(`https://example.com?sig=${"a".repeat(40)}`)).toBe(inText(`https://example.com?sig=${"b".repeat(40)}`));
  expect(inText(SECRET)).toBe(inText(SECRET));
  expect(inText("plain")).not.toBe(inText("other"));
});

test("Each value of an input changes exactly one path: all values of a nested object are found.", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const tree = fc.letrec<{ node: Value }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie("node"), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tree, { minKeys: 1, maxKeys: 4 }), (body) => {
      const paths = leavesOf(body).map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      expect(
        leavesOf(body)
          .map(({ value }) => JSON.stringify(value))
          .sort(),
      ).toEqual(texts(body).sort());
    }),
  );
});

/** The values in an object without parts, found by the JSON parser. */
function texts(body: Value): string[] {
  const isEmpty = (value: object) => Object.keys(value).length === 0;
  const found: string[] = [];
  JSON.parse(JSON.stringify(body), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || isEmpty(value)) found.push(JSON.stringify(value));
    return value;
  });
  return found;
}
