// Proves that all servers of the local Azure reject requests from web pages and ambiguous requests: a foreign Host (DNS rebinding), a
// foreign Origin, a repeated header. Does not prove that browsers send these headers, as RFC 6454 and Fetch Metadata specify.
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { type Azure, openAzure } from "../../../azure-local";
import { startStandIn } from "../../../azure-local/scoringProxy";

let azure: Azure;
let standIn: { url: string; close(): Promise<void> };
let home: string;
beforeAll(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-guard-"));
  azure = await openAzure({ home, hosts: ["azure.internal.test"] });
  const routes = { scoringPath: "/", readinessPath: "/health", livenessPath: "/health" };
  standIn = await startStandIn({ deployment: "main", region: "swedencentral", pattern: "vllm", models: ["m"], ...routes });
});
afterAll(async () => {
  await standIn.close();
  await azure.close();
  fs.rmSync(home, { recursive: true });
});

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourcegroups/rg?api-version=2024-03-01";

/** Sends a request with exactly these header lines. Returns status and body. */
function send(url: string, headers: string[], method = "GET", target?: string, body?: string): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const { port, pathname, search } = new URL(url);
    const options = { host: "127.0.0.1", port, path: target ?? pathname + search, method, headers, agent: false, setHost: false };
    const request = http.request(options as http.RequestOptions, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve([answer.statusCode!, text]));
    });
    request.once("error", reject).end(body);
  });
}

const servers = {
  arm: () => `${azure.armUrl}${group}`,
  proxy: () => `${azure.frontdoorUrl}/missing/x`,
  standIn: () => `${standIn.url}/v1/models`,
  notice: () => `${JSON.parse(fs.readFileSync(path.join(home, "running.json"), "utf8")).url}/other`,
};
/** The status of each server for an accepted request. */
const accepted = { arm: 404, proxy: 404, standIn: 200, notice: 404 };
const names = Object.keys(servers) as (keyof typeof servers)[];

describe.each(names)("%s", (name) => {
  test.each([
    "evil.example",
    "evil.example:4280",
    "169.254.169.254",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::2]",
    "",
    "a@localhost",
  ])("rejects the host %j", async (host) => {
    const [status, body] = await send(servers[name](), ["Host", host]);
    expect(status).toBe(403);
    expect(body).toContain("is not a name of this server");
  });

  test.each(["localhost", "LOCALHOST:80", "localhost.", "127.0.0.1:4280", "127.8.9.1", "[::1]:4280", "app.localhost"])(
    "accepts the host %j",
    async (host) => {
      expect((await send(servers[name](), ["Host", host]))[0]).toBe(accepted[name]);
    },
  );

  test.each([
    ["a foreign origin", ["Origin", "https://evil.example"]],
    ["an origin on another port of this machine", ["Origin", "http://localhost:3000"]],
    ["a sandboxed page", ["Origin", "null"]],
    ["an invalid origin", ["Origin", "localhost"]],
    ["a cross-site request without an origin", ["Sec-Fetch-Site", "cross-site"]],
    ["a request from a sibling site", ["Sec-Fetch-Site", "same-site"]],
  ])("rejects %s", async (_what, headers) => {
    const [status, body] = await send(servers[name](), ["Host", "localhost:4280", ...headers]);
    expect(status).toBe(403);
    expect(body).toContain("web page");
  });

  test("accepts its own origin and requests from the address bar", async () => {
    for (const headers of [
      ["Origin", "http://localhost:4280"],
      ["Sec-Fetch-Site", "none"],
      ["Sec-Fetch-Site", "same-origin"],
    ])
      expect((await send(servers[name](), ["Host", "localhost:4280", ...headers]))[0]).toBe(accepted[name]);
  });

  test.each([
    ["Authorization", "Bearer wrong", "Bearer right"],
    ["Host", "localhost", "localhost"],
    ["Content-Type", "application/json", "text/plain"],
    ["Content-Length", "0", "0"],
    ["azureml-model-deployment", "main", "other"],
    ["api-key", "one", "two"],
    ["Origin", "http://localhost", "http://localhost"],
    ["x-ms-client-request-id", "1", "2"],
    ["x-azure-local-network", "outside", "inside"],
  ])("rejects a repeated header %s", async (header, one, other) => {
    const lines = ["Host", "localhost", header, one, header.toLowerCase(), other].slice(header === "Host" ? 2 : 0);
    const [status, body] = await send(servers[name](), lines);
    expect(status).toBe(400);
    expect(`${one}${other}`.includes("right") && body.includes("right")).toBe(false);
  });

  test("accepts a repeated header that can be a list", async () => {
    expect((await send(servers[name](), ["Host", "localhost", "Accept", "a/b", "Accept", "c/d"]))[0]).toBe(accepted[name]);
  });

  test("rejects an unsupported transfer coding", async () => {
    const lines = ["Host", "localhost", "Transfer-Encoding", "gzip, chunked"];
    expect((await send(servers[name](), lines, "POST", undefined, "x"))[0]).toBe(400);
  });
});

test("the resource manager sends the error in Azure's format, before it reads the body", async () => {
  const [status, body] = await send(servers.arm(), ["Host", "evil.example", "Content-Type", "text/plain"], "PUT", undefined, "{");
  expect([status, JSON.parse(body).error.code]).toEqual([403, "HostNotAllowed"]);
  const [, twice] = await send(servers.arm(), ["Host", "localhost", "Authorization", "a", "Authorization", "b"], "PUT", undefined, "{");
  expect(JSON.parse(twice).error.code).toBe("InvalidRequestHeader");
});

test("Azure's and configured host names are accepted by their server, and the address in the request line takes precedence", async () => {
  expect((await send(servers.arm(), ["Host", "management.azure.com"]))[0]).toBe(404);
  expect((await send(servers.arm(), ["Host", "azure.internal.test:1"]))[0]).toBe(404);
  expect((await send(servers.proxy(), ["Host", "azure.internal.test"]))[0]).toBe(404);
  expect((await send(servers.proxy(), ["Host", "chat.swedencentral.inference.ml.azure.com"]))[0]).toBe(404);
  expect((await send(servers.proxy(), ["Host", "management.azure.com"]))[0]).toBe(403);
  expect((await send(servers.arm(), ["Host", "chat.swedencentral.inference.ml.azure.com"]))[0]).toBe(403);
  expect((await send(servers.arm(), ["Host", "localhost"], "GET", `http://evil.example${group}`))[0]).toBe(403);
  expect((await send(servers.arm(), ["Host", "localhost"], "GET", `http://management.azure.com${group}`))[0]).toBe(404);
});
