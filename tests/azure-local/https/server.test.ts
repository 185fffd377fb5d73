// Does not prove which TLS versions and ciphers Azure accepts: Node's defaults apply.
import * as fs from "node:fs";
import type { IncomingMessage } from "node:http";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { type Certificate, loopbackCertificate } from "../../../azure-local/https/certificate";
import { serveHttps } from "../../../azure-local/https/server";
import { startScoringProxy } from "../../../azure-local/scoringProxy";
import { directoryOf, endpoint, signal, startContainer, text } from "../scoringProxy/support";

let folder: string;
let certificate: Certificate;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-https-"));
  certificate = loopbackCertificate(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function open(url: string): Promise<IncomingMessage> {
  const ca = fs.readFileSync(certificate.authority, "utf8");
  return new Promise((resolve, reject) => {
    https.get(url, { ca, agent: false, headers: { authorization: "Bearer first-key" } }, resolve).once("error", reject);
  });
}

test("a stream is forwarded chunk by chunk with its trailers, and is drained when both servers close", async () => {
  const received = [signal(), signal()];
  const container = await startContainer(async (_request, response) => {
    for (const [index, { promise }] of received.entries()) {
      response.write(`${index}`);
      // Waits for the caller: a server that buffers chunks would hang here.
      await promise;
    }
    response.end("end");
  });
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()), backends: { "*": container.url }, drain: 10_000 });
  const server = await serveHttps(proxy.server, certificate);
  const answer = await open(`${server.url}/chat/x`);
  let body = "";
  let closed: Promise<void> | undefined;
  for await (const chunk of answer) {
    body += chunk;
    server.close();
    closed ??= proxy.close();
    received[body.length - 1]?.give();
  }
  expect(body).toBe("01end");
  expect(Object.keys(answer.trailers)).toEqual(["ms-azureml-bandwidth-request-delay-ms", "ms-azureml-bandwidth-response-delay-ms"]);
  await closed;
  await expect(open(`${server.url}/chat/x`)).rejects.toThrow("ECONNREFUSED");
  await container.close();
});

test("when a caller disconnects, the request to the container is canceled", async () => {
  const cancelled = signal();
  const container = await startContainer((request, response) => {
    request.socket.once("close", () => cancelled.give());
    response.write("begun");
  });
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()), backends: { "*": container.url } });
  const server = await serveHttps(proxy.server, certificate);
  (await open(`${server.url}/chat/x`)).destroy();
  await cancelled.promise;
  server.close();
  await proxy.close();
  await container.close();
});

test("a port in use is an error", async () => {
  const proxy = await startScoringProxy({ directory: directoryOf() });
  await expect(serveHttps(proxy.server, certificate, proxy.port)).rejects.toThrow("EADDRINUSE");
  await proxy.close();
});

test("a connection without TLS does not affect other connections", async () => {
  const proxy = await startScoringProxy({ directory: directoryOf() });
  const server = await serveHttps(proxy.server, certificate);
  await expect(fetch(server.url.replace("https", "http"))).rejects.toThrow();
  await expect(text(await open(`${server.url}/missing/`))).resolves.toContain("no_endpoint");
  server.close();
  await proxy.close();
});
