/**
 * Which test command runs which suites. A suite belongs to the first tier whose paths contain it. A suite that no other tier contains
 * belongs to `unit`, which has no engine (see tests/withoutEngine).
 *
 * @typedef {{ readonly name: string; readonly command: string; readonly paths: readonly string[] }} Tier
 * @type {readonly Tier[]}
 */
const tiers = [
  // The main use, in at most three short suites. All other suites that need the engine belong to the next tiers.
  {
    name: "main",
    command: "npm test",
    paths: ["tests/e2e/life.test.ts", "tests/e2e/configErrors.test.ts", "tests/e2e/rollout.test.ts"],
  },
  // Real image builds, and a copy that is killed at each of its requests, take minutes.
  {
    name: "e2e",
    command: "npm run test:e2e",
    paths: [
      "tests/e2e/",
      "tests/docker/builds.test.ts",
      "tests/docker/layered.test.ts",
      "tests/operations/mirror/script/copyWeights.test.ts",
    ],
  },
  { name: "histories", command: "npm run test:histories", paths: ["tests/histories/"] },
  { name: "unit", command: "npm test", paths: ["tests/"] },
];

/** @param {string} suite Path of a suite from the root of the clone. */
const tierOf = (suite) => tiers.find(({ paths }) => paths.some((path) => suite.startsWith(path)));

module.exports = { tiers, tierOf };
