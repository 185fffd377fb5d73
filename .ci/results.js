// Reads jest's results: `node .ci/results.js count|list|slowest <file>`. A suite that could not run counts as one failure.
const path = require("node:path");

const [what, file] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
  require("node:fs").readFileSync(file, "utf8"),
);

const suiteOf = ({ name }) => path.relative(process.cwd(), name);

const firstLines = (text) =>
  (text ?? "")
    .split("\n")
    .filter((line) => line.trim() && !line.includes("node_modules"))
    .slice(0, 8)
    .map((line) => `    ${line.trim()}`);

function failuresOf(result) {
  const { status, message, assertionResults } = result;
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (status === "failed" && failed.length === 0) return [`${suiteOf(result)} could not run`, ...firstLines(message)];
  return failed.flatMap(({ fullName, failureMessages }) => [`${suiteOf(result)}: ${fullName}`, ...firstLines(failureMessages.join("\n"))]);
}

/** The ten suites with the longest duration. */
function slowest() {
  const timed = testResults.map((result) => [suiteOf(result), (result.endTime - result.startTime) / 1000]);
  const ten = timed.sort(([, one], [, other]) => other - one).slice(0, 10);
  return ["Slowest suites:", ...ten.map(([suite, seconds]) => `${seconds.toFixed(1).padStart(7)} s  ${suite}`)];
}

const lines = {
  count: () => [`${numPassedTests} ${numFailedTests + numRuntimeErrorTestSuites}`],
  list: () => testResults.flatMap(failuresOf),
  slowest,
};
console.log(lines[what]().join("\n"));
