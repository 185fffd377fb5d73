/** Why a machine can't use the data plane of a container registry. */
import { NoResponseError, RegistryError } from "./error";

export interface NotReachable {
  /**
   * `nameResolution`: the host name doesn't resolve. `connection`: no connection, or no response in time. `networkRules`: the registry
   * rejects the address of this machine. `permission`: the identity has no permission to push.
   */
  readonly kind: "nameResolution" | "connection" | "networkRules" | "permission";
  /** One sentence about the cause. It contains no token. */
  readonly detail: string;
}

/** Node.js error codes for a host name that doesn't resolve. Source: Node.js docs, dns, "Error codes". */
const unresolved: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);

/**
 * Returns the reason why a request failed. Undefined if the registry was reachable, or if the error has another cause, such as a missing
 * sign-in.
 */
export function notReachable(error: unknown, loginServer: string): NotReachable | undefined {
  if (error instanceof RegistryError) return denied(error, loginServer);
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (unresolved.has(code)) return { kind: "nameResolution", detail: `The host name ${loginServer} doesn't resolve (${code}).` };
  return { kind: "connection", detail: `${loginServer} can't be reached (${code}).` };
}

function denied(error: RegistryError, loginServer: string): NotReachable | undefined {
  if (error.isNetworkDenial) {
    return { kind: "networkRules", detail: `The network rules of ${loginServer} reject this machine: ${error.reason ?? "no message"}` };
  }
  if (error.isAccessDenied) return { kind: "permission", detail: `${loginServer} answered ${error.status} to ${error.request}.` };
  return undefined;
}

/** Code of a failed connection, from the error of the HTTP client. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof NoResponseError) return "no response in time";
  return error.name === "RestError" && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
