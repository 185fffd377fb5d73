/** Tests `moor:accept` of the stack file. Doesn't prove that a finding is accepted: tests/rules/accept.test.ts does. */
import { checkStack } from "../../config/checkStack";
import { reportErrors } from "../../config/errors";
import { decodeSettings } from "../../config/settings";
import { goodSettings, rawStack, spoilt, type Tree } from "./stacks";

const entry = (changes: Tree = {}): Tree => ({
  code: "MOOR440",
  resource: "moor-logs",
  reason: "Analysts query the logs over the internet.",
  until: "2027-06-30",
  ...changes,
});

const accepting = (...entries: unknown[]) => spoilt((s) => (s["moor:accept"] = entries));

function errorsOf(settings: Tree) {
  const checked = checkStack(rawStack(settings));
  return "errors" in checked ? checked.errors : [];
}

function notesAt(now: string, ...entries: unknown[]): readonly string[] {
  const checked = checkStack(rawStack(accepting(...entries), { now: new Date(now) }));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec.notes.filter((note) => note.startsWith("The acceptance"));
}

const aCode = "a code of a finding (docs/codes.md), for example MOOR401";
const aResource = 'the name of a resource as the finding shows it, its resource ID, or "*" for all resources';
const aReason = "text of 10 to 500 characters that starts and ends with a visible character";
const aDate = 'a date that exists, in quotes, for example "2027-06-30"';
const keys = "a map: code, resource, reason and until";
const list = "a list of maps with code, resource, reason and until";

