/** Sends single requests to the Hugging Face Hub and its CDN, over the proxy of the environment. */
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { isLoopback, isProtected, loopbackAgent } from "../../azure/loopback";

export interface HubAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** The body, if it was read into memory. Otherwise empty. */
  readonly content: Buffer;
  /** The body as a stream, which the caller must read or destroy. */
  stream(): Readable;
  /** Ends the answer without reading its body. */
  discard(): void;
}

/** @throws an error with a code of Node.js, for example `ECONNREFUSED` */
export type Send = (
  method: "GET" | "HEAD",
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
) => Promise<HubAnswer>;

/**
 * Loaded with the first request. The pipeline respects HTTPS_PROXY and NO_PROXY, which Node.js's own `fetch` doesn't.
 * @param patience Seconds without a byte after which a connection counts as broken.
 */
export async function openClient(patience: number): Promise<Send> {
  const core = await import("@azure/core-rest-pipeline");
  const pipeline = core.createEmptyPipeline();
  pipeline.addPolicy(core.proxyPolicy());
  pipeline.addPolicy(core.userAgentPolicy({ userAgentPrefix: "moor" }));
  const client = core.createDefaultHttpClient();
  return async (method, url, headers, signal) => {
    const silence = new AbortController();
    const request = core.createPipelineRequest({
      ...{ url, method, allowInsecureConnection: true, headers: core.createHttpHeaders(headers) },
      // All bodies are streams, because most of them are too large for memory.
      streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
      abortSignal: AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]),
    });
    if (isLoopback(url) && url.startsWith("http:")) request.agent = loopbackAgent;
    const timer = setTimeout(() => silence.abort(), patience * 1000);
    const {
      status,
      headers: answered,
      readableStreamBody,
    } = await pipeline
      .sendRequest(client, request)
      .catch((error: unknown) => {
        throw silence.signal.aborted ? silent() : error;
      })
      .finally(() => clearTimeout(timer));
    // In Node.js, the body is always a Readable.
    const body = readableStreamBody as Readable | undefined;
    if (body !== undefined) endIfSilent(body, patience);
    return {
      status,
      header: (name) => answered.get(name),
      content: Buffer.alloc(0),
      stream: () => body as Readable,
      discard: () => body?.destroy(),
    };
  };
}

/** Ends a body with an error if no byte arrives for a time. A reader that accepts no bytes has the same effect. */
function endIfSilent(body: Readable & Partial<Pick<IncomingMessage, "socket">>, patience: number): void {
  const { socket } = body;
  // A compressed body has no connection of its own.
  if (socket === undefined) return;
  let received = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead === received) body.destroy(silent());
    received = socket.bytesRead;
  }, patience * 1000);
  body.once("close", () => clearInterval(timer));
}

function silent(): Error {
  return Object.assign(new Error("No byte arrived in time."), { code: "ETIMEDOUT" });
}

/** Files and tokens are transferred only over encrypted connections or on this machine. */
export function rejectInsecure(url: string): void {
  if (isProtected(url)) return;
  const { protocol, host } = new URL(url);
  throw new Error(
    `${protocol}//${host} is not an HTTPS URL. Models are read only over HTTPS or from a loopback address. Set HF_ENDPOINT to an HTTPS URL.`,
  );
}

/** @throws Error with what is allowed, if the address of the Hub or the token can't be used. It contains neither a password nor the token. */
export function rejectUnusable({ hub, token }: { readonly hub: string; readonly token?: string }): void {
  if (!URL.canParse(hub)) throw new Error(`HF_ENDPOINT is ${JSON.stringify(hub)}. Allowed: an HTTPS URL, such as https://huggingface.co.`);
  const { protocol, host, username, password, search, hash } = new URL(hub);
  if (username !== "" || password !== "" || search !== "" || hash !== "") {
    throw new Error(
      `HF_ENDPOINT is an address of ${protocol}//${host} with a user, a password, a query or a fragment. ` +
        "Allowed: only host and path, such as https://huggingface.co. A token belongs in HF_TOKEN.",
    );
  }
  rejectInsecure(hub);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new Error(
      "HF_TOKEN contains a space, a line break or another character that a token can't have. Set it to the token alone, such as hf_… of https://huggingface.co/settings/tokens.",
    );
  }
}
