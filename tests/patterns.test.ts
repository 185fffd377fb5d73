// Proves that a new pattern or task doesn't compile until every table by pattern or task has an entry for it. Doesn't prove that the entries are right.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const compiler = path.join(root, "node_modules", "typescript7", "bin", "tsc");
const typeTest = "tests/azure-local/scoringProxy/pattern.test.ts";
/** What is compiled, with all that it imports. */
const compiled = ["index.ts", "cli/lock/create.ts", "azure-local/scoringProxy/index.ts", "operations/smoke/index.ts", typeTest];
const notCopied = ["bench", "coverage", "docker", "docs", "node_modules", "tests"];
const copied = fs.readdirSync(root).filter((name) => !name.startsWith(".") && !notCopied.includes(name));

const programPatterns = "planner/pattern.ts";
const scoringProxyPatterns = "azure-local/scoringProxy/pattern.ts";
const programTasks = "planner/task.ts";
const scoringProxyTasks = "azure-local/scoringProxy/task.ts";

/** The program's tables by pattern: content, file, and the line that must not compile. */
const ofProgram: [about: string, file: string, line: string][] = [
  ["settings of a deployment", "config/stackFile.ts", "const patternKeys = "],
  ["settings of images", "config/stackFile.ts", "const imageKeys = "],
  ["VM size", "config/rules/size.ts", "const sizeRules: "],
  ["requirements", "config/requirements.ts", "const requirements: "],
  ["default request timeout", "config/requirements.ts", "const defaultTimeouts: "],
  ["image of a deployment", "config/images/stack.ts", "const imagesOfPatterns: "],
  ["model of a deployment", "config/requirements.ts", "const namedModels: "],
  ["planner input", "config/requirements.ts", "const deciders: "],
  ["settings that require a lock file", "config/decisions.ts", "const needsOfPatterns: "],
  ["patterns that the planner checks", "config/drafts.ts", "const isChecked: "],
  ["values that a decision copies", "config/lockConsistency.ts", "const patternCopies: "],
  ["name of a pattern in messages", "cli/lock/create.ts", "const patternNames: "],
  ["decision", "planner/decide.ts", "const planners: "],
  ["deployment", "components/endpoint/deployment/index.ts", "const classes: "],
  ["API, which decides about the gate, the smoke test and client outputs", "planner/task.ts", "const ofPatterns: "],
  ["model name in client outputs", "components/endpoint/clientTerms.ts", "const models: "],
  ["list of the scoring proxy", typeTest, "const sameUnion: "],
];

/** The program's tables by task or API. */
const ofTasks: [about: string, file: string, line: string][] = [
  ["pattern of an API", "planner/task.ts", "export const patternOfApi = "],
  ["flags", "planner/serving/taskFlags.ts", "const ofTasks: "],
  ["what a model does, in messages", "planner/serving/task.ts", "const doing: "],
  ["conversion of a chat model", "planner/serving/task.ts", "const conversions: "],
  ["gate and load of the smoke test", "components/scoring/checks.ts", "const ofApis: "],
  ["path for OpenAI clients", "components/endpoint/clients.ts", "const openaiPaths: "],
  ["text of the preview", "config/describe.ts", "const served: "],
  ["request in the report of the smoke test", "operations/smoke/report.ts", "const requestTexts: "],
  ["list of the scoring proxy", typeTest, "const sameTasks: "],
];

/** The tables of the scoring proxy by task. */
const ofScoringProxyTasks: [about: string, file: string, line: string][] = [
  ["paths of a stand-in", "azure-local/scoringProxy/standin/openai.ts", "const routes: "],
  ["list of the program", typeTest, "const sameTasks: "],
];

/** The tables of the scoring proxy, which has a separate list. */
const ofScoringProxy: [about: string, file: string, line: string][] = [
  ["time to start", "azure-local/scoringProxy/start.ts", "const secondsByPattern: "],
  ["property that shows the pattern", "azure-local/scoringProxy/deploymentView.ts", "const isServed: "],
  ["answers of a stand-in", "azure-local/scoringProxy/standin/server.ts", "const answers: "],
  ["list of the program", typeTest, "const sameUnion: "],
];

const tree = fs.mkdtempSync(path.join(os.tmpdir(), "moor-patterns-"));

beforeAll(() => {
  for (const entry of [...copied, typeTest]) fs.cpSync(path.join(root, entry), path.join(tree, entry), { recursive: true });
  const own = { extends: "./tsconfig.json", files: compiled, include: [] };
  fs.writeFileSync(path.join(tree, "tsconfig.compiled.json"), JSON.stringify(own));
  fs.symlinkSync(path.join(root, "node_modules"), path.join(tree, "node_modules"));
});
afterAll(() => fs.rmSync(tree, { recursive: true }));

/** Compiles the copy, and returns the source lines with errors, each with its file. */
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

/** Compiles the copy with another pattern or task in one of the lists. */
function linesWithAnother(list: string): string[] {
  const file = path.join(tree, list);
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, text.replace(/("(?:score|rerank)")\] as const;/, '$1, "another"] as const;'));
  try {
    return linesWithError();
  } finally {
    fs.writeFileSync(file, text);
  }
}

test("The program compiles with the current patterns.", () => {
  expect(linesWithError()).toEqual([]);
});

test.each([
  ["pattern in the list of the program", programPatterns, ofProgram],
  ["pattern in the list of the scoring proxy", scoringProxyPatterns, ofScoringProxy],
  ["task in the list of the program", programTasks, ofTasks],
  ["task in the list of the scoring proxy", scoringProxyTasks, ofScoringProxyTasks],
])("With another %s, no table for it compiles.", (_, list, places) => {
  const lines = linesWithAnother(list);
  const compiling = places.filter(([, file, line]) => !lines.some((found) => found.startsWith(`${file}: `) && found.includes(line)));
  expect(compiling.map(([about, file, line]) => `${about}: ${file}, ${line}`)).toEqual([]);
});
