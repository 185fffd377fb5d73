// Proves which ratios the benchmark accepts, and how it says so. Doesn't prove that anything is fast.
import { judge, type Ratio } from "../../bench";

test.each<[ratio: Ratio, isGood: boolean, line: string]>([
  [{ what: "work", value: 2, atLeast: 2 }, true, "ok    2.00 (at least 2.00)  work"],
  [{ what: "work", value: 1.996, atLeast: 2 }, false, "less  2.00 (at least 2.00)  work"],
  [{ what: "time", value: 1.25, atMost: 1.25 }, true, "ok    1.25 (at most 1.25)  time"],
  [{ what: "time", value: 1.3, atMost: 1.25 }, false, "more  1.30 (at most 1.25)  time"],
  [{ what: "time", value: Number.NaN, atMost: 1.25 }, false, "more  NaN (at most 1.25)  time"],
])("%j", (ratio, isGood, line) => {
  expect(judge(ratio)).toEqual({ isGood, line });
});
