/** An error response of a container registry, with its status and its code. */
export class RegistryError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Code of the first error in the body, for example `DENIED`. Undefined if the body has none. */
    readonly code: string | undefined,
    /** Method and path of the request, for example `PUT /v2/moor/vllm/manifests/…`. */
    readonly request: string,
    /** Message of the first error in the body. Undefined if the body has none. */
    readonly reason: string | undefined,
  ) {
    const answer = [status, code].filter((part) => part !== undefined).join(" ");
    super(`The container registry answered ${answer} to ${request}: ${reason ?? "no message"}`);
    this.name = "RegistryError";
  }

  /**
   * Whether the registry's network rules reject the address of this machine. Source: Azure docs, container-registry-troubleshoot-access:
   * `DENIED`, "client with IP … is not allowed access".
   */
  get isNetworkDenial(): boolean {
    return this.status === 403 && this.code === "DENIED";
  }

  /** Whether the identity has no permission for the request. */
  get isAccessDenied(): boolean {
    return this.status === 401 || (this.status === 403 && !this.isNetworkDenial);
  }
}

/** A container registry didn't respond in time, or asked to wait longer than that. */
export class NoResponseError extends Error {
  constructor(request: string, seconds: number) {
    super(
      `The container registry gave no response to ${request} within ${seconds} s. Check the connection, and run the command again. ` +
        "Content that was sent completely is not sent again.",
    );
    this.name = "NoResponseError";
  }
}

/**
 * The error that a response describes. The body has the form of the OCI distribution specification, `{errors: [{code, message}]}`. Other
 * bodies are not shown, because they can contain a token.
 */
export function registryError(request: string, status: number, text: string): RegistryError {
  const { code, message } = firstError(text);
  return new RegistryError(status, code, request, message);
}

function firstError(text: string): { readonly code?: string; readonly message?: string } {
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: readonly { readonly code?: unknown; readonly message?: unknown }[] };
    const { code, message } = errors?.[0] ?? {};
    return { ...(typeof code === "string" ? { code } : {}), ...(typeof message === "string" ? { message } : {}) };
  } catch {
    return {};
  }
}
