// Proves that no request and no answer of a container ends the scoring proxy: raw bytes over a socket, HTTP/1.0, HEAD, unusual hop-by-hop
// headers, duplicate headers. Does not prove how Azure's front end handles them.
import * as net from "node:net";
import { type ScoringProxy, type ScoringProxyOptions, startScoringProxy } from "../../../azure-local/scoringProxy";
import { call, deployment, directoryOf, endpoint, startContainer } from "./support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Partial<ScoringProxyOptions> = {}): Promise<ScoringProxy> {
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()), ...options });
  closers.push(() => proxy.close());
  return proxy;
}

/** Sends these bytes and returns all bytes received until the connection closes. */
function raw({ port }: ScoringProxy, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    socket.setEncoding("latin1").on("data", (chunk) => (answer += chunk));
    socket.on("error", () => {}).on("close", () => resolve(answer));
  });
}

const key = "Authorization: Bearer first-key";
const chat = JSON.stringify({ model: "tiny", stream: true, max_tokens: 3, messages: [{ role: "user", content: "hi" }] });

function post(version: string, headers: readonly string[], body = chat): string {
  const lines = [`POST /chat/v1/chat/completions ${version}`, key, "Content-Type: application/json", ...headers];
  return `${lines.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe("an answer without chunks has no trailers, and the scoring proxy keeps running", () => {
  test("a stream to an HTTP/1.0 caller ends with the connection", async () => {
    const proxy = await start();
    const answer = await raw(proxy, post("HTTP/1.0", ["Host: localhost"]));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain("data: [DONE]");
    expect(answer).not.toMatch(/^(trailer|transfer-encoding|ms-azureml-bandwidth\S+):/im);
    expect((await call(`${proxy.url}/chat/v1/models`)).status).toBe(200);
  });

  test("the answer to HEAD, with and without a length", async () => {
    for (const headers of [{}, { "content-length": "5" }] as Record<string, string>[]) {
      const container = await startContainer((_request, response) => void response.writeHead(200, headers).end());
      closers.push(container.close);
      const proxy = await start({ backends: { "*": container.url } });
      expect((await call(`${proxy.url}/chat/x`, { method: "HEAD" })).status).toBe(200);
      expect((await call(`${proxy.url}/chat/x`, { method: "HEAD" })).status).toBe(200);
    }
  });

  test.each(["transfer-encoding", "trailer", "content-length", "date", "close, transfer-encoding", "\x80"])(
    "a request and an error with Connection: %s",
    async (named) => {
      const proxy = await start();
      const refused = await raw(
        proxy,
        `GET /chat/x HTTP/1.1\r\nHost: localhost\r\nConnection: ${named}\r\nAuthorization: Bearer wrong\r\nConnection: close\r\n\r\n`,
      );
      expect(refused).toMatch(/^HTTP\/1\.1 401 /);
      const answered = await raw(proxy, post("HTTP/1.1", ["Host: localhost", `Connection: ${named}`, "Connection: close"]));
      expect(answered).toMatch(/^HTTP\/1\.1 200 /);
      expect(answered).toContain("[DONE]");
    },
  );

  test.each([
    "Connection: transfer-encoding",
    "Connection: trailer, content-type",
    "Trailer: x",
    "Connection: close, content-length",
    "TE: x",
  ])("an answer of a container with %s", async (header) => {
    const [name, value] = header.split(": ") as [string, string];
    const container = await startContainer((_request, response) => {
      response.writeHead(200, { [name]: value });
      response.write("one ");
      response.end("two");
    });
    closers.push(container.close);
    const proxy = await start({ backends: { "*": container.url } });
    for (const version of ["HTTP/1.0", "HTTP/1.1"]) {
      const answer = await raw(proxy, `GET /chat/x ${version}\r\nHost: localhost\r\n${key}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain("one ");
    }
  });

  test("a model's trailers are not forwarded as headers, and an error after an HTTP/1.0 answer has begun aborts it", async () => {
    const container = await startContainer((_request, response) => {
      response.writeHead(500, { trailer: "x-late" });
      response.write("half");
      response.addTrailers({ "x-late": "yes" });
      setTimeout(() => response.destroy(), 20);
    });
    closers.push(container.close);
    const proxy = await start({ backends: { "*": container.url } });
    expect(await raw(proxy, `GET /chat/x HTTP/1.0\r\n${key}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 424 /);
    expect((await raw(proxy, `GET /missing/x HTTP/1.0\r\n${key}\r\n\r\n`)).slice(9, 12)).toBe("404");
  });

  test("an HTTP/1.0 request that times out is answered with 408", async () => {
    const container = await startContainer(() => {});
    closers.push(container.close);
    const directory = directoryOf(endpoint({ deployments: [deployment("main", { requestTimeout: 0.2 })] }));
    const proxy = await start({ directory, backends: { "*": container.url } });
    expect(await raw(proxy, `GET /chat/x HTTP/1.0\r\n${key}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 408 /);
  });
});

test("a body of an unusual method reaches the container as a body and not as a second request", async () => {
  const seen: string[] = [];
  const container = await startContainer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      seen.push(`${request.method} ${request.url} ${body}`);
      response.end("ok");
    });
  });
  closers.push(container.close);
  const proxy = await start({ backends: { "*": container.url } });
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
  for (const method of ["GET", "DELETE", "POST"]) {
    for (const connection of ["close", "close, content-length", "close, transfer-encoding"]) {
      const head = `${method} /chat/x HTTP/1.1\r\nHost: localhost\r\n${key}\r\nConnection: ${connection}\r\n`;
      await raw(proxy, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
      await raw(proxy, `${head}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`);
    }
  }
  expect(seen).toHaveLength(18);
  expect(seen.filter((one) => !one.endsWith(` /x ${smuggled}`))).toEqual([]);
});
