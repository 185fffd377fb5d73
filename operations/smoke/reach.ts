/** Explains why an endpoint refuses this machine or its identity. */
import { type Attempt, InterruptedAnswer, type ScoringAddress } from "../../components/scoring";
import { SCORE_ACTION } from "../../facts/roles";
import { NotTested } from "./notTested";

export interface Caller {
  /** Key of the endpoint in the stack file. */
  readonly key: string;
  /** `authMode` of the endpoint. */
  readonly authMode: string;
  readonly address: ScoringAddress;
}

const inside =
  "`npm run smoke` sends requests to the endpoint itself, which has no public access. Run it on a machine in the stack's virtual network or in " +
  "a peered network, whose DNS resolves the private endpoint of the workspace.";

/** Causes that end a request before a connection exists. Source: Node.js docs, errors (common system errors); undici docs, errors. */
const causes: Readonly<Record<string, (host: string) => string>> = {
  ENOTFOUND: (host) => `The name ${host} can't be resolved. ${inside}`,
  EAI_AGAIN: (host) => `The name ${host} can't be resolved. ${inside}`,
  ECONNREFUSED: (host) => `${host} refused the connection. ${inside}`,
  ECONNRESET: (host) => `The connection to ${host} was closed before a response, as some firewalls do. ${inside}`,
  EHOSTUNREACH: (host) => `There is no route to ${host}. ${inside}`,
  ENETUNREACH: (host) => `There is no route to ${host}. ${inside}`,
  ETIMEDOUT: (host) => `No connection to ${host} was established in time. ${inside}`,
  UND_ERR_CONNECT_TIMEOUT: (host) => `No connection to ${host} was established in time. ${inside}`,
};

/**
 * @param attempt A request to the endpoint, if none has been answered before.
 * @throws NotTested if the request did not reach a deployment because of this machine's network or its identity
 */
export async function requireReached({ answer, error }: Attempt, caller: Caller): Promise<void> {
  const { host } = new URL(caller.address.baseUrl);
  if (error instanceof InterruptedAnswer) return;
  const cause = causes[codeOf(error)];
  if (cause !== undefined) throw new NotTested(cause(host));
  if (answer === undefined || answer.modelStatus !== undefined || ![401, 403].includes(answer.status)) return;
  if (answer.status === 403 && (await statusWithoutCredential(caller.address)) === 403) {
    throw new NotTested(`${host} refused the network of this machine (403). ${inside}`);
  }
  if (caller.authMode === "AADToken") throw new NotTested(notInvoker(answer.status, caller.key));
}

function notInvoker(status: number, key: string): string {
  return (
    `The endpoint ${key} refused the identity of this run (${status}): it has no role with the action ${SCORE_ACTION}. Add its object ID to ` +
    `\`invokers\` of moor:endpoints.${key} and run \`pulumi up\`. With roles: external, the owner of the roles must assign the role. A new role ` +
    "assignment takes effect after some minutes."
  );
}

/**
 * Without a credential, a reached endpoint answers 401, whatever the roles of the caller. Source: Azure docs, how-to-troubleshoot-online-endpoints,
 * "HTTP status codes".
 */
async function statusWithoutCredential({ baseUrl, headers = {} }: ScoringAddress): Promise<number | undefined> {
  try {
    const response = await fetch(`${baseUrl}/`, { headers, redirect: "manual", signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

/** The code of an error of `fetch`, which is that of its cause. */
function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  const { code } = (cause ?? error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
