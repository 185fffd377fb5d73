// Proves when the gate sends requests, when it checks only the state in Azure and when it fails, and what it records in Azure, with small
// servers for Azure and for the endpoint. Doesn't prove that the engine runs the gate before the traffic: tests/e2e does.
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { Gate, type GateMode } from "../../../../components/endpoint/gate";
import type { EndpointReference } from "../../../../components/endpoint/reference";
import type { DeploymentDecision } from "../../../../planner/decision";
import { gateModes } from "../../../../planner/rollout/gateMode";
import { armClient, type FakeAzure, serveAzure } from "../../../azure/fakeArm";
import { group, scoreDecision, vllmDecision, workspace, workspaceId } from "../../fixtures";
import { record } from "../../recorder";

type Shares = Readonly<Record<string, number>>;

const id = `${workspaceId}/onlineEndpoints/chat`;
const recordId = `${group}/providers/Microsoft.Resources/deployments/moor-gate-chat`;
const candidate = "main-00000002";
const stable = "main-00000001";

/** An endpoint as the gate sees it: `undefined` has no server, a number is the status of every response, and a text is another address, or "cut off". */
type Door = undefined | number | string | http.RequestListener;

interface Result {
  readonly error?: string;
  readonly warnings: readonly string[];
  /** Requests with the name of a deployment. */
  readonly asked: number;
  readonly azure: FakeAzure;
  /** Body of the write of the record. */
  readonly written: () => unknown;
}

interface Trial {
  readonly mode: GateMode;
  readonly door: Door;
  readonly live?: Shares;
  readonly state?: string;
  readonly decision?: DeploymentDecision;
  readonly responses?: Readonly<Record<string, object | number>>;
}

async function trial({ mode, door, live = {}, state = "Succeeded", decision = vllmDecision, responses = {} }: Trial): Promise<Result> {
  const warnings: string[] = [];
  jest.spyOn(pulumi.log, "info").mockResolvedValue();
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warnings.push(message));
  const properties = { authMode: "Key", scoringUri: "https://chat.swedencentral.inference.ml.azure.com/score", traffic: live };
  const deployments = [candidate, stable].map((name) => ({ name, properties: { provisioningState: state } }));
  const azure = await serveAzure({
    [id]: { properties },
    [`${id}/deployments`]: { value: deployments.map((one) => ({ ...one, properties: { provisioningState: "Succeeded" } })) },
    [`${id}/deployments/${candidate}`]: deployments[0]!,
    [`POST ${id}/listKeys`]: { primaryKey: "k3y" },
    [`PUT ${recordId}`]: { properties: { provisioningState: "Succeeded" } },
    ...responses,
  });
  let asked = 0;
  const server = http.createServer((request, response) => {
    if (request.headers["azureml-model-deployment"] !== undefined) asked++;
    if (typeof door === "function") door(request, response);
    else response.writeHead(Number(door)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The HTTP server ends the connection of a TLS handshake.
  process.env.MOOR_FRONTDOOR_URL = door === "cut off" ? url.replace("http", "https") : typeof door === "string" ? door : url;
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  if (door === undefined) await close();
  const client = armClient();
  const put = jest.spyOn(client, "put");
  try {
    await record(() => {
      const endpoint = { id: pulumi.output(id), name: pulumi.output("chat"), workspace, azure: client } as unknown as EndpointReference;
      const facts = { createdAt: { [candidate]: "1" }, recipes: { [candidate]: "x" } };
      const args = {
        name: "",
        urn: "",
        id: "",
        type: "",
        oldInputs: { traffic: live },
        newInputs: { traffic: { [candidate]: 100 }, ...facts },
      };
      const subjects = [{ name: candidate, decision }];
      return new Gate(endpoint, { mode, subjects, deadlineSeconds: 0.6 }).beforeComponent("gate").callback(args);
    });
    return { warnings, asked, azure, written: () => put.mock.calls };
  } catch (error) {
    return { error: (error as Error).message, warnings, asked, azure, written: () => put.mock.calls };
  } finally {
    delete process.env.MOOR_FRONTDOOR_URL;
    await close();
    await azure.close();
  }
}
afterEach(() => jest.restoreAllMocks());

const recordOf = (passed: Readonly<Record<string, string>>) => [
  [
    recordId,
    {
      properties: {
        mode: "Incremental",
        template: expect.objectContaining({ resources: [], outputs: { passed: { type: "object", value: passed } } }),
      },
    },
    120,
  ],
];

/** Answers as a vLLM server behind Azure's front end. */
const healthy: http.RequestListener = (request, response) => {
  if (request.headers.authorization !== "Bearer k3y") return void response.writeHead(401).end();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    if (request.url === "/chat/health") return void response.end();
    if (request.url === "/chat/v1/models") return void response.end(JSON.stringify({ data: [{ id: "chat" }] }));
    if (!JSON.parse(body).stream) return void response.end(JSON.stringify({ model: "chat", choices: [{ message: { content: "Hello" } }] }));
    const events = [{ choices: [{ delta: { content: "Hello" } }] }, { choices: [{ delta: {}, finish_reason: "stop" }] }];
    response.end([...events.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""));
  });
};

