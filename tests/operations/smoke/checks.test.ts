// Proves with stubs what a smoke test asks, measures and reports, and each reason for which it fails or tests nothing. Doesn't prove that a deployed
// stack has such outputs: tests/e2e/smoke.test.ts does.
import * as net from "node:net";
import type { Declared } from "../../../operations/smoke";
import { documentText, NotTested, smokeReport } from "../../../operations/smoke";
import { type Received, type ScoringStub, serve, startScoringStub } from "../../components/scoring/support";
import { azureOfEndpoint, chatOutput, endpointId, plantedKey, poolingOutput, scoreOutput, type Trial, trial } from "./support";

let stub: ScoringStub;
beforeEach(async () => {
  stub = await startScoringStub();
});
afterEach(() => stub.close());

const run = (options: Partial<Trial> = {}) => trial({ scoring: stub.url, ...options });
const refusal = async (options: Partial<Trial>) => {
  const error = await run(options).then(
    () => new Error("it was tested"),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(NotTested);
  return error.message;
};
/** The checks of all targets: name, and problem or ok. */
const checksOf = ({ document }: Awaited<ReturnType<typeof run>>) =>
  document.endpoints.flatMap(({ targets }) =>
    targets.map(({ target, checks }) => [target, ...checks.map(({ check, problem }) => `${check}: ${problem ?? "ok"}`)]),
  );
const answering = (meddle: (request: Received) => { status: number; headers?: Record<string, string>; body?: string } | undefined) => {
  stub.answer = (request, response) => {
    const other = meddle(request);
    return other ? response.writeHead(other.status, other.headers).end(other.body) : serve(request, response);
  };
};

test("Each deployment is asked by name, and then the endpoint through its traffic weights.", async () => {
  const outcome = await run();
  expect(checksOf(outcome)).toEqual([
    ["deployment", "readiness: ok", "model: ok", "chat: ok", "stream: ok"],
    ["traffic", "readiness: ok", "model: ok", "chat: ok", "stream: ok"],
  ]);
  expect(outcome.document).toMatchObject({ schemaVersion: 1, stack: "prod", passed: true });
  expect(outcome.document.endpoints[0]).toMatchObject({ key: "chat", name: "chat-1", auth: "key", url: `${stub.url}/chat-1`, notes: [] });
  expect(stub.received.map(({ headers, path }) => [headers["azureml-model-deployment"], path])).toEqual([
    ...["/health", "/v1/models", "/v1/chat/completions", "/v1/chat/completions"].map((path) => ["main-1", path]),
    ...["/health", "/v1/models", "/v1/chat/completions", "/v1/chat/completions"].map((path) => [undefined, path]),
  ]);
  const ids = stub.received.map(({ headers }) => headers["x-ms-client-request-id"]);
  expect(ids).toEqual(ids.map((_, index) => `moor-smoke-${outcome.document.run}-check-${index + 1}`));
});

test("A stream is measured by the number of tokens that vLLM reports.", async () => {
  const { document } = await run();
  const [, , chat, stream] = document.endpoints[0]!.targets[0]!.checks;
  expect(chat).toEqual({ check: "chat", passed: true, status: 200, seconds: expect.any(Number), tokens: 3, answeredBy: "main-1" });
  expect(stream).toMatchObject({ tokens: 5, firstTokenSeconds: expect.any(Number) });
  expect(stream!.seconds!).toBeGreaterThanOrEqual(stream!.firstTokenSeconds!);
});

test.each([
  ["embed", "embedding", "/v1/embeddings", "Each request embeds a text of about 100 tokens.", 10],
  ["rerank", "rerank", "/v1/rerank", "Each request scores two documents for a query.", 30],
] as const)("A deployment with the task %s is checked and loaded with its own requests.", async (task, check, path, request, tokens) => {
  const outputs = { chat: poolingOutput(task) };
  const outcome = await run({ outputs, load: { clients: 1, seconds: 0.2 } });
  expect(checksOf(outcome)).toEqual([
    ["deployment", "readiness: ok", "model: ok", `${check}: ok`],
    ["traffic", "readiness: ok", "model: ok", `${check}: ok`],
  ]);
  const load = outcome.document.load!;
  expect(load).toMatchObject({ task, failed: 0, inputTokens: tokens * load.requests, inputTokensPerSecond: expect.any(Number) });
  expect([load.tokens, load.tokensPerSecond, load.firstTokenSeconds, load.maxTokens]).toEqual(Array(4).fill(undefined));
  expect(stub.received.slice(6).map((one) => one.path)).toEqual(Array(load.requests + 1).fill(path));
  const text = smokeReport(outcome.document);
  expect(text).toContain(request);
  expect(text).toMatch(/^ {2}input tokens per second {2}[\d,.]+$/m);
  expect(text).not.toContain("time to first token");
});

const declared = (check: Declared["checks"][string]): Record<string, Declared> => ({
  chat: { checks: { main: check }, locked: new Map() },
});

test("A score.py is asked with the sample request of the stack file, at the route of its environment.", async () => {
  const outcome = await run({ outputs: { chat: scoreOutput }, declared: declared({ request: { rows: [1] }, answer: { scores: [0.1] } }) });
  expect(checksOf(outcome)).toEqual([
    ["deployment", "sample: ok"],
    ["traffic", "sample: ok"],
  ]);
  expect(stub.received.map(({ path, body }) => `${path} ${body}`)).toEqual(['/score {"rows":[1]}', '/score {"rows":[1]}']);
});

test("Of a score.py without a sample request, the state is checked, and a note says how to test it.", async () => {
  const outcome = await run({ outputs: { chat: scoreOutput } });
  expect(checksOf(outcome)).toEqual([["deployment", "state: ok"]]);
  expect(outcome.document.endpoints[0]!.notes).toEqual([
    "No request was sent to chat/main, only its state in Azure was checked. To test it, set check.request of " +
      "moor:endpoints.chat.deployments.main to the body of a sample request.",
  ]);
  const failed = { sku: { capacity: 1 }, properties: { provisioningState: "Failed" } };
  const azure = { ...azureOfEndpoint, [`${endpointId}/deployments/main-1`]: failed };
  expect(checksOf(await run({ outputs: { chat: scoreOutput }, azure }))).toEqual([
    ["deployment", "state: The provisioning state in Azure is Failed."],
  ]);
});

test("The fastest of three answers must be within check.latency.", async () => {
  const outcome = await run({ declared: declared({ latency: 1e-9 }), deployment: "main" });
  expect(outcome.document.passed).toBe(false);
  expect(checksOf(outcome)[0]!.at(-1)).toMatch(/^latency: 200, but it took 0\.0 s; at most 1e-9 s are allowed/);
  expect(stub.received.filter(({ path }) => path === "/v1/chat/completions")).toHaveLength(5);
});

test("A failed check contains the container's own status, and no credential. The other checks are still made.", async () => {
  answering(({ path }) =>
    path === "/v1/models"
      ? { status: 424, headers: { "ms-azureml-model-error-statuscode": "500" }, body: `Bearer ${plantedKey} hf_${"x".repeat(20)}` }
      : undefined,
  );
  const outcome = await run({ deployment: "main" });
  expect(checksOf(outcome)).toEqual([
    ["deployment", "readiness: ok", "model: 424 (the container's own status: 500): Bearer [secret] [secret]", "chat: ok", "stream: ok"],
  ]);
  const text = documentText(outcome.document) + smokeReport(outcome.document);
  expect(text).not.toMatch(/planted|hf_x/);
  expect(text).toContain('"modelStatus": 500');
  expect(text).toContain("Failed: 3 of 4 checks.");
});

test("A key that the endpoint refuses is a failed check.", async () => {
  answering(() => ({ status: 401, body: "no" }));
  const outcome = await run({ deployment: "main" });
  expect([outcome.document.passed, checksOf(outcome)[0]![1]]).toEqual([false, "readiness: 401: no"]);
});

test("A deployment that was deleted outside the stack is a failed check.", async () => {
  const { [`${endpointId}/deployments/main-1`]: _gone, ...azure } = azureOfEndpoint;
  const outcome = await run({ azure });
  expect(checksOf(outcome)).toEqual([
    ["deployment", "exists: The deployment main-1 no longer exists in Azure. Run `pulumi refresh`, then `pulumi up`."],
  ]);
});

test("One of several endpoints without deployments is a failed check. The others are tested.", async () => {
  const outcome = await run({ outputs: { ask: { ...chatOutput, deployments: {} }, chat: chatOutput } });
  const problem = "The endpoint ask has no deployments yet. `pulumi preview` says what is missing, such as staged weights.";
  expect(checksOf(outcome)).toEqual([["traffic", `exists: ${problem}`], expect.arrayContaining(["stream: ok"]), expect.anything()]);
  expect(outcome.document.passed).toBe(false);
});

test("Without traffic, clients receive no answer, which is a failed check.", async () => {
  const properties = { authMode: "Key", scoringUri: "https://x.y/", traffic: {} };
  const outcome = await run({ azure: { ...azureOfEndpoint, [endpointId]: { properties } }, load: { clients: 1, seconds: 1 } });
  expect(checksOf(outcome)[1]).toEqual(["traffic", expect.stringMatching(/^traffic: No deployment has a traffic weight above 0/)]);
  expect([outcome.document.passed, outcome.document.load, outcome.reported]).toEqual([
    false,
    undefined,
    ["The load is not sent, because a check failed."],
  ]);
});

test("A difference between Azure and the lock file is noted.", async () => {
  const locked = new Map([["main-1", { requestTimeout: 60, maxConcurrentRequestsPerInstance: 64 }]]);
  const { document } = await run({ declared: { chat: { checks: {}, locked } } });
  expect(document.endpoints[0]!.notes).toEqual([
    "main-1 accepts 4 concurrent requests per instance in Azure, and 64 in the lock file. Run `npm run drift` to see all changes.",
  ]);
});

const noAccess = "which has no public access. Run it on a machine in the stack's virtual network or in a peered network";
const entraEndpoint = { properties: { authMode: "AADToken", scoringUri: "https://x.y/", traffic: { "main-1": 100 } } };

test("A name that can't be resolved, and a refused connection, are explained.", async () => {
  expect(await refusal({ scoring: "http://chat-1.moor-test.invalid" })).toContain(noAccess);
  await stub.close();
  const message = await refusal({});
  expect(message).toMatch(/^The endpoint chat can't be tested: this machine can't connect to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\. /);
  expect(message).toContain(noAccess);
  stub = await startScoringStub();
});

test("A TLS handshake that is cut off is explained, as of a firewall.", async () => {
  const firewall = net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => firewall.listen(0, "127.0.0.1", resolve));
  try {
    const scoring = `https://127.0.0.1:${(firewall.address() as net.AddressInfo).port}`;
    const message = await refusal({ scoring });
    expect(message).toMatch(/^The endpoint chat can't be tested: the TLS handshake with 127\.0\.0\.1:\d+ fails \(ECONNRESET\)\. /);
    expect(message).toContain(noAccess);
  } finally {
    firewall.close();
  }
});

test("A connection that a reached endpoint closes before the response is a failed check.", async () => {
  stub.answer = (_, response) => void response.socket?.resetAndDestroy();
  const { document } = await run({});
  expect(document.endpoints[0]!.targets[0]!.checks[0]).toEqual({
    ...{ check: "readiness", passed: false },
    problem: expect.stringMatching(/^no response \(fetch failed: /),
  });
});

test("Azure's refusal of the network is distinguished from a missing role by a request without a credential.", async () => {
  answering(() => ({ status: 403 }));
  expect(await refusal({})).toMatch(/Azure refuses requests to 127\.0\.0\.1:\d+ from the network of this machine \(status 403\)\. /);
  expect(stub.received.map(({ headers }) => headers.authorization !== undefined)).toEqual([true, false, true]);
});

test.each([401, 403])("Status %d for an Entra ID caller without a role is explained.", async (status) => {
  answering(({ headers }) => ({ status: headers.authorization === undefined ? 401 : status }));
  const identity = await startScoringStub((_, response) => response.end(JSON.stringify({ access_token: "planted-token" })));
  try {
    const message = await refusal({
      azure: { ...azureOfEndpoint, [endpointId]: entraEndpoint },
      environment: { IDENTITY_ENDPOINT: `${identity.url}/msi` },
    });
    expect(message).toMatch(
      new RegExp(`^The endpoint chat refused the identity of this run \\(${status}\\): it has no role with the action`),
    );
    expect(message).toContain("Add its object ID to `invokers` of moor:endpoints.chat and run `pulumi up`.");
    expect(stub.received[0]!.headers.authorization).toBe("Bearer planted-token");
  } finally {
    await identity.close();
  }
});

test.each<[what: string, options: Partial<Trial>, message: string]>([
  ["an unknown endpoint", { endpoint: "x" }, '--endpoint is "x". Endpoints of the stack prod: chat.'],
  [
    "an endpoint of the stack file that isn't deployed",
    { endpoint: "fraud", declared: { fraud: { checks: {}, locked: new Map() } } },
    "The endpoint fraud is in the stack file, but it is not deployed. Run `npm run local -- up -s prod`, which creates it; `pulumi preview` says what is missing.",
  ],
  ["an unknown deployment", { deployment: "x" }, '--deployment is "x". Deployments of the endpoint chat: main.'],
  [
    "no endpoint",
    { outputs: {}, declared: {} },
    "The stack prod has no endpoint in its outputs (its stack file declares none). Run `npm run local -- up -s prod` first.",
  ],
  [
    "an endpoint without deployments",
    { outputs: { chat: { ...chatOutput, deployments: {} } } },
    "The endpoint chat has no deployments yet. `pulumi preview` says what is missing, such as staged weights.",
  ],
  ["an endpoint that was deleted", { azure: {} }, "The endpoint chat-1 no longer exists in Azure. Run `pulumi refresh`, then `pulumi up`."],
  [
    "outputs of an earlier version",
    { outputs: { chat: { ...chatOutput, auth: undefined } } },
    'The outputs of the stack prod are not as expected (endpoints.chat.auth: Invalid option: expected one of "key"|"entra"). If an earlier version of Moor wrote them, run `npm run local -- up -s prod`.',
  ],
  [
    "no stack",
    { outputs: "error: no stack named 'prod' found" },
    "The outputs of the stack prod can't be read:\nerror: no stack named 'prod' found\nIf the stack doesn't exist yet, create it with `npm run local -- up -s prod`.",
  ],
  [
    "an unknown authentication mode",
    { azure: { ...azureOfEndpoint, [endpointId]: { properties: { authMode: "Magic", scoringUri: "https://x.y/" } } } },
    "chat-1 has authMode Magic, which smoke doesn't support. Allowed: Key, AMLToken, AADToken.",
  ],
  [
    "a load on two endpoints",
    { outputs: { chat: chatOutput, fraud: chatOutput }, load: { clients: 1, seconds: 1 } },
    "--load needs one endpoint. Set --endpoint to one of: chat, fraud.",
  ],
  [
    "a deployment of two endpoints",
    { outputs: { chat: chatOutput, fraud: chatOutput }, deployment: "main" },
    "--deployment needs one endpoint. Set --endpoint to one of: chat, fraud.",
  ],
  [
    "answers that are too long",
    { load: { clients: 1, seconds: 1, maxTokens: 1001 } },
    "--max-tokens is 1001. Allowed: up to 1000, the maxTokens of the endpoint's outputs.",
  ],
  [
    "a load on a score.py without a sample request",
    { outputs: { chat: scoreOutput }, load: { clients: 1, seconds: 1 } },
    "--load has no request to send. No request was sent to chat/main, only its state in Azure was checked. To test it, set check.request of " +
      "moor:endpoints.chat.deployments.main to the body of a sample request.",
  ],
  [
    "tokens of a score.py",
    { outputs: { chat: scoreOutput }, declared: declared({ request: 1 }), load: { clients: 1, seconds: 1, maxTokens: 9 } },
    "--max-tokens is set, but the deployment chat/main generates no tokens (task: score). Omit it.",
  ],
  [
    "tokens of embeddings",
    { outputs: { chat: poolingOutput("embed") }, load: { clients: 1, seconds: 1, maxTokens: 9 } },
    "--max-tokens is set, but the deployment chat/main generates no tokens (task: embed). Omit it.",
  ],
])("With %s, nothing is tested.", async (_, options, message) => {
  expect(await refusal(options)).toBe(message);
  expect(stub.received).toEqual([]);
});

test("An interruption ends the checks.", async () => {
  expect(await refusal({ signal: AbortSignal.abort() })).toBe("Interrupted before the checks were complete. Nothing was measured.");
});

test("A refused read of the keys is Azure's error.", async () => {
  await expect(run({ azure: { ...azureOfEndpoint, [`POST ${endpointId}/listKeys`]: 403 } })).rejects.toThrow("Azure answered 403");
});
