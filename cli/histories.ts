import { wholeNumber } from "./steps";
import { test } from "./test";

export interface HistoriesCommandOptions {
  readonly planned?: string;
  readonly engine?: string;
  readonly seed?: string;
}

/**
 * `npm run test:histories`: random sequences of edits to a stack file, with the planner alone and with the engine.
 * @param args Arguments for jest.
 * @throws Error when an option is invalid
 */
export async function histories(args: readonly string[], options: HistoriesCommandOptions): Promise<void> {
  const { planned = "2000", engine = "30", seed } = options;
  process.env.ROLLOUT_SEQUENCES = String(wholeNumber(planned, "--planned"));
  process.env.MOOR_HISTORIES = "full";
  process.env.HISTORIES = String(wholeNumber(engine, "--engine"));
  if (seed !== undefined) process.env.ROLLOUT_SEED = process.env.HISTORIES_SEED = String(wholeNumber(seed, "--seed"));
  await test(["tests/histories/", "tests/planner/rollout/model.test.ts", "tests/azure-local/arm/model.test.ts", ...args]);
}
