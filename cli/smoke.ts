import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings } from "../config/checkStack";
import { reportErrors } from "../config/errors";
import { readLock } from "../config/lockFile";
import { settingsOf } from "../config/stackYaml";
import { type Declared, documentText, plot, schemaVersion, smokeReport, smoke as smokeTest } from "../operations/smoke";
import { stackAzure } from "../operations/stackAzure";
import type { RequestSettings } from "../planner/decision";
import { onInterrupt } from "./interruption";
import { lockStore } from "./lockStore";
import { requireStackFile, root } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";
import { wholeNumber } from "./steps";

export interface SmokeCommandOptions extends Omit<StackOptions, "configFile"> {
  readonly endpoint?: string;
  readonly deployment?: string;
  /** Number of concurrent requests. */
  readonly load?: string;
  /** Duration of the load. */
  readonly seconds?: string;
  readonly maxTokens?: string;
  /** File for the plot. */
  readonly svg?: string;
  readonly json?: boolean;
}

/** Exit codes. 0: all checks passed. 130: ended by Ctrl-C. */
const exitCodes = { failed: 1, notTested: 2 } as const;

/** Maximum number of concurrent requests: twice the connections that Azure allows for an endpoint (azure/limits.ts). */
const mostClients = 1000;
const usualSeconds = 60;
const mostSeconds = 24 * 3600;

/** `npm run smoke`: tests the endpoints of a deployed stack. Sets the exit code. */
export async function smoke(options: SmokeCommandOptions): Promise<void> {
  try {
    process.exitCode = (await test(options)) ? 0 : exitCodes.failed;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    if (options.json) console.log(documentText({ schemaVersion, stack: options.stack, passed: false, error: message }));
    process.exitCode = exitCodes.notTested;
  }
}

async function test(options: SmokeCommandOptions): Promise<boolean> {
  const load = loadOf(options);
  const plotFile = path.resolve(options.svg ?? `smoke-${options.stack}.svg`);
  if (load !== undefined) requireWritable(plotFile);
  const { settings, declared } = readDeclared(options.stack, options.local === true);
  const stack = await openStackPulumi(options);
  // A load that has started is evaluated.
  const interruption = onInterrupt("Ending the test. To end without a result, press Ctrl-C again.");
  try {
    const { endpoint, deployment } = options;
    const { document, samples } = await smokeTest(stack, stackAzure(stack, settings), {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(deployment === undefined ? {} : { deployment }),
      ...(load === undefined ? {} : { load }),
      ...{ declared, signal: interruption.signal, report: (line: string) => console.error(line) },
    });
    console.log(options.json ? documentText(document) : smokeReport(document));
    if (document.load !== undefined) writePlot(plotFile, plot(document.stack, document.load, samples));
    return document.passed;
  } finally {
    interruption.end();
    await stack.close();
  }
}

function loadOf({ load, seconds, maxTokens, svg }: SmokeCommandOptions) {
  if (load === undefined) {
    const given = Object.entries({ "--seconds": seconds, "--max-tokens": maxTokens, "--svg": svg }).filter(
      ([, value]) => value !== undefined,
    );
    if (given.length > 0) throw new Error(`${given.map(([name]) => name).join(", ")} can only be set with --load. Add --load, or omit it.`);
    return undefined;
  }
  return {
    clients: upTo(mostClients, load, "--load"),
    seconds: seconds === undefined ? usualSeconds : upTo(mostSeconds, seconds, "--seconds"),
    ...(maxTokens === undefined ? {} : { maxTokens: wholeNumber(maxTokens, "--max-tokens") }),
  };
}

/** Checked before the load, whose result would otherwise have no plot. */
function requireWritable(file: string): void {
  try {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    fs.accessSync(path.dirname(file), fs.constants.W_OK);
  } catch (error) {
    throw new Error(`The plot can't be written to ${file} (${(error as Error).message}). Set --svg to a file in a writable folder.`);
  }
}

function writePlot(file: string, svg: string): void {
  try {
    fs.writeFileSync(file, svg);
    console.error(`Plot: ${file}`);
  } catch (error) {
    console.error(`The plot could not be written to ${file} (${(error as Error).message}). The result of the load is not affected.`);
  }
}

function upTo(most: number, text: string, option: string): number {
  const value = wholeNumber(text, option);
  if (value <= most) return value;
  throw new Error(`${option} is ${text}. Allowed: a whole number from 1 to ${most}.`);
}

/**
 * Reads what the repository says about the endpoints. A stack file with errors is rejected.
 * @param local Whether the stack is in the local Azure, which has its own copy of the lock file.
 */
export function readDeclared(
  stack: string,
  local: boolean,
): { settings: Readonly<Record<string, string>>; declared: Readonly<Record<string, Declared>> } {
  const file = requireStackFile(stack);
  const stackFile = fs.readFileSync(file, "utf8");
  const fromFile = settingsOf(stackFile, path.basename(file));
  const { settings, errors } = checkSettings({ project: "moor", stack, folder: root, stackFile, ...fromFile });
  if (settings === undefined) throw new Error(reportErrors(stack, errors));
  const locked = lockedSettings(stack, local);
  const endpoints = Object.entries(settings["moor:endpoints"]).map(([key, { deployments }]) => {
    const checks = Object.entries(deployments).flatMap(([label, { check }]) => (check === undefined ? [] : [[label, check] as const]));
    return [key, { checks: Object.fromEntries(checks), locked }] as const;
  });
  return { settings: fromFile.settings, declared: Object.fromEntries(endpoints) };
}

/** Request settings in the lock file by deployment name. Empty without a lock file. */
function lockedSettings(stack: string, local: boolean): ReadonlyMap<string, RequestSettings> {
  const text = lockStore(stack, local).read();
  if (text === undefined) return new Map();
  const read = readLock(stack, text);
  if ("errors" in read) throw new Error(reportErrors(stack, read.errors));
  const entries = Object.values(read.lock.endpoints).flatMap((labels) => Object.values(labels));
  const decisions = entries.flatMap(({ current, previous }) => [current, ...(previous === undefined ? [] : [previous])]);
  return new Map(decisions.map(({ name, requestSettings }) => [name, requestSettings]));
}
