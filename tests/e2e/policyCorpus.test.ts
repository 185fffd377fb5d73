// Proves with the real engine that the policy pack finds each violation of the corpus, in a preview and in a state, and has no findings for prod and
// for the allowed changes. A violation that depends on a resource outside the program is listed as not proved. Doesn't prove that the program's
// own findings are the same: tests/rules/corpus and tests/e2e/corpus.test.ts do.

// Before Pulumi's runtime, which reads the folder on load.
import "../components/rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import type { PackSettings } from "../../policy/settings";
import { PRINCIPAL, SUBSCRIPTION, TENANT } from "../components/recorder";
import { runStack } from "../components/shippedStacks";
import type { Registered } from "../rules/corpus/apply";
import { acceptances } from "../support/acceptances";
import { served } from "./corpus/served";
import { type Foreign, openForeign } from "./foreign";
import { copies, findingLines, type Line, needsAzure, notProvableLines, stateOf } from "./policyCorpus";
import { builtPack } from "./policyPack";

jest.setTimeout(600_000);

const settings: PackSettings = {
  ...{ home: "swedencentral", residency: { geography: "Sweden" }, accept: acceptances(), tenantId: TENANT },
  principals: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"],
};
/** A change of the stack file is a change of the pack's configuration, or of resources that the program registers. */
const cases = served.filter(({ change }) => change.kind !== "file");

let foreign: Foreign;
let prod: readonly Registered[];
let pack: (settings: PackSettings) => string[];
beforeAll(async () => {
  const { resources } = await runStack("prod");
  jest.restoreAllMocks();
  prod = resources.filter(({ custom, type }) => custom && type.startsWith("azure-native:"));
  foreign = await openForeign(path.join(__dirname, "fixtures", "registered"), {});
  // The recorded IDs are in another subscription than those of the local Azure.
  foreign.session.environment.ARM_SUBSCRIPTION_ID = SUBSCRIPTION;
  pack = await builtPack(foreign.session.home);
});
afterAll(() => foreign?.close());

async function preview(resources: readonly Registered[]) {
  fs.writeFileSync(path.join(foreign.folder, "resources.json"), JSON.stringify({ resources, later: [PRINCIPAL] }));
  return foreign.run("preview", ...pack(settings));
}

async function analyze(resources: readonly Registered[], given = settings) {
  const file = path.join(foreign.session.home, "state.json");
  fs.writeFileSync(file, JSON.stringify(stateOf("registered", "dev", resources, PRINCIPAL)));
  expect(await foreign.run("stack", "import", "--file", file)).toMatchObject({ code: 0 });
  return foreign.run("policy", "analyze", "--stack", "dev", ...pack(given));
}

const runs = [
  ["in a preview", preview],
  ["in a state", analyze],
] as const;

describe.each(runs)("%s", (where, run) => {
  test("prod and the allowed change of each case have no findings", async () => {
    const allowed = cases.filter((one) => !needsAzure(one));
    const { code, output } = await run([...prod, ...copies(prod, allowed, "twin")]);
    expect(findingLines(output)).toEqual([]);
    expect(code).toBe(0);
  });

  test("each violation is found by its code, or is listed as not proved if it depends on Azure", async () => {
    const { code, output } = await run([...prod, ...copies(prod, cases, "change")]);
    expect(code).not.toBe(0);
    const [found, listed] = [findingLines(output), notProvableLines(output)];
    const isCase = (index: number) => (line: Line) =>
      line.code === cases[index]!.code && line.property === cases[index]!.property && line.name.startsWith(`case${index}-`);
    const missing = cases.filter((one, index) => !(needsAzure(one) ? [...found, ...listed] : found).some(isCase(index)));
    expect(missing.map(({ name }) => name)).toEqual([]);
    // Most cases don't depend on Azure.
    expect(cases.filter((_, index) => found.some(isCase(index))).length).toBeGreaterThan(120);
    if (where === "in a state") expect(listed.filter(({ code: one }) => one === "MOOR480")).toEqual([]);
  });
});

test("the residency of the configuration decides about the copies that Azure makes", async () => {
  const { output } = await analyze(prod, { ...settings, residency: { regions: ["swedencentral"] } });
  const lines = findingLines(output).map(({ code, name }) => `${code} ${name}`);
  expect(lines).toEqual(expect.arrayContaining(["MOOR402 platform-vault", "MOOR403 platform-registry"]));
});
