import { isNotKnown, PlanError } from "../../planner/codes";
import { answerOf } from "../../planner/size/answer";
import { cheaperCheckpoint } from "../../planner/size/checkpoints";
import { compare, fit as fitModel, fitsOf, type Verdict, verdictOf } from "../../planner/size/fit";
import { CommandError } from "../commandError";
import { fitInput } from "./input";
import { otherCheckpoints } from "./model";
import { type FitOptions, invalidExitCode } from "./options";
import { report } from "./report";

/** Exit codes of the verdicts. */
const exitCodes = { fits: 0, doesntFit: 1, notKnown: 2 } as const satisfies Record<Verdict, number>;

/**
 * `npm run fit`: chooses a VM size and vLLM flags for a model. With `--json`, prints one document in every case. The exit code is that of the
 * verdict, or 3 if there is no answer.
 * @throws CommandError with one sentence if an option or the model is not valid, without `--json`
 */
export async function fitCommand(model: string, options: FitOptions): Promise<void> {
  try {
    await print(model, options);
  } catch (error) {
    const problem = error instanceof PlanError ? error.problem : undefined;
    const exitCode = problem && isNotKnown(problem) ? exitCodes.notKnown : invalidExitCode;
    if (!options.json) throw new CommandError((error as Error).message, exitCode);
    const verdict = problem && isNotKnown(problem) ? { verdict: "notKnown", fits: null, refusal: problem } : {};
    process.stdout.write(`${JSON.stringify({ ...verdict, error: (error as Error).message }, null, 2)}\n`);
    process.exitCode = exitCode;
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
          ...(all ? { compared: compared(comparison!, result.hasKvCache) } : {}),
        },
        null,
        2,
      )
    : report(input, result, { comparison, all, answer, checkpoint });
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodes[result.verdict];
}

function compared({ tried }: ReturnType<typeof compare>, hasKvCache: boolean) {
  return tried.map(({ candidate, candidate: { machine, estimate, problem }, usdPerHour }) => ({
    size: machine.instanceType,
    verdict: verdictOf(candidate, problem),
    fits: fitsOf[verdictOf(candidate, problem)],
    usdPerHour,
    gpus: machine.gpus,
    tensorParallelSize: estimate?.settings.tensorParallelSize,
    kvGiBPerGpu: hasKvCache ? estimate?.kvGiBPerGpu : 0,
    maxConcurrency: estimate?.maxConcurrency,
    ...(problem ? { code: problem.code, reason: problem.message } : {}),
  }));
}
