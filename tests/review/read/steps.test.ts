// Proves that the steps of a replacement are one step in any order, and how the reader treats leftovers, imports, reads, refreshes and providers.
// Doesn't prove in which order the engine reports them.
import fc from "fast-check";
import { readPreview } from "../../../review";
import { changeOf } from "../../../review/change";

const type = "azure-native:storage:StorageAccount";
const stackUrn = "urn:pulumi:dev::moor::pulumi:pulumi:Stack::moor-dev";
const urnOf = (name: string, token = type) => `urn:pulumi:dev::moor::moor:index:Workspace$${token}::${name}`;
const state = (location: string, more: object = {}) => ({ inputs: { accountName: "st", location }, outputs: {}, ...more });

interface Report {
  readonly op: string;
  readonly name?: string;
  readonly token?: string;
  readonly old?: object;
  readonly new?: object;
  readonly diffs?: readonly string[];
  readonly keys?: readonly string[];
}

function digestStep({ old, new: newState, diffs, keys, ...one }: Omit<Report, "name" | "token"> & { readonly urn: string }) {
  return { ...one, oldState: old, newState, diffReasons: diffs, replaceReasons: keys };
}

/** The same reports in both forms that contain the states. */
function previewsOf(reports: readonly Report[]) {
  const all = [
    { op: "same", urn: stackUrn, old: {}, new: {} },
    ...reports.map(({ name = "store", token, ...one }) => ({ urn: urnOf(name, token), ...one })),
  ];
  const events = [
    { preludeEvent: { config: {} } },
    ...all.map((metadata) => ({ resourcePreEvent: { metadata } })),
    { summaryEvent: { result: "succeeded" } },
  ];
  const digest = { steps: all.map(digestStep), changeSummary: {} };
  return [events.map((event) => JSON.stringify({ sequence: 1, ...event })).join("\n"), JSON.stringify(digest)].map((text) => {
    const { steps, ...preview } = readPreview(text);
    return { ...preview, steps: steps.filter(({ urn }) => urn !== stackUrn), changes: changeOf({ steps, ...preview }).changes };
  });
}

test("a replacement is one step with both states, in any order of its reports", () => {
  const [old, is] = [state("westeurope", { id: "old" }), state("swedencentral")];
  const reports: Report[] = [
    { op: "create-replacement", old, new: is, keys: ["location"] },
    { op: "replace", old, new: is, diffs: ["location"], keys: ["location"] },
    { op: "delete-replaced", old: { ...old, delete: true } },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(reports, { minLength: 3 }), (order) => {
      for (const { steps, leftovers } of previewsOf(order)) {
        expect(steps).toEqual([
          {
            urn: urnOf("store"),
            token: type,
            name: "store",
            operation: "replace",
            before: { id: "old", inputs: old.inputs, outputs: {}, protect: false },
            after: { inputs: is.inputs, outputs: {}, protect: false },
            changed: ["location"],
            replacedBy: ["location"],
          },
        ]);
        expect(leftovers).toBeUndefined();
      }
    }),
  );
});

test("a replacement whose earlier instance is gone already is one step", () => {
  const reports: Report[] = [
    { op: "remove-pending-replace", old: state("westeurope") },
    { op: "create-replacement", new: state("swedencentral") },
  ];
  for (const { steps, changes } of previewsOf(reports)) {
    expect(steps.map(({ operation, before, after }) => [operation, before?.inputs.location, after?.inputs.location])).toEqual([
      ["replace", "westeurope", "swedencentral"],
    ]);
    expect(changes.map(({ kind }) => kind)).toEqual(["replace"]);
  }
});

test.each(["delete", "delete-replaced"])("an instance that a failed run has left behind is a leftover (%s)", (op) => {
  const [leftover, live] = [state("westeurope", { id: "old", delete: true }), state("swedencentral", { id: "new" })];
  for (const reports of [
    [
      { op, old: leftover },
      { op: "same", old: live, new: live },
    ],
    [
      { op: "same", old: live, new: live },
      { op, old: leftover },
    ],
  ]) {
    for (const { steps, leftovers, changes } of previewsOf(reports)) {
      expect(steps.map(({ operation, after }) => [operation, after?.id])).toEqual([["same", "new"]]);
      expect(leftovers?.map(({ operation, before }) => [operation, before?.id])).toEqual([[op, "old"]]);
      expect(changes.map(({ kind }) => kind)).toEqual(["same"]);
    }
  }
});

test("an instance that an earlier run has left behind is a leftover of a replacement too", () => {
  const [left, old, is] = [state("a", { id: "1", delete: true }), state("b", { id: "2" }), state("c")];
  const reports: Report[] = [
    { op: "create-replacement", old, new: is },
    { op: "replace", old, new: is },
    { op: "delete-replaced", old: { ...old, delete: true } },
    { op: "delete-replaced", old: left },
    { op: "delete-replaced", old: { ...state("d", { id: "0" }), delete: true } },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(reports, { minLength: reports.length }), (order) => {
      for (const { steps, leftovers = [] } of previewsOf(order)) {
        expect(steps.map(({ operation, before }) => [operation, before?.id])).toEqual([["replace", "2"]]);
        expect(leftovers.map(({ before }) => before?.id).sort()).toEqual(["0", "1"]);
      }
    }),
  );
});

test.each([
  ["import", undefined, state("a", { id: "x" }), "create"],
  ["discard", state("a", { id: "x" }), undefined, "same"],
  ["read", state("a", { id: "x" }), state("a", { id: "x" }), "same"],
  ["read-replacement", state("a", { id: "x" }), state("b", { id: "y" }), "update"],
  ["delete", state("a", { id: "x" }), undefined, "delete"],
  ["import-replacement", state("a", { id: "x" }), state("b", { id: "y" }), "replace"],
] as const)("%s", (op, old, is, kind) => {
  for (const { changes } of previewsOf([{ op, ...(old && { old }), ...(is && { new: is }) }]))
    expect(changes.map((one) => one.kind)).toEqual([kind]);
});

test("a refresh gives the state before the plan", () => {
  const [recorded, read, is] = [state("a", { id: "x" }), state("b", { id: "x" }), state("c", { id: "x" })];
  for (const { steps } of previewsOf([
    { op: "refresh", old: recorded, new: read },
    { op: "update", old: read, new: is, diffs: ["location"] },
  ])) {
    expect(steps.map(({ operation, before, after }) => [operation, before?.inputs.location, after?.inputs.location])).toEqual([
      ["update", "b", "c"],
    ]);
  }
});

test("an update keeps the ID and the known outputs", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const old = state("a", { id: "x", outputs: { principalId: "p", tags: { a: "1" } } });
  const is = state("b", { id: "", outputs: { principalId: unknown, tags: { a: "2" }, other: unknown } });
  for (const { steps } of previewsOf([{ op: "update", old, new: is }])) {
    expect(steps[0]?.after).toMatchObject({ id: "x", outputs: { principalId: "p", tags: { a: "2" } } });
  }
});

test("a provider is a step without resources", () => {
  const token = "pulumi:providers:azure-native";
  for (const { steps, changes } of previewsOf([{ op: "update", name: "other", token, old: state("a"), new: state("b") }])) {
    expect([steps.map((step) => [step.token, step.name, step.operation]), changes]).toEqual([[[token, "other", "update"]], []]);
  }
});
