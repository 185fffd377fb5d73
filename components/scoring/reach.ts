/** Whether this machine can reach an endpoint, independent of its deployments. */
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as tls from "node:tls";
import { modelStatusHeader, networkRefusedStatus } from "../../azure/scoring";
import type { ScoringAddress } from "./address";

/**
 * Where a request to the endpoint ends before it reaches a deployment: the name isn't resolved, there is no connection, the TLS handshake
 * is cut off, or Azure's front end refuses the network of this machine.
 */
export type UnreachableStage = "name" | "connection" | "tls" | "network";

export interface Unreachable {
  readonly stage: UnreachableStage;
  /** Host and port. */
  readonly address: string;
  /** Code of the error, such as ENOTFOUND, or the status of the response. */
  readonly code: string;
  readonly attempts: number;
  /** Duration of all attempts. */
  readonly seconds: number;
}

export interface ReachArgs extends ScoringAddress {
  /** Seconds for retries. The name of a new private endpoint can take a while to resolve. */
  readonly patienceSeconds: number;
  /** Seconds until a connection or a response counts as failed. @default 10 */
  readonly attemptSeconds?: number;
  /** Returns the key or token of a request. */
  readonly credential: () => Promise<string>;
}

/** Longest pause between two attempts, in seconds. */
const longestPause = 15;

/** Returns why this machine can't reach the endpoint, or undefined as soon as it can. Names no deployment. */
export async function unreachable(args: ReachArgs): Promise<Unreachable | undefined> {
  const { baseUrl, patienceSeconds, attemptSeconds = 10 } = args;
  const url = new URL(baseUrl);
  const started = Date.now();
  for (let attempts = 1; ; attempts++) {
    const obstacle = (await connectionObstacle(url, attemptSeconds)) ?? (await networkRefusal(args));
    if (obstacle === undefined) return undefined;
    const seconds = (Date.now() - started) / 1000;
    const pause = Math.min(longestPause, 0.5 * 2 ** (attempts - 1));
    if (seconds + pause > patienceSeconds) return { ...obstacle, address: `${url.hostname}:${portOf(url)}`, attempts, seconds };
    await sleep(pause * 1000);
  }
}

type Obstacle = Pick<Unreachable, "stage" | "code">;

/**
 * Opens a connection without sending a request. An error code alone doesn't say whether a request was sent: ECONNRESET means a firewall
 * that cuts off the TLS handshake, or a deployment that cuts off its response.
 */
function connectionObstacle(url: URL, attemptSeconds: number): Promise<Obstacle | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const [port, isAddress, secure] = [portOf(url), net.isIP(host) !== 0, url.protocol === "https:"];
  const socket = secure ? tls.connect({ host, port, ...(isAddress ? {} : { servername: host }) }) : net.connect({ host, port });
  return new Promise((resolve) => {
    let stage: UnreachableStage = isAddress ? "connection" : "name";
    const end = (obstacle: Obstacle | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(obstacle);
    };
    const timer = setTimeout(() => end({ stage, code: "ETIMEDOUT" }), attemptSeconds * 1000);
    socket.once("lookup", (error: Error | null) => {
      if (!error) stage = "connection";
    });
    socket.once("connect", () => {
      stage = "tls";
      if (!secure) end(undefined);
    });
    socket.once("secureConnect", () => end(undefined));
    socket.on("error", (error: NodeJS.ErrnoException) => end(hasAnswered(socket) ? undefined : { stage, code: error.code ?? error.name }));
  });
}

/** A server with the wrong certificate is reached. That must be fixed, so the requests of the gate fail with the reason. */
function hasAnswered(socket: net.Socket): boolean {
  return socket instanceof tls.TLSSocket && Boolean(socket.authorizationError);
}

/**
 * Without a credential, an endpoint that is reached answers 401, and no role changes that. A container's own status is behind 424. Therefore,
 * 403 without and with a credential means that the network of this machine is refused, and every other status that the endpoint is reached.
 * The second request is sent only after 403, because Azure documents neither its status for a refused network nor 401 in all cases.
 * Source: Azure docs, how-to-troubleshoot-online-endpoints, "HTTP status codes".
 */
async function networkRefusal({ baseUrl, attemptSeconds = 10, headers, credential }: ReachArgs): Promise<Obstacle | undefined> {
  const isRefused = async (authorization: Readonly<Record<string, string>>) => {
    const signal = AbortSignal.timeout(attemptSeconds * 1000);
    const init = { headers: { ...headers, ...authorization }, redirect: "manual", signal } as const;
    const response = await fetch(`${baseUrl}/`, init).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status === networkRefusedStatus && !response.headers.has(modelStatusHeader);
  };
  const refused = (await isRefused({})) && (await isRefused({ authorization: `Bearer ${await credential()}` }));
  return refused ? { stage: "network", code: String(networkRefusedStatus) } : undefined;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || { "https:": 443, "http:": 80 }[protocol] || 443;
}

const reasons: Readonly<Record<UnreachableStage, (address: string, code: string) => string>> = {
  name: (address, code) => `this machine can't resolve the name of ${address} (${code})`,
  connection: (address, code) => `this machine can't connect to ${address} (${code})`,
  tls: (address, code) => `the TLS handshake with ${address} fails (${code})`,
  network: (address, code) => `Azure refuses requests to ${address} from the network of this machine (status ${code})`,
};

/** The reason as a clause, for sentences such as "… can't send requests, because <reason>". */
export function reasonOf({ stage, address, code }: Unreachable): string {
  return reasons[stage](address, code);
}
