import { wholeNumber } from "./sweep";

export interface RolloutTestCommandOptions {
  readonly only?: string;
  readonly list?: boolean;
  readonly workers?: string;
}

/**
 * `npm run test:rollout`: changes a live model under a load, once under streams as long as Azure allows, and once for each moment at which
 * the run is killed.
 * @throws Error when an option is not understood
 */
export async function rolloutTest({ only, list, workers = "3" }: RolloutTestCommandOptions): Promise<void> {
  const { rollout } = require("../tests/rollout") as typeof import("../tests/rollout");
  const numbers = only?.split(",").map((one) => wholeNumber(one, "--only"));
  const passed = await rollout({
    workers: wholeNumber(workers, "--workers"),
    list,
    ...(numbers === undefined ? {} : { only: new Set(numbers) }),
  });
  if (!passed) process.exitCode = 1;
}
