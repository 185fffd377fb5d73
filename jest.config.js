/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  testMatch: ["**/*.test.ts"],
  // Types are checked by `npm run typecheck`; here each file is only transpiled, by the compiler that also runs the program.
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } }] },
  runtime: "<rootDir>/tests/runtime.js",
  maxWorkers: 2,
  // Libraries that listen to the process keep the modules of each test file in memory; a worker that has grown is replaced by a fresh one.
  workerIdleMemoryLimit: "1GB",
  // A bound on what hangs, wide enough for a busy machine.
  testTimeout: 60_000,
};
