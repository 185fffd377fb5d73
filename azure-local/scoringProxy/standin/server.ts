import { createHttpServer, listenOnLoopback } from "../../http/listen";
import type { Pattern } from "../pattern";
import type { StandIn, StandInIdentity } from "./identity";
import { answerOpenai } from "./openai";
import type { Fault, Speed, Wait } from "./pace";
import { answerScore } from "./score";

export interface StandInOptions {
  readonly speed?: Speed;
  readonly fault?: Fault;
  /** Replaces the timer, so that a test controls when the next token is sent. */
  readonly wait?: Wait;
}

export interface RunningStandIn {
  readonly url: string;
  close(): Promise<void>;
}

/** The request handler of each pattern. */
const answers: Readonly<Record<Pattern, typeof answerOpenai>> = { vllm: answerOpenai, score: answerScore };

/** Starts the stand-in for a deployment's container on a free loopback port. */
export async function startStandIn(identity: StandInIdentity, options: StandInOptions = {}): Promise<RunningStandIn> {
  const { speed = {}, fault, wait } = options;
  let scoringRequests = 0;
  let unhealthy = false;
  const nextFault = () => {
    scoringRequests += 1;
    const current = fault && scoringRequests % (fault.every ?? 1) === 0 ? fault : undefined;
    unhealthy ||= current?.kind === "sick";
    return current;
  };
  const standIn: StandIn = { identity, speed, wait, nextFault, isUnhealthy: () => unhealthy };
  const answer = answers[identity.pattern];
  const server = createHttpServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0]!;
    return answer(standIn, request, response, path);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