const rows: readonly (readonly [title: string, value: unknown, code: string, path: string, problem: string, allowed: string])[] = [
  ["text", "MOOR440", "MOOR003", "", 'The value "MOOR440" is text.', list],
  ["a map", entry(), "MOOR003", "", expect.stringMatching(/^The value \{.* is a map\.$/), list],
  ["an entry that is text", ["MOOR440"], "MOOR003", ".0", 'The value "MOOR440" is text.', keys],
  ["an entry without a code", [entry({ code: undefined })], "MOOR002", ".0.code", "The value is missing.", aCode],
  ["an entry without a resource", [entry({ resource: undefined })], "MOOR002", ".0.resource", "The value is missing.", aResource],
  ["an entry without a reason", [entry({ reason: undefined })], "MOOR002", ".0.reason", "The value is missing.", aReason],
  ["an entry without a date", [entry({ until: undefined })], "MOOR002", ".0.until", "The value is missing.", aDate],
  ["an unknown key", [entry({ untill: "2027-06-30" })], "MOOR001", ".0.untill", 'Unknown key "untill".', "code, resource, reason, until"],
  ["an unknown code", [entry({ code: "MOOR499" })], "MOOR004", ".0.code", 'The value "MOOR499" is not allowed.', aCode],
  ["a code of the stack file's errors", [entry({ code: "MOOR017" })], "MOOR004", ".0.code", 'The value "MOOR017" is not allowed.', aCode],
  ["a code that every object has", [entry({ code: "toString" })], "MOOR004", ".0.code", 'The value "toString" is not allowed.', aCode],
  ["a code that is a number", [entry({ code: 440 })], "MOOR004", ".0.code", "The value 440 is not allowed.", aCode],
  ["a blank resource", [entry({ resource: "" })], "MOOR002", ".0.resource", "The value is missing.", aResource],
  ["a pattern", [entry({ resource: "moor-*" })], "MOOR006", ".0.resource", 'The value "moor-*" has an invalid format.', aResource],
  ["a resource that is a list", [entry({ resource: ["a"] })], "MOOR003", ".0.resource", 'The value ["a"] is a list.', aResource],
  [
    "a blank reason",
    [entry({ reason: " ".repeat(20) })],
    "MOOR006",
    ".0.reason",
    `The value "${" ".repeat(20)}" has an invalid format.`,
    aReason,
  ],
  ["a reason of one word", [entry({ reason: "ok" })], "MOOR006", ".0.reason", 'The value "ok" has an invalid format.', aReason],
  [
    "a reason of 501 characters",
    [entry({ reason: "x".repeat(501) })],
    "MOOR006",
    ".0.reason",
    `The value "${"x".repeat(75)}..." has an invalid format.`,
    aReason,
  ],
  ["a reason of two lines", [entry({ reason: "agreed by\nthe owner" })], "MOOR006", ".0.reason", expect.any(String), aReason],
  [
    "a day that doesn't exist",
    [entry({ until: "2027-02-30" })],
    "MOOR006",
    ".0.until",
    'The value "2027-02-30" has an invalid format.',
    aDate,
  ],
  ["a date with a time", [entry({ until: "2027-06-30T12:00:00Z" })], "MOOR006", ".0.until", expect.any(String), aDate],
  ["a year", [entry({ until: 2027 })], "MOOR003", ".0.until", "The value 2027 is a number.", aDate],
  ["a word instead of a date", [entry({ until: "forever" })], "MOOR006", ".0.until", 'The value "forever" has an invalid format.', aDate],
  [
    "201 entries",
    Array.from({ length: 201 }, (_, index) => entry({ resource: `r${index}` })),
    "MOOR006",
    "",
    expect.any(String),
    "a list of at most 200 entries",
  ],
  [
    "the same code and resource twice, in another case",
    [entry(), entry({ resource: "*" }), entry({ resource: "Moor-Logs", until: "2028-01-01" })],
    "MOOR091",
    ".2",
    'MOOR440 of "Moor-Logs" is already accepted by moor:accept.0.',
    "one entry for each code and resource",
  ],
  [
    "a token in a reason",
    [entry({ reason: "Ask ops, token hf_abcdefghijklmnop" })],
    "MOOR060",
    ".0.reason",
    "The value seems to contain a Hugging Face token, in plain text, visible to everyone who can read the repository.",
    "text without secrets",
  ],
];

test.each(rows)("%s is an error", (_, value, code, path, problem, allowed) => {
  const found = errorsOf(spoilt((s) => (s["moor:accept"] = value)));
  expect(found.map((error) => [error.code, error.path, error.problem, error.allowed])).toEqual([
    [code, `moor:accept${path}`, problem, allowed],
  ]);
});

test("the report contains neither a secret of a reason nor a secret in another form of the entry", () => {
  const report = reportErrors("dev", errorsOf(accepting(entry({ reason: "hf_abcdefghijklmnop", resource: "hf_abcdefghijklmnop *" }))));
  expect(report).toContain("MOOR060");
  expect(report).not.toContain("hf_abcdef");
});

test("all wrong entries are reported together, without a guess at the code", () => {
  const fix = "Copy the code from the report of a finding. Errors of the stack file and of the planner can't be accepted.";
  const found = errorsOf(accepting(entry({ code: "MOR440" }), entry({ code: "moor401" }), entry({ until: "" })));
  expect(found.map(({ path, code, fix }) => [path, code, fix])).toEqual([
    ["moor:accept.0.code", "MOOR004", fix],
    ["moor:accept.1.code", "MOOR004", fix],
    ["moor:accept.2.until", "MOOR002", "Add the value."],
  ]);
});

test("200 entries are accepted, and the specification has them unchanged", () => {
  const entries = Array.from({ length: 200 }, (_, index) => entry({ resource: `resource-${index}` }));
  const checked = checkStack(rawStack(accepting(...entries)));
  expect("spec" in checked && checked.spec.accept).toEqual(entries);
});

test("a stack file without the setting, and one with an empty list, accept nothing", () => {
  for (const settings of [goodSettings(), accepting()]) {
    const checked = checkStack(rawStack(settings));
    expect("spec" in checked && checked.spec.accept).toEqual([]);
  }
});

test.each([
  ["a name", "moor-logs"],
  ["all resources", "*"],
  ["an ARM ID", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/metricAlerts/failed requests"],
])("%s is a resource", (_, resource) => {
  expect(errorsOf(accepting(entry({ resource })))).toEqual([]);
});

test("the date that Pulumi makes of an unquoted one is read as a date", () => {
  const raw = rawStack({ "moor:accept": [entry({ until: "2027-06-30T00:00:00Z" })] });
  expect(decodeSettings(raw).tree).toEqual({ "moor:accept": [entry()] });
});

test.each([
  ["2027-05-30T23:59:59Z", []],
  ["2027-05-31T00:00:00Z", ["expires on 2027-06-30, in 30 days"]],
  ["2027-06-29T12:00:00Z", ["expires on 2027-06-30, in 1 day"]],
  ["2027-06-30T23:59:59Z", ["expires today"]],
  ["2027-07-01T00:00:00Z", ["expired on 2027-06-30"]],
])("at %s, the preview notes %j", (now, states) => {
  const advice = "Ask the owner of the data. Then set a later `until` in moor:accept, or fix the finding and remove the entry.";
  expect(notesAt(now, entry(), entry({ resource: "*", until: "2029-12-31" }))).toEqual(
    states.map((state) => `The acceptance of MOOR440 for moor-logs ${state}. ${advice}`),
  );
});

test("a change that can't be undone is accepted for one update, so its entry is not renewed", () => {
  expect(notesAt("2027-06-28T00:00:00Z", entry({ code: "MOOR521" }))).toEqual([
    "The acceptance of MOOR521 for moor-logs expires on 2027-06-30, in 2 days. Remove the entry from moor:accept after the update.",
  ]);
});
