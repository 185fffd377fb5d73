import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createHttpServer, listenOnLoopback } from "../http/listen";
import { NETWORK_HEADER } from "../http/networkHeader";
import { isAzureHost } from "./address";
import { Admission, admitted } from "./admission";
import { Bandwidth } from "./bandwidth";
import { type ContainerOptions, Containers } from "./containers";
import type { DeploymentView, Directory, EndpointView } from "./directory";
import { type ErrorResponse, sendError } from "./errorResponse";
import { bodyFrame, endToEnd, requestIds } from "./headers";
import { InFlight } from "./inFlight";
import { defaultLimits, type EndpointLimits, Rates } from "./limits";
import { mirror, relay } from "./relay";
import { ScoringLog } from "./requestLog";
import { type Routed, route } from "./route";
import { defaultRules, type ScoringProxyRules } from "./rules";

export interface ScoringProxyOptions extends ContainerOptions {
  readonly directory: Directory;
  /** Loopback port. @default 0, any free one */
  readonly port?: number;
  /** Host names to accept in addition to loopback names and Azure's names. @default none */
  readonly hosts?: readonly string[];
  /** Behavior that can be switched, see `scoringProxyRules`. @default the default of each rule */
  readonly rules?: Partial<ScoringProxyRules>;
  /** @default Azure's default limits of an endpoint */
  readonly limits?: Partial<EndpointLimits>;
  /** How long `close` waits for in-flight requests, in milliseconds. @default 10000 */
  readonly drain?: number;
  /** Log file of the requests, see `ScoringRequest`. Its name ends with `.jsonl`. @default - no log */
  readonly log?: string;
  /** Random numbers in [0, 1) for weights and mirroring. @default Math.random */
  readonly random?: () => number;
  /** The clock of bandwidth and rates, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

export interface ScoringProxy {
  readonly url: string;
  /** The HTTP server, for example to add TLS or to watch its requests. */
  readonly server: Server;
  readonly port: number;
  /** Accepts no new requests, waits up to `drain` for in-flight requests, aborts the remaining ones, and stops the stand-ins. */
  close(): Promise<void>;
}

/**
 * Starts the local data plane of managed online endpoints: `http://127.0.0.1:PORT/<endpointName>/<path>`, or any path with the `Host`
 * header `<endpointName>.<region>.inference.ml.azure.com`.
 * @throws if the port is in use, or if a backend's address is not a plain `http://host:port`
 */
export async function startScoringProxy(options: ScoringProxyOptions): Promise<ScoringProxy> {
  const proxy = new LocalScoringProxy(options);
  await proxy.listen(options.port ?? 0);
  return proxy;
}

class LocalScoringProxy implements ScoringProxy {
  readonly server: Server;
  private readonly containers: Containers;
  private readonly rules: ScoringProxyRules;
  private readonly limits: EndpointLimits;
  private readonly rates: Rates;
  private readonly bandwidths = new Map<string, Bandwidth>();
  private readonly admission = new Admission();
  private readonly answering: InFlight;
  private readonly log: ScoringLog | undefined;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private closing?: Promise<void>;

