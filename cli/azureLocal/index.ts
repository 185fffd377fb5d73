import * as path from "node:path";
import { type Azure, type AzureOptions, FolderInUse, type LocalHub, openAzure, openIssuer, startLocalHub } from "../../azure-local";
import { inventory } from "../demo/inventory";
import { localHome, makeHome } from "../local/session";
import { requestHeading, requestLine } from "./requestLine";

export interface AzureLocalOptions {
  readonly clock: "real" | "fast";
  readonly port: string;
  readonly home?: string;
  /** `<url>`, `<endpoint>=<url>` or `<endpoint>/<deployment>=<url>`. */
  readonly backend: readonly string[];
  readonly scoringUris: "azure" | "loopback";
  readonly registry?: string;
  /** `<host>=<url>`. */
  readonly outsideRegistry: readonly string[];
  readonly hub?: true;
  /** Names of deny policies. */
  readonly policy: readonly string[];
  /** `<name>=<value>` of tags that a policy adds. */
  readonly policyTag: readonly string[];
  readonly allowHost: readonly string[];
  readonly json?: true;
}

/** `npm run azure-local`: runs the local Azure with HTTP and HTTPS until Ctrl-C. */
export async function azureLocal(options: AzureLocalOptions): Promise<void> {
  const home = localHome(options.home);
  makeHome(home);
  const print = (line: string) => console.log(line);
  const port = readPort(options.port);
  const azure = await open({
    home,
    port,
    speed: options.clock === "real" ? 1 : Number.POSITIVE_INFINITY,
    backends: readBackends(options.backend),
    scoringUris: options.scoringUris,
    registry: options.registry === undefined ? undefined : readRegistry("--registry", options.registry),
    outsideRegistries: readOutside(options.outsideRegistry),
    arm: { policies: { deny: options.policy, addTags: readTags(options.policyTag) } },
    hosts: options.allowHost,
    https: true,
    attach: false,
    onRequest: (request) => print(options.json ? JSON.stringify(request) : requestLine(request)),
    report: (line) => console.error(line),
  });
  const hub = options.hub && (await openHub(azure, port && port + 5));
  print(options.json ? JSON.stringify({ ...addresses(azure), hubUrl: hub?.url, home }) : welcome(azure, hub, home));
  await interruption();
  console.error("Shutting down. In-flight requests have 10 seconds to complete. Press Ctrl-C again to stop immediately.");
  process.once("SIGINT", () => process.exit(130));
  await hub?.close();
  await azure.close();
}

/** `npm run azure-local -- token <object ID>`: prints a token of the test issuer. */
export function token(oid: string, { home, group, audience }: { home?: string; group: string[]; audience?: string }): void {
  const folder = localHome(home);
  makeHome(folder);
  const issuer = openIssuer(path.join(folder, "issuer.secret"));
  console.log(issuer.issueToken({ oid, groups: group, audience }));
}

async function open(options: AzureOptions): Promise<Azure> {
  try {
    return await openAzure(options);
  } catch (error) {
    if (error instanceof FolderInUse) {
      throw new Error(
        `A local Azure is already running in ${options.home} (process ${error.processId}). Stop that process, or set --home to another folder.`,
      );
    }
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new Error(
        `Port ${(error as NodeJS.ErrnoException & { port: number }).port} is in use. Set --port to the first of five free ports, or to 0.`,
      );
    }
    throw error;
  }
}

async function openHub(azure: Azure, port: number): Promise<LocalHub> {
  try {
    return await startLocalHub({ generate: true, port });
  } catch (error) {
    await azure.close();
    throw new Error(
      `The local Hub can't use port ${port}: ${(error as Error).message}. Set --port to the first of six free ports, or to 0.`,
    );
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_531) return port;
  throw new Error(`--port is ${text}. Allowed: the first of five consecutive ports, up to 65531, or 0 for free ports.`);
}

function readBackends(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, key = "*", url] = /^(?:([^=:]+)=)?(.*)$/s.exec(text)!;
      // Copied URLs often end with a slash.
      return [key, url!.replace(/\/$/, "")];
    }),
  );
}

function readOutside(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, host, url] = /^([a-z0-9.-]+(?::\d+)?)=(.+)$/i.exec(text) ?? [];
      if (host === undefined || url === undefined)
        throw new Error(`--outside-registry is ${text}. Allowed: <host>=<url>, such as docker.io=http://127.0.0.1:5001.`);
      return [host.toLowerCase(), readRegistry("--outside-registry", url)];
    }),
  );
}

/** Only registries on this machine: the local Azure must not send anything to the internet. */
function readRegistry(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url?.protocol === "http:" && isLoopback && url.pathname === "/" && !url.search && !url.username) return url.origin;
  throw new Error(`${option} is ${text}. Allowed: the address of a registry on this machine, such as http://127.0.0.1:5000.`);
}

function readTags(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new Error(`--policy-tag is ${text}. Allowed: <name>=<value>.`);
      return [name, value];
    }),
  );
}

function addresses(azure: Azure) {
  const { armUrl, armHttpsUrl, frontdoorUrl, frontdoorHttpsUrl, certificate, imagesAddress, subscriptionId, debugProviders } = azure;
  return { armUrl, armHttpsUrl, frontdoorUrl, frontdoorHttpsUrl, certificate, imagesAddress, subscriptionId, debugProviders };
}

function welcome(azure: Azure, hub: LocalHub | undefined, home: string): string {
  const shown = addresses(azure);
  return [
    "Local Azure",
    `  resource manager  ${shown.armUrl}  ${shown.armHttpsUrl}`,
    `  endpoints         ${shown.frontdoorUrl}/<endpoint>  ${shown.frontdoorHttpsUrl}/<endpoint>`,
    `  images            ${shown.imagesAddress}/<login server>/<repository>`,
    ...(hub ? [`  Hugging Face Hub  ${hub.url}`] : []),
    `  certificate       ${shown.certificate}`,
    `  subscription      ${shown.subscriptionId}`,
    `  Pulumi providers  PULUMI_DEBUG_PROVIDERS=${shown.debugProviders}`,
    `  state             ${home}`,
    "",
    azure.resources().length > 0 ? inventory(azure) : "  No resources yet. To create some, run: npm run local -- up -s dev",
    "",
    "Requests (Ctrl-C to stop):",
    requestHeading,
  ].join("\n");
}

/**
 * Resolves at the first Ctrl-C or SIGTERM. npm repeats a Ctrl-C that the terminal has already sent, so a second one within 200 ms is
 * ignored.
 */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    const echo = () => {};
    const end = () => {
      process.off("SIGINT", end).off("SIGTERM", end);
      process.on("SIGINT", echo);
      setTimeout(() => {
        process.off("SIGINT", echo);
        resolve();
      }, 200);
    };
    process.on("SIGINT", end).on("SIGTERM", end);
  });
}
