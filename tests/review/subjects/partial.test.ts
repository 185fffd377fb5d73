/** Tests that incomplete previews are reviewed without an error. Doesn't prove that their reviews name all dangers: what is missing is unknown. */
import * as fc from "fast-check";
import { changeOf } from "../../../review/change";
import type { Step } from "../../../review/preview";
import { danger } from "../../../review/subjects/danger";
import { failure } from "../../../review/subjects/failure";
import { residency } from "../../../review/subjects/residency";
import { previewOf } from "../previews";
import { sweden, today, withSettings } from "./edited";

const previews = ["networkMode", "model", "endpointRemovedAccepted", "auth", "tokenAdded"].map((name) =>
  withSettings(previewOf(name), { residency: sweden }),
);

/** A step without one of its states, or as it is. */
function partOf({ before, after, ...step }: Step, missing: "before" | "after" | undefined): Step {
  return {
    ...step,
    ...(before === undefined || missing === "before" ? {} : { before }),
    ...(after === undefined || missing === "after" ? {} : { after }),
  };
}

test("a preview can lack steps and states", () => {
  const part = fc.constantFrom("step", "before", "after", undefined, undefined, undefined);
  fc.assert(
    fc.property(fc.constantFrom(...previews), fc.array(part, { minLength: 130, maxLength: 130 }), (preview, missing) => {
      const steps = preview.steps.flatMap((step, index) => {
        const what = missing[index];
        return what === "step" ? [] : [partOf(step, what)];
      });
      const change = changeOf({ ...preview, steps, isComplete: false });
      for (const section of [danger(change, { today }), residency(change, { today }), failure(change)]) {
        expect(section.summary.length).toBeLessThanOrEqual(160);
        for (const { text } of section.notices) expect(text.length).toBeLessThanOrEqual(300);
      }
    }),
    { numRuns: 25 },
  );
});

test("deleted private endpoints are a danger without the unchanged resources", () => {
  const preview = previewOf("networkMode");
  const steps = preview.steps.filter(({ operation }) => operation !== "same");
  const [notice] = danger(changeOf({ ...preview, steps, isComplete: false }), { today }).notices;
  expect(notice).toMatchObject({
    severity: "danger",
    text: expect.stringMatching(/^5 private endpoints and 6 private DNS zones are deleted/),
  });
});
