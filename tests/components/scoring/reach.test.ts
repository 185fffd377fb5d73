// Proves where the gate and `npm run smoke` see a request to an endpoint end, with real sockets on this machine. Doesn't prove the codes of other operating
// systems, or which status Azure's front end returns to a network that it refuses: that isn't documented.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unreachable } from "../../../components/scoring";

const open: net.Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: net.Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as net.AddressInfo).port;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const port = await listen(net.createServer());
  await new Promise((resolve) => open.pop()!.close(resolve));
  return port;
}

const credential = async () => "k3y";
const reach = (baseUrl: string, patienceSeconds = 0, attemptSeconds = 30) =>
  unreachable({ baseUrl, patienceSeconds, attemptSeconds, credential });
const frontEnd = (status: number, headers: http.OutgoingHttpHeaders = {}) =>
  listen(http.createServer((_, response) => void response.writeHead(status, headers).end("refused")));

test("The name can't be resolved.", async () => {
  expect(await reach("https://chat.swedencentral.inference.invalid")).toMatchObject({
    stage: "name",
    address: "chat.swedencentral.inference.invalid:443",
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/),
    attempts: 1,
  });
});

test.each(["http", "https"])("The connection is refused (%s).", async (scheme) => {
  const port = await closedPort();
  const address = `127.0.0.1:${port}`;
  expect(await reach(`${scheme}://${address}`)).toMatchObject({ stage: "connection", address, code: "ECONNREFUSED" });
  expect(await reach(`${scheme}://localhost:${port}`)).toMatchObject({ stage: "connection", code: "ECONNREFUSED" });
});

test("The TLS handshake is cut off, or there is no answer to it.", async () => {
  const cut = await listen(net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy())));
  expect(await reach(`https://127.0.0.1:${cut}`)).toMatchObject({ stage: "tls", code: "ECONNRESET" });
  const silent = await listen(
    net.createServer((socket) => {
      socket.on("error", () => {}).resume();
    }),
  );
  expect(await reach(`https://127.0.0.1:${silent}`, 0, 2)).toMatchObject({ stage: "tls", code: "ETIMEDOUT" });
});

test("A server with a certificate that isn't trusted is reached, so that the requests fail with this reason.", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moor-reach-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=other", "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const port = await listen(https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }));
  rmSync(folder, { recursive: true });
  expect(await reach(`https://127.0.0.1:${port}`)).toBeUndefined();
  expect(await reach(`https://localhost:${port}`)).toBeUndefined();
});

test("Azure's front end refuses the network.", async () => {
  const port = await frontEnd(403);
  expect(await reach(`http://127.0.0.1:${port}`)).toMatchObject({ stage: "network", address: `127.0.0.1:${port}`, code: "403" });
});

test.each<[status: number, headers: http.OutgoingHttpHeaders]>([
  [200, {}],
  [302, { location: "http://chat.swedencentral.inference.invalid/" }],
  [401, {}],
  [403, { "ms-azureml-model-error-statuscode": "403" }],
  [404, {}],
  [408, {}],
  [424, { "ms-azureml-model-error-statuscode": "503" }],
  [429, {}],
  [500, {}],
  [503, {}],
])("An endpoint that answers %i %j is reached.", async (status, headers) => {
  expect(await reach(`http://127.0.0.1:${await frontEnd(status, headers)}`)).toBeUndefined();
});

test("An endpoint that accepts the connection but not the request is reached.", async () => {
  const cut = await listen(net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy())));
  expect(await reach(`http://127.0.0.1:${cut}`)).toBeUndefined();
});

test("An endpoint that answers 403 only without a credential is reached.", async () => {
  const port = await listen(http.createServer(({ headers }, response) => void response.writeHead(headers.authorization ? 404 : 403).end()));
  expect(await reach(`http://127.0.0.1:${port}`)).toBeUndefined();
});

test("The request contains no credential unless the network can be refused, and names no deployment.", async () => {
  const seen: http.IncomingMessage[] = [];
  const port = await listen(
    http.createServer((request, response) => {
      seen.push(request);
      response.writeHead(401).end();
    }),
  );
  const headers = { "x-azure-local-network": "outside" };
  await unreachable({ baseUrl: `http://127.0.0.1:${port}/chat`, patienceSeconds: 0, headers, credential });
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /chat/"]);
  expect(seen[0]!.headers).toMatchObject({ "x-azure-local-network": "outside" });
  expect(["authorization", "azureml-model-deployment"].filter((name) => name in seen[0]!.headers)).toEqual([]);
});

test("It tries again until its patience ends, and succeeds as soon as the endpoint is reached.", async () => {
  let status = 403;
  let asked = 0;
  const port = await listen(
    http.createServer((_, response) => {
      if (++asked === 2) status = 401;
      response.writeHead(status).end();
    }),
  );
  expect(await reach(`http://127.0.0.1:${port}`, 0.6)).toBeUndefined();
  expect(asked).toBe(2);
  const refused = await frontEnd(403);
  expect(await reach(`http://127.0.0.1:${refused}`, 0.6)).toMatchObject({ attempts: 2, stage: "network" });
});