const doors: readonly [what: string, door: Door, because: RegExp][] = [
  ["the name isn't resolved", "https://chat.invalid", /this machine can't resolve the name of chat\.invalid:443 \(E\w+\)/],
  ["the TLS handshake is cut off", "cut off", /the TLS handshake with 127\.0\.0\.1:\d+ fails \(E\w+\)/],
  ["there is no connection", undefined, /this machine can't connect to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/],
  ["Azure refuses the network", 403, /Azure refuses requests to 127\.0\.0\.1:\d+ from the network of this machine \(status 403\)/],
];
const weights: readonly [what: string, live: Shares][] = [
  ["no deployment", {}],
  ["a deployment with the weight 0", { [stable]: 0 }],
  ["a deployment with traffic", { [stable]: 100 }],
];
const unreachable = doors.flatMap(([what, door, because]) => weights.map(([who, live]) => [what, who, door, live, because] as const));

test.each(unreachable)("auto: %s, and the endpoint has %s.", async (_, who, door, live, because) => {
  const { error, warnings, asked, written } = await trial({ mode: "auto", door, live });
  expect(asked).toBe(0);
  if (who === "a deployment with traffic") {
    expect(error).toMatch(because);
    expect(error).toMatch(
      /^chat: the gate can't send requests to main-00000002, because .* Traffic was not changed: main-00000001 100%\.$/m,
    );
    expect(error).toMatch(/virtual network of the stack[\s\S]*`gate: controlPlane`/);
    expect([warnings, written()]).toEqual([[], []]);
  } else {
    expect(error).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(
        /^chat: main-00000002 passed the gate by its state in Azure only: no request was sent, because .*\. Run `npm run smoke -- -s \w+` inside the network\.$/,
      ),
    ]);
    expect(warnings[0]).toMatch(because);
    expect(written()).toEqual(recordOf({ [candidate]: "state" }));
  }
});

test.each(unreachable)("runner never falls back: %s, and the endpoint has %s.", async (_, __, door, live) => {
  const { error, warnings, written } = await trial({ mode: "runner", door, live });
  expect(error).toMatch(/^chat: main-00000002 did not pass the gate \(check: readiness\)\. Traffic was not changed/);
  expect([warnings, written()]).toEqual([[], []]);
});

test("auto: a deployment whose state is not Succeeded doesn't pass if the endpoint can't be reached.", async () => {
  const { error, warnings, written } = await trial({ mode: "auto", door: undefined, state: "Failed" });
  expect(error).toMatch(/main-00000002 did not pass the gate \(check: state\)\. [\s\S]*provisioningState Failed/);
  expect([warnings, written()]).toEqual([[], []]);
});

