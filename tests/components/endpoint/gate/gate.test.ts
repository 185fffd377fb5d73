// Proves the gate's requests, its evaluation of responses and its retries, with values and a small server. Doesn't prove that the engine
// waits for the gate: tests/e2e does.
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { gateReport } from "../../../../components/endpoint/gate/report";
import { subjectsToCheck } from "../../../../components/endpoint/gate/subjects";
import { checksOf } from "../../../../components/scoring/checks";
import type { GateAnswer, Send } from "../../../../components/scoring/request";
import { sender } from "../../../../components/scoring/request";
import { runChecks } from "../../../../components/scoring/runChecks";
import { servedName } from "../../../../planner/servedName";
import { scoreDecision, vllmDecision, workspaceId } from "../../fixtures";

const ok = (body: unknown, seconds = 0.1): GateAnswer => ({
  status: 200,
  body: typeof body === "string" ? body : JSON.stringify(body),
  seconds,
});
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const text = (content: string) => event({ choices: [{ delta: { content } }] });
const stop = event({ choices: [{ delta: {}, finish_reason: "stop" }] });
const judge = (what: string, answer: GateAnswer) =>
  checksOf(vllmDecision)
    .find((check) => check.what === what)!
    .judge(answer);

test("The checks of a vLLM deployment are readiness, model, chat and stream, with the model name that clients use.", () => {
  expect(checksOf(vllmDecision).map(({ what, request }) => `${what} ${request.method} ${request.path}`)).toEqual([
    "readiness GET /health",
    "model GET /v1/models",
    "chat POST /v1/chat/completions",
    "stream POST /v1/chat/completions",
  ]);
  expect(checksOf(vllmDecision)[2]!.request.body).toMatchObject({ model: "chat", stream: false });
});

test("Each LoRA adapter is asked by its name, and the list of models contains all names.", () => {
  const adapters = ["legal", "support"].map((name) => ({ name, id: `acme/${name}`, revision: "d".repeat(40), rank: 16 }));
  const model = {
    id: "Qwen/Qwen2.5-7B-Instruct",
    revision: "a".repeat(40),
    source: "mirror",
    path: "models/x",
    staged: true,
    adapters,
  } as const;
  const checks = checksOf({ ...vllmDecision, model }, { latency: 2 });
  expect(checks.map(({ what, request }) => [what, (request.body as { model?: string } | undefined)?.model])).toEqual([
    ["readiness", undefined],
    ["model", undefined],
    ["chat", "chat"],
    ["stream", "chat"],
    ["adapter legal", "legal"],
    ["adapter support", "support"],
    ["latency", "chat"],
  ]);
  const judged = (what: string, body: unknown) => checks.find((check) => check.what === what)!.judge(ok(body));
  expect(judged("model", { data: [{ id: "chat" }, { id: "support" }, { id: "legal" }] })).toBeUndefined();
  expect(judged("model", { data: [{ id: "chat" }, { id: "support" }] })).toBe("it lists chat, support, not legal");
  expect(judged("adapter legal", { model: "legal", choices: [{ message: { content: "hi" } }] })).toBeUndefined();
  expect(judged("adapter legal", { model: "chat", choices: [{ message: { content: "hi" } }] })).toBe("its model is chat, not legal");
});

test.each([
  [["--served-model-name=chat"], "chat"],
  [["--max-model-len", "16", "--served-model-name", "other"], "other"],
  [[], "Qwen/Qwen2.5-7B-Instruct"],
])("With flags %j the model is called %s.", (flags, name) => {
  expect(servedName({ ...vllmDecision, flags })).toBe(name);
});

test("A score.py is checked only with a sample request; latency is an additional check.", () => {
  expect(checksOf(scoreDecision)).toEqual([]);
  const checks = checksOf(scoreDecision, { request: { rows: [] }, answer: { scores: [0.5] }, latency: 2 });
  expect(checks.map(({ what, request }) => `${what} ${request.path}`)).toEqual(["sample /score", "latency /score"]);
  expect(checks[0]!.judge(ok({ scores: ["x"] }))).toBe("scores[0] is text, not a number");
  expect(checks[0]!.judge(ok("<html>"))).toBe("it isn't JSON");
  expect([checks[1]!.judge(ok("", 2)), checks[1]!.judge(ok("", 2.04))]).toEqual([undefined, "it took 2.0 s; at most 2 s are allowed"]);
});

