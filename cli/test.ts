import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureEngine } from "../azure-local/engine";
import { exitCode } from "./pulumiProcess";
import { root } from "./stackFiles";

/** `npm test`: all suites that need no engine, and the three of the main use. */
export function test(args: readonly string[]): Promise<void> {
  return runTiers(["unit", "main"], args);
}

/** `npm run test:e2e`: the other suites that need the engine. */
export function e2e(args: readonly string[]): Promise<void> {
  return runTiers(["e2e"], args);
}

/** Room for young objects, in MB, in jest's workers too: programs under test create many, which the garbage collector else copies again and again. */
const youngHeap = "--max-semi-space-size=64";

/** Installs everything that the tests need, then runs jest with the given arguments. The exit code is that of jest. */
async function runTiers(tiers: readonly string[], args: readonly string[]): Promise<void> {
  await ensureEngine((line) => console.error(line));
  const { selected, hint } = selection(tiers, args, suitesOfTree());
  if (hint !== undefined) console.error(hint);
  const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
  // Last, because jest takes every word after the option as the name of a project.
  const all = [youngHeap, jest, ...args, "--selectProjects", ...selected];
  process.exitCode = await exitCode(spawn(process.execPath, all, { cwd: root, stdio: "inherit" }));
}

/** A row of tests/tiers.js. */
interface Tier {
  readonly name: string;
  readonly command: string;
}

export interface Selection {
  /** Names of tiers. */
  readonly selected: readonly string[];
  /** A line that names the commands of other suites that match. @default - no other suite matches */
  readonly hint?: string;
}

/**
 * The tiers to run. A path selects the suites that it matches in all tiers; a word, which may match many suites, only those in `tiers`.
 * @param suites Paths of all suites from the root of the clone.
 */
export function selection(tiers: readonly string[], args: readonly string[], suites: readonly string[]): Selection {
  const { tierOf } = require("../tests/tiers") as { readonly tierOf: (suite: string) => Tier };
  const tiersOf = (patterns: readonly string[]) => {
    const found = suites.filter((suite) => patterns.some((pattern) => new RegExp(pattern, "i").test(suite))).map(tierOf);
    return [...new Set(found)];
  };
  // An argument after an option may be its value.
  const words = args.filter((arg, index) => isPattern(arg) && !args[index - 1]?.startsWith("-"));
  const paths = words.filter((word) => word.includes("/") || word.includes(".test"));
  if (paths.length > 0) {
    const found = tiersOf(words).map(({ name }) => name);
    return { selected: found.length > 0 ? found : tiers };
  }
  const others = tiersOf(words).filter(({ name }) => !tiers.includes(name));
  if (others.length === 0) return { selected: tiers };
  const commands = [...new Set(others.map(({ command }) => `${command} -- ${words.join(" ")}`))];
  return { selected: tiers, hint: `Other test commands have more suites that match: ${commands.join(", ")}` };
}

function isPattern(arg: string): boolean {
  if (arg.startsWith("-")) return false;
  try {
    return Boolean(new RegExp(arg));
  } catch {
    return false;
  }
}

function suitesOfTree(): string[] {
  const files = fs.readdirSync(path.join(root, "tests"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".test.ts")).map((file) => `tests/${file.replaceAll(path.sep, "/")}`);
}
