import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request of a load and its result. */
export interface Call {
  readonly kind: "request" | "stream";
  /** The deployment that answered. */
  readonly deployment: string;
  /** The error, or undefined. */
  readonly failure: string | undefined;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
}

export interface LoadOptions {
  /** `<scoring proxy>/<endpoint name>` */
  readonly baseUrl: string;
  readonly key: string;
  /** Requests per second. */
  readonly rate: number;
  /** Number of concurrent streams. */
  readonly streams: number;
  /** Seconds over which the first streams are started. @default - 0.1 s for each stream */
  readonly rampSeconds?: number;
}

export interface Load {
  readonly calls: readonly Call[];
  /** Starts no more requests and waits for in-flight requests. */
  stop(): Promise<void>;
}

/** `max_tokens` of the load. The gate requests fewer tokens, so its stream is shorter. */
const longAnswer = 1024;

/** Delay after a failed stream before the next one, in milliseconds. */
const pauseAfterFailure = 1000;

/** A steady load of short requests and long streams. Requests are not retried. */
export function startLoad({ baseUrl, key, rate, streams, rampSeconds = streams / 10 }: LoadOptions): Load {
  const calls: Call[] = [];
  const underWay = new Set<Promise<void>>();
  let running = true;
  const call = async (kind: Call["kind"]) => {
    const started = Date.now();
    const { deployment, failure } = await send(baseUrl, key, kind === "stream");
    calls.push({ kind, deployment, failure, started, ended: Date.now() });
    if (failure !== undefined && kind === "stream" && running) await sleep(pauseAfterFailure);
  };
  const track = (work: Promise<void>) => {
    underWay.add(work);
    work.finally(() => underWay.delete(work));
  };
  const timer = setInterval(() => track(call("request")), 1000 / rate);
  for (let index = 0; index < streams; index++) {
    track(
      (async () => {
        await sleep((index * 1000 * rampSeconds) / streams);
        while (running) await call("stream");
      })(),
    );
  }
  return {
    calls,
    async stop() {
      running = false;
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

async function send(baseUrl: string, key: string, stream: boolean): Promise<Pick<Call, "deployment" | "failure">> {
  const body = JSON.stringify({ model: "chat", stream, max_tokens: longAnswer, messages: [{ role: "user", content: "Say hello." }] });
  let deployment = "nobody";
  try {
    const response = await post(`${baseUrl}/v1/chat/completions`, key, body);
    deployment = String(response.headers["azureml-model-deployment"] ?? deployment);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    if (response.statusCode !== 200) return { deployment, failure: `${response.statusCode}: ${text.trim().slice(0, 200)}` };
    return { deployment, failure: stream && !text.trimEnd().endsWith("data: [DONE]") ? "the stream broke off" : undefined };
  } catch (error) {
    return { deployment, failure: (error as Error).message };
  }
}

/** Uses a new connection: a server can close a kept-alive connection at the moment of its reuse. */
function post(url: string, key: string, body: string): Promise<http.IncomingMessage> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    http.request(url, { method: "POST", agent: false, headers }, resolve).once("error", reject).end(body);
  });
}

export interface Model {
  readonly url: string;
  close(): Promise<void>;
}

/** A server with the parts of the OpenAI API that the gate and the load use. A stream of the load takes `streamSeconds`. */
export async function startModel(streamSeconds: number): Promise<Model> {
  const events = 8;
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/health") return void response.end();
    if (request.url === "/v1/models") return void response.end(JSON.stringify({ object: "list", data: [{ id: "chat" }] }));
    const { stream, max_tokens: asked } = JSON.parse(body) as { stream: boolean; max_tokens: number };
    if (!stream)
      return void response.end(JSON.stringify({ model: "chat", choices: [{ message: { role: "assistant", content: "hello" } }] }));
    response.writeHead(200, { "content-type": "text/event-stream" });
    const [begun, milliseconds] = [performance.now(), (streamSeconds * 1000 * asked) / longAnswer];
    for (let index = 1; index <= events; index++) {
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "hello " } }] })}\n\n`);
      // Uses the clock, so that a busy machine doesn't make streams longer.
      await sleep(Math.max(0, begun + (milliseconds * index) / events - performance.now()));
    }
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`);
    response.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
