// Proves with the real engine that an update without a preview refuses violations of the corpus before it writes them, on an empty and on an
// existing stack, and that a preview of an existing stack, whose values are known, finds all cases that don't replace a resource.
import type { Case } from "../../rules/corpus/case";
import { expectedOf, foundIn, type MutatedProgram, openMutatedProgram, rounds } from "./program";
import { served } from "./served";

jest.setTimeout(600_000);

let program: MutatedProgram;
beforeAll(async () => {
  program = await openMutatedProgram();
});
afterAll(() => program?.close());

const named = (...names: string[]) => names.map((name) => served.find((one) => one.name === name)!);

/** Writes since a moment, by the last part of the resource's type and its name. */
function writtenSince(start: number): string[] {
  const requests = program.sandbox.requests().slice(start);
  return requests
    .filter(({ method }) => method === "PUT" || method === "PATCH" || method === "DELETE")
    .map(({ method, path }) => `${method} ${path.split("/").slice(-2)[0]}`);
}

async function refused(one: Case) {
  const start = program.sandbox.requests().length;
  const { code, output } = await program.run("up", [one.change]);
  return { code: code === 0 ? 0 : 1, found: [...new Set(foundIn(output))], written: writtenSince(start) };
}

test("An update of an empty stack ends before the violating write.", async () => {
  for (const one of named("public storage", "a registry with an admin user")) {
    const { code, found, written } = await refused(one);
    expect({ code, found }).toEqual({ code: 1, found: expectedOf([one]) });
    expect(written).not.toContain(one.resource === "platform-storage" ? "PUT storageAccounts" : "PUT registries");
  }
});

describe("On an existing stack", () => {
  beforeAll(async () => {
    expect(await program.run("up", [])).toMatchObject({ code: 0 });
  });

  test.each(
    named("a public registry", "logs sent abroad", "a stranger who calls an endpoint", "a role of a stranger").map(
      (one) => [one.name, one] as const,
    ),
  )("%s is refused before the write.", async (_, one) => {
    expect(await refused(one)).toEqual({ code: 1, found: expectedOf([one]), written: [] });
  });

  // Other changes replace resources that prod protects, or go through a one-way door, or are ignored.
  const changeable = /^(platform-(vault|registry|logs|app-insights)|network-nsg|network-private-endpoints|(chat|fraud)-monitoring-.*)$/;
  const inPlace = served.filter(
    ({ change, resource, property }) =>
      change.kind !== "file" && (change.kind === "add" || changeable.test(resource)) && !/location$|tenantId$/i.test(property),
  );
  test.each(rounds(inPlace, ({ change }) => change).map((cases, index) => [index + 1, cases] as const))(
    "Round %i of the violations is found.",
    async (_, cases) => {
      const { code, output } = await program.run(
        "preview",
        cases.map(({ change }) => change),
      );
      expect({ code, found: foundIn(output) }).toEqual({ code: 1, found: expectedOf(cases) });
    },
  );

  test("The clean stack needs no change.", async () => {
    expect(await program.run("preview", [], ["--expect-no-changes"])).toMatchObject({ code: 0 });
  });
});
