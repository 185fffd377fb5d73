import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

/** The media types of manifests that registries serve. */
export const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

export interface OciRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | Readable;
}

export interface OciResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body, which must be read or destroyed. */
  readonly body: http.IncomingMessage;
}

/** Milliseconds without data after which a registry is considered unresponsive. */
const silence = 60_000;

/** Sends a request to a registry and streams both bodies. Doesn't follow redirects. @throws Error if the registry doesn't respond */
export function sendOci({ method, url, headers = {}, body }: OciRequest): Promise<OciResponse> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith("https:") ? https : http;
    const length: Record<string, string> = body instanceof Readable ? {} : { "content-length": String(body?.length ?? 0) };
    const outgoing = request(url, { method, headers: { ...length, ...headers } });
    outgoing.setTimeout(silence, () => outgoing.destroy(new Error(`${new URL(url).host} did not respond within ${silence / 1000} s`)));
    outgoing.once("error", reject);
    outgoing.once("response", (response) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }));
    if (!(body instanceof Readable)) return void outgoing.end(body);
    body.once("error", (error) => outgoing.destroy(error));
    body.pipe(outgoing);
  });
}

/** Sends a request and reads the body of its response. */
export async function exchangeOci(request: OciRequest): Promise<Omit<OciResponse, "body"> & { readonly bytes: Buffer }> {
  const { body, ...response } = await sendOci(request);
  return { ...response, bytes: await buffer(body) };
}

/** The first error in the body of a response, if it has the format of the OCI specification. */
export function ociError(bytes: Buffer): { readonly code: string; readonly message: string } | undefined {
  try {
    const [error] = (JSON.parse(bytes.toString("utf8")) as { errors?: { code?: unknown; message?: unknown }[] }).errors ?? [];
    return error && { code: String(error.code), message: String(error.message ?? "") };
  } catch {
    return undefined;
  }
}

/** Single value of a header. */
export function headerOf(headers: http.IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
