// Does not prove anything for a home folder shared by machines, or for processes that can't see each other's process IDs.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type AzureOptions, FolderInUse, type HandledRequest, openAzure } from "../../azure-local";
import { loopbackCertificate } from "../../azure-local/https/certificate";

const closers: (() => Promise<unknown>)[] = [];
let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-running-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  fs.rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<AzureOptions> = {}) {
  const azure = await openAzure({ home, ...options });
  closers.push(() => azure.close());
  return azure;
}

const group = (name: string) => `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/${name}`;

async function put(armUrl: string, name: string): Promise<number> {
  const headers = { "content-type": "application/json", authorization: "Bearer test" };
  const body = JSON.stringify({ location: "swedencentral" });
  return (await fetch(`${armUrl}${group(name)}?api-version=2024-03-01`, { method: "PUT", headers, body })).status;
}

/** A local Azure in a separate process, which runs until it is killed. */
async function elsewhere(): Promise<ChildProcess> {
  const program = `
    require("ts-node").register({ transpileOnly: true, swc: true, cwd: ${JSON.stringify(path.join(__dirname, "../.."))} });
    const { openAzure } = require(${JSON.stringify(path.join(__dirname, "../../azure-local"))});
    openAzure({ home: ${JSON.stringify(home)} }).then(() => {
      process.send("up");
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  closers.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  expect(await once(child, "message")).toEqual(["up", undefined]);
  return child;
}

test("a second opening of a home folder attaches to the first: same resources, separate providers", async () => {
  const first = await open();
  const second = await open();
  expect(second.hostProcessId).toBe(process.pid);
  expect([second.armUrl, second.frontdoorUrl, second.subscriptionId]).toEqual([first.armUrl, first.frontdoorUrl, first.subscriptionId]);
  const ports = (debugProviders: string) => debugProviders.match(/\d+/g)!;
  expect(ports(second.debugProviders).filter((port) => ports(first.debugProviders).includes(port))).toEqual([]);
  expect(await put(second.armUrl, "one")).toBe(201);
  expect(second.resources()).toEqual([
    { id: group("one"), type: "Microsoft.Resources/resourceGroups", name: "one", location: "swedencentral" },
  ]);
  expect(second.resources().map(({ id }) => id)).toEqual(first.resources().map(({ id }) => id));
});

test("the first waits until the second has ended, and reports it", async () => {
  const said: string[] = [];
  const first = await open({ report: (line) => said.push(line) });
  const second = await open();
  const closed = first.close();
  expect(said).toEqual(["Waiting for another command that uses the local Azure."]);
  expect(await put(second.armUrl, "meanwhile")).toBe(201);
  const third = await open();
  expect(third.armUrl).toBe(first.armUrl);
  await second.close();
  expect(await put(third.armUrl, "still")).toBe(201);
  await third.close();
  await closed;
  await expect(put(third.armUrl, "over")).rejects.toThrow("fetch failed");
  expect(fs.existsSync(path.join(home, "running.json"))).toBe(false);
});

test("of two that open at the same time one runs it, and one that opens while it ends takes over", async () => {
  const [one, two] = await Promise.all([open(), open()]);
  expect([one.hostProcessId, two.hostProcessId].filter((pid) => pid === undefined)).toHaveLength(1);
  expect(one.armUrl).toBe(two.armUrl);
  await put(one.armUrl, "kept");
  const [owner, guest] = one.hostProcessId === undefined ? [one, two] : [two, one];
  await guest.close();
  const [, next] = await Promise.all([owner.close(), open()]);
  expect(next.hostProcessId).toBeUndefined();
  expect(next.resources().map(({ name }) => name)).toEqual(["kept"]);
});

test("a process attaches to the local Azure of another process, and ignores the files of a killed one", async () => {
  const child = await elsewhere();
  const guest = await open();
  expect(guest.hostProcessId).toBe(child.pid);
  expect(await put(guest.armUrl, "there")).toBe(201);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(JSON.parse(fs.readFileSync(path.join(home, "running.json"), "utf8")).pid).toBe(child.pid);
  const own = await open();
  expect(own.hostProcessId).toBeUndefined();
  expect(own.resources().map(({ name }) => name)).toEqual(["there"]);
}, 30_000);

test("a running.json with the address of another server, or with invalid content, is ignored", async () => {
  const other = createServer((_request, response) => void response.end("not Azure"));
  await once(other.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const notices = [
    { pid: process.pid, url },
    { pid: process.pid },
    { pid: 1, url: 5 },
    { pid: 1, url: "nowhere" },
    { pid: 1, url: "http://[" },
  ];
  const others = [{ pid: 1, url: "ftp://127.0.0.1" }, { pid: 1, url: "http://169.254.169.254" }, { url }, null, 5, "x", []];
  for (const notice of [...[...notices, ...others].map((one) => JSON.stringify(one)), "half of a noti", ""]) {
    fs.writeFileSync(path.join(home, "running.json"), notice);
    const azure = await open();
    expect(azure.hostProcessId).toBeUndefined();
    await azure.close();
  }
  other.close();
});

test("the host does not wait for an attached process that was killed", async () => {
  const said: string[] = [];
  const own = await open({ report: (line) => said.push(line) });
  const child = await elsewhere();
  const closed = own.close();
  expect(said).toHaveLength(1);
  child.kill("SIGKILL");
  await closed;
}, 30_000);

test("without attach, the error contains the process that runs it", async () => {
  await open();
  const refused = openAzure({ home, attach: false });
  await expect(refused).rejects.toThrow(FolderInUse);
  await expect(refused).rejects.toThrow(`is in use by process ${process.pid}`);
});

test("the five ports are consecutive", async () => {
  // Below 32768, because Linux gives higher ports to connections and to servers without a fixed port.
  const port = 20_000 + 5 * Math.floor(Math.random() * 2_500);
  const azure = await open({ https: true, port });
  const urls = [azure.armUrl, azure.frontdoorUrl, azure.armHttpsUrl, azure.frontdoorHttpsUrl, `http://${azure.imagesAddress}`];
  expect(urls.map((url) => Number(new URL(url!).port) - port)).toEqual([0, 1, 2, 3, 4]);
});

