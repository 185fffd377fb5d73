// Proves the verdict and the reason of a stack where they don't depend on the subjects. Doesn't prove the notices of the subjects.
import { type Notice, reviewStack, withoutPreview } from "../../review";
import { othersText } from "../../review/review";
import { previewOf } from "./previews";

const today = { today: "2026-11-30" };

test("a preview that changes nothing has the verdict unchanged", () => {
  expect(reviewStack(previewOf("noChange"), today)).toMatchObject({
    result: "succeeded",
    verdict: "unchanged",
    reason: "Nothing changes.",
  });
});

test.each(["failed", "incomplete"] as const)("a preview that %s is never safe or unchanged, even if it contains no change", (result) => {
  const { verdict, reason } = reviewStack({ ...previewOf("noChange"), result }, today);
  expect(verdict).toBe("look");
  expect(reason).not.toBe("");
});

test("a stack without a preview needs a look, with the reason", () => {
  const review = withoutPreview("prod", "The login expired.");
  expect(review).toMatchObject({ stack: "prod", result: "none", verdict: "look", reason: "The login expired." });
  expect(review.notices).toEqual([{ severity: "look", subject: "failure", text: "The login expired." }]);
});

test.each([
  ["", ""],
  ["danger", ""],
  ["danger look look", ""],
  ["danger danger look", "1 more danger."],
  ["danger danger danger", "2 more dangers."],
  ["look look", "1 more point needs a look."],
  ["look look look note", "2 more points need a look."],
])("notices with the severities %j: %j", (severities, expected) => {
  const notices = severities.split(" ").filter((one) => one !== "") as Notice["severity"][];
  expect(othersText(notices.map((severity) => ({ severity, text: "x" })))).toBe(expected);
});
