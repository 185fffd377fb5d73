/** Tests the notes of a preview about acceptances. Doesn't prove that a preview shows them: tests/e2e/findings.test.ts does. */
import { messagesOf } from "../../../components/findings/report";
import { type Acceptance, judge } from "../../../rules";
import { findingOf } from "../../rules/findings";

const entry: Acceptance = { code: "MOOR440", resource: "moor-lgos", reason: "Analysts query the logs.", until: "2099-12-31" };

function notesFor(...names: string[]): readonly string[] {
  const findings = names.map((name) => findingOf("MOOR440", { name, id: undefined }));
  return messagesOf("prod", judge(findings, [entry], "2026-11-30"), () => true, true).notes;
}

test.each([
  [["moor-logs"], "moor-logs"],
  [["a", "b", "c", "d", "e"], "a, b, c and 2 more"],
])("an entry with a misspelled resource gets the names of the findings %j with its code", (names, shown) => {
  expect(notesFor(...names)).toEqual([
    `The entry MOOR440 of moor:accept for moor-lgos accepts no finding of this run. Findings with this code: ${shown}. Correct the name of the resource, or remove the entry.`,
  ]);
});

test("an entry whose code has no finding can be removed", () => {
  expect(notesFor()).toEqual([
    "The entry MOOR440 of moor:accept for moor-lgos accepts no finding of this run. If it isn't required for a later run, remove it.",
  ]);
});

test.each([
  [["moor-logs"], /^MOOR440 moor-logs: .+ The acceptance expired on 2026-01-31\. Moor rejects changes to this resource\. /],
  [["a", "b"], /^MOOR440 for a, b: The acceptance expired on 2026-01-31\. Moor rejects changes to these resources\. /],
  [["a", "b", "c", "d"], /^MOOR440 for 4 resources: The acceptance expired on 2026-01-31\. /],
])("an expired entry is one warning for the unchanged resources %j", (names, warning) => {
  const findings = names.map((name) => findingOf("MOOR440", { name, id: undefined }));
  const expired = { ...entry, resource: "*", until: "2026-01-31" };
  const { warnings, error } = messagesOf("prod", judge(findings, [expired], "2026-11-30"), () => false, true);
  expect({ count: warnings.length, error }).toEqual({ count: 1, error: undefined });
  expect(warnings[0]).toMatch(warning);
});
