// Proves that a lock file can record the planner's model of each recorded model, without a loss, and how models are found in it. Doesn't prove
// that the numbers are right: see tests/planner/fit.
import { parse, stringify } from "yaml";
import { findLockedModel, lockedModel, modelKey, plannedModel, recordedModel } from "../../config/lockModels";
import { PlanError } from "../../planner/codes";
import { modelFromRecord } from "../../planner/fit/fromRecord";
import type { Model } from "../../planner/fit/model";
import { recordedModels } from "../planner/fit/recordedModels";

const [commit, other] = ["a".repeat(40), "b".repeat(40)];

function readable(read: () => Model): Model[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof PlanError) return [];
    throw error;
  }
}

const models = recordedModels().flatMap((record) => readable(() => modelFromRecord(record)));

test("most recorded models can be read, so that the next test has something to prove", () => {
  expect(models.length).toBeGreaterThan(80);
});

test("each recorded model is recorded as YAML and read again without a loss", () => {
  for (const model of models) {
    const recorded = recordedModel(model, { license: "mit", gated: true });
    const read = lockedModel.parse(parse(stringify(recorded)));
    // Without the properties that are undefined.
    expect(plannedModel(model.id, read)).toEqual(JSON.parse(JSON.stringify(model)));
    expect(read).toMatchObject({ license: "mit", gated: true });
  }
});

test("a model is found by its ID and commit, and without a commit by its ID", () => {
  const [one, two] = models.map((model) => recordedModel(model, { gated: false }));
  const locked = { [modelKey("acme/a", commit!)]: one!, [modelKey("acme/b", other!)]: two! };
  expect(findLockedModel(locked, "acme/b", other)).toEqual({ commit: other, recorded: two });
  expect(findLockedModel(locked, "acme/b")).toEqual({ commit: other, recorded: two });
  expect(findLockedModel(locked, "acme/a", other)).toBeUndefined();
  expect(findLockedModel(locked, "acme/A", commit)).toBeUndefined();
  expect(findLockedModel(undefined, "acme/a")).toBeUndefined();
});