test.each([
  ["model", ok({ data: [{ id: "chat" }] }), undefined],
  ["model", ok({ data: [] }), "it lists no model, not chat"],
  ["model", ok({}), "it lists no models"],
  ["chat", ok({ model: "chat", choices: [{ message: { content: "hi" } }] }), undefined],
  ["chat", ok({ model: "gpt", choices: [{ message: { content: "hi" } }] }), "its model is gpt, not chat"],
  ["chat", ok({ model: "chat", choices: [{ message: { content: " " } }] }), "it contains no text"],
  ["stream", ok(`${text("he")}${text("llo")}${stop}data: [DONE]\n\n`), undefined],
  ["stream", ok(`${text("he")}${stop}`), "the stream doesn't end with [DONE]; it was interrupted"],
  ["stream", ok(`${stop}${text("he")}data: [DONE]\n\n`), "the stream contains text after finish_reason"],
  ["stream", ok(`${text("he")}data: [DONE]\n\n`), "no event contains finish_reason"],
  ["stream", ok(`${stop}data: [DONE]\n\n`), "the stream contains no text"],
  ["stream", ok("data: {\n\ndata: [DONE]\n\n"), "an event of the stream isn't JSON"],
])("Check %s of the response %j: %s.", (what, answer, problem) => {
  expect(judge(what, answer)).toBe(problem);
});

test("Temporary failures are retried, permanent ones are not.", async () => {
  const run = async (answers: (GateAnswer | Error)[], deadlineSeconds = 5) => {
    const left = [...answers];
    const send: Send = async () => {
      const next = left.shift() ?? answers.at(-1)!;
      if (next instanceof Error) throw next;
      return next;
    };
    const failure = await runChecks({ checks: [checksOf(vllmDecision)[0]!], send, deadlineSeconds });
    return failure && `${failure.attempts}: ${failure.response}`;
  };
  const failed = (status: number, modelStatus?: number): GateAnswer => ({ status, modelStatus, body: "no", seconds: 0 });
  expect(await run([failed(424, 503), new Error("ECONNREFUSED"), ok("")])).toBeUndefined();
  expect(await run([failed(424, 404)])).toBe("1: 424 (the container's own status: 404): no");
  expect(await run([failed(401)], 0.2)).toBe("1: 401: no");
  expect(await run([new Error("ECONNREFUSED")], 0.6)).toBe("2: no response (ECONNREFUSED)");
});

test("A request contains the deployment and the credential, and returns the container's own status.", async () => {
  const seen: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(424, { "ms-azureml-model-error-statuscode": "500" }).end("no");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const send = sender({ baseUrl, deployment: "main-1", credential: "k" });
  expect(await send({ method: "GET", path: "/health" }, AbortSignal.timeout(5000))).toMatchObject({ status: 424, modelStatus: 500 });
  expect(seen).toEqual([expect.objectContaining({ authorization: "Bearer k", "azureml-model-deployment": "main-1" })]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const facts = { traffic: { a: 90, b: 10 }, createdAt: { a: "1", b: "1" }, recipes: { a: "x", b: "x" } };
test.each([
  ["nothing changed", {}, {}, []],
  ["b gains", { traffic: { a: 50, b: 50 } }, {}, ["b"]],
  ["a was re-created", { createdAt: { a: "2", b: "1" } }, {}, ["a"]],
  ["a was updated in place", { recipes: { a: "y", b: "x" } }, {}, ["a"]],
  ["b loses all", { traffic: { a: 100 } }, {}, ["a"]],
  ["b was increased in the portal", { traffic: { a: 80, b: 20 } }, { a: 0, b: 100 }, ["a", "b"]],
])("When %s, the deployments that gain traffic or differ are checked.", (_, change, live, asked) => {
  const subjects = [{ name: "a" }, { name: "b" }];
  const now = { ...facts, ...change };
  expect(subjectsToCheck(subjects, facts, now, { ...facts.traffic, ...live }).map(({ name }) => name)).toEqual(asked);
});

test("A report contains no credential, even if the container returns it.", () => {
  const report = gateReport({
    endpointId: `${workspaceId}/onlineEndpoints/chat`,
    subject: { name: "main-2", decision: vllmDecision },
    live: { "main-1": 100 },
    failure: {
      what: "chat",
      request: "POST /",
      response: "500: Bearer s3cr3t-key hf_abcdefgh12345 s3cr3t-key",
      attempts: 2,
      seconds: 1.26,
    },
    credential: "s3cr3t-key",
  });
  expect(report).not.toMatch(/s3cr3t|hf_abc/);
  expect(report).toContain("Traffic was not changed: main-1 100%.");
  expect(report).toContain("Response after 2 attempts in 1.3 s: 500:");
});
