/** Test requests to one deployment of an endpoint, and the evaluation of its answers. The gate and `npm run smoke` use them. */
export { type Check, checksOf } from "./checks";
export { credentialFor } from "./credential";
export { type GateAnswer, type GateRequest, type Send, type SenderArgs, sender } from "./request";
export { type CheckFailure, type RunArgs, runChecks } from "./runChecks";