  constructor(private readonly options: ScoringProxyOptions) {
    this.rules = { ...defaultRules, ...options.rules };
    this.containers = new Containers(options, this.rules);
    this.limits = { ...defaultLimits, ...options.limits };
    this.rates = new Rates(this.limits, options.now);
    this.answering = new InFlight(options.directory);
    this.log = options.log === undefined ? undefined : new ScoringLog(options.log);
    const names = new Set((options.hosts ?? []).map((name) => name.toLowerCase()));
    this.server = createHttpServer((request, response) => this.track(this.answer(request, response)), {
      isOwnName: (hostname) => isAzureHost(hostname) || names.has(hostname),
      reject: (response, { status, code, message }) => sendError(response, { status, code, message }),
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(port: number): Promise<void> {
    await listenOnLoopback(this.server, port);
  }

  close(): Promise<void> {
    this.closing ??= this.drainAndStop();
    return this.closing;
  }

  private async drainAndStop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timeout = new AbortController();
    const timedOut = sleep(this.options.drain ?? 10_000, undefined, { signal: timeout.signal }).catch(() => undefined);
    await Promise.race([this.drained(), timedOut]);
    timeout.abort();
    this.server.closeAllConnections();
    this.stopping.abort();
    this.answering.stop();
    await this.containers.close();
    await closed;
    this.log?.close();
  }

  /** Loops because an in-flight request can start another one, its mirrored request. */
  private async drained(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  private track(work: Promise<void>): void {
    this.inFlight.add(work);
    const forget = () => this.inFlight.delete(work);
    work.then(forget, forget);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.log?.watch(request, response);
    const ids = requestIds(request.headers);
    response.setHeaders(new Map(Object.entries(ids)));
    try {
      const routed = await route(request, this.options.directory, this.rules, this.options.random ?? Math.random);
      if ("status" in routed) return sendError(response, routed);
      const tooMany = this.rules.limitRates ? this.rates.enter(routed.endpoint, request.socket) : undefined;
      if (tooMany) return sendError(response, tooMany);
      response.setHeader("azureml-model-deployment", routed.deployment.name);
      await this.serve(routed, request, response, ids);
    } catch (error) {
      sendError(response, { status: 500, code: "internal_error", message: `The scoring proxy failed: ${(error as Error).message}.` });
    }
  }

  private async serve(routed: Routed, request: IncomingMessage, response: ServerResponse, ids: Record<string, string>): Promise<void> {
    const { endpoint, deployment, address } = routed;
    const place = await this.takePlace(endpoint, deployment);
    if ("status" in place) return sendError(response, place);
    // The caller is served even if the mirror deployment is full or not ready.
    const copy = routed.mirror && (await this.takePlace(endpoint, routed.mirror));
    const bandwidth = this.bandwidthOf(endpoint);
    const message = { request, path: address.path + address.query, headers: this.containerHeaders(request, ids), bandwidth };
    if (copy && "leave" in copy) this.track(mirror({ ...message, ...copy, signal: this.stopping.signal }).finally(copy.leave));
    const { timeoutBoundsWholeAnswer, deletionCutsOff } = this.rules;
    const deleted = new AbortController();
    const answered = deletionCutsOff ? this.answering.enter(endpoint, deployment, () => deleted.abort()) : () => {};
    await relay({ ...message, ...place, response, timeoutBoundsWholeAnswer, deleted: deleted.signal }).finally(() => {
      place.leave();
      answered();
    });
  }

  private bandwidthOf({ region, name }: EndpointView): Bandwidth | undefined {
    if (!this.rules.limitBandwidth) return undefined;
    const key = `${region}/${name}`;
    const bandwidth = this.bandwidths.get(key) ?? new Bandwidth(this.limits.bytesPerSecond, this.options.now);
    this.bandwidths.set(key, bandwidth);
    return bandwidth;
  }

  private containerHeaders(request: IncomingMessage, ids: Record<string, string>): OutgoingHttpHeaders {
    const dropped = ["host", "azureml-model-deployment", "x-ms-client-request-id", NETWORK_HEADER];
    if (!this.rules.forwardAuthorization) dropped.push("authorization");
    return { ...endToEnd(request.headers, dropped), ...bodyFrame(request.headers), ...ids };
  }

  /** Takes a place in the queue of a ready deployment. The caller must call `leave` at the end. */
  private async takePlace(endpoint: EndpointView, deployment: DeploymentView): Promise<Place | ErrorResponse> {
    const leave = this.admission.enter(endpoint, deployment);
    if (!leave) return tooManyRequests(deployment);
    try {
      const container = await this.containers.ready(endpoint, deployment);
      if ("url" in container) return { ...container, requestTimeout: deployment.requestTimeout, leave };
      leave();
      return container;
    } catch (error) {
      leave();
      throw error;
    }
  }
}

interface Place {
  readonly url: string;
  /** Seconds. */
  readonly requestTimeout: number;
  leave(): void;
}

function tooManyRequests(deployment: DeploymentView): ErrorResponse {
  return {
    status: 429,
    code: "too_many_pending_requests",
    message: `Deployment ${deployment.name} accepts at most ${admitted(deployment)} requests at a time (2 × maxConcurrentRequestsPerInstance × instances).`,
    headers: { "ms-azureml-model-error-reason": "too_many_pending_request" },
  };
}
