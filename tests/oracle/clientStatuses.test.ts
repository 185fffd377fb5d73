// Proves the table of status codes for clients with the scoring proxy: each status that it can return is provoked, and its row describes
// the cause and whether it is retryable. Doesn't prove that Azure returns them: 400, 413 and 502 to 504 come from components in front of
// the proxy.

import { clientStatuses, clientStatusOf } from "../../azure/clientStatuses";
import { modelStatusHeader, retryableModelStatuses, scoringStatus } from "../../azure/scoring";
import {
  type DeploymentView,
  type Directory,
  type EndpointView,
  type ScoringProxy,
  startScoringProxy,
} from "../../azure-local/scoringProxy";
import { scoringAudience } from "../../azure-local/scoringProxy/auth";
import { signToken } from "../../azure-local/scoringProxy/jwt";
import { adviceFor } from "../../planner/serving/clients";
import { deployment, directoryOf, endpoint } from "../azure-local/scoringProxy/support";

const chat = "/chat/v1/chat/completions";
const hello = { model: "tiny", messages: [{ role: "user", content: "hello" }] };

interface Case {
  readonly what: string;
  readonly endpoint?: Partial<EndpointView>;
  readonly deployment?: Partial<DeploymentView>;
  readonly fault?: Parameters<typeof startScoringProxy>[0]["faults"];
  readonly directory?: Directory;
  readonly path?: string;
  readonly bearer?: string;
  readonly body?: object;
  /** Number of concurrent requests. @default 1 */
  readonly at?: number;
  readonly status: number;
  readonly modelStatus?: number;
  /** Words of the row's meaning. */
  readonly meaning: string;
  /** Whether the status is retryable, by the table and the model's status. */
  readonly again: boolean;
}

const cases: readonly Case[] = [
  { what: "an answer", status: 200, meaning: "The model answered", again: false },
  { what: "no key", bearer: "", status: 401, meaning: "missing, invalid or expired", again: false },
  { what: "a wrong key", bearer: "wrong", status: 401, meaning: "missing, invalid or expired", again: false },
  { what: "a token that isn't one", endpoint: { authMode: "AADToken" }, status: 401, meaning: "missing, invalid or expired", again: false },
  {
    what: "a valid token without the right to score",
    endpoint: { authMode: "AADToken", tokenSecret: "issuer" },
    bearer: signToken({ aud: scoringAudience, oid: "app-1", exp: Math.floor(Date.now() / 1000) + 3600 }, "issuer"),
    status: 403,
    meaning: "have permission to score",
    again: false,
  },
  { what: "no such endpoint", path: "/unknown/v1/models", status: 404, meaning: "endpoint or path doesn't exist", again: false },
  {
    what: "no deployment with weight",
    endpoint: { traffic: {} },
    status: 404,
    meaning: "all deployments have the traffic weight 0",
    again: false,
  },
  {
    what: "an answer that takes too long",
    deployment: { requestTimeout: 0.1 },
    fault: { chat: { kind: "hang" } },
    status: 408,
    meaning: "took longer",
    again: true,
  },
  {
    what: "the model's own 404",
    body: { ...hello, model: "other" },
    status: 424,
    modelStatus: 404,
    meaning: "status other than 200",
    again: false,
  },
  { what: "the model's own 400", body: { model: "tiny" }, status: 424, modelStatus: 400, meaning: "status other than 200", again: false },
  {
    what: "the model's own 500",
    fault: { chat: { kind: "status", status: 500 } },
    status: 424,
    modelStatus: 500,
    meaning: "status other than 200",
    again: true,
  },
  {
    what: "a container that is starting",
    deployment: { startUp: 3600 },
    status: 424,
    modelStatus: 503,
    meaning: "status other than 200",
    again: true,
  },
  {
    what: "three requests where two are admitted",
    deployment: { maxConcurrentRequestsPerInstance: 1, requestTimeout: 0.3 },
    fault: { chat: { kind: "hang" } },
    at: 3,
    status: 429,
    meaning: "concurrent requests exceed",
    again: true,
  },
  {
    what: "a front end that fails",
    directory: { find: () => Promise.reject(new Error("out of order")) },
    status: 500,
    meaning: "front end failed",
    again: true,
  },
];

let frontdoor: ScoringProxy;
afterEach(() => frontdoor.close());

async function answers(one: Case): Promise<Response[]> {
  const directory = one.directory ?? directoryOf(endpoint({ deployments: [deployment("main", one.deployment)], ...one.endpoint }));
  frontdoor = await startScoringProxy({ directory, faults: one.fault, drain: 0 });
  const { bearer = "first-key", body = hello, path = chat } = one;
  const ask = () =>
    fetch(frontdoor.url + path, {
      method: "POST",
      headers: { ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }), "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const all = await Promise.all(Array.from({ length: one.at ?? 1 }, ask));
  await Promise.all(all.map((answer) => answer.text()));
  return all;
}

test.each(cases.map((one) => [one.what, one] as const))("%s is in the table", async (_, one) => {
  const found = (await answers(one)).find(({ status }) => status === one.status);
  expect(found?.status).toBe(one.status);
  const header = found!.headers.get(modelStatusHeader);
  expect(header).toBe(one.modelStatus === undefined ? null : String(one.modelStatus));
  const row = clientStatusOf(one.status)!;
  expect(row.meaning).toContain(one.meaning);
  const again = row.retry === "model" ? retryableModelStatuses.some((status) => status === Number(header)) : row.retry === "yes";
  expect(again).toBe(one.again);
});

test("every retryable status of the client settings has such a row, and the numbers of each row are in order", () => {
  for (const status of adviceFor(60).retryOn) expect(["yes", "model"]).toContain(clientStatusOf(status)?.retry);
  for (const status of Object.values(scoringStatus)) expect(clientStatusOf(status)?.retry).not.toBe("no");
  const numbers = clientStatuses.map(({ status }) => Number(status.split(" ")[0]));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect([502, 503, 504].map((status) => clientStatusOf(status)?.retry)).toEqual(["yes", "yes", "yes"]);
  expect(clientStatusOf(418)).toBeUndefined();
});
