/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  testMatch: ["**/*.test.ts"],
  // Types are checked by `npm run typecheck`; here each file is only transpiled, by the compiler that also runs the program.
  transform: { "^.+\\.ts$": ["ts-jest", { transpilation: true, diagnostics: false }] },
  maxWorkers: 2,
  testTimeout: 20_000,
};
