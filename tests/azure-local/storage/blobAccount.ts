/** A storage account with a container in a local Azure, and Microsoft's client library for it. */
import { AnonymousCredential, ContainerClient, newPipeline, type RequestPolicyFactory, RestError } from "@azure/storage-blob";
import type { Caller } from "../arm/client";
import { bodies, paths } from "../arm/platform";
import { but } from "../arm/rejections/rejectedRequest";

export const HOST = "storage01.blob.core.windows.net";
export const CONTAINER = `${paths.storage}/blobServices/default/containers/models`;

/** Creates the account `storage01`, with public access, and its container `models`. */
export async function createAccount(caller: Caller, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  let body = but(bodies(caller).storage, "properties/publicNetworkAccess", "Enabled");
  for (const [where, value] of Object.entries(changes)) body = but(body, where, value);
  await caller.made(paths.group, bodies(caller).group);
  await caller.made(paths.storage, body);
  await caller.made(CONTAINER, {});
}

/** A client of the container `models` with this token. The library sends tokens of its own credentials only over HTTPS. */
export function containerClient(
  caller: Caller,
  { token = "local", network = "outside" }: { readonly token?: string; readonly network?: "inside" | "outside" } = {},
): ContainerClient {
  const overHttp: RequestPolicyFactory = {
    create: (next) => ({
      sendRequest: (request) => {
        if (token !== "") request.headers.set("authorization", `Bearer ${token}`);
        request.headers.set("x-azure-local-network", network);
        return next.sendRequest(request);
      },
    }),
  };
  const pipeline = newPipeline(new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
  pipeline.factories.push(overHttp);
  return new ContainerClient(`${caller.arm.url}/data/${HOST}/models`, pipeline);
}

/** The status and the error code of a rejected request. The response to HEAD has no body, so the code is that of the header. */
export async function refusal(request: Promise<unknown>): Promise<readonly [status: number | undefined, code: string | undefined]> {
  try {
    await request;
  } catch (error) {
    if (error instanceof RestError) return [error.statusCode, error.response?.headers.get("x-ms-error-code")];
    throw error;
  }
  throw new Error("The request was not rejected.");
}

/** A block ID. IDs of the same width have the same length. */
export function blockId(index: number, width = 8): string {
  return Buffer.from(String(index).padStart(width, "0")).toString("base64");
}
