/** Tests which entry of `moor:accept` accepts which finding. Doesn't prove that a run ends: the program tests do. */
import { type Acceptance, dayOf, judge } from "../../rules";
import { checkOf, findingOf, logsId } from "./findings";

const today = "2026-11-30";

const entry = (changes: Partial<Acceptance> = {}): Acceptance => ({
  code: "MOOR440",
  resource: "moor-logs",
  reason: "Analysts query the logs over the internet.",
  until: "2027-06-30",
  ...changes,
});

test.each([
  ["the name", "moor-logs"],
  ["the name in another case", "Moor-Logs"],
  ["the ARM ID", logsId],
  ["the ARM ID in upper case", logsId.toUpperCase()],
  ["all resources", "*"],
])("an entry with %s accepts the finding", (_, resource) => {
  const finding = findingOf("MOOR440");
  const acceptance = entry({ resource });
  expect(judge([finding], [acceptance], today)).toEqual({
    refused: [],
    accepted: [{ finding, acceptance }],
    expired: [],
    unknown: [],
    unused: [],
  });
});

test.each([
  ["another code", { code: "MOOR401" }],
  ["another resource", { resource: "moor-vault" }],
  ["the start of the name", { resource: "moor" }],
  ["the start of the ARM ID", { resource: logsId.slice(0, -1) }],
  ["a blank resource", { resource: "" }],
] as const)("an entry with %s doesn't accept the finding, and is unused", (_, changes) => {
  const [finding, acceptance] = [findingOf("MOOR440"), entry(changes)];
  const { refused, accepted, unused } = judge([finding], [acceptance], today);
  expect({ refused, accepted, unused }).toEqual({ refused: [finding], accepted: [], unused: [acceptance] });
});

test.each([
  ["the day before its last day", "2026-12-01", "accepted"],
  ["its last day", "2026-11-30", "accepted"],
  ["the day after its last day", "2026-11-29", "expired"],
  ["a year after its last day", "2025-11-30", "expired"],
] as const)("on %s, the entry until %s counts as %s", (_, until, kind) => {
  const [finding, acceptance] = [findingOf("MOOR440"), entry({ until })];
  const verdict = judge([finding], [acceptance], today);
  expect({ refused: verdict.refused, [kind]: verdict[kind], unused: verdict.unused }).toEqual({
    refused: [],
    [kind]: [{ finding, acceptance }],
    unused: [],
  });
  expect(verdict.accepted.length + verdict.expired.length).toBe(1);
});

test("of several entries for a finding, the one with the last day counts, and none of them is unused", () => {
  const entries = [entry({ until: "2026-01-01" }), entry({ resource: "*", until: "2028-01-01" }), entry({ resource: logsId })];
  const { accepted, expired, unused } = judge([findingOf("MOOR440")], entries, today);
  expect(accepted.map(({ acceptance }) => acceptance)).toEqual([entries[1]]);
  expect({ expired, unused }).toEqual({ expired: [], unused: [] });
});

test("an entry for all resources accepts each finding of its code, and no other", () => {
  const findings = [findingOf("MOOR440"), findingOf("MOOR440", { name: "moor-vault", id: undefined }), findingOf("MOOR401")];
  const { accepted, refused } = judge(findings, [entry({ resource: "*" })], today);
  expect(accepted.map(({ finding }) => finding)).toEqual(findings.slice(0, 2));
  expect(refused).toEqual([findings[2]]);
});

test("a check that holds or isn't proved is no finding", () => {
  const [holds, unknown] = [checkOf("MOOR440", { outcome: "holds" }), checkOf("MOOR440", { outcome: "unknown", name: "moor-vault" })];
  expect(judge([holds, unknown], [], today)).toEqual({ refused: [], accepted: [], expired: [], unknown: [unknown], unused: [] });
});

test("an entry is unused if the rule holds, but not if the value isn't known yet", () => {
  expect(judge([checkOf("MOOR440", { outcome: "holds" })], [entry()], today).unused).toEqual([entry()]);
  expect(judge([checkOf("MOOR440", { outcome: "unknown" })], [entry()], today).unused).toEqual([]);
});

test("without checks, every entry is unused", () => {
  expect(judge([], [entry(), entry({ resource: "*" })], today)).toEqual({
    refused: [],
    accepted: [],
    expired: [],
    unknown: [],
    unused: [entry(), entry({ resource: "*" })],
  });
});

test.each([
  ["2026-11-30T00:00:00Z", "2026-11-30"],
  ["2026-11-30T23:59:59.999Z", "2026-11-30"],
  ["2026-11-30T23:30:00-01:00", "2026-12-01"],
])("%s is on %s", (time, day) => {
  expect(dayOf(new Date(time))).toBe(day);
});
