/**
 * Copies all weights of `sparse.ts` in this process, and prints seconds and peak memory as JSON: `node … mirrored.ts <url|stream|fetch|pipe>
 * <port> <port of the CDN> <shards> <bytes>`. `fetch` and `pipe` copy the same bytes and do nothing else.
 */
import { once } from "node:events";
import * as http from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { BlobContainer } from "../../azure/blobStorage";
import { clouds } from "../../azure/clouds";
import { HubTransport } from "../../operations/hub";
import { prepareWeights } from "../../operations/mirror/prepare";
import { Progress } from "../../operations/mirror/progress";
import { runnerWay } from "../../operations/mirror/runner";
import { inParallel } from "../../operations/parallel";

const [mode, port, cdnPort, shards, bytes] = process.argv.slice(2) as [string, string, string, string, string];
const address = `http://127.0.0.1:${port}`;
const { signal } = new AbortController();
const revision = "0123456789abcdef0123456789abcdef01234567";

async function staged(): Promise<void> {
  const wanted = { id: "acme/large", revision, path: "models/acme--large/1", adapters: [], deployments: ["chat/main"] };
  const report = (line: string) => console.error(line);
  const hub = new HubTransport({ hub: address, report });
  const weights = await prepareWeights(
    { ...wanted, remoteCode: "refuse", isStaged: false, isListed: false, listed: undefined },
    { hub, report, licenses: ["mit"], force: false },
  );
  const container = new BlobContainer({
    ...{ account: "staccount", container: "store", cloud: clouds.AzureCloud, endpoint: address },
    credential: async () => "token",
  });
  const clock = { sleep: (seconds: number) => sleep(seconds * 1000) };
  await runnerWay({ container, report, clock, signal, force: false, stream: mode === "stream", progress: new Progress() }).stage(weights);
}

/** Pipes `fetch` to PUT, as many files in parallel as the command copies. */
async function fetched(): Promise<void> {
  await inEachFile(async (number) => {
    const { body } = await fetch(`http://127.0.0.1:${cdnPort}/cdn/${number}`);
    const headers = { "content-length": bytes };
    await (await fetch(`${address}/store/plain-${number}`, { method: "PUT", headers, body, duplex: "half" } as RequestInit)).text();
  });
}

/** Pipes with Node's older client, which is faster. */
async function piped(): Promise<void> {
  const agent = new http.Agent({ keepAlive: true });
  const answered = async (request: http.ClientRequest) => (await once(request, "response"))[0] as http.IncomingMessage;
  await inEachFile(async (number) => {
    const source = await answered(http.get(`http://127.0.0.1:${cdnPort}/cdn/${number}`, { agent }));
    const put = http.request(`${address}/store/plain-${number}`, { agent, method: "PUT", headers: { "content-length": bytes } });
    const [, stored] = await Promise.all([pipeline(source, put), answered(put)]);
    stored.resume();
  });
  agent.destroy();
}

function inEachFile(copy: (number: number) => Promise<void>): Promise<void> {
  const files = Array.from({ length: Number(shards) }, (_, number) => number);
  return inParallel(files, 4, signal, copy);
}

const modes: Readonly<Record<string, () => Promise<void>>> = { url: staged, stream: staged, fetch: fetched, pipe: piped };

async function run(): Promise<void> {
  const began = performance.now();
  await modes[mode]!();
  const seconds = (performance.now() - began) / 1000;
  // Kilobytes, also on macOS. Source: Node.js docs, process.resourceUsage.
  console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
}

void run();
