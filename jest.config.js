const { tiers } = require("./tests/tiers");

/** Settings of all suites. */
const suite = {
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  // Types are checked by `npm run typecheck`; here each file is only transpiled, by the compiler that also runs the program.
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } }] },
  runtime: "<rootDir>/tests/runtime.js",
};

/** One project for each tier. `npx jest` without options runs all of them. */
const projects = tiers.map(({ name, paths }, index) => ({
  ...suite,
  displayName: name,
  testMatch: paths.map((path) => `<rootDir>/${path.endsWith("/") ? `${path}**/*.test.ts` : path}`),
  testPathIgnorePatterns: tiers.slice(0, index).flatMap((earlier) => earlier.paths.map((path) => `^<rootDir>/${path}`)),
  setupFiles: name === "unit" ? ["<rootDir>/tests/withoutEngine/setup.ts"] : [],
}));

/** @type {import("jest").Config} */
module.exports = {
  projects,
  maxWorkers: 2,
  // Libraries that listen to the process keep the modules of each test file in memory; a worker that has grown is replaced by a fresh one.
  workerIdleMemoryLimit: "1GB",
  // A bound on what hangs, wide enough for a busy machine.
  testTimeout: 60_000,
};
