// Proves with the real engine that one stack file comes up in six regions of four geographies by a change of its region and residency only, and
// that each statement names the places of that region, as the golden files say. Doesn't prove that Azure offers every service there.
//
// To write the golden files again after an intended change: MOOR_GOLDEN=write npx jest tests/e2e/residencyRegions.test.ts

import * as fs from "node:fs";
import * as path from "node:path";
import type { Statement } from "../../operations/residency";
import { quick } from "./quick";
import { statementOf } from "./residencySupport";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(300_000);

/** By stack. */
const places = {
  se: ["swedencentral", { geography: "Sweden" }],
  nl: ["westeurope", { geography: "Europe" }],
  ie: ["northeurope", { countries: ["NL", "IE"] }],
  us1: ["eastus", { geography: "United States" }],
  us2: ["eastus2", { regions: ["eastus2", "centralus"] }],
  jp: ["japaneast", { countries: ["JP"] }],
} as const;

/** A small stack: a platform with one endpoint for `score.py`. */
const small: readonly Change[] = [
  [["moor:images"], { score: { build: "docker/score" } }],
  [
    ["moor:endpoints"],
    {
      fraud: {
        auth: "key",
        deployments: {
          main: { score: { path: "./docker/score", concurrencyPerInstance: 4 }, size: "Standard_DS3_v2", instances: 1, weight: 100 },
        },
      },
    },
  ],
];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = quick(await openSandbox());
});
afterAll(() => sandbox.close());

/** What a statement says about places. Names end with a random suffix, and identifiers are generated. */
function summary({ content }: Statement, suffix: string): string {
  const { declared, stores, flows, exceptions, findings } = content;
  const line = (...parts: (string | undefined)[]) => parts.map((part) => part ?? "-").join(" | ");
  const short = (name: string) => (name.startsWith("/") ? name.split("/").at(-1)! : name);
  const text = [
    `# ${content.subject.region}`,
    `declared: ${JSON.stringify(declared)}`,
    "",
    "## Stores",
    ...stores.map((row) => line(row.store, short(row.resource.name), row.region, row.country, row.copy, row.basis, row.outcome)),
    "",
    "## Flows",
    ...flows.map((row) => {
      const ends = row.ends.map(({ place, region, country }) => [place, region, country].filter(Boolean).join(" ")).join("; ");
      return line(row.flow, short(row.resource.name), row.direction, ends, row.outcome);
    }),
    "",
    "## Exceptions",
    ...exceptions.map(({ code, problem }) => line(code, problem)),
    "",
    "## Findings",
    ...findings.map(({ code, resource, property }) => line(code, short(resource), property)),
    "",
  ].join("\n");
  return text.replaceAll(suffix, "SUFFIX").replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "GUID");
}

/** The suffix of the names of a stack's resources. */
function suffixOf(stack: string): string {
  const workspace = sandbox.resources().map((id) => new RegExp(`/workspaces/mlw-${stack}-([a-z0-9]{6})$`).exec(id)?.[1]);
  return workspace.find((suffix) => suffix !== undefined)!;
}

test.each(Object.entries(places))(
  "%s: the statement of the stack has the places of the golden file",
  async (stack, [region, residency]) => {
    const stackFile = sandbox.edit("dev", [...small, [["azure-native:location"], region], [["moor:residency"], residency]]);
    const { code, output } = await sandbox.run("up", stack, { stackFile });
    expect({ code, output }).toMatchObject({ code: 0 });
    const statement = await statementOf(sandbox, stack, { stackFile, live: true });
    const golden = path.join(__dirname, "golden", `residency.${region}.txt`);
    const actual = summary(statement, suffixOf(stack));
    if (process.env.MOOR_GOLDEN === "write") fs.writeFileSync(golden, actual);
    expect(actual).toBe(fs.readFileSync(golden, "utf8"));
    expect(statement.content.findings).toEqual([]);
    expect(statement.content.stores.filter(({ outcome }) => outcome === "violated")).toEqual([]);
  },
);
