// Proves with the real engine that a deployment with wrong answers gets no traffic, that the output explains why, and that the next run
// checks it again. Doesn't prove that a real model passes: the container is a stand-in behind a proxy that changes its answers.
import { type FaultyDoor, type Meddle, revision, serving, startFaultyDoor, startUp } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
let proxy: FaultyDoor;
/** Name of the deployment that serves during all tests. */
let stable: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  proxy = await startFaultyDoor(sandbox.azure.frontdoorUrl);
  sandbox.environment.MOOR_FRONTDOOR_URL = proxy.url;
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 2 });
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  [stable] = (await serving(sandbox)).deployments as [string];
});
afterAll(async () => {
  await proxy.close();
  await sandbox.close();
});

test("The gate checks readiness, model name, an answer and a stream of the first deployment before it gets traffic.", async () => {
  expect(proxy.asked).toEqual({ [stable]: ["/health", "/v1/models", "/v1/chat/completions", "/v1/chat/completions"] });
  expect((await serving(sandbox)).traffic).toEqual({ [stable]: 100 });
});

const json = (body: object) => JSON.stringify(body);
const streams = (body: string) => JSON.parse(body || "{}").stream === true;
const others =
  (meddle: Meddle): Meddle =>
  (request, response) =>
    request.deployment !== stable && meddle(request, response);

const refusals: [what: string, digit: string, meddle: Meddle, message: RegExp][] = [
  [
    "another model",
    "1",
    ({ path }, response) => path === "/v1/models" && Boolean(response.end(json({ object: "list", data: [{ id: "other" }] }))),
    /main-\w{8} did not pass the gate \(check: model\)[\s\S]*Response after 1 attempt in [\d.]+ s: 200, but it lists other, not chat/,
  ],
  [
    "an error",
    "2",
    ({ path }, response) =>
      path === "/v1/chat/completions" &&
      Boolean(response.writeHead(424, { "ms-azureml-model-error-statuscode": "500" }).end(json({ error: "no GPU left" }))),
    /main-\w{8} did not pass the gate \(check: chat\)[\s\S]*Response after \d+ attempts in [\d.]+ s: 424 \(the container's own status: 500\): \{"error":"no GPU left"\}/,
  ],
  [
    "a broken stream",
    "3",
    ({ body }, response) =>
      streams(body) && Boolean(response.end(`data: ${json({ choices: [{ index: 0, delta: { content: "Hel" } }] })}\n\n`)),
    /main-\w{8} did not pass the gate \(check: stream\)[\s\S]*the stream doesn't end with \[DONE\]; it was interrupted/,
  ],
  [
    "no readiness",
    "4",
    (_, response) => Boolean(response.writeHead(424, { "ms-azureml-model-error-statuscode": "503" }).end()),
    /main-\w{8} did not pass the gate \(check: readiness\)[\s\S]*GET \/health\s+Response after \d+ attempts in [\d.]+ s: 424 \(the container's own status: 503\): empty body/,
  ],
];

test.each(refusals)("A candidate with %s gets no traffic, and the previous deployment still serves.", async (_, digit, meddle, message) => {
  proxy.meddle = others(meddle);
  const { code, output } = await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [revision(digit)]) });
  expect({ code, output }).toEqual({ code: expect.any(Number), output: expect.stringMatching(message) });
  expect(code).not.toBe(0);
  expect(output).toContain(`Traffic was not changed: ${stable} 100%.`);
  const { traffic, deployments } = await serving(sandbox);
  expect(traffic).toEqual({ [stable]: 100 });
  // The stable deployment and this candidate: the candidate of the previous test is deleted.
  expect(deployments).toHaveLength(2);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
});

test("A candidate that exceeds its latency limit is rejected after three answers.", async () => {
  proxy.meddle = () => false;
  const check = [["moor:endpoints", "chat", "deployments", "main", "check"], { latency: 0.0001 }] as [string[], unknown];
  const { code, output } = await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [revision("5"), check]) });
  expect(code).not.toBe(0);
  expect(output).toMatch(/\(check: latency\)[\s\S]*after 3 attempts in [\d.]+ s: 200, but it took [\d.]+ s; at most 0.0001 s are allowed/);
  expect((await serving(sandbox)).traffic).toEqual({ [stable]: 100 });
});

test("An interrupt at the terminal during the gate doesn't change traffic, even if the answer still arrives.", async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    proxy.meddle = others((_, response) => {
      answer = () => response.end();
      resolve();
      return true;
    });
  });
  const up = await startUp(sandbox, "dev", sandbox.edit("dev", [revision("6")]));
  await asked;
  process.kill(-up.pid, "SIGINT");
  await up.sees(/cancelling/).catch(() => {});
  proxy.meddle = () => false;
  answer();
  const { code } = await up.run;
  expect(code).not.toBe(0);
  expect((await serving(sandbox)).traffic).toEqual({ [stable]: 100 });
});

test("The next run checks the same candidate again and gives it the traffic; the rejected ones are deleted.", async () => {
  proxy.meddle = () => false;
  for (const name of Object.keys(proxy.asked)) delete proxy.asked[name];
  const stackFile = sandbox.edit("dev", [revision("6")]);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toMatchObject({ code: 0 });
  const { traffic, deployments } = await serving(sandbox);
  expect(deployments).toHaveLength(1);
  expect(traffic).toEqual({ [deployments[0]!]: 100 });
  expect(output).toContain(
    `to ${deployments[0]} 100%; creation of ${deployments[0]} was started by an earlier run; ${stable} is deleted after the last requests have ended.`,
  );
  expect(proxy.asked).toEqual({ [deployments[0]!]: ["/health", "/v1/models", "/v1/chat/completions", "/v1/chat/completions"] });
  expect(await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});

test("No key is in the output or in the state.", async () => {
  const id = (await sandbox.resources()).find((one) => /\/onlineendpoints\/chat-[^/]+$/.test(one))!;
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, "2025-12-01")).json()) as { primaryKey: string };
  const state = await sandbox.pulumiQuietly(["stack", "export", "--stack", "dev"]);
  expect(keys.primaryKey.length).toBeGreaterThan(20);
  expect(state).not.toContain(keys.primaryKey);
});
