/** Long-running operations: sends a request and polls the address that Azure returns until the operation has completed. */
import type { HttpMethods } from "@azure/core-rest-pipeline";
import { denialsOf } from "./denial";
import { ArmError } from "./error";
import type { ArmResponse, Send } from "./transport";

export interface OperationRequest {
  readonly method: HttpMethods;
  readonly url: string;
  readonly body?: object;
  readonly send: Send;
  /** Seconds between two polls if Azure returns no interval. */
  readonly pollSeconds: number;
  readonly limitSeconds: number;
}

/**
 * Sends a request and waits for the long-running operation that it starts, if it starts one.
 * @throws ArmError if Azure rejects the request or the operation fails; Error if it has not completed after `limitSeconds`
 */
export async function waitForOperation({ method, url, body, send, pollSeconds, limitSeconds }: OperationRequest): Promise<void> {
  const { createHttpPoller } = await import("@azure/core-lro");
  const request = `${method} ${new URL(url).pathname}`;
  const first = await send(method, url, body);
  let last = first;
  const poller = createHttpPoller(
    {
      sendInitialRequest: async () => operationResponse(first, method, url),
      sendPollRequest: async (address) => {
        last = await send("GET", address);
        return operationResponse(last, "GET", address);
      },
    },
    // The result isn't used: only completion matters.
    { intervalInMs: pollSeconds * 1000, skipFinalGet: true },
  );
  const limit = AbortSignal.timeout(limitSeconds * 1000);
  try {
    await poller.pollUntilDone({ abortSignal: limit });
  } catch (error) {
    if (limit.aborted)
      throw new Error(
        `${request} did not complete within ${Number(limitSeconds.toFixed(1))} s. Check its status in the Azure portal, then run the command again.`,
      );
    throw failureOf(request, last) ?? error;
  }
}

function operationResponse({ status, headers, text }: ArmResponse, method: string, url: string) {
  const body = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
  return { flatResponse: undefined, rawResponse: { statusCode: status, headers: { ...headers }, body, request: { method, url } } };
}

/** The error of a failed operation, from its status. */
function failureOf(request: string, { status, text }: ArmResponse): ArmError | undefined {
  const body = (text === "" ? {} : JSON.parse(text)) as { readonly status?: string; readonly error?: { code?: string; message?: string } };
  if (body.status === undefined) return undefined;
  const { code = body.status, message = "Azure returned no reason." } = body.error ?? {};
  return new ArmError(status, code, request, message, denialsOf(body.error), `${request} failed in Azure (${code}): ${message}`);
}
