/** Tests the text of the report of findings. */
import { parse } from "yaml";
import { checkStack } from "../../config/checkStack";
import { type Reported, reportFindings } from "../../rules";
import { rawStack, spoilt } from "../config/stacks";
import { findingOf } from "./findings";

const reported = (count: number): Reported[] =>
  Array.from({ length: count }, (_, index) => ({ finding: findingOf("MOOR440", { name: `store-${index}`, id: undefined }) }));

const expired = {
  code: "MOOR440",
  resource: "moor-logs",
  reason: "Analysts query the logs over the internet.",
  until: "2026-06-30",
} as const;

test("golden: a refused finding and an expired one", () => {
  const location = findingOf("MOOR401", {
    name: "moor-registry",
    property: "location",
    value: "westeurope",
    problem: "The resource is in westeurope, outside the residency.",
    allowed: "swedencentral, swedensouth",
  });
  expect(reportFindings("prod", [{ finding: location }, { finding: findingOf("MOOR440"), expired }])).toBe(
    `Stack "prod" has 2 findings. Nothing was created or changed.

MOOR401 moor-registry location
  The resource is in westeurope, outside the residency.
  Allowed: swedencentral, swedensouth
  Fix: Create the resource in a region of the residency.

MOOR440 moor-logs properties.publicNetworkAccess
  \`properties.publicNetworkAccess\` is Enabled, so the resource can be reached from outside the network.
  Allowed: Disabled
  Fix: ${findingOf("MOOR440").remedy}
  The acceptance expired on 2026-06-30: Analysts query the logs over the internet.

If the owner of the data accepts a finding, add its entry to \`config\` in Pulumi.prod.yaml. Replace \`<reason>\` and \`<date>\`, the last day:
  moor:accept:
    - { code: MOOR401, resource: "moor-registry", reason: "<reason>", until: "<date>" }

If the owner of the data still accepts a finding, set a later \`until\` in its entry of \`moor:accept\` in Pulumi.prod.yaml:
  MOOR440 moor-logs`,
  );
});

test("one finding is singular, and the caller says what the run did", () => {
  const [first] = reportFindings("prod", reported(1), { outcome: "The update ended before this change." }).split("\n");
  expect(first).toBe('Stack "prod" has 1 finding. The update ended before this change.');
});

function acceptOf(report: string): readonly Record<string, string>[] {
  const text = report.slice(report.indexOf("  moor:accept:"));
  return parse(`config:\n${text}`).config["moor:accept"];
}

test("the entries are YAML of the stack file, and only the placeholders are not valid", () => {
  const awkward = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/metricAlerts/a "b" {c}: #d';
  const entries = acceptOf(reportFindings("prod", [...reported(1), { finding: findingOf("MOOR401", { name: awkward }) }]));
  expect(entries).toEqual([
    { code: "MOOR440", resource: "store-0", reason: "<reason>", until: "<date>" },
    { code: "MOOR401", resource: awkward, reason: "<reason>", until: "<date>" },
  ]);
  const checked = checkStack(rawStack(spoilt((s) => (s["moor:accept"] = entries))));
  expect("errors" in checked && checked.errors.map(({ code, path }) => [code, path])).toEqual([
    ["MOOR006", "moor:accept.0.reason"],
    ["MOOR006", "moor:accept.0.until"],
    ["MOOR006", "moor:accept.1.reason"],
    ["MOOR006", "moor:accept.1.until"],
  ]);
});

test("findings with the same code and texts are one block, in which each resource has a line", () => {
  const other = { finding: findingOf("MOOR440", { name: "other", problem: "Another problem." }) };
  const [, first, second] = reportFindings("prod", [reported(2)[0]!, other, reported(2)[1]!]).split("\n\n");
  expect(first!.split("\n").slice(0, 3)).toEqual([
    "MOOR440 store-0 properties.publicNetworkAccess",
    "MOOR440 store-1 properties.publicNetworkAccess",
    "  `properties.publicNetworkAccess` is Enabled, so the resource can be reached from outside the network.",
  ]);
  expect(second!.split("\n").slice(0, 2)).toEqual(["MOOR440 other properties.publicNetworkAccess", "  Another problem."]);
});

test("a stack file with entries gets entries for its list, because a YAML key can't occur twice", () => {
  const report = reportFindings("prod", reported(1), { hasEntries: true });
  expect(report.split("\n").slice(-2)).toEqual([
    "If the owner of the data accepts a finding, add its entry to the list `moor:accept` in Pulumi.prod.yaml. Replace `<reason>` and `<date>`, the last day:",
    '    - { code: MOOR440, resource: "store-0", reason: "<reason>", until: "<date>" }',
  ]);
});

test("the entry for behavior of Azure names the resource, or all resources if it concerns several", () => {
  const copies = ["one", "two"].map((name) => ({ finding: findingOf("MOOR402", { name }) }));
  const resources = (findings: readonly Reported[]) => acceptOf(reportFindings("prod", findings)).map(({ resource }) => resource);
  expect(resources(copies.slice(1))).toEqual(["two"]);
  expect(resources(copies)).toEqual(["*"]);
});

test("two properties of a resource with one code need one entry", () => {
  const both = ["properties.a", "properties.b"].map((property) => ({ finding: findingOf("MOOR440", { property }) }));
  expect(acceptOf(reportFindings("prod", both))).toHaveLength(1);
});

test.each([
  [50, 50, undefined],
  [51, 50, "1 more finding is not shown. Fix the findings above first."],
  [200, 50, "150 more findings are not shown. Fix the findings above first."],
])("of %d findings, the report shows %d, with their entries", (count, shown, more) => {
  const report = reportFindings("prod", reported(count));
  expect(report).toContain(`Stack "prod" has ${count} findings.`);
  expect(report.match(/^MOOR440 store-/gm)).toHaveLength(shown);
  expect(acceptOf(report)).toHaveLength(shown);
  expect(/.* more finding.*/.exec(report)?.[0]).toBe(more);
});

test("long values are shortened", () => {
  const long = "x".repeat(100_000);
  const finding = findingOf("MOOR440", { property: long, problem: `\`a\` is ${long}.`, allowed: long });
  expect(reportFindings("prod", [{ finding }]).length).toBeLessThan(2_000);
});

test("the report shows no secret, wherever it is, and each part is on its own line", () => {
  const secret = "hf_abcdefghijklmnop";
  const finding = findingOf("MOOR440", {
    name: `store-${secret}`,
    property: `tags.${secret}`,
    problem: `It is\n  https://user:${secret}@example.com/?sig=${"a".repeat(40)}.`,
    allowed: secret,
    remedy: secret,
  });
  const report = reportFindings("prod", [{ finding }, { finding, expired: { ...expired, reason: secret, resource: secret } }]);
  expect(report).not.toContain(secret);
  expect(report).not.toContain("aaaa");
  expect(report).toContain("\n  It is https[secret]example.com/?[secret]");
});
