/** Test requests to an endpoint, and the evaluation of its answers. The gate and `npm run smoke` use them. */
export { type ScoringAddress, scoringAddress } from "./address";
export type { Check, Served } from "./check";
export { checksFor, checksOf, loadCheck } from "./checks";
export { credentialFor, knownAuthModes } from "./credential";
export { type ReachArgs, reasonOf, type Unreachable, type UnreachableStage, unreachable } from "./reach";
export { withoutSecrets } from "./redact";
export { type GateAnswer, type GateRequest, InterruptedAnswer, type Send, type SenderArgs, sender } from "./request";
export { type Attempt, type AttemptFailure, attempt, type CheckFailure, type RunArgs, runChecks } from "./runChecks";
export { type StreamSummary, shortAnswerTokens } from "./stream";
