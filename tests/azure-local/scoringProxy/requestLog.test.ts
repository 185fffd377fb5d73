// Proves what the log of the scoring proxy contains, and that it contains no credential and no body. Doesn't prove its rotation: it uses the same
// file as the log of Azure Resource Manager (tests/azure-local/arm/requestLog.test.ts).
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  readScoringLog,
  type ScoringProxy,
  type ScoringProxyOptions,
  type ScoringRequest,
  startScoringProxy,
} from "../../../azure-local/scoringProxy";
import { call, deployment, directoryOf, endpoint, open, signal, startContainer } from "./support";

let folder: string;
let proxy: ScoringProxy | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-scoring-"));
});
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  fs.rmSync(folder, { recursive: true });
});

const log = () => path.join(folder, "scoring.jsonl");
async function start(options: Partial<ScoringProxyOptions> = {}): Promise<string> {
  const directory = directoryOf(endpoint({ deployments: [deployment("main", { requestTimeout: 60 })] }));
  proxy = await startScoringProxy({ directory, log: log(), ...options });
  return `${proxy.url}/chat`;
}

/** The entries without the values that depend on the time. */
async function entries(): Promise<Partial<ScoringRequest>[]> {
  await proxy!.close();
  return readScoringLog(log()).map(({ time, milliseconds, firstByteMilliseconds, ...rest }) => {
    expect(new Date(time).toISOString()).toBe(time);
    expect(milliseconds).toBeGreaterThanOrEqual(firstByteMilliseconds ?? 0);
    return { ...rest, ...(firstByteMilliseconds === undefined ? {} : { firstByteMilliseconds: expect.any(Number) }) };
  });
}

test("a request is logged with its endpoint, deployment, status and client request ID", async () => {
  const container = await startContainer((_, response) => void response.end("hello"));
  const url = await start({ backends: { "*": container.url } });
  await call(`${url}/v1/x?api-key=planted`, {
    headers: { "x-ms-client-request-id": "mine-1", "x-note": "planted" },
    body: "planted",
    method: "POST",
  });
  await call(`${url}/v1/x`, { headers: { authorization: "Bearer planted" } });
  expect(await entries()).toEqual([
    {
      ...{ method: "POST", endpoint: "chat", path: "/v1/x", deployment: "main", status: 200, firstByteMilliseconds: expect.any(Number) },
      clientRequestId: "mine-1",
    },
    { method: "GET", endpoint: "chat", path: "/v1/x", status: 401, firstByteMilliseconds: expect.any(Number) },
  ]);
  expect(fs.readFileSync(log(), "utf8")).not.toMatch(/planted|first-key|hello/);
  expect(fs.statSync(log()).mode & 0o777).toBe(0o600);
  await container.close();
});

test("the status of the container is logged with 424, and an unknown endpoint without a deployment", async () => {
  const container = await startContainer((_, response) => void response.writeHead(500).end("no"));
  const url = await start({ backends: { "*": container.url } });
  await call(url);
  await call(`${proxy!.url}/other/x`);
  await call(`${proxy!.url}/`);
  const firstByteMilliseconds = expect.any(Number);
  expect(await entries()).toEqual([
    { method: "GET", endpoint: "chat", path: "/", deployment: "main", status: 424, modelStatus: 500, firstByteMilliseconds },
    { method: "GET", endpoint: "other", path: "/x", status: 404, firstByteMilliseconds },
    { method: "GET", status: 404, firstByteMilliseconds },
  ]);
  await container.close();
});

test("the first byte is that of the body, not that of the headers", async () => {
  const more = signal();
  const container = await startContainer(async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    await more.promise;
    response.end("data: 1\n\n");
  });
  let milliseconds = 0;
  jest.spyOn(performance, "now").mockImplementation(() => milliseconds);
  try {
    const answer = await open(await start({ backends: { "*": container.url } }));
    milliseconds = 700;
    more.give();
    for await (const _ of answer);
    await proxy!.close();
    expect(readScoringLog(log())).toMatchObject([{ status: 200, firstByteMilliseconds: 700, milliseconds: 700 }]);
  } finally {
    jest.restoreAllMocks();
    await container.close();
  }
});

test("a response that the caller doesn't wait for is logged as aborted", async () => {
  const arrived = signal();
  const container = await startContainer(() => arrived.give());
  const url = await start({ backends: { "*": container.url } });
  const waiting = open(url);
  await arrived.promise;
  const caller = waiting.catch(() => undefined);
  proxy!.server.closeAllConnections();
  await caller;
  expect(await entries()).toEqual([{ method: "GET", endpoint: "chat", path: "/", deployment: "main", aborted: true }]);
  await container.close();
});
