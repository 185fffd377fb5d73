import type { Effect } from "../tests/sweep/trial";
import { chosenSteps, type StepOptions, wholeNumber } from "./steps";

const effects = ["refuse", "failOperation", "drop", "kill"] as const satisfies readonly Effect[];

export interface SweepCommandOptions extends StepOptions {
  readonly effects?: string;
  readonly list?: boolean;
  readonly workers?: string;
}

/**
 * `npm run test:sweep`: fails each write of an `up`, an update, a rollout and a `destroy` in turn and goes on.
 * @throws Error when an option is not understood
 */
export async function sweep(options: SweepCommandOptions): Promise<void> {
  const { sweep: run } = require("../tests/sweep") as typeof import("../tests/sweep");
  const passed = await run({
    effects: (options.effects?.split(",") ?? ["refuse", "failOperation", "kill"]).map(effectOf),
    workers: wholeNumber(options.workers ?? "2", "--workers"),
    list: options.list,
    chosen: chosenSteps(options),
  });
  if (!passed) process.exitCode = 1;
}

function effectOf(word: string): Effect {
  const effect = effects.find((one) => one === word);
  if (effect) return effect;
  throw new Error(`--effects contains "${word}". Allowed: ${effects.join(", ")}, separated by commas.`);
}
