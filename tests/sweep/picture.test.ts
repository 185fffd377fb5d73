// Proves which differences between two runs are reported, and which are ignored. Doesn't prove that two undisturbed runs are equal, nor
// that a disturbed one is: `npm run test:sweep` runs the stacks.
import { type Checkpoint, differences, pictureOf } from "./picture";

const one = "0b6cbb28-5a0c-4a4e-9d0f-8f5d9f0f7a11";
const other = "7d3f1d0a-94c5-4c1e-8b7e-2f1b6f6d3c22";
const identity = (principalId: string) => ({ id: "/identities/A", properties: { principalId } });
const assignment = (principalId: string) => ({ id: "/roleAssignments/a", properties: { principalId } });
const stateOf = (resource: object): Checkpoint => ({ resources: [{ urn: "urn:a", ...resource }] });

test("times and random identifiers are ignored", () => {
  const before = pictureOf([identity(one), { id: "/b", createdAt: "2026-01-01T00:00:00.000Z" }], {});
  const after = pictureOf([identity(other), { id: "/b", createdAt: "2026-02-02T00:00:00Z" }], {});
  expect(differences(before, after)).toEqual([]);
});

test("durations of Azure's operations are ignored, durations that the program sets are not", () => {
  const write = (duration: string, period: string) => pictureOf([{ id: "/write", properties: { duration, period } }], {});
  expect(differences(write("PT0.0S", "PT30S"), write("PT0.1S", "PT30S"))).toEqual([]);
  expect(differences(write("PT0.0S", "PT30S"), write("PT0.0S", "PT31S"))).toEqual([
    'azure /write /properties/period: expected "PT30S", is "PT31S"',
  ]);
});

test("an identifier of another resource is reported", () => {
  const before = pictureOf([identity(one), assignment(one)], {});
  expect(differences(before, pictureOf([identity(other), assignment(other)], {}))).toEqual([]);
  expect(differences(before, pictureOf([identity(other), assignment(one)], {}))).toEqual([
    'azure /roleassignments/a /properties/principalId: expected "<guid 1>", is "<guid 2>"',
  ]);
});

test("addresses and lists of references in the order of the requests are ignored, an address space is not", () => {
  const zone = (first: string, second: string) => ({
    id: "/z",
    records: [first, second],
    links: [{ id: "/b" }, { id: "/a" }],
    space: "10.0.0.0/22",
  });
  const before = pictureOf([zone("10.0.0.4", "10.0.0.5")], {});
  const swapped = { ...zone("10.0.0.5", "10.0.0.4"), links: [{ id: "/a" }, { id: "/b" }] };
  expect(differences(before, pictureOf([swapped], {}))).toEqual([]);
  expect(differences(before, pictureOf([zone("10.0.0.5", "10.0.0.5")], {}))).toEqual([
    'azure /z /records/1: expected "<address 2>", is "<address 1>"',
  ]);
  expect(differences(before, pictureOf([{ ...swapped, space: "10.1.0.0/22" }], {}))).toHaveLength(1);
});

test("each missing, additional or different resource is one line", () => {
  const before = pictureOf([{ id: "/A" }, { id: "/B", sku: { capacity: 2 }, tags: {} }], {});
  const after = pictureOf([{ id: "/b", sku: { capacity: 3 }, tags: { owner: "x" } }, { id: "/c" }], {});
  expect(differences(before, after)).toEqual([
    "azure /a: missing",
    'azure /b /id: expected "/B", is "/b"',
    "azure /b /sku/capacity: expected 2, is 3",
    "azure /b /tags: expected {}, is nothing",
    'azure /b /tags/owner: expected nothing, is "x"',
    "azure /c: too many",
  ]);
});

test("the cipher text of a secret is ignored, but not whether a value is secret", () => {
  const secret = (ciphertext: string) => stateOf({ inputs: { value: { "4dabf18193072939515e22adb298388d": "1b47", ciphertext } } });
  expect(differences(pictureOf([], secret("v1:a")), pictureOf([], secret("v1:b")))).toEqual([]);
  expect(differences(pictureOf([], secret("v1:a")), pictureOf([], stateOf({ inputs: { value: "open" } })))).toHaveLength(1);
});

test("the parts of the state that the next run uses are compared, in any order; outputs are not", () => {
  const before = stateOf({ inputs: { a: 1 }, dependencies: ["x", "y"], outputs: { a: 1 }, modified: "2026-01-01T00:00:00Z" });
  expect(differences(pictureOf([], before), pictureOf([], stateOf({ inputs: { a: 1 }, dependencies: ["y", "x"] })))).toEqual([]);
  const failed = stateOf({ inputs: { a: 2 }, dependencies: ["x", "y"], initErrors: ["failed"] });
  expect(differences(pictureOf([], before), pictureOf([], failed))).toEqual([
    "pulumi urn:a /inputs/a: expected 1, is 2",
    'pulumi urn:a /initErrors/0: expected nothing, is "failed"',
  ]);
});

test("pending deletions and pending operations are reported", () => {
  const left: Checkpoint = { resources: [{ urn: "urn:a" }, { urn: "urn:a", delete: true }], pending_operations: [{ type: "creating" }] };
  expect(differences(pictureOf([], stateOf({})), pictureOf([], left))).toEqual([
    "pulumi pending operations: too many",
    "pulumi urn:a (to be deleted): too many",
  ]);
});
