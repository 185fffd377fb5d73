import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { writePrivateFile } from "./files/privateHome";
import { createHttpServer, listenOnLoopback } from "./http/listen";

/**
 * Shares a running local Azure between processes. The process that runs it (the host) writes its process ID and an address to a file in
 * the state folder. Another process attaches by keeping a request to that address open, so that the host detects when an attached process
 * ends or is killed.
 */

/** What an attached process must know about the running local Azure. */
export interface Addresses {
  readonly armUrl: string;
  readonly frontdoorUrl: string;
  readonly armHttpsUrl?: string;
  readonly frontdoorHttpsUrl?: string;
  readonly certificate?: string;
  /** Address of the registries for skopeo, buildah and Docker, without a scheme: images are `<address>/<login server>/<repository>`. */
  readonly imagesAddress: string;
  readonly subscriptionId: string;
}

interface HostFile {
  readonly pid: number;
  readonly url: string;
}

/** The side of the process that runs the local Azure. */
export interface Host {
  /** Waits until no process is attached, and then stops accepting new ones. Call it before stopping any server. */
  close(report: (line: string) => void): Promise<void>;
}

/** The connection to a local Azure that another process runs. */
export interface Attachment {
  readonly addresses: Addresses;
  /** ID of the process that runs it. */
  readonly pid: number;
  /** Detaches this process from the local Azure. */
  detach(): void;
}

const hostFileOf = (home: string) => path.join(home, "running.json");

/** Lets other processes attach to the local Azure of this process. */
export async function startHost(home: string, addresses: Addresses): Promise<Host> {
  const attached = new Set<http.ServerResponse>();
  let onLastDetach = () => {};
  const server = createHttpServer((request, response) => {
    if (request.url !== "/stay") return void response.writeHead(404).end();
    attached.add(response);
    response.once("close", () => {
      attached.delete(response);
      if (attached.size === 0) onLastDetach();
    });
    response.write(`${JSON.stringify({ home, addresses })}\n`);
  });
  const port = await listenOnLoopback(server);
  const hostFile: HostFile = { pid: process.pid, url: `http://127.0.0.1:${port}` };
  writePrivateFile(hostFileOf(home), JSON.stringify(hostFile));
  return {
    async close(report) {
      if (attached.size > 0) {
        const commands = attached.size === 1 ? "another command that uses" : `${attached.size} other commands that use`;
        report(`Waiting for ${commands} the local Azure.`);
        await new Promise<void>((resolve) => {
          onLastDetach = resolve;
        });
      }
      fs.rmSync(hostFileOf(home), { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Attaches to the local Azure in this state folder, or returns undefined if none is running. Ignores files of ended processes. */
export async function attachTo(home: string): Promise<Attachment | undefined> {
  const hostFile = readHostFile(home);
  if (!hostFile) return undefined;
  const connection = http.get(`${hostFile.url}/stay`, { agent: false });
  const greeting = await firstLine(connection);
  if (greeting?.home !== home) {
    connection.destroy();
    return undefined;
  }
  // A later error means that the host has ended, which the next request detects.
  connection.on("error", () => {});
  return {
    addresses: greeting.addresses,
    pid: hostFile.pid,
    detach: () => connection.destroy(),
  };
}

/** Reads the first line that a host sends; undefined if the server isn't a host. */
function firstLine(request: http.ClientRequest): Promise<{ home: string; addresses: Addresses } | undefined> {
  return new Promise((resolve) => {
    const noHost = () => resolve(undefined);
    request.setTimeout(2_000, noHost);
    request.once("error", noHost).once("close", noHost);
    request.once("response", (response) => {
      // Without a listener, an unhandled error would occur when the host ends.
      response.on("error", () => {});
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (!text.includes("\n")) return;
        request.setTimeout(0);
        try {
          resolve(JSON.parse(text) ?? undefined);
        } catch {
          noHost();
        }
      });
    });
  });
}

/** Returns undefined if the file is missing, invalid or truncated. */
function readHostFile(home: string): HostFile | undefined {
  try {
    const { pid, url } = JSON.parse(fs.readFileSync(hostFileOf(home), "utf8")) as Partial<HostFile>;
    const isValid = Number.isInteger(pid) && typeof url === "string" && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) && URL.canParse(url);
    return isValid ? { pid: pid!, url } : undefined;
  } catch {
    return undefined;
  }
}
