// Proves how Azure's durations are parsed. Does not prove which durations Azure accepts.
import * as fc from "fast-check";
import { secondsOf } from "../../../azure-local/arm/duration";

test.each([
  ["PT5S", 5],
  ["PT0.5S", 0.5],
  ["PT1M30S", 90],
  ["PT2H", 7200],
  ["P1DT1S", 86401],
  ["P2D", 172800],
])("%s is %d seconds", (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test("the parts of a duration add up", () => {
  const whole = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(whole, whole, whole, whole, (d, h, m, s) => {
      expect(secondsOf(`P${d}DT${h}H${m}M${s}S`)).toBe(d * 86400 + h * 3600 + m * 60 + s);
    }),
  );
});

test.each(["", "P", "PT", "P1DT", "5", "PT5", "5S", "P1Y", "PT-5S", "pt5s", "PT5S "])("%p is not a duration", (text) => {
  expect(secondsOf(text)).toBeUndefined();
});
