// Proves the client settings of an endpoint, from the decisions of its deployments. Doesn't prove that a server behaves accordingly.
import { clientPaths } from "../../../components/endpoint/clients";
import { deploymentTerms, endpointTerms } from "../../../components/endpoint/clientTerms";
import type { ClientAdvice, DeploymentDecision } from "../../../planner/decision";
import { scoreDecision, vllmDecision } from "../fixtures";

const advice = (maxTokens: number, timeoutSeconds: number, ...retryOn: number[]): ClientAdvice => ({ maxTokens, timeoutSeconds, retryOn });
const told = (clients: ClientAdvice | undefined, decision: DeploymentDecision = vllmDecision) => ({ ...decision, clients });
const retry = { modelStatuses: [408, 429, 500, 502, 503, 504], attempts: 5, firstPauseSeconds: 1, pauseFactor: 2 };

test("a deployment has its task, its model name, the maximum answer length and Azure's timeout", () => {
  expect(deploymentTerms(told(advice(1292, 190, 408)))).toEqual({
    task: "chat",
    model: "chat",
    maxTokens: 1292,
    requestTimeoutSeconds: 180,
  });
  expect(deploymentTerms(told({ timeoutSeconds: 70, retryOn: [408] }, scoreDecision))).toEqual({
    task: "score",
    requestTimeoutSeconds: 60,
  });
});

test.each(["embed", "rerank"] as const)("a deployment with the task %s has no maximum answer length", (task) => {
  const clients = { timeoutSeconds: 40, retryOn: [408, 424, 429] };
  expect(deploymentTerms(told(clients, { ...vllmDecision, task }))).toEqual({ task, model: "chat", requestTimeoutSeconds: 180 });
  const planned = [{ decision: told(clients, { ...vllmDecision, task }), weight: 100 }];
  expect(endpointTerms(planned)).toEqual({ task, model: "chat", timeoutSeconds: 40, retry: { statuses: [408, 424, 429], ...retry } });
});

test.each([
  ["chat", "/v1"],
  ["embed", "/v1"],
  ["rerank", undefined],
] as const)("with the task %s, the base path for OpenAI clients is %s", (task, openai) => {
  const decision: DeploymentDecision = task === "chat" ? vllmDecision : { ...vllmDecision, task };
  expect(clientPaths([{ decision, weight: 100 }])).toEqual({ scoring: "/", openai });
});

test("without a served name, the model name is the model's ID", () => {
  expect(deploymentTerms({ ...vllmDecision, flags: [] }).model).toBe("Qwen/Qwen2.5-7B-Instruct");
});

test.each<[what: string, planned: { decision: DeploymentDecision; weight: number }[], expected: object | undefined]>([
  [
    "the smallest answer, the longest timeout and every status of those with weight",
    [
      { decision: told(advice(1292, 190, 429)), weight: 10 },
      { decision: told(advice(1564, 110, 424, 408)), weight: 90 },
      { decision: told(advice(1, 999, 500)), weight: 0 },
    ],
    { task: "chat", model: "chat", maxTokens: 1292, timeoutSeconds: 190, retry: { statuses: [408, 424, 429], ...retry } },
  ],
  [
    "all of them while none has weight",
    [{ decision: told(advice(100, 60, 429)), weight: 0 }],
    { task: "chat", model: "chat", maxTokens: 100, timeoutSeconds: 60, retry: { statuses: [429], ...retry } },
  ],
  [
    "the task of the one with the most weight",
    [
      { decision: told(advice(100, 60, 429)), weight: 40 },
      { decision: told(undefined, scoreDecision), weight: 60 },
    ],
    { task: "score", maxTokens: 100, timeoutSeconds: 70, retry: { statuses: [408, 424, 429], ...retry } },
  ],
  [
    "a lock that doesn't hold what clients are told: the timeout all the same",
    [{ decision: told(undefined), weight: 100 }],
    { task: "chat", model: "chat", timeoutSeconds: 190, retry: { statuses: [408, 424, 429], ...retry } },
  ],
  ["nothing without deployments", [], undefined],
])("an endpoint has %s", (_, planned, expected) => {
  expect(endpointTerms(planned)).toEqual(expected);
});
