/** Opens a container with `@azure/storage-blob`, with tokens of the caller's credential. */
import { isLoopback, isProtected, loopbackAgent } from "../loopback";

/** Loaded with the first request, because the package takes longer to load than a small program takes to run. */
const sdk = () => import("@azure/storage-blob");

type Sdk = Awaited<ReturnType<typeof sdk>>;
export type ContainerClient = InstanceType<Sdk["ContainerClient"]>;
export type BlockBlobClient = InstanceType<Sdk["BlockBlobClient"]>;
type Factory = ReturnType<Sdk["newPipeline"]>["factories"][number];

export interface PipelineOptions {
  /** Address of the container. */
  readonly url: string;
  /** Returns a Microsoft Entra token for Azure Storage. */
  readonly token: () => Promise<string>;
  /** Headers of all requests. */
  readonly headers: Readonly<Record<string, string>>;
  /** Attempts of one request, at least 1. */
  readonly attempts: number;
  /** Seconds before the second retry. The first retry follows immediately, each further one after twice the time. */
  readonly retrySeconds: number;
}

/**
 * Opens a container. The credential of the SDK is not used, because it refuses HTTP, which the local Azure needs. The token is set by a
 * policy instead, only for HTTPS and for this machine.
 */
export async function openContainer(options: PipelineOptions): Promise<ContainerClient> {
  const { AnonymousCredential, ContainerClient, newPipeline } = await sdk();
  rejectInsecure(options.url);
  const pipeline = newPipeline(new AnonymousCredential(), {
    retryOptions: { maxTries: options.attempts, retryDelayInMs: options.retrySeconds * 1000, maxRetryDelayInMs: longestWait * 1000 },
  });
  pipeline.factories.push(authorization(options));
  return new ContainerClient(options.url, pipeline);
}

/** Longest wait between two attempts, in seconds. */
const longestWait = 60;

function authorization({ token, headers }: PipelineOptions): Factory {
  return {
    create: (next) => ({
      async sendRequest(request) {
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        request.headers.set("authorization", `Bearer ${await token()}`);
        if (isLoopback(request.url) && request.url.startsWith("http:")) request.agent = loopbackAgent;
        return next.sendRequest(request);
      },
    }),
  };
}

/** Tokens are sent only over encrypted connections or to this machine. */
function rejectInsecure(url: string): void {
  if (isProtected(url)) return;
  throw new Error(`${url} is not an HTTPS URL. Tokens are sent only over HTTPS or to a loopback address. Use an HTTPS URL.`);
}
