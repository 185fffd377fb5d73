/**
 * Which suites a command runs. A suite belongs to the first tier with a path that it has or lies below, so a new suite is in one tier from the
 * start. `unit` takes whatever no other tier names, and starts no engine: see tests/withoutEngine.
 *
 * @typedef {{ readonly name: string; readonly command: string; readonly paths: readonly string[] }} Tier
 * @type {readonly Tier[]}
 */
const tiers = [
  // The main job, short: everything else that needs the engine belongs to the next tier.
  {
    name: "main",
    command: "npm test",
    paths: ["tests/e2e/life.test.ts", "tests/e2e/mistakes.test.ts", "tests/e2e/rollout.test.ts"],
  },
  { name: "e2e", command: "npm run test:e2e", paths: ["tests/e2e/"] },
  { name: "histories", command: "npm run test:histories", paths: ["tests/histories/"] },
  { name: "unit", command: "npm test", paths: ["tests/"] },
];

/** @param {string} suite Path of a suite from the root of the clone. */
const tierOf = (suite) => tiers.find(({ paths }) => paths.some((path) => suite.startsWith(path)));

module.exports = { tiers, tierOf };
