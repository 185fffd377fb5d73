// Proves that each suite belongs to one tier, that each tier has a command, and that a suite of the tier without the engine can't start it.
// Doesn't prove how long a tier takes.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureEngine } from "../azure-local/engine";
import { selection } from "../cli/test";
import { scripts } from "../package.json";

const root = path.join(__dirname, "..");
const { tiers, tierOf } = require("./tiers") as {
  readonly tiers: readonly { readonly name: string; readonly command: string; readonly paths: readonly string[] }[];
  readonly tierOf: (suite: string) => { readonly name: string };
};
const leftOut = ["node_modules", ".git", ".moor", "coverage"];

/** Files of the clone whose names say that they are suites. */
function suitesBelow(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return leftOut.includes(entry.name) ? [] : suitesBelow(file);
    return /\.(test|spec)\.[cm]?[jt]sx?$/.test(entry.name) ? [file] : [];
  });
}

const suites = suitesBelow("").sort();

/** The suites that jest would run of a tier. */
async function listed(tier: string): Promise<string[]> {
  const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
  const child = spawn(process.execPath, [jest, "--listTests", "--json", "--selectProjects", tier], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8")) output += text;
  const files = JSON.parse(output.slice(output.indexOf("["))) as string[];
  return files.map((file) => path.relative(root, file).replaceAll(path.sep, "/"));
}

test("jest runs each suite of the clone in exactly one tier, as in the table", async () => {
  const run = (await Promise.all(tiers.map(async ({ name }) => (await listed(name)).map((suite) => ({ suite, tier: name }))))).flat();
  expect(run.map(({ suite }) => suite).sort()).toEqual(suites);
  expect(run.filter(({ suite, tier }) => tierOf(suite).name !== tier)).toEqual([]);
});

test("each path of the table has a suite", () => {
  const missing = tiers.flatMap(({ paths }) => paths).filter((one) => !suites.some((suite) => suite.startsWith(one)));
  expect(missing).toEqual([]);
});

test("the main tier has at most three suites", () => {
  expect(suites.filter((suite) => tierOf(suite).name === "main").length).toBeLessThanOrEqual(3);
});

test("each command of the table is a script of package.json, and CI runs it", () => {
  const ci = fs.readFileSync(path.join(root, ".ci", "run"), "utf8");
  for (const command of tiers.map((tier) => tier.command)) {
    expect(Object.keys(scripts)).toContain(command.replace(/^npm (run )?/, ""));
    expect(ci).toMatch(new RegExp(`${command.replace("npm run ", "npm run --silent ")}( |$)`, "m"));
  }
});

test("in the tier without the engine, pulumi fails and says where the suite belongs", async () => {
  const { command } = await ensureEngine();
  const { status, stderr } = spawnSync(command, ["preview", "--stack", "dev"], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("Move it to tests/e2e (see tests/tiers.js)");
});

test.each<[asked: string[], selected: string[], hint: string | undefined]>([
  [[], ["unit", "main"], undefined],
  [["--ci", "-w", "1"], ["unit", "main"], undefined],
  [["tests/config"], ["unit"], undefined],
  [["tests/e2e/crash"], ["e2e"], undefined],
  [["tests/e2e/life.test.ts", "-t", "dev"], ["main"], undefined],
  [["tests/config", "tests/e2e/crash"], ["unit", "e2e"], undefined],
  [["tests/nowhere"], ["unit", "main"], undefined],
  [["strictYaml"], ["unit", "main"], undefined],
  [["crash"], ["unit", "main"], "npm run test:e2e -- crash"],
  [["-t", "crash"], ["unit", "main"], undefined],
  [["("], ["unit", "main"], undefined],
])("npm test -- %j runs %j", (asked, selected, hint) => {
  const result = selection(["unit", "main"], asked, suites);
  expect([...result.selected].sort()).toEqual([...selected].sort());
  expect(result.hint).toEqual(hint && expect.stringContaining(hint));
});
