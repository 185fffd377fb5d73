/**
 * Installs the pinned Pulumi engine, unless a suitable one is on the PATH, and adds it to the PATH of the next steps of the pipeline job:
 * `node pipelines/engine.js`.
 */
require("../program/register");
const fs = require("node:fs");
const path = require("node:path");
const { ensureEngine } = require("../azure-local/engine");

/** Adds a folder to the PATH of the next steps, in GitHub Actions or Azure Pipelines. */
function prependPath(folder) {
  const file = process.env.GITHUB_PATH;
  if (file) fs.appendFileSync(file, `${folder}\n`);
  else console.log(`##vso[task.prependpath]${folder}`);
}

async function main() {
  const engine = await ensureEngine((line) => console.log(line));
  // The last folder added comes first.
  for (const folder of [...engine.path].reverse()) prependPath(folder);
  console.log(`pulumi ${engine.version} from ${path.dirname(engine.command)}`);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
