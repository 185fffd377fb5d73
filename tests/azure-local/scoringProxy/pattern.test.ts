// Proves that the scoring proxy knows the patterns that the program knows. The compiler proves it of the types. Doesn't prove what each does.
import { type Pattern as ScoringProxyPattern, patterns as scoringProxyPatterns } from "../../../azure-local/scoringProxy/pattern";
import { type Pattern, patterns } from "../../../planner/pattern";

type Same<A, B> = [A, B] extends [B, A] ? true : false;

test("The scoring proxy has the program's patterns.", () => {
  const sameUnion: Same<Pattern, ScoringProxyPattern> = true;
  expect(sameUnion).toBe(true);
  expect(scoringProxyPatterns).toEqual(patterns);
});
