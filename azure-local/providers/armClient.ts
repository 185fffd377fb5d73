/** Calls Azure Resource Manager as azure-native's client does: with retries, long-running operations, and one line per error. */
import { setTimeout as sleep } from "node:timers/promises";
import { isObject, type Properties } from "./wire";

class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ArmClientOptions {
  /** Address of ARM, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Milliseconds between two polls of a long-running operation. */
  readonly pollMs: number;
}

/** A write that ARM accepted and that failed later. The resource exists, in an unknown state. */
export class AcceptedError extends Error {}

const METHODS_WITH_BODY = new Set(["PUT", "POST", "PATCH"]);
// azcore's default, which azure-native uses, with four attempts in total.
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);
const MAX_ATTEMPTS = 4;
const PENDING = new Set(["accepted", "creating", "deleting", "inprogress", "pending", "running", "scaling", "updating"]);

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Properties;
}

export class ArmClient {
  constructor(private readonly options: ArmClientOptions) {}

  /** @throws ArmError */
  async get(id: string, apiVersion: string, signal: AbortSignal): Promise<Properties> {
    const reply = await this.send("GET", this.address(id, apiVersion), undefined, signal);
    return expectOk(reply).body;
  }

  /** Returns the resource, or undefined if it does not exist. @throws ArmError */
  async find(id: string, apiVersion: string, signal: AbortSignal): Promise<Properties | undefined> {
    const reply = await this.send("GET", this.address(id, apiVersion), undefined, signal);
    return reply.status === 404 || reply.status === 204 ? undefined : expectOk(reply).body;
  }

  async post(path: string, apiVersion: string, body: Properties, signal: AbortSignal): Promise<Properties> {
    return expectOk(await this.send("POST", this.address(path, apiVersion), body, signal)).body;
  }

  /** Writes the resource and waits for completion. @throws ArmError if rejected, AcceptedError if it failed later */
  async put(id: string, apiVersion: string, body: Properties, signal: AbortSignal): Promise<Properties> {
    const reply = expectOk(await this.send("PUT", this.address(id, apiVersion), body, signal));
    try {
      const waited = await this.waitFor(reply, this.address(id, apiVersion), signal);
      return waited ? await this.get(id, apiVersion, signal) : reply.body;
    } catch (error) {
      throw new AcceptedError(messageOf(error, signal));
    }
  }

  /** Deletes the resource and waits for completion. A missing resource is not an error. @throws ArmError */
  async delete(id: string, apiVersion: string, signal: AbortSignal): Promise<void> {
    const reply = await this.send("DELETE", this.address(id, apiVersion), undefined, signal);
    if (reply.status === 404) return;
    await this.waitFor(expectOk(reply), undefined, signal);
  }

  private address(path: string, apiVersion: string): string {
    return `${this.options.url}${path}?api-version=${encodeURIComponent(apiVersion)}`;
  }

  /** Waits for a long-running operation. Returns false if there was none. */
  private async waitFor(reply: Reply, resource: string | undefined, signal: AbortSignal): Promise<boolean> {
    const operation = reply.headers.get("azure-asyncoperation");
    if (operation) return this.waitForOperation(new URL(operation, this.options.url).href, signal);
    const location = reply.headers.get("location");
    if (reply.status === 202 && location) return this.waitForLocation(new URL(location, this.options.url).href, signal);
    return resource === undefined ? false : this.waitForState(reply.body, resource, signal);
  }

  private async waitForOperation(url: string, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const { body } = expectOk(await this.send("GET", url, undefined, signal));
      const state = String(body.status ?? "");
      if (state === "Succeeded") return true;
      if (!PENDING.has(state.toLowerCase()) && state !== "") throw operationError(state, body);
      await sleep(this.options.pollMs, undefined, { signal });
    }
  }

  private async waitForLocation(url: string, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const reply = await this.send("GET", url, undefined, signal);
      if (reply.status === 404) return true;
      if (expectOk(reply).status !== 202) return true;
      await sleep(this.options.pollMs, undefined, { signal });
    }
  }

  private async waitForState(first: Properties, url: string, signal: AbortSignal): Promise<boolean> {
    let body = first;
    for (let waited = false; ; waited = true) {
      const state = provisioningState(body);
      if (state === "Failed" || state === "Canceled") throw operationError(state, body);
      if (!PENDING.has(state.toLowerCase())) return waited;
      await sleep(this.options.pollMs, undefined, { signal });
      body = expectOk(await this.send("GET", url, undefined, signal)).body;
    }
  }

  private async send(method: string, url: string, body: Properties | undefined, signal: AbortSignal): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === MAX_ATTEMPTS;
      try {
        const reply = await this.sendOnce(method, url, body, signal);
        if (last || !isRetryable(reply)) return reply;
      } catch (error) {
        if (last || signal.aborted) throw readable(error, method, url);
      }
      await sleep(this.options.pollMs, undefined, { signal });
    }
  }

  private async sendOnce(method: string, url: string, body: Properties | undefined, signal: AbortSignal): Promise<Reply> {
    const withBody = METHODS_WITH_BODY.has(method);
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        authorization: "Bearer azure-local",
        ...(withBody ? { "content-type": "application/json" } : {}),
      },
      ...(withBody ? { body: JSON.stringify(body ?? {}) } : {}),
      signal,
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? {} : parseJson(text);
    return { status: response.status, headers: response.headers, body: isObject(parsed) ? parsed : {} };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { error: { code: "", message: text.slice(0, 500) } };
  }
}

function isRetryable({ body, status }: Reply): boolean {
  return RETRYABLE.has(status) || (status === 409 && errorOf(body).code === "AnotherOperationInProgress");
}

function provisioningState(body: Properties): string {
  const state = isObject(body.properties) ? body.properties.provisioningState : undefined;
  return typeof state === "string" ? state : "";
}

function expectOk(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  const { code, message } = errorOf(reply.body);
  throw new ArmError(reply.status, code, describe(reply.status, code, message ?? JSON.stringify(reply.body)));
}

function errorOf(body: Properties): { readonly code: string; readonly message: string | undefined } {
  const error = isObject(body.error) ? body.error : {};
  return { code: String(error.code ?? ""), message: typeof error.message === "string" ? error.message : undefined };
}

/**
 * Formats an error as the real provider does: without target, details and additional information. So the error of a template deployment
 * does not name the failed resource, and a policy error names the policy only if Azure's message does. Source: pulumi-azure-native,
 * provider/pkg/azure/client_azcore.go (newResponseError).
 */
function describe(status: number, code: string, message: string): string {
  return `Status=${status} ${code ? `Code="${code}" ` : ""}Message="${message}"`;
}

/** The status of a poll is 200 even if the operation failed. */
function operationError(state: string, body: Properties): Error {
  const { code, message = `the operation ended with the status ${state}` } = errorOf(body);
  return new ArmError(200, code, describe(200, code, message));
}

function readable(error: unknown, method: string, url: string): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new Error(`no response from Azure Resource Manager to ${method} ${url.split("?")[0]}: ${cause}`);
}

const isTimeout = (error: unknown): boolean => (error as { name?: unknown } | undefined)?.name === "TimeoutError";

/** Returns the message of an error, or a fixed message for timeouts and cancellations. */
export function messageOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return isTimeout(signal.reason) ? "operation timed out" : "operation was cancelled";
  return error instanceof Error ? error.message : String(error);
}
