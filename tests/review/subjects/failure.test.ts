/** Tests what a review says of a preview that failed. Doesn't prove that a run fails with these reports: tests/e2e does. */
import * as fc from "fast-check";
import type { Preview } from "../../../review";
import { changeOf } from "../../../review/change";
import { problemsOf } from "../../../review/read/report";
import { failure } from "../../../review/subjects/failure";
import { previewOf } from "../previews";

const failedWith = (...messages: string[]): Preview => ({
  ...previewOf("endpointRemoved"),
  diagnostics: messages.map((message) => ({ severity: "error", message })),
});
const noticesOf = (preview: Preview) => failure(changeOf(preview)).notices;

test("a succeeded preview has no failure", () => {
  expect(failure(changeOf(previewOf("noChange")))).toEqual({ summary: "", notices: [] });
});

test("a removed endpoint with traffic is a danger that names the endpoint and its share", () => {
  const { summary, notices } = failure(changeOf(previewOf("endpointRemoved")));
  expect(summary).toBe("The preview fails, so nothing is applied; Endpoint or deployment that serves requests removed (MOOR526)");
  expect(notices).toEqual([
    {
      severity: "danger",
      text: "The preview fails, so nothing is applied: endpoint fraud would be deleted, but it receives 100% of the endpoint's requests. Requests fail from the moment of the deletion, and the endpoint's keys and name are lost. (MOOR526)",
      rollback: expect.stringMatching(/^Nothing was changed\. To fix it: Restore the resource, and move its traffic and its callers\./),
      code: "MOOR526",
    },
  ]);
});

test("a changed region is a look with the second stack as its fix", () => {
  expect(noticesOf(previewOf("region"))).toEqual([
    {
      severity: "look",
      text: "The preview fails, so nothing is applied: the stack is in swedencentral (moor.lock.prod.yaml), but the stack file sets germanywestcentral. A stack can't be moved: Pulumi would delete and recreate every resource. (MOOR066 azure-native:location)",
      rollback: "Nothing was changed. To fix it: Set the location back to swedencentral, and create a second stack for germanywestcentral.",
    },
  ]);
});

test("a one-way door comes before other findings", () => {
  expect(noticesOf(previewOf("oneWayDoor")).map(({ severity, code }) => [severity, code])).toEqual([
    ["danger", "MOOR510"],
    ["look", "MOOR475"],
  ]);
});

test("a preview that ended early is a look", () => {
  expect(noticesOf({ ...previewOf("noChange"), result: "incomplete" })).toEqual([
    { severity: "look", text: "The preview ended early, so it isn't known what would change. Run the preview again." },
  ]);
});

test.each([
  ["an error of the engine", ["\n<{%reset%}>update failed<{%reset%}>\nfurther lines"], "update failed"],
  ["no error", [], "The engine reported no error."],
  [
    "an error that quotes values",
    ["Status=400 Code=\"InvalidParameter\" Message: 'KEY=canary' of p4ssw0rd at https://u:x@a.example/?code=abc1 (WorkspaceNotFound)."],
    "Status=400 Code=\"InvalidParameter\" Message: 'KEY=…' of … at https://u:… (WorkspaceNotFound).",
  ],
  ["a secret", ["The token hf_abcdefghijklmnopqrst is invalid."], "The token [secret] is invalid."],
])("%s is one line", (_, messages, expected) => {
  expect(noticesOf(failedWith(...messages))).toEqual([{ severity: "look", text: `The preview fails, so nothing is applied: ${expected}` }]);
});

test("at most five problems are shown", () => {
  const report = Array.from({ length: 8 }, (_, index) => `MOOR44${index} resource-${index} property\n  It is wrong.\n  Fix: Correct it.`);
  const notices = noticesOf(failedWith(["Stack has 8 findings.", ...report].join("\n\n")));
  expect(notices).toHaveLength(6);
  expect(notices.at(-1)).toEqual({ severity: "look", text: "3 more problems are in the output of the preview." });
});

test("problems with the same text are one problem with several places", () => {
  const message =
    "MOOR440 one property\nMOOR440 two property\n  It is wrong.\n  Allowed: right\n  Fix: Correct it.\n\n    - { code: MOOR440 }";
  expect(problemsOf(message)).toEqual([{ code: "MOOR440", places: ["one", "two"], problem: "It is wrong.", fix: "Correct it." }]);
});

test("texts of any error are bounded and contain no secret", () => {
  const secret = "hf_abcdefghijklmnopqrstuvwxyz";
  const line = fc.oneof(fc.string({ maxLength: 400 }), fc.constant(`MOOR440 ${secret} property`), fc.constant(`  ${secret}`));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      for (const { text, rollback = "" } of noticesOf(failedWith(`${lines.join("\n")}\n${secret}`))) {
        expect(text.length).toBeLessThanOrEqual(300);
        expect(rollback.length).toBeLessThanOrEqual(300);
        expect(`${text}${rollback}`).not.toContain(secret);
      }
    }),
    { numRuns: 30 },
  );
});
