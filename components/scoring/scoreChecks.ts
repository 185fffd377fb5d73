/** Test requests to a deployment with a `score.py`: the sample request of the stack file. */
import { type GateCheck, structureDifference } from "../../planner/rollout/gateCheck";
import { type ApiChecks, type Check, withJson } from "./check";
import type { GateAnswer } from "./request";

export const scoreChecks: ApiChecks = {
  checks: ({ routes }, extra) => {
    const sample = sampleCheck(routes.scoring, extra);
    return sample === undefined ? [] : [sample];
  },
  timed: ({ routes }, extra) => sampleCheck(routes.scoring, extra)?.request,
  load: ({ routes }, extra) => sampleCheck(routes.scoring, extra),
};

function sampleCheck(path: string, { request: body, answer: example }: GateCheck): Check | undefined {
  if (body === undefined) return undefined;
  const judge = (answer: GateAnswer) =>
    example === undefined ? undefined : withJson(answer, (value) => structureDifference(example, value));
  return { what: "sample", request: { method: "POST", path, body }, judge };
}
