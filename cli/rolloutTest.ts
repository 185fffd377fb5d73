import { chosenSteps, type StepOptions, wholeNumber } from "./steps";

export interface RolloutTestCommandOptions extends StepOptions {
  readonly list?: boolean;
  readonly workers?: string;
}

/**
 * `npm run test:rollout`: changes a live model under a load, once under streams as long as Azure allows, and once for each moment at which
 * the run is killed.
 * @throws Error when an option is not understood
 */
export async function rolloutTest({ list, workers = "3", ...steps }: RolloutTestCommandOptions): Promise<void> {
  const { rollout } = require("../tests/rollout") as typeof import("../tests/rollout");
  const passed = await rollout({
    workers: wholeNumber(workers, "--workers"),
    list,
    chosen: chosenSteps(steps),
  });
  if (!passed) process.exitCode = 1;
}
