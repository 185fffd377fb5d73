/** Invariants of all answers of `npm run fit`. */
import { Command } from "commander";
import { addFit } from "../../cli/fit/command";

export interface FitAnswer {
  readonly printed: string;
  readonly exitCode?: unknown;
  /** The error that ends the command. */
  readonly error?: Error;
}

/** Runs the command in this process. */
export async function runFit(...args: string[]): Promise<FitAnswer> {
  let printed = "";
  const exitCodeBefore = process.exitCode;
  process.exitCode = undefined;
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  const notes = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  addFit(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  try {
    await program.parseAsync(["fit", ...args], { from: "user" });
    return { printed, exitCode: process.exitCode };
  } catch (error) {
    return { printed, exitCode: process.exitCode, error: error as Error };
  } finally {
    write.mockRestore();
    notes.mockRestore();
    process.exitCode = exitCodeBefore;
  }
}

const numbers = ["gpus", "tensorParallelSize", "weightsGiBPerGpu", "activationGiB", "nonTorchGiB", "cudaGraphGiB", "kvGiBPerGpu"];
const more = ["safeKvGiBPerGpu", "kvTokens", "maxConcurrency", "maxModelLen"];

const never = [/NaN/, /Infinity/, /\[object /, /undefined/, /\n\s+at .*[:(]/, /RangeError/, /TypeError/];

/**
 * @param given The arguments, which an answer can quote.
 * @throws Error if an answer violates an invariant
 */
export function checkFit({ printed, exitCode, error }: FitAnswer, json: boolean, given: string): void {
  const told = error === undefined ? printed : error.message;
  const odd = never.find((pattern) => pattern.test(told) && !pattern.test(given));
  if (odd !== undefined) throw new Error(`The answer contains ${odd}: ${told.slice(0, 2000)}`);
  if (error !== undefined) {
    if (!["CommandError", "CommanderError"].includes(error.name)) throw error;
    if (json && error.name !== "CommanderError") throw new Error(`With --json, the error is not JSON: ${error.message}`);
    return;
  }
  if (!json) {
    if (![0, 1, 2].includes(exitCode as number)) throw new Error(`The exit code is ${String(exitCode)}.`);
    return;
  }
  const answer = JSON.parse(printed) as Record<string, unknown>;
  if (typeof answer.error === "string") {
    if (exitCode !== (answer.verdict === "notKnown" ? 2 : 3)) throw new Error(`The exit code of an error is ${String(exitCode)}.`);
    return;
  }
  const codes: Readonly<Record<string, number>> = { fits: 0, doesntFit: 1, notKnown: 2 };
  if (exitCode !== codes[String(answer.verdict)]) throw new Error(`The exit code is ${String(exitCode)}.`);
  const missing = [...numbers, ...more].filter((name) => typeof answer[name] !== "number");
  if (missing.length > 0) throw new Error(`${missing.join(", ")} are not numbers: ${printed.slice(0, 2000)}`);
  if (answer.fits === true && !(Number(answer.maxConcurrency) >= 1))
    throw new Error(`It fits, but the concurrency is 0: ${printed.slice(0, 2000)}`);
}
