// Proves that no input crashes the scoring proxy: mutated requests of HTTP/1.0 and 1.1, with headers, bodies, chunks and early ends, get a
// status below 500 in complete lines or a closed connection, no response contains a stack trace, and a valid request is answered after
// each. They use a real socket, because the HTTP parser is Node's. Doesn't prove how a real model server handles the forwarded requests: a
// model stand-in answers.
import * as http from "node:http";
import * as net from "node:net";
import fc from "fast-check";
import { type ScoringProxy, startScoringProxy } from "../../azure-local/scoringProxy";
import { deployment, directoryOf, endpoint } from "../azure-local/scoringProxy/support";
import { fuzz } from "./fuzz";
import { mutated } from "./mutate";

let frontdoor: ScoringProxy;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  const scoring = { path: "/score", port: 5001 };
  const fraud = deployment("main", { pattern: "score", scoring, maxConcurrentRequestsPerInstance: 500 });
  const chat = deployment("main", { maxConcurrentRequestsPerInstance: 500 });
  const directory = directoryOf(endpoint({ deployments: [chat] }), endpoint({ name: "fraud", deployments: [fraud] }));
  frontdoor = await startScoringProxy({ directory, rules: { limitRates: false }, drain: 0 });
});
afterAll(async () => {
  agent.destroy();
  await frontdoor.close();
});

const key = "Authorization: Bearer first-key";
const lines = (...all: string[]) => all.join("\r\n");
const messages = [{ role: "user", content: "hi" }];
const chat = JSON.stringify({ model: "tiny", max_tokens: 3, messages });
const stream = JSON.stringify({ model: "tiny", stream: true, stream_options: { include_usage: true }, max_tokens: 3, messages });
const post = (version: string, target: string, body: string, ...headers: string[]) =>
  lines(
    `POST ${target} ${version}`,
    "Host: localhost",
    key,
    "Content-Type: application/json",
    ...headers,
    `Content-Length: ${body.length}`,
    "",
    body,
  );

const samples = [
  lines("GET /chat/v1/models HTTP/1.1", "Host: localhost", key, "Connection: close", "", ""),
  lines("HEAD /chat/v1/models HTTP/1.1", "Host: 127.0.0.1", key, "Connection: close", "", ""),
  lines("GET /v1/models HTTP/1.1", "Host: chat.swedencentral.inference.ml.azure.com", key, "Connection: close", "", ""),
  lines("GET /chat/v1/models HTTP/1.0", key, "Connection: transfer-encoding", "", ""),
  lines("OPTIONS * HTTP/1.1", "Host: localhost", "", ""),
  post("HTTP/1.1", "/chat/v1/chat/completions", chat, "Connection: close"),
  post("HTTP/1.1", "/chat/v1/chat/completions?x=1", stream, "Connection: close", "azureml-model-deployment: main"),
  post("HTTP/1.0", "/chat/v1/chat/completions", stream),
  post("HTTP/1.1", "/fraud/score", '{"data":[1,2,3]}', "Expect: 100-continue", "Connection: close"),
  lines(
    "POST /fraud/score HTTP/1.1",
    "Host: localhost",
    key,
    "Transfer-Encoding: chunked",
    "Connection: close",
    "",
    "3",
    "[1,",
    "2",
    "2]",
    "0",
    "x: y",
    "",
    "",
  ),
  lines("POST /chat/v1/completions HTTP/1.1", "Host: localhost", key, "Content-Length: 2", "Content-Length: 3", "", "{}x"),
  lines("GET /chat/v1/models HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade", key, "", ""),
];
const words = [
  "\r\n",
  "\n",
  "\r\n\r\n",
  "\0",
  " ",
  ":",
  "%00",
  "..",
  "//",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/1.1",
  "CONNECT ",
  "TRACE ",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Content-Length: -1\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Connection: trailer, content-length\r\n",
  "Connection: keep-alive\r\n",
  "Trailer: x\r\n",
  "TE: trailers\r\n",
  "Expect: nothing\r\n",
  "Host: evil.example\r\n",
  "Origin: null\r\n",
  `${key}\r\n`,
  "Authorization: Bearer wrong\r\n",
  "ffffffffffff\r\n",
  "x-ms-client-request-id: \x80\xff\r\n",
  "azureml-model-deployment: \xe9\r\n",
  "null",
  "[[[[",
  '{"stream":true}',
  "\u2028",
  "é",
  "x".repeat(20_000),
];

/** Returns the response to these bytes, in Latin-1, until the connection closes or no more data arrives. */
function exchange(bytes: string, hangUp: boolean): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(frontdoor.port, "127.0.0.1", () => {
      socket.write(bytes, "latin1");
      if (hangUp) socket.end();
    });
    // The server closes the connection of a caller with an incomplete request only after minutes.
    let patience = setTimeout(() => socket.destroy(), 15);
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      answer += chunk;
      clearTimeout(patience);
      patience = setTimeout(() => socket.destroy(), 5);
    });
    socket
      .on("error", () => {})
      .once("close", () => {
        clearTimeout(patience);
        resolve(answer);
      });
  });
}

function rightRequest(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: frontdoor.port,
      agent,
      path: "/chat/v1/models",
      headers: { authorization: "Bearer first-key" },
    };
    http
      .get(options, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode));
      })
      .once("error", reject);
  });
}

const input = fc.record({ bytes: mutated(samples, words), hangUp: fc.boolean() });

fuzz("bytes sent to the scoring proxy", input, async ({ bytes, hangUp }) => {
  const answer = await exchange(bytes, hangUp);
  for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) if (Number(status) >= 500) throw new Error(answer.slice(0, 500));
  if (answer !== "" && !/^HTTP\/1\.1 [1-4]\d\d /.test(answer)) throw new Error(`Not an HTTP response: ${answer.slice(0, 200)}`);
  if (/\bat \S+ \(?\/|\.ts:\d+|first-key|second-key/.test(answer))
    throw new Error(`The response contains internal data: ${answer.slice(0, 500)}`);
  expect(await rightRequest()).toBe(200);
});
