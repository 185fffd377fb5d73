// Proves that traffic, capacity, quota and duration raise no concern about the routine changes. The other subjects aren't part of it.
import { capacity } from "../../../review/subjects/capacity";
import { duration } from "../../../review/subjects/duration";
import { quota } from "../../../review/subjects/quota";
import { traffic } from "../../../review/subjects/traffic";
import { changes } from "../../e2e/review/changes";
import { previewNames } from "../previews";
import { changeNamed } from "./support";

const saved = changes.filter(({ name }) => previewNames.includes(name));

test.each(saved.filter(({ expected }) => expected === "approve").map(({ name }) => name))("%s has only notes", (name) => {
  const change = changeNamed(name);
  const notices = [traffic, capacity, quota, duration].flatMap((subject) => subject(change).notices);
  expect(notices.filter(({ severity }) => severity !== "note")).toEqual([]);
});

test.each(["model", "size", "image", "shareAboveCapacity", "promotion", "promptLogging"])("%s needs an answer", (name) => {
  const change = changeNamed(name);
  const notices = [traffic, capacity, quota, duration].flatMap((subject) => subject(change).notices);
  expect(notices.some(({ severity }) => severity !== "note")).toBe(true);
});
