/** Explains why an endpoint refuses this machine or its identity. */
import { type Attempt, InterruptedAnswer, type ReachArgs, reasonOf, unreachable } from "../../components/scoring";
import { SCORE_ACTION } from "../../facts/roles";
import { NotTested } from "./notTested";

export interface Caller {
  /** Key of the endpoint in the stack file. */
  readonly key: string;
  /** `authMode` of the endpoint. */
  readonly authMode: string;
  readonly address: Omit<ReachArgs, "patienceSeconds">;
}

const inside =
  "`npm run smoke` sends requests to the endpoint itself, which has no public access. Run it on a machine in the stack's virtual network or in " +
  "a peered network, whose DNS resolves the private endpoint of the workspace.";

/**
 * @param attempt A request to the endpoint, if none has been answered before.
 * @throws NotTested if the request did not reach a deployment because of this machine's network or its identity
 */
export async function requireReached(attempt: Attempt, { key, authMode, address }: Caller): Promise<void> {
  if (isFromDeployment(attempt)) return;
  const because = await unreachable({ ...address, patienceSeconds: 0 });
  if (because !== undefined) throw new NotTested(`The endpoint ${key} can't be tested: ${reasonOf(because)}. ${inside}`);
  if (attempt.answer !== undefined && authMode === "AADToken") throw new NotTested(notInvoker(attempt.answer.status, key));
}

/** Whether a deployment has certainly answered, or Azure has with a status that depends neither on the network nor on the identity. */
function isFromDeployment({ answer, error }: Attempt): boolean {
  if (answer === undefined) return error instanceof InterruptedAnswer;
  return answer.modelStatus !== undefined || ![401, 403].includes(answer.status);
}

function notInvoker(status: number, key: string): string {
  return (
    `The endpoint ${key} refused the identity of this run (${status}): it has no role with the action ${SCORE_ACTION}. Add its object ID to ` +
    `\`invokers\` of moor:endpoints.${key} and run \`pulumi up\`. With roles: external, the owner of the roles must assign the role. A new role ` +
    "assignment takes effect after some minutes."
  );
}
