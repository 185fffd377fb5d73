/**
 * Sets the outputs `verdict` and `digest` of a pipeline step from a review: `node pipelines/plan.js <review.json> <stack>`. Fails if the plan
 * of the stack can't be deployed.
 */
const fs = require("node:fs");

/** Verdicts of `npm run review`. */
const verdicts = ["unchanged", "safe", "look", "dangerous"];

/**
 * Reads what the deploy job needs. Both values end up in commands, so their formats are checked.
 * @param {string} text Contents of review.json
 * @param {string} name Name of the stack
 * @throws Error if the review doesn't contain a plan of the stack that can be deployed
 */
function planOf(text, name) {
  const stacks = JSON.parse(text).stacks ?? [];
  const review = stacks.find(({ stack }) => stack === name);
  if (review === undefined) throw new Error(`The review doesn't contain the stack ${name}.`);
  if (!verdicts.includes(review.verdict)) throw new Error(`The review of ${name} has an unknown verdict.`);
  // Without changes, there is nothing to approve.
  if (review.verdict === "unchanged") return { verdict: review.verdict, digest: "" };
  const digest = review.approval?.digest;
  if (digest === undefined) throw new Error(`The plan of ${name} can't be deployed. The review states the reason.`);
  if (!/^[A-Za-z0-9-]{8,1000}$/.test(digest)) throw new Error(`The digest of ${name} has an invalid format.`);
  return { verdict: review.verdict, digest };
}

/** Sets an output of the step, in GitHub Actions or Azure Pipelines. */
function setOutput(name, value) {
  const file = process.env.GITHUB_OUTPUT;
  if (file) fs.appendFileSync(file, `${name}=${value}\n`);
  else console.log(`##vso[task.setvariable variable=${name};isOutput=true;isReadOnly=true]${value}`);
}

const [file, stack] = process.argv.slice(2);
try {
  for (const [name, value] of Object.entries(planOf(fs.readFileSync(file, "utf8"), stack))) setOutput(name, value);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
