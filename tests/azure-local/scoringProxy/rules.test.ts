// Does not prove that a behaviour is Azure's: each says itself how sure it is. That each switch works is shown where it acts.
import { defaultRules, scoringProxyRules } from "../../../azure-local/scoringProxy/rules";

test("each behaviour says what it is, where that is written, and how sure it is", () => {
  for (const { says, source, grade } of Object.values(scoringProxyRules)) {
    expect(says).toMatch(/^[A-Za-z].+\.$/);
    expect(source.length).toBeGreaterThan(10);
    expect(["D", "E", "I", "K"]).toContain(grade);
  }
});

test("what no document settles holds in its stricter reading", () => {
  expect(defaultRules).toEqual({
    timeoutBoundsWholeAnswer: true,
    forwardAuthorization: false,
    onlyScoringPath: true,
    noScoreRoleStatus: 403,
    containersTakeTimeToStart: true,
    livenessRestarts: true,
    deletionCutsOff: true,
    limitBandwidth: true,
    limitRates: true,
  });
});
