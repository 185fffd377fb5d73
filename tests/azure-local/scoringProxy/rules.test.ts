// Does not prove that Azure behaves like this: each rule has a grade for its evidence. Other tests prove that each switch works.
import { defaultRules, scoringProxyRules } from "../../../azure-local/scoringProxy/rules";

test("each behavior has a description, a source and a grade", () => {
  for (const { description, source, grade } of Object.values(scoringProxyRules)) {
    expect(description).toMatch(/^[A-Za-z].+\.$/);
    expect(source.length).toBeGreaterThan(10);
    expect(["D", "E", "I", "K"]).toContain(grade);
  }
});

test("undocumented behavior has the stricter interpretation as its default", () => {
  expect(defaultRules).toEqual({
    timeoutBoundsWholeAnswer: true,
    forwardAuthorization: false,
    onlyScoringPath: true,
    noScoreRoleStatus: 403,
    networkRefusedStatus: 403,
    containersTakeTimeToStart: true,
    livenessRestarts: true,
    deletionCutsOff: true,
    limitBandwidth: true,
    limitRates: true,
  });
});