const answers: readonly [what: string, headers: http.OutgoingHttpHeaders, status: number][] = [
  ["an unauthorized request", {}, 401],
  ["an error of the container", { "ms-azureml-model-error-statuscode": "500" }, 424],
  ["a container that isn't ready", { "ms-azureml-model-error-statuscode": "503" }, 424],
  ["the container's own 403", { "ms-azureml-model-error-statuscode": "403" }, 424],
  ["too many requests", {}, 429],
  ["a timeout", {}, 408],
  ["no deployment with weight", {}, 404],
  ["an error of the front end", {}, 500],
];

test.each(answers)("auto doesn't fall back after %s.", async (_, headers, status) => {
  const door: http.RequestListener = (_request, response) => void response.writeHead(status, headers).end();
  const { error, warnings, asked, written } = await trial({ mode: "auto", door });
  expect(error).toMatch(new RegExp(`did not pass the gate \\(check: readiness\\)[\\s\\S]*: ${status}`));
  expect(asked).toBeGreaterThan(0);
  expect([warnings, written()]).toEqual([[], []]);
});

test("auto doesn't fall back if Azure refuses only the credential.", async () => {
  const door: http.RequestListener = ({ headers }, response) => void response.writeHead(headers.authorization ? 403 : 401).end();
  const { error, asked } = await trial({ mode: "auto", door });
  expect(error).toMatch(/did not pass the gate \(check: readiness\)[\s\S]*: 403/);
  expect(asked).toBeGreaterThan(0);
});

const passed: Readonly<Record<GateMode, { readonly asked: number; readonly result?: "requests" | "state" }>> = {
  auto: { asked: 4, result: "requests" },
  runner: { asked: 4, result: "requests" },
  controlPlane: { asked: 0, result: "state" },
  off: { asked: 0 },
};

test.each(gateModes)("%s with an endpoint that is reached.", async (mode) => {
  const { error, warnings, asked, written } = await trial({ mode, door: healthy, live: { [stable]: 100 } });
  const { result, asked: expected } = passed[mode];
  expect([error, warnings, asked]).toEqual([undefined, [], expected]);
  expect(written()).toEqual(result === undefined ? [] : recordOf({ [candidate]: result }));
});

test("A score.py without a sample request is checked by its state, and the endpoint isn't asked.", async () => {
  const { error, warnings, written } = await trial({ mode: "auto", door: undefined, decision: scoreDecision, live: { [stable]: 100 } });
  expect([error, warnings]).toEqual([undefined, []]);
  expect(written()).toEqual(recordOf({ [candidate]: "state" }));
});

test("The record keeps the results of other deployments, and forgets deployments that no longer exist.", async () => {
  const value = { [stable]: "requests", "main-99999999": "state", [candidate]: "state", "main-88888888": "bogus" };
  const before = { [recordId]: { properties: { outputs: { passed: { type: "Object", value } } } } };
  const { written } = await trial({ mode: "auto", door: healthy, responses: before });
  expect(written()).toEqual(recordOf({ [stable]: "requests", [candidate]: "requests" }));
});

test.each([403, 409])("A record that Azure doesn't write (%i) is a warning, and the traffic is written.", async (status) => {
  const { error, warnings } = await trial({ mode: "runner", door: healthy, responses: { [`PUT ${recordId}`]: status } });
  expect(error).toBeUndefined();
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(`^chat: can't record how main-00000002 passed the gate \\(Azure answered ${status} .*Traffic is not affected\\.$`),
    ),
  ]);
});

test("A deployment that no longer exists ends the run before a request is sent.", async () => {
  const gone = { [`${id}/deployments/${candidate}`]: 404 };
  const { error, written, asked } = await trial({ mode: "auto", door: healthy, responses: gone, live: { [stable]: 100 } });
  expect(error).toContain("main-00000002 no longer exists in Azure. Traffic was not changed: main-00000001 100%.");
  expect([asked, written()]).toEqual([0, []]);
});
