// Proves that the front door knows the patterns that the program knows. The compiler proves it of the types. Doesn't prove what each does.
import { type Pattern as FrontdoorPattern, patterns as frontdoorPatterns } from "../../../azure-local/frontdoor/pattern";
import { type Pattern, patterns } from "../../../planner/pattern";

type Same<A, B> = [A, B] extends [B, A] ? true : false;

test("The front door has the program's patterns.", () => {
  const sameUnion: Same<Pattern, FrontdoorPattern> = true;
  expect(sameUnion).toBe(true);
  expect(frontdoorPatterns).toEqual(patterns);
});
