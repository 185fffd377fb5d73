import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { writePrivateFile } from "./files/privateHome";
import { createHttpServer, listenOnLoopback } from "./http/listen";

/**
 * Where an Azure-on-this-machine that runs is found by a second process with the same home. A file names its process and an address; the
 * second one keeps a request to that address open for as long as it needs Azure, so that neither a crash nor a kill leaves a guest behind.
 */

/** What a guest must know of the Azure that runs. */
export interface Addresses {
  readonly armUrl: string;
  readonly frontdoorUrl: string;
  readonly armHttpsUrl?: string;
  readonly frontdoorHttpsUrl?: string;
  readonly certificate?: string;
  readonly subscriptionId: string;
}

interface Notice {
  readonly pid: number;
  readonly url: string;
}

/** An Azure that runs, as its own process sees its guests. */
export interface Host {
  /** Resolves when no guest is left, after which there can be none: call it before anything is taken down. */
  close(report: (line: string) => void): Promise<void>;
}

/** An Azure of another process. */
export interface Visit {
  readonly addresses: Addresses;
  /** Process that it runs in. */
  readonly pid: number;
  /** Tells the host that it is not needed any more. */
  leave(): void;
}

const noticeOf = (home: string) => path.join(home, "running.json");

/** Lets other processes find the Azure of this one. */
export async function beHost(home: string, addresses: Addresses): Promise<Host> {
  const guests = new Set<http.ServerResponse>();
  let lastLeft = () => {};
  const server = createHttpServer((request, response) => {
    if (request.url !== "/stay") return void response.writeHead(404).end();
    guests.add(response);
    response.once("close", () => {
      guests.delete(response);
      if (guests.size === 0) lastLeft();
    });
    response.write(`${JSON.stringify({ home, addresses })}\n`);
  });
  const port = await listenOnLoopback(server);
  const notice: Notice = { pid: process.pid, url: `http://127.0.0.1:${port}` };
  writePrivateFile(noticeOf(home), JSON.stringify(notice));
  return {
    async close(report) {
      if (guests.size > 0) {
        report(
          `Azure on this machine stays until ${guests.size === 1 ? "the other command" : `${guests.size} other commands`} on it ended.`,
        );
        await new Promise<void>((resolve) => {
          lastLeft = resolve;
        });
      }
      fs.rmSync(noticeOf(home), { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The Azure that runs on this home, or undefined; a notice whose process is gone counts for nothing. */
export async function visit(home: string): Promise<Visit | undefined> {
  const notice = readNotice(home);
  if (!notice) return undefined;
  const stay = http.get(`${notice.url}/stay`, { agent: false });
  const hello = await firstLine(stay);
  if (hello?.home !== home) {
    stay.destroy();
    return undefined;
  }
  // From here on an error is the host's end, and that shows in every answer it no longer gives.
  stay.on("error", () => {});
  return {
    addresses: hello.addresses,
    pid: notice.pid,
    leave: () => stay.destroy(),
  };
}

/** What a host says first; undefined from anything that is no host. */
function firstLine(request: http.ClientRequest): Promise<{ home: string; addresses: Addresses } | undefined> {
  return new Promise((resolve) => {
    const nobody = () => resolve(undefined);
    request.setTimeout(2_000, nobody);
    request.once("error", nobody).once("close", nobody);
    request.once("response", (response) => {
      // Otherwise the host's end would be an error that nobody listens for.
      response.on("error", () => {});
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (!text.includes("\n")) return;
        request.setTimeout(0);
        try {
          resolve(JSON.parse(text) ?? undefined);
        } catch {
          nobody();
        }
      });
    });
  });
}

/** Undefined for a file that is none, or that was cut off. */
function readNotice(home: string): Notice | undefined {
  try {
    const { pid, url } = JSON.parse(fs.readFileSync(noticeOf(home), "utf8")) as Partial<Notice>;
    const isNotice = Number.isInteger(pid) && typeof url === "string" && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) && URL.canParse(url);
    return isNotice ? { pid: pid!, url } : undefined;
  } catch {
    return undefined;
  }
}