test("a port in use is an error, and the home folder is released", async () => {
  const first = await open({ https: true });
  const port = Number(new URL(first.armUrl).port);
  const other = path.join(home, "other");
  await expect(openAzure({ home: other, port })).rejects.toThrow("EADDRINUSE");
  const second = await openAzure({ home: other });
  await second.close();
});

function getByHttps(url: string, ca?: string): Promise<{ status?: number; headers: object }> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { ca, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    });
    request.once("error", reject);
  });
}

test("over HTTPS both names are trusted by clients that trust the authority, and only by them", async () => {
  const azure = await open({ https: true });
  const ca = fs.readFileSync(azure.certificate!, "utf8");
  const url = `${azure.armHttpsUrl}${group("none")}?api-version=2024-03-01`;
  expect((await getByHttps(url, ca)).status).toBe(404);
  expect((await getByHttps(url.replace("127.0.0.1", "localhost"), ca)).status).toBe(404);
  expect((await getByHttps(`${azure.frontdoorHttpsUrl}/missing/`, ca)).status).toBe(404);
  await expect(getByHttps(url)).rejects.toThrow(/certificate/);
});

test("the certificate is kept, only the owner can read its key, and the authority's key is not stored", () => {
  const { authority, cert } = loopbackCertificate(path.join(home, "https"));
  expect(loopbackCertificate(path.join(home, "https")).cert).toBe(cert);
  expect(path.dirname(authority)).toBe(path.join(home, "https"));
  expect(fs.readdirSync(path.join(home, "https")).sort()).toEqual(["authority.pem", "certificate.pem", "key.pem"]);
  expect(fs.statSync(path.join(home, "https", "key.pem")).mode & 0o777).toBe(0o600);
});

test("poll addresses of operations use the caller's address", async () => {
  const azure = await open({ https: true });
  await put(azure.armUrl, "rg");
  const ca = fs.readFileSync(azure.certificate!, "utf8");
  const body = JSON.stringify({ location: "swedencentral", properties: { addressSpace: { addressPrefixes: ["10.0.0.0/24"] } } });
  const id = `${group("rg")}/providers/Microsoft.Network/virtualNetworks/vnet?api-version=2024-05-01`;
  const byHttp = await fetch(`${azure.armUrl}${id}`, { method: "PUT", body });
  const byHttps = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const request = https.request(
      `${azure.armHttpsUrl}${id.replace("/vnet?", "/vnet2?")}`,
      { method: "PUT", ca, agent: false },
      (response) => {
        response.resume();
        resolve(response.headers);
      },
    );
    request.once("error", reject).end(body.replace("10.0.0.0", "10.0.1.0"));
  });
  expect(byHttp.headers.get("azure-asyncoperation")?.startsWith(`${azure.armUrl}/`)).toBe(true);
  expect(String(byHttps["azure-asyncoperation"]).startsWith(`${azure.armHttpsUrl}/`)).toBe(true);
});

test("requests of clients are reported at arrival and at the end, requests of the scoring proxy are not", async () => {
  const seen: HandledRequest[] = [];
  const arrived: string[] = [];
  const azure = await open({
    onRequest: (request) => seen.push(request),
    onArrival: ({ server, method, path }) => arrived.push(`${server} ${method} ${path} before ${seen.length} were over`),
  });
  await put(azure.armUrl, "rg");
  await fetch(`${azure.frontdoorUrl}/missing/x?y=1`);
  while (seen.length < 2) await new Promise(setImmediate);
  expect(seen).toEqual([
    {
      time: expect.any(String),
      server: "arm",
      method: "PUT",
      path: `${group("rg")}?api-version=2024-03-01`,
      status: 201,
      milliseconds: expect.any(Number),
    },
    { time: expect.any(String), server: "frontdoor", method: "GET", path: "/missing/x?y=1", status: 404, milliseconds: expect.any(Number) },
  ]);
  expect(arrived).toEqual([
    `arm PUT ${group("rg")}?api-version=2024-03-01 before 0 were over`,
    expect.stringMatching(/^frontdoor GET \/missing\/x\?y=1 before [01] were over$/),
  ]);
});
