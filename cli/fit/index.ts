import { PlanError } from "../../planner/codes";
import { answerOf } from "../../planner/size/answer";
import { cheaperCheckpoint } from "../../planner/size/checkpoints";
import { compare, fit as fitModel } from "../../planner/size/fit";
import { fitInput } from "./input";
import { otherCheckpoints } from "./model";
import type { FitOptions } from "./options";
import { report } from "./report";

/**
 * `npm run fit`: chooses a VM size and vLLM flags for a model. With `--json`, prints one document, whether the model fits or not, or
 * `{"error": …}` with exit code 1 if an option is not valid. Without `--json`, sets exit code 1 if no size fits.
 * @throws Error with one sentence if an option is not valid, without `--json`
 */
export async function fitCommand(model: string, options: FitOptions): Promise<void> {
  try {
    await print(model, options);
  } catch (error) {
    if (!options.json) throw error instanceof PlanError ? new Error(error.message) : error;
    process.stdout.write(`${JSON.stringify({ error: (error as Error).message }, null, 2)}\n`);
    process.exitCode = 1;
  }
}

async function print(named: string, options: FitOptions): Promise<void> {
  const input = await fitInput(named, options);
  const result = fitModel(input);
  const choosing = input.gpu === undefined && input.instanceType === undefined;
  const all = options.compare === true;
  const comparison = all || choosing ? compare({ ...input, instanceType: undefined }) : undefined;
  const answer = answerOf(input, result);
  const checkpoint = cheaperCheckpoint(input, result, input.gpu === undefined ? await otherCheckpoints(named, input.model) : []);
  const text = options.json
    ? JSON.stringify(
        {
          ...result,
          ...{ answer: answer ?? null, cheaperCheckpoint: checkpoint ?? null },
          ...(all ? { compared: compared(comparison!) } : {}),
        },
        null,
        2,
      )
    : report(input, result, { comparison, all, answer, checkpoint });
  process.stdout.write(`${text}\n`);
  if (!result.fits && !options.json) process.exitCode = 1;
}

function compared({ tried }: ReturnType<typeof compare>) {
  return tried.map(({ candidate: { machine, estimate, problem }, usdPerHour }) => ({
    size: machine.instanceType,
    fits: problem === undefined,
    usdPerHour,
    gpus: machine.gpus,
    tensorParallelSize: estimate?.settings.tensorParallelSize,
    kvGiBPerGpu: estimate?.kvGiBPerGpu,
    maxConcurrency: estimate?.maxConcurrency,
    ...(problem ? { code: problem.code, reason: problem.message } : {}),
  }));
}
