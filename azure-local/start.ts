import * as path from "node:path";
import { type Arm, sendData, startArm } from "./arm";
import { type Azure, type AzureOptions, type AzureResource, scoringProxyOptions } from "./azure";
import { listenOnLoopback } from "./http/listen";
import { type HttpsServer, serveHttps } from "./https/server";
import { deployerObjectId, startProviders } from "./providers";
import { imageServer } from "./registry/listener";
import { type RequestWatch, watchRequests } from "./requests";
import { type Addresses, startHost } from "./running";
import { armDirectory, directoryBearer, type Issuer, type ScoringProxy, type ScoringProxyOptions, startScoringProxy } from "./scoringProxy";

/**
 * Runs the local Azure in this process, for all processes with the same state folder.
 * @throws FolderInUse if another process uses the state folder
 */
export async function start(options: AzureOptions, issuer: Issuer): Promise<Azure> {
  const { home, speed = Number.POSITIVE_INFINITY, port = 0, hosts, refreshIgnores, report = () => {} } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  let frontdoorUrl = "";
  const scoringOrigin = options.scoringUris === "loopback" ? (name: string) => `${frontdoorUrl}/${name}` : undefined;
  const arm = await startArm({
    ...options.arm,
    ...{ home: path.join(home, "azure"), port, hosts, speed, scoringOrigin, internalToken: directoryBearer },
    issueIdentityToken: (audience, tenantId, oid = deployerObjectId(tenantId)) => issuer.issueToken({ oid, audience }),
    registry: options.registry,
    outsideRegistries: options.outsideRegistries,
    directory: { tokenSecret: issuer.secret, deployerId: deployerObjectId },
  });
  closers.push(() => arm.close());
  try {
    const directory = armDirectory(arm.url, arm.subscriptionId, { tokenSecret: issuer.secret, owners: [deployerObjectId(arm.tenantId)] });
    // The next request to an endpoint sees a completed change, for example of the traffic, as soon as its caller knows of it.
    arm.server.on("request", ({ headers }, response) => {
      if (headers.authorization !== `Bearer ${directoryBearer}`) response.once("finish", () => directory.forget());
    });
    const proxyOptions = Object.fromEntries(scoringProxyOptions.map((name) => [name, options[name]]));
    const log = path.join(home, "azure", "scoring.jsonl");
    const proxy = await startScoringProxy({ ...proxyOptions, directory, hosts, speed, log, ...timeOf(options), port: port && port + 1 });
    closers.push(() => proxy.close());
    watch(arm, proxy, options);
    const https = options.https ? await serveBoth(arm, proxy, home, port && port + 2) : undefined;
    closers.push(async () => https?.close());
    frontdoorUrl = https?.addresses.frontdoorHttpsUrl ?? proxy.url;
    const imagesAddress = await serveImages(arm, port && port + 4, options, closers);
    const providers = await startProviders({
      armUrl: arm.url,
      imagesAddress,
      subscriptionId: arm.subscriptionId,
      refreshIgnores,
      issueToken: issuer.issueToken,
    });
    closers.push(() => providers.close());
    const addresses: Addresses = {
      armUrl: arm.url,
      frontdoorUrl: proxy.url,
      imagesAddress,
      subscriptionId: arm.subscriptionId,
      ...https?.addresses,
    };
    const host = await startHost(home, addresses);
    closers.push(() => host.close(report));
    return {
      ...addresses,
      debugProviders: providers.debugProviders,
      issueToken: issuer.issueToken,
      resources: () => arm.everything() as unknown as AzureResource[],
      mountModel: (id, folder) => arm.mountModel(id, folder),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves the registries without credentials, for programs that push and pull images. @returns its address, without a scheme */
async function serveImages(arm: Arm, port: number, watcher: RequestWatch, closers: (() => Promise<void>)[]): Promise<string> {
  const caller = { oid: deployerObjectId(arm.tenantId), groups: [] };
  const server = imageServer({ serve: (...call) => arm.serveRegistry(...call), send: sendData, caller });
  if (watcher.onRequest || watcher.onArrival) watchRequests(server, "images", watcher);
  const bound = await listenOnLoopback(server, port);
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${bound}`;
}

/** The scoring proxy uses the clock of the resource manager, if a test provides one. */
function timeOf({ arm }: AzureOptions): Pick<ScoringProxyOptions, "now" | "speed"> {
  const clock = arm?.clock;
  return clock ? { now: () => clock.now(), speed: 1000 / clock.millisecondsFor(1) } : {};
}

function watch(arm: Arm, proxy: ScoringProxy, watcher: RequestWatch): void {
  if (!watcher.onRequest && !watcher.onArrival) return;
  watchRequests(arm.server, "arm", watcher, [directoryBearer]);
  watchRequests(proxy.server, "frontdoor", watcher);
}

interface Https {
  readonly addresses: Required<Pick<Addresses, "armHttpsUrl" | "frontdoorHttpsUrl" | "certificate">>;
  close(): void;
}

async function serveBoth(arm: Arm, proxy: ScoringProxy, home: string, port: number): Promise<Https> {
  // Loaded only here: the certificate library is large, and most runs serve no HTTPS.
  const { loopbackCertificate } = require("./https/certificate") as typeof import("./https/certificate");
  const certificate = loopbackCertificate(path.join(home, "https"));
  const servers: HttpsServer[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    for (const [index, { server }] of [arm, proxy].entries()) servers.push(await serveHttps(server, certificate, port && port + index));
  } catch (error) {
    close();
    throw error;
  }
  const [armHttpsUrl, frontdoorHttpsUrl] = servers.map(({ url }) => url) as [string, string];
  return { addresses: { armHttpsUrl, frontdoorHttpsUrl, certificate: certificate.authority }, close };
}
