// Proves long-running operations over HTTP: durations, polling, concurrent operations. Does not prove Azure's durations.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { realClock, startArm } from "../../../azure-local/arm";
import { Caller, type Parsed } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start();
});
afterEach(() => caller.stop());

async function stateAfter(below: string, seconds: number): Promise<string> {
  caller.clock.advance(seconds);
  return (await caller.get(below)).body?.properties?.provisioningState;
}

async function foundation(): Promise<void> {
  const body = bodies(caller);
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry", "identity"] as const)
    await caller.made(paths[name], body[name]);
}

test("a PUT is answered with 201 and the URLs of its operation, and the next one with 200", async () => {
  await caller.made(paths.group, bodies(caller).group);
  const first = await caller.put(paths.storage, bodies(caller).storage);
  expect(first.status).toBe(201);
  expect(first.body.properties.provisioningState).toBe("Creating");
  expect(first.headers.get("retry-after")).toBe("0");
  const url = new URL(first.headers.get("azure-asyncoperation")!);
  expect(url.origin).toBe(caller.arm.url);
  expect(url.pathname).toMatch(/^\/subscriptions\/[^/]+\/providers\/Microsoft\.Storage\/operationsStatus\/[0-9a-f-]{36}$/);
  caller.clock.advance(60);
  expect((await caller.put(paths.storage, bodies(caller).storage)).status).toBe(200);
});

test("a DELETE is answered with 202, a GET after its completion with 404, and a DELETE of a missing resource with 204", async () => {
  await caller.made(paths.group, bodies(caller).group);
  await caller.made(paths.storage, bodies(caller).storage);
  const answer = await caller.delete(paths.storage);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toContain("/operationResults/");
  const result = new URL(answer.headers.get("location")!).pathname;
  expect((await caller.get(result)).status).toBe(202);
  caller.clock.advance(60);
  expect((await caller.get(result)).status).toBe(204);
  expect((await caller.get(paths.storage)).status).toBe(404);
  expect((await caller.delete(paths.storage)).status).toBe(204);
});

test("a workspace that provisions its network immediately takes 33 minutes, and then its network is Active", async () => {
  await foundation();
  await caller.put(paths.workspace, bodies(caller).workspace);
  expect(await stateAfter(paths.workspace, 33 * 60 - 1)).toBe("Creating");
  expect(await stateAfter(paths.workspace, 1)).toBe("Succeeded");
  expect((await caller.get(paths.workspace)).body.properties.managedNetwork.status.status).toBe("Active");
});

test("without it the network stays Inactive until the action, which takes 30 minutes and then returns Active", async () => {
  await foundation();
  const body = bodies(caller).workspace;
  await caller.made(paths.workspace, { ...body, properties: { ...body.properties, provisionNetworkNow: undefined } });
  const network = async () => (await caller.get(paths.workspace)).body.properties.managedNetwork.status.status;
  expect(await network()).toBe("Inactive");
  await caller.made(paths.workspace, body);
  expect(await network()).toBe("Inactive");
  const answer = await caller.post(`${paths.workspace}/provisionManagedNetwork`, { includeSpark: false });
  expect(answer.status).toBe(202);
  caller.clock.advance(30 * 60 - 1);
  expect(await network()).toBe("Inactive");
  caller.clock.advance(1);
  expect(await network()).toBe("Active");
  const again = await caller.post(`${paths.workspace}/provisionManagedNetwork`);
  expect([again.status, again.body]).toEqual([200, { status: "Active", sparkReady: false }]);
});

test("the first FQDN rule of an active network takes the firewall's ten minutes, the second does not", async () => {
  await buildPlatform(caller);
  const rule = (name: string) => `${paths.workspace}/outboundRules/${name}`;
  const body = { properties: { type: "FQDN", destination: "huggingface.co" } };
  await caller.put(rule("hub-1"), body);
  caller.clock.advance(599);
  expect((await caller.get(rule("hub-1"))).body.properties.status).toBe("Provisioning");
  caller.clock.advance(1);
  expect((await caller.get(rule("hub-1"))).body.properties.status).toBe("Active");
  await caller.put(rule("hub-2"), body);
  caller.clock.advance(30);
  expect((await caller.get(rule("hub-2"))).body.properties.status).toBe("Active");
});

test("during a change of only the instance count the state is Scaling, otherwise Updating", async () => {
  await buildPlatform(caller);
  const body = bodies(caller).deployment;
  const scaled = await caller.put(paths.deployment, { ...body, sku: { name: "Default", capacity: 3 } });
  expect(scaled.body.properties.provisioningState).toBe("Scaling");
  expect(await stateAfter(paths.deployment, 300)).toBe("Succeeded");
  const updated = await caller.put(paths.deployment, {
    ...body,
    sku: { name: "Default", capacity: 4 },
    properties: { ...body.properties, description: "x" },
  });
  expect(updated.body.properties.provisioningState).toBe("Updating");
});

test("a resource group is deleted with all its contents, and the names of vault and workspace stay reserved", async () => {
  await buildPlatform(caller);
  const answer = await caller.delete(paths.group);
  expect(answer.status).toBe(202);
  expect((await caller.outcome(answer)).status).toBe("Succeeded");
  expect(caller.arm.everything()).toEqual([]);
  await caller.made(paths.group, bodies(caller).group);
  expect((await caller.put(paths.vault, bodies(caller).vault)).body.error.code).toBe("ConflictError");
});

test("after a failed operation the resource is Failed, and both URLs return the error", async () => {
  await buildPlatform(caller);
  const environment = paths.environment.replace("versions/1", "versions/2");
  const body = bodies(caller);
  await caller.made(environment, { properties: { ...body.environment.properties, image: "gone.azurecr.io/vllm:1" } });
  const second = paths.deployment.replace("main-1", "main-2");
  const answer = await caller.put(second, {
    ...body.deployment,
    properties: { ...body.deployment.properties, environmentId: caller.id(environment) },
  });
  expect(answer.status).toBe(201);
  const ended = await caller.outcome(answer);
  expect(ended.error.message).toBe("Cannot download the image 'gone.azurecr.io/vllm:1': the registry gone.azurecr.io was not found.");
  expect((await caller.get(second)).body.properties.provisioningState).toBe("Failed");
  const result = new URL(answer.headers.get("azure-asyncoperation")!).pathname.replace("operationsStatus", "operationResults");
  expect((await caller.get(result)).body.error).toEqual(ended.error);
});

test("speed divides Azure's durations, and clients must wait between polls only at real speed", () => {
  expect(realClock(Number.POSITIVE_INFINITY).millisecondsFor(1800)).toBe(0);
  expect(realClock(600).millisecondsFor(1800)).toBe(3000);
  expect([realClock(1).retryAfter, realClock(600).retryAfter]).toEqual([1, 0]);
});

test("with infinite speed operations complete at the first poll", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "arm-"));
  const arm = await startArm({ home, speed: Number.POSITIVE_INFINITY });
  const put = (below: string, version: string, body: unknown) =>
    fetch(`${arm.url}/subscriptions/${arm.subscriptionId}${below}?api-version=${version}`, { method: "PUT", body: JSON.stringify(body) });
  await put(paths.group, "2024-03-01", { location: "swedencentral" });
  const answer = await put(paths.logs, "2023-09-01", { location: "swedencentral", properties: {} });
  expect(((await answer.json()) as Parsed).properties.provisioningState).toBe("Creating");
  const status = await fetch(answer.headers.get("azure-asyncoperation")!);
  expect(((await status.json()) as Parsed).status).toBe("Succeeded");
  await arm.close();
  fs.rmSync(home, { recursive: true });
});
