// Runs a command: `node cli/run.js <command> [arguments]`. This file is plain JavaScript, because it runs before the packages are installed.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Moor needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Whether node_modules holds what package-lock.json asks for; npm writes its own copy of the lock there when it has installed. */
function isInstalled() {
  const packagesOf = (file) => {
    const { packages } = JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
    return Object.entries(packages)
      .filter(([name, entry]) => name && !entry.optional)
      .map(([name, entry]) => `${name}@${entry.version}`)
      .join();
  };
  try {
    return packagesOf("node_modules/.package-lock.json") === packagesOf("package-lock.json");
  } catch {
    return false;
  }
}

if (!isInstalled()) {
  console.error("Installing the program's packages (npm ci)");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    console.error("The packages could not be installed: see npm's message above. Fix the problem and run the command again.");
    process.exit(1);
  }
}

require("../program/register");
require("../program/deferred").deferModules();
require("./main").main(process.argv.slice(2));
