import * as path from "node:path";
import { type Azure, type AzureOptions, FolderInUse, openAzure, openIssuer } from "../../azure-local";
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
  /** Names of policies that deny. */
  readonly policy: readonly string[];
  /** `<name>=<value>` of tags that a policy adds. */
  readonly policyTag: readonly string[];
  readonly allowHost: readonly string[];
  readonly json?: true;
}

/** `npm run azure-local`: Azure-on-this-machine by HTTP and HTTPS, until Ctrl-C. */
export async function azureLocal(options: AzureLocalOptions): Promise<void> {
  const home = localHome(options.home);
  makeHome(home);
  const print = (line: string) => console.log(line);
  const azure = await open({
    home,
    port: readPort(options.port),
    speed: options.clock === "real" ? 1 : Number.POSITIVE_INFINITY,
    backends: readBackends(options.backend),
    scoringUris: options.scoringUris,
    arm: { policies: { deny: options.policy, addTags: readTags(options.policyTag) } },
    hosts: options.allowHost,
    https: true,
    attach: false,
    onRequest: (request) => print(options.json ? JSON.stringify(request) : requestLine(request)),
    report: (line) => console.error(line),
  });
  print(options.json ? JSON.stringify({ ...addresses(azure), home }) : welcome(azure, home));
  await interruption();
  console.error("Ending; answers that have begun get ten seconds. Ctrl-C again ends at once.");
  process.once("SIGINT", () => process.exit(130));
  await azure.close();
}

/** Prints a token of the test issuer: `npm run azure-local -- token <object id>`. */
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
      throw new Error(`Azure already runs on ${options.home}, in process ${error.holder}: end that one, or give --home another folder.`);
    }
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new Error(
        `Port ${(error as NodeJS.ErrnoException & { port: number }).port} is taken: give --port the first of four free ones, or 0.`,
      );
    }
    throw error;
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_532) return port;
  throw new Error(`--port is ${text}: it must be the first of four ports, from 0 (any free ones) to 65532.`);
}

function readBackends(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, key = "*", url] = /^(?:([^=:]+)=)?(.*)$/s.exec(text)!;
      // People copy addresses with a slash at their end.
      return [key, url!.replace(/\/$/, "")];
    }),
  );
}

function readTags(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new Error(`--policy-tag is ${text}: it must be <name>=<value>.`);
      return [name, value];
    }),
  );
}

function addresses({ armUrl, armHttpsUrl, frontdoorUrl, frontdoorHttpsUrl, certificate, subscriptionId, debugProviders }: Azure) {
  return { armUrl, armHttpsUrl, frontdoorUrl, frontdoorHttpsUrl, certificate, subscriptionId, debugProviders };
}

function welcome(azure: Azure, home: string): string {
  const shown = addresses(azure);
  return [
    "Azure on this machine",
    `  resource manager  ${shown.armUrl}  ${shown.armHttpsUrl}`,
    `  endpoints         ${shown.frontdoorUrl}/<endpoint>  ${shown.frontdoorHttpsUrl}/<endpoint>`,
    `  certificate       ${shown.certificate}`,
    `  subscription      ${shown.subscriptionId}`,
    `  Pulumi providers  PULUMI_DEBUG_PROVIDERS=${shown.debugProviders}`,
    `  state             ${home}`,
    "",
    azure.resources().length > 0 ? inventory(azure) : "  It holds nothing yet: npm run local -- up -s dev",
    "",
    "Requests, until Ctrl-C:",
    requestHeading,
  ].join("\n");
}

/** Resolves at the first Ctrl-C or SIGTERM. npm passes on a Ctrl-C that the terminal has sent here already: the second counts as the same. */
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
