// Proves which resources are read from `pulumi preview --json` and from a state, with their unknown and secret values. tests/rules/corpus
// reads what the real engine writes.
import * as fc from "fast-check";
import { resourcesOfPreview } from "../../../rules/read/previewJson";
import { resourcesOfState } from "../../../rules/read/state";
import { bodyFromWire, fromWire } from "../../../rules/read/wire";
import { SECRET, UNKNOWN } from "../../../rules/values";

const subscription = "11111111-1111-4111-8111-111111111111";
const signature = "4dabf18193072939515e22adb298388d";
const secret = { [signature]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:not:readable" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const account = "azure-native:storage:StorageAccount";
const urn = (name: string, type = account) => `urn:pulumi:prod::moor::moor:index:Workspace$${type}::${name}`;

test.each<[string, unknown, unknown]>([
  ["unknown text", unknown, UNKNOWN],
  ["an unknown list", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", UNKNOWN],
  ["an unknown object", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", UNKNOWN],
  ["an encrypted secret", secret, SECRET],
  ["a decrypted secret", { [signature]: secret[signature], plaintext: '"abc"' }, SECRET],
  ["a secret in the output of the engine", "[secret]", SECRET],
  ["an output without a value", { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" }, UNKNOWN],
  ["an output with a value", { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: ["a"] }, ["a"]],
  ["a secret output", { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: "a", secret: true }, SECRET],
  ["plain values", { a: [1, true, null, "x", { b: secret }] }, { a: [1, true, null, "x", { b: SECRET }] }],
  ["a key of JavaScript", JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
])("%s is read", (_, value, expected) => {
  expect(fromWire(value)).toEqual(expected);
});

test.each([[null], [undefined], ["x"], [[1]], [secret], [unknown]])("%p has no properties", (value) => {
  expect(bodyFromWire(value)).toEqual({});
});

const step = (op: string, name: string, inputs: object = {}, rest: object = {}) => ({
  ...{ op, urn: urn(name), newState: { urn: urn(name), custom: true, type: account, inputs, ...rest } },
});

test("A preview gives the resources that exist after the run, and which ones it changes", () => {
  const steps = [
    step("create", "new", { accountName: unknown, location: "westeurope", tags: { key: "[secret]" } }),
    step("same", "same", { location: "swedencentral" }, { id: "/id/of/same" }),
    step("create-replacement", "replaced", { location: "westus" }),
    step("replace", "replaced", { location: "westus" }),
    step("delete-replaced", "replaced", { location: "swedencentral" }),
    step("update", "updated", { location: "northeurope" }),
    step("read", "read", { location: "eastus" }),
    { op: "delete", urn: urn("deleted"), oldState: { type: account, inputs: {} } },
    { op: "create", urn: urn("child", "moor:index:Model"), newState: { type: "moor:index:Model", inputs: {} } },
  ];
  const { resources, changed } = resourcesOfPreview({ steps }, subscription);
  expect(resources.map(({ name, id, body }) => [name, id, body])).toEqual([
    ["new", undefined, { location: "westeurope", tags: { key: SECRET } }],
    ["same", "/id/of/same", { location: "swedencentral" }],
    ["replaced", undefined, { location: "westus" }],
    ["updated", undefined, { location: "northeurope" }],
  ]);
  expect([...changed].sort()).toEqual(["child", "new", "replaced", "updated"]);
});

const stateOf = (...resources: object[]) => ({ version: 3, deployment: { resources } });
const inputs = { accountName: "st", location: "swedencentral", enableHttpsTrafficOnly: true };

test("A state gives its resources by their inputs or by their outputs", () => {
  const outputs = { ...inputs, name: "st", secondaryLocation: "swedensouth", azureApiVersion: "2024-01-01", type: "x", id: "/st" };
  const entry = { urn: urn("storage"), type: account, custom: true, id: "/st", inputs, outputs };
  const others = [
    { ...entry, urn: urn("old"), delete: true },
    { ...entry, urn: urn("other"), external: true },
    { urn: urn("x", "pulumi:providers:azure-native"), type: "pulumi:providers:azure-native", inputs: {} },
  ];
  const state = stateOf(entry, ...others);
  const expected = { name: "storage", type: "Microsoft.Storage/storageAccounts", id: "/st", apiVersion: "2024-01-01" };
  const properties = { supportsHttpsTrafficOnly: true };
  expect(resourcesOfState(state)).toEqual([{ ...expected, body: { location: "swedencentral", properties }, from: "planned" }]);
  expect(resourcesOfState(state, { values: "outputs" })).toEqual([
    { ...expected, body: { location: "swedencentral", properties: { ...properties, secondaryLocation: "swedensouth" } }, from: "observed" },
  ]);
  expect(resourcesOfState({ checkpoint: { latest: state.deployment } })).toHaveLength(1);
});

test("Any JSON is read without an error", () => {
  const key = fc.constantFrom(
    "steps",
    "deployment",
    "resources",
    "urn",
    "type",
    "op",
    "newState",
    "inputs",
    "outputs",
    "id",
    signature,
    "checkpoint",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "large" },
      fc.constantFrom(null, 1, "create", "same", account, urn("a"), unknown, secret[signature], "azure-native:resources:Deployment"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => {
      for (const wrapped of [json, { steps: [json], deployment: { resources: [json] } }]) {
        resourcesOfPreview(wrapped, subscription);
        resourcesOfState(wrapped);
        resourcesOfState(wrapped, { values: "outputs" });
      }
    }),
    { numRuns: 1000 },
  );
});

test("The object ID of a managed identity is an output; in the preview of its creation, it doesn't exist", () => {
  const identity = "azure-native:managedidentity:UserAssignedIdentity";
  const entry = (name: string, outputs?: object) => ({ urn: urn(name, identity), type: identity, custom: true, inputs: {}, outputs });
  expect(resourcesOfState(stateOf(entry("one", { principalId: "p" }), entry("two"))).map(({ principalId }) => principalId)).toEqual([
    "p",
    UNKNOWN,
  ]);
  const steps = [entry("one", { principalId: "p" }), entry("two")].map((newState) => ({ op: "same", urn: newState.urn, newState }));
  expect(resourcesOfPreview({ steps }).resources.map(({ principalId }) => principalId)).toEqual(["p", UNKNOWN]);
});
