import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { Ratio } from "./index";

/** Small GETs of the resource manager, compared with a bare HTTP server that returns the same bytes. */

const SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001";
const LOOKED_AT = `${SUBSCRIPTION}/resourceGroups/rg-7?api-version=2024-03-01`;
const CONNECTIONS = 8;
const REQUESTS = 6_000;
const ROUNDS = 5;

interface Server {
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts a server in a separate process, so that it shares no event loop with its client or with the other server. */
async function start(script: string, ...args: string[]): Promise<Server> {
  const child = spawn(
    process.execPath,
    ["-r", path.join(__dirname, "..", "program", "register.js"), path.join(__dirname, "servers", script), ...args],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { value: url } = await createInterface(child.stdout!)[Symbol.asyncIterator]().next();
  return { url: String(url), process: child };
}

/**
 * GETs per second with a few keep-alive connections, over bare sockets: Node's HTTP client takes longer than the servers.
 * All responses of a server have the same length, so only bytes are counted.
 */
async function rate(url: string): Promise<number> {
  const { host, hostname, port, pathname, search } = new URL(url);
  const request = `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  let left = REQUESTS;
  const begun = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
      await new Promise<void>((resolve, reject) => {
        let length: number | undefined;
        let received = 0;
        const next = () => (left-- > 0 ? void socket.write(request) : void socket.end(resolve));
        socket.once("error", reject).once("connect", next);
        socket.on("data", (chunk) => {
          length ??= lengthOf(chunk.toString("latin1"), url);
          received += chunk.length;
          if (received < length) return;
          received = 0;
          next();
        });
      });
    }),
  );
  return REQUESTS / (Number(process.hrtime.bigint() - begun) / 1e9);
}

/** Length of a response in bytes, from its header. */
function lengthOf(head: string, url: string): number {
  if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`${url} answered ${head.split("\r\n")[0]}`);
  const body = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return head.indexOf("\r\n\r\n") + 4 + Number(body);
}

/** PUTs resource groups until the given number of resources exists. */
async function fill(url: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const answer = await fetch(`${url}${SUBSCRIPTION}/resourceGroups/rg-${index}?api-version=2024-03-01`, {
      method: "PUT",
      body: JSON.stringify({ location: "swedencentral", tags: { index: String(index) } }),
    });
    await answer.text();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Rounds are interleaved, so that other load on the machine affects all of them equally. */
export async function measure(): Promise<readonly Ratio[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  const servers: Server[] = [];
  try {
    for (const name of ["few", "many"]) servers.push(await start("arm.ts", path.join(home, name)));
    const [few, many] = servers as [Server, Server];
    await fill(few.url, 20);
    await fill(many.url, 2_000);
    const body = await (await fetch(`${few.url}${LOOKED_AT}`)).text();
    const bare = await start("bare.ts", body);
    servers.push(bare);
    const addresses = [bare.url, few.url + LOOKED_AT, many.url + LOOKED_AT];
    for (const address of addresses) await rate(address);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const rates: number[] = [];
      for (const address of addresses) rates.push(await rate(address));
      rounds.push(rates);
    }
    const [ofBare, ofFew, ofMany] = addresses.map((_, index) => median(rounds.map((rates) => rates[index]!))) as [number, number, number];
    console.log(`GETs a second: bare ${ofBare.toFixed(0)}, 20 resources ${ofFew.toFixed(0)}, 2,000 resources ${ofMany.toFixed(0)}`);
    return [
      { what: "small GETs of the resource manager to those of a bare HTTP server", value: ofFew / ofBare, atLeast: 1 / 3 },
      { what: "small GETs with 2,000 resources to those with 20", value: median(rounds.map(([, a, b]) => b! / a!)), atLeast: 0.9 },
    ];
  } finally {
    for (const { process: child } of servers) child.kill();
    fs.rmSync(home, { recursive: true, force: true });
  }
}
