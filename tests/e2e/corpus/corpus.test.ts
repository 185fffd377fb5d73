// Proves with the real engine that a preview of prod finds every case of the corpus whose values are known by its code, resource and property, and
// nothing else, and that the twins and the clean stack pass. Nothing is written. tests/rules/corpus proves each case alone.
import { expectedOf, foundIn, type MutatedProgram, openMutatedProgram, rounds } from "./program";
import { served } from "./served";

jest.setTimeout(600_000);

let program: MutatedProgram;
let before: number;
beforeAll(async () => {
  program = await openMutatedProgram();
  before = program.sandbox.requests().length;
});
afterAll(() => program?.close());

const violations = rounds(served, ({ change }) => change);
const twins = rounds(served, ({ twin }) => twin);

test("The clean stack has no findings.", async () => {
  const { code, output } = await program.run("preview", []);
  expect({ code, found: foundIn(output), output }).toMatchObject({ code: 0, found: [] });
});

test.each(violations.map((cases, index) => [index + 1, cases] as const))("Round %i of the violations is found.", async (_, cases) => {
  const { code, output } = await program.run(
    "preview",
    cases.map(({ change }) => change),
  );
  expect({ code, found: foundIn(output) }).toEqual({ code: 1, found: expectedOf(cases) });
});

test.each(twins.map((cases, index) => [index + 1, cases] as const))("Round %i of the twins passes.", async (_, cases) => {
  const { code, output } = await program.run(
    "preview",
    cases.map(({ twin }) => twin),
  );
  expect({ code, found: foundIn(output), output }).toMatchObject({ code: 0, found: [] });
});

test("Nothing was written.", () => {
  const written = program.sandbox
    .requests()
    .slice(before)
    .filter(({ method }) => method !== "GET" && method !== "HEAD");
  expect(written).toEqual([]);
});
