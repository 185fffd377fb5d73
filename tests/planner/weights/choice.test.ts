// Proves where the weights of each source are, and that Python files are staged in a folder of their own.
import { modelDecision } from "../../../planner/weights";

const revision = "a".repeat(40);

test.each<[withCode: boolean | undefined, path: string]>([
  [undefined, `models/acme--tiny/${revision}`],
  [false, `models/acme--tiny/${revision}`],
  [true, `models/acme--tiny/${revision}-code`],
])("staged weights with Python files: %s", (withCode, path) => {
  expect(modelDecision("acme/tiny", { source: "mirror", revision, withCode })).toEqual({
    ...{ id: "acme/tiny", revision, source: "mirror", path, staged: false },
  });
});
