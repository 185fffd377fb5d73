// Proves that no request to the resource manager or the data plane ends the process, with any body, size or headers: it is rejected in
// Azure's format, and the next request is answered. Does not prove Azure's messages for these errors, nor its limits of nesting and
// headers.
import * as http from "node:http";
import * as net from "node:net";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

let caller: Caller;
beforeAll(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterAll(() => caller.stop());
afterEach(async () => expect((await caller.get(paths.group)).status).toBe(200));

const nested = (depth: number, open = '{"a":', close = "}") => `${open.repeat(depth)}1${close.repeat(depth)}`;

async function put(body: string, headers: Record<string, string>, below: string = paths.vault, method = "PUT") {
  const answer = await fetch(`${caller.arm.url}${caller.id(below)}?api-version=2024-11-01`, { method, headers, body });
  return { status: answer.status, body: await answer.text() };
}

const tooDeep = {
  status: 400,
  body: '{"error":{"code":"InvalidRequestContent","message":"The request content was invalid and could not be deserialized: it is nested deeper than 64 levels."}}',
};

describe("JSON nested 2,000 deep is rejected with 400", () => {
  test.each([
    ["with a token", { "content-type": "application/json", authorization: "Bearer x" }],
    ["as text/plain, without credentials", { "content-type": "text/plain" }],
  ])("%s", async (_how, headers) => {
    expect(await put(nested(2000), headers)).toEqual(tooDeep);
    expect(await put(nested(2000, '{"properties":[', "]}"), headers)).toEqual(tooDeep);
  });

  test.each([
    ["a template", "/resourceGroups/rg/providers/Microsoft.Resources/deployments/deep", "PUT"],
    ["a patch", paths.endpoint, "PATCH"],
    ["an action", `${paths.endpoint}/regenerateKeys`, "POST"],
    ["an unknown path", "/nowhere/at/all", "PUT"],
    ["a name check", "/providers/Microsoft.KeyVault/checkNameAvailability", "POST"],
  ])("as %s", async (_what, below, method) => {
    expect(await put(nested(2000), {}, below, method)).toEqual(tooDeep);
  });

  test("as a fault, and as a secret in the data plane", async () => {
    const faults = await fetch(`${caller.arm.url}/faults`, { method: "PUT", body: nested(2000) });
    expect({ status: faults.status, body: await faults.text() }).toEqual(tooDeep);
    const url = `${caller.arm.url}/data/vault01.vault.azure.net/secrets/deep`;
    const secret = await fetch(url, { method: "PUT", headers: { "x-azure-local-network": "inside" }, body: nested(2000) });
    expect([400, 403]).toContain(secret.status);
  });

  test("even a million deep, and brackets in strings don't count", async () => {
    expect(await put(nested(1_000_000, "[", "]"), {})).toEqual(tooDeep);
    const body = { ...bodies(caller).vault, tags: { note: `${"[{".repeat(50)}\\"${"[".repeat(50)}` } };
    expect((await put(JSON.stringify(body), {})).status).toBeLessThan(300);
  });
});

test("a body above Azure's 4 MB is rejected with 413, with and without a content length", async () => {
  const body = JSON.stringify({ text: "x".repeat(4 * 1024 * 1024) });
  for (const headers of [{ "content-length": String(body.length) }, { "transfer-encoding": "chunked" }]) {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const path = `${caller.id(paths.vault)}?api-version=2024-11-01`;
      const request = http.request({ port: caller.arm.port, host: "127.0.0.1", method: "PUT", path, headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      // A server that rejected a body does not have to read it completely.
      request.on("error", reject).end(body);
    });
    expect(status).toBe(413);
  }
});

/** Sends these bytes and returns the answer until the connection ends. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(caller.arm.port, "127.0.0.1", () => socket.end(text));
    socket.setEncoding("latin1").on("data", (chunk) => (answer += chunk));
    socket.on("error", () => {}).on("close", () => resolve(answer));
  });
}

test.each([
  ["headers of 64 KB", `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${"x".repeat(65_536)}\r\n\r\n`, "HTTP/1.1 431"],
  ["an address of 64 KB", `GET /${"x".repeat(65_536)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, "HTTP/1.1 431"],
  ["an answer to HEAD", "HEAD /subscriptions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"],
  ["HTTP/1.0 without a host", "GET /subscriptions HTTP/1.0\r\n\r\n", "HTTP/1.1 404"],
  ["an upgrade", "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", ""],
  ["CONNECT", "CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", ""],
  ["bytes that are not a request", "\x16\x03\x01\x02\x00\x01", "HTTP/1.1 400"],
  ["an incomplete body", "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{", ""],
])("%s", async (_what, request, begins) => {
  const answer = await raw(request);
  expect(answer.slice(0, begins.length)).toBe(begins);
  expect(answer).not.toMatch(/\bat .*\.ts:\d+/);
});
