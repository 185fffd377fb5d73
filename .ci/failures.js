// Reads jest's results: `node .ci/failures.js count|list <file>`. A suite that could not run counts as one failure.
const [what, file] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
  require("node:fs").readFileSync(file, "utf8"),
);

const firstLines = (text) =>
  (text ?? "")
    .split("\n")
    .filter((line) => line.trim() && !line.includes("node_modules"))
    .slice(0, 8)
    .map((line) => `    ${line.trim()}`);

function failuresOf({ name, status, message, assertionResults }) {
  const suite = require("node:path").relative(process.cwd(), name);
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (status === "failed" && failed.length === 0) return [`${suite} could not run`, ...firstLines(message)];
  return failed.flatMap(({ fullName, failureMessages }) => [`${suite}: ${fullName}`, ...firstLines(failureMessages.join("\n"))]);
}

console.log(
  what === "count" ? `${numPassedTests} ${numFailedTests + numRuntimeErrorTestSuites}` : testResults.flatMap(failuresOf).join("\n"),
);
