// Proves that a third pattern doesn't compile until every place that decides by pattern has decided. Doesn't prove that it decides well.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const compiler = path.join(root, "node_modules", "typescript7", "bin", "tsc");
const typeTest = "tests/azure-local/scoringProxy/pattern.test.ts";
/** What is compiled, with all that it imports. */
const compiled = ["index.ts", "cli/lock/make.ts", "azure-local/scoringProxy/index.ts", typeTest];
const notCopied = ["bench", "coverage", "docker", "docs", "node_modules", "tests"];
const copied = fs.readdirSync(root).filter((name) => !name.startsWith(".") && !notCopied.includes(name));

const programPatterns = "planner/pattern.ts";
const scoringProxyPatterns = "azure-local/scoringProxy/pattern.ts";

/** Where the program decides by pattern: what about, in which file, and the line that must not compile. */
const ofProgram: [about: string, file: string, line: string][] = [
  ["settings of a deployment", "config/stackFile.ts", "const patternKeys = "],
  ["settings of images", "config/stackFile.ts", "const imageKeys = "],
  ["VM size", "config/rules/size.ts", "const sizeRules: "],
  ["wish", "config/wish.ts", "const wishes: "],
  ["default request timeout", "config/wish.ts", "const defaultTimeouts: "],
  ["image of a deployment", "config/wish.ts", "const imageTexts: "],
  ["model of a deployment", "config/wish.ts", "const namedModels: "],
  ["what the planner is asked", "config/wish.ts", "const deciders: "],
  ["what only a lock holds", "config/decisions.ts", "const needsOfPatterns: "],
  ["what the planner judges", "config/drafts.ts", "const isJudged: "],
  ["values that a lock copies", "config/lockConsistency.ts", "const patternCopies: "],
  ["name of what an image runs", "cli/lock/make.ts", "const runs: "],
  ["decision", "planner/decide.ts", "const planners: "],
  ["deployment", "components/endpoint/deployment/index.ts", "const classes: "],
  ["gate", "components/endpoint/gate/checks.ts", "const checks: "],
  ["scoring path and client outputs", "components/endpoint/clients.ts", "const pathsByPattern: "],
  ["the front door's own list", typeTest, "const sameUnion: "],
];

/** The same of the front door, whose list is its own. */
const ofScoringProxy: [about: string, file: string, line: string][] = [
  ["time to start", "azure-local/scoringProxy/start.ts", "const secondsByPattern: "],
  ["what shows the pattern", "azure-local/scoringProxy/deploymentView.ts", "const isServed: "],
  ["answers of a stand-in", "azure-local/scoringProxy/standin/server.ts", "const answers: "],
  ["the program's own list", typeTest, "const sameUnion: "],
];

const tree = fs.mkdtempSync(path.join(os.tmpdir(), "moor-patterns-"));

beforeAll(() => {
  for (const entry of [...copied, typeTest]) fs.cpSync(path.join(root, entry), path.join(tree, entry), { recursive: true });
  const own = { extends: "./tsconfig.json", files: compiled, include: [] };
  fs.writeFileSync(path.join(tree, "tsconfig.compiled.json"), JSON.stringify(own));
  fs.symlinkSync(path.join(root, "node_modules"), path.join(tree, "node_modules"));
});
afterAll(() => fs.rmSync(tree, { recursive: true }));

/** Compiles the copy, and yields the source lines that have an error, each after its file's name. */
function linesWithError(): string[] {
  const args = [compiler, "--project", "tsconfig.compiled.json", "--noEmit", "--noCheck", "false", "--pretty", "false", "--singleThreaded"];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: tree, encoding: "utf8" });
  const found = [...stdout.matchAll(/^(\S+?)\((\d+),\d+\): error /gm)].map(([, file, line]) => {
    const text = fs.readFileSync(path.join(tree, file!), "utf8").split("\n")[Number(line) - 1]!;
    return `${file}: ${text.trim()}`;
  });
  if (found.length === 0 && status !== 0) throw new Error(`The compiler failed: ${stdout}`);
  return found;
}

/** The same, with a third pattern in one of the lists. */
function linesWithThird(list: string): string[] {
  const file = path.join(tree, list);
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, text.replace('"score"] as const', '"score", "third"] as const'));
  try {
    return linesWithError();
  } finally {
    fs.writeFileSync(file, text);
  }
}

test("The program compiles with the patterns that it has.", () => {
  expect(linesWithError()).toEqual([]);
});

test.each([
  ["the program's", programPatterns, ofProgram],
  ["the front door's", scoringProxyPatterns, ofScoringProxy],
])("With a third pattern in %s list, no place that decides by pattern compiles.", (_, list, places) => {
  const lines = linesWithThird(list);
  const compiling = places.filter(([, file, line]) => !lines.some((found) => found.startsWith(`${file}: `) && found.includes(line)));
  expect(compiling.map(([about, file, line]) => `${about}: ${file}, ${line}`)).toEqual([]);
});
