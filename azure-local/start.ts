import * as path from "node:path";
import { type Arm, startArm } from "./arm";
import { type Azure, type AzureOptions, type AzureResource, frontdoorOptions } from "./azure";
import { armDirectory, directoryBearer, type Frontdoor, type FrontdoorOptions, type Issuer, startFrontdoor } from "./frontdoor";
import { type HttpsServer, serveHttps } from "./https/server";
import { deployerObjectId, startProviders } from "./providers";
import { type RequestWatch, watchRequests } from "./requests";
import { type Addresses, beHost } from "./running";

/**
 * Runs Azure in this process, for all that use its home.
 *
 * @throws FolderInUse if another process has the home
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
    ...{ home: path.join(home, "azure"), port, hosts, speed, scoringOrigin, ownBearer: directoryBearer },
    issueIdentityToken: (audience, tenantId) => issuer.issueToken({ oid: deployerObjectId(tenantId), audience }),
  });
  closers.push(() => arm.close());
  try {
    const directory = armDirectory(arm.url, arm.subscriptionId, { tokenSecret: issuer.secret, owners: [deployerObjectId(arm.tenantId)] });
    const told = Object.fromEntries(frontdoorOptions.map((name) => [name, options[name]]));
    const frontdoor = await startFrontdoor({ ...told, directory, hosts, speed, ...timeOf(options), port: port && port + 1 });
    closers.push(() => frontdoor.close());
    watch(arm, frontdoor, options);
    const https = options.https ? await serveBoth(arm, frontdoor, home, port && port + 2) : undefined;
    closers.push(async () => https?.close());
    frontdoorUrl = https?.addresses.frontdoorHttpsUrl ?? frontdoor.url;
    const providers = await startProviders({
      armUrl: arm.url,
      subscriptionId: arm.subscriptionId,
      refreshIgnores,
      issueToken: issuer.issueToken,
    });
    closers.push(() => providers.close());
    const addresses: Addresses = {
      armUrl: arm.url,
      frontdoorUrl: frontdoor.url,
      subscriptionId: arm.subscriptionId,
      ...https?.addresses,
    };
    const host = await beHost(home, addresses);
    closers.push(() => host.close(report));
    return {
      ...addresses,
      debugProviders: providers.debugProviders,
      issueToken: issuer.issueToken,
      resources: () => arm.everything() as unknown as AzureResource[],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The front door's time is the resource manager's: a clock of a test's own counts Azure's seconds. */
function timeOf({ arm }: AzureOptions): Pick<FrontdoorOptions, "now" | "speed"> {
  const clock = arm?.clock;
  return clock ? { now: () => clock.now(), speed: 1000 / clock.millisecondsFor(1) } : {};
}

function watch(arm: Arm, frontdoor: Frontdoor, watcher: RequestWatch): void {
  if (!watcher.onRequest && !watcher.onArrival) return;
  watchRequests(arm.server, "arm", watcher, [directoryBearer]);
  watchRequests(frontdoor.server, "frontdoor", watcher);
}

interface Https {
  readonly addresses: Required<Pick<Addresses, "armHttpsUrl" | "frontdoorHttpsUrl" | "certificate">>;
  close(): void;
}

async function serveBoth(arm: Arm, frontdoor: Frontdoor, home: string, port: number): Promise<Https> {
  // Loaded only here: what makes certificates is large, and most runs serve no HTTPS.
  const { loopbackCertificate } = require("./https/certificate") as typeof import("./https/certificate");
  const certificate = loopbackCertificate(path.join(home, "https"));
  const servers: HttpsServer[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    for (const [index, { server }] of [arm, frontdoor].entries()) servers.push(await serveHttps(server, certificate, port && port + index));
  } catch (error) {
    close();
    throw error;
  }
  const [armHttpsUrl, frontdoorHttpsUrl] = servers.map(({ url }) => url) as [string, string];
  return { addresses: { armHttpsUrl, frontdoorHttpsUrl, certificate: certificate.authority }, close };
}
