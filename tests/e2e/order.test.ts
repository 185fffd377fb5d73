// Proves the order of the first `up` from the requests to Azure Resource Manager, and that an endpoint that was deleted outside Pulumi
// serves again. Doesn't prove how long each step takes in Azure.
import { quick } from "./quick";
import { openSandbox, type Request, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

const apiVersion = "2025-12-01";

let sandbox: Sandbox;
/** The stack dev with all resources that refer to an endpoint or a deployment: alerts and autoscale. */
let stackFile: string;
beforeAll(async () => {
  sandbox = quick(await openSandbox());
  const main = ["moor:endpoints", "chat", "deployments", "main"];
  stackFile = sandbox.edit("dev", [
    [["moor:platform", "alerts"], { emails: ["a@example.com"] }],
    [[...main, "instances"], undefined],
    [[...main, "scale"], { min: 1, max: 2 }],
  ]);
});
afterAll(() => sandbox.close());

interface Endpoint {
  readonly id: string;
  readonly openaiBaseUrl: string;
}

async function chat(): Promise<Endpoint> {
  const outputs = await sandbox.pulumiQuietly(["stack", "output", "endpoints", "--json", "--stack", "dev"]);
  return JSON.parse(outputs).chat as Endpoint;
}

/** The response status of the endpoint for a chat request with its key. */
async function askStatus({ id, openaiBaseUrl }: Endpoint): Promise<number> {
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, apiVersion)).json()) as { primaryKey: string };
  const { hostname, pathname } = new URL(openaiBaseUrl);
  const response = await fetch(`${sandbox.azure.frontdoorUrl}/${hostname.split(".")[0]}${pathname}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.primaryKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "hello" }] }),
  });
  return response.status;
}

/** The writes of an endpoint, its deployments and its traffic, in the order in which they were received. */
function servingWrites(requests: Request[]): string[] {
  return requests
    .filter(({ method, status }) => method === "PUT" && status < 300)
    .map(({ path, body }) => [path.split("?")[0]!, body] as const)
    .flatMap(([path, body]) => {
      if (/\/deployments\/moor-traffic-[^/]+$/.test(path)) return [`traffic ${JSON.stringify(trafficOf(body))}`];
      if (/\/onlineEndpoints\/[^/]+\/deployments\/[^/]+$/.test(path)) return ["deployment"];
      if (/\/onlineEndpoints\/[^/]+$/.test(path))
        return [`endpoint ${JSON.stringify((body as Body).properties.traffic ?? "without traffic")}`];
      return [];
    });
}

interface Body {
  readonly properties: { readonly traffic?: Record<string, number>; readonly template?: { readonly resources: Body[] } };
}

function trafficOf(body: unknown): number[] {
  const [endpoint] = (body as Body).properties.template!.resources;
  return Object.values(endpoint!.properties.traffic!);
}

test("the first up creates the endpoint without traffic, then its deployment, then sets the traffic", async () => {
  expect(await sandbox.run("up", "dev", { stackFile })).toMatchObject({ code: 0 });
  expect(servingWrites(sandbox.requests())).toEqual(['endpoint "without traffic"', "deployment", "traffic [100]"]);
  expect(await askStatus(await chat())).toBe(200);
});

test("an endpoint that was deleted in the portal serves again after refresh and up, as previewed", async () => {
  const before = sandbox.requests().length;
  const endpoint = await chat();
  expect((await sandbox.arm("DELETE", endpoint.id, apiVersion)).ok).toBe(true);
  expect(await sandbox.run("refresh", "dev", { stackFile })).toMatchObject({ code: 0 });
  const planned = await sandbox.run("preview", "dev", { stackFile });
  const sentence = /chat: traffic stays at (main-\w{8}) 100%; \1 is recreated\./;
  expect(planned.output).toMatch(sentence);
  expect(planned.output).toContain("Resources:\n    + 3 to create\n    ~ 2 to update\n    5 changes.");
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(sentence);
  expect(output).toContain("Resources:\n    + 3 created\n    ~ 2 updated\n    5 changes.");
  expect(servingWrites(sandbox.requests().slice(before))).toEqual(['endpoint "without traffic"', "deployment", "traffic [100]"]);
  expect(await askStatus(await chat())).toBe(200);
  expect(await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});
