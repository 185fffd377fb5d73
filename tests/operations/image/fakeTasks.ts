/** A resource manager with one registry, its tasks, runs and role assignments. Each run ends as the next entry of `results` says. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "yaml";
import { ArmClient } from "../../../azure/arm";
import { clouds } from "../../../azure/clouds";

export const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-prod";
export const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/acrprod`;

export interface RunResult {
  readonly status: "Succeeded" | "Failed" | "Running";
  readonly log: string;
  /** @default - none */
  readonly digest?: string;
}

export interface FakeTasks {
  readonly azure: ArmClient;
  /** Properties of the registry. */
  registry: Record<string, unknown> | undefined;
  /** Bodies of tasks and role assignments by ID. */
  readonly resources: Map<string, Record<string, unknown>>;
  /** Results of the next runs. The last one is repeated. */
  results: RunResult[];
  /** `<method> <last parts of the path>` of each request that changes something. */
  readonly writes: string[];
  /** Status by `<method> <start of the short path>`. */
  readonly failures: Map<string, number>;
  readonly runs: { readonly id: string; readonly task: string; result: RunResult }[];
  close(): Promise<unknown>;
}

export async function serveTasks(): Promise<FakeTasks> {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const [status, body] = answer(request, Buffer.concat(parts).toString());
      response.writeHead(status, { connection: "close" }).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeTasks = {
    azure: new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint, pollSeconds: 0.001 }),
    registry: {
      loginServer: "acrprod.azurecr.io",
      publicNetworkAccess: "Disabled",
      networkRuleBypassOptions: "AzureServices",
      networkRuleBypassAllowedForTasks: true,
    },
    resources: new Map(),
    results: [],
    writes: [],
    failures: new Map(),
    runs: [],
    close: () => new Promise((resolve) => server.close(resolve)),
  };

  function answer({ method = "", url = "" }: http.IncomingMessage, text: string): [status: number, body: object | string] {
    const id = decodeURI(url.split("?")[0]!);
    if (id.startsWith("/log/")) return [200, fake.runs.find((run) => `/log/${run.id}` === id)!.result.log];
    const short = `${method} ${id === registryId ? "" : id.replace(`${registryId}/`, "").replace("providers/Microsoft.Authorization/", "")}`;
    if (method !== "GET" && !short.endsWith("listLogSasUrl")) fake.writes.push(short);
    const failure = [...fake.failures].find(([start]) => short.startsWith(start));
    if (failure !== undefined) return [failure[1], { error: { code: "Refused", message: "not now" } }];
    const runId = /\/runs\/([^/]+)/.exec(id)?.[1];
    if (id === registryId)
      return fake.registry === undefined ? absent : [200, { id, location: "swedencentral", properties: fake.registry }];
    if (short === "GET tasks")
      return [200, { value: [...fake.resources].filter(([key]) => /\/tasks\/[^/]+$/.test(key)).map(([, body]) => body) }];
    if (short === "GET runs") {
      const task = /TaskName eq '([^']+)'/.exec(decodeURIComponent(url))?.[1];
      return [200, { value: fake.runs.filter((run) => run.task === task).map(runBody) }];
    }
    if (short === "POST scheduleRun") return [200, schedule(text)];
    if (short.endsWith("/listLogSasUrl")) return [200, { logLink: `${endpoint}/log/${runId}?sig=secret` }];
    if (runId !== undefined) return [200, runBody(fake.runs.find((run) => run.id === runId)!)];
    return resource(method, id, text);
  }

  function schedule(text: string): object {
    const task = (JSON.parse(text) as { readonly taskId: string }).taskId.split("/").at(-1)!;
    const result = fake.results.length > 1 ? fake.results.shift()! : fake.results[0]!;
    fake.runs.push({ id: `r${fake.runs.length + 1}`, task, result });
    return runBody(fake.runs.at(-1)!);
  }

  function runBody({ id, task, result: { status, digest } }: FakeTasks["runs"][number]): object {
    const { repository, tag } = pushed(fake.resources.get(`${registryId}/tasks/${task}`));
    return { properties: { runId: id, status, ...(digest === undefined ? {} : { outputImages: [{ repository, tag, digest }] }) } };
  }

  function resource(method: string, id: string, text: string): [status: number, body: object | string] {
    const found = fake.resources.get(id);
    if (method === "PUT") {
      const body = { ...(JSON.parse(text) as Record<string, unknown>), id, name: id.split("/").at(-1) };
      const identity = "identity" in body ? { identity: { type: "SystemAssigned", principalId: `principal-of-${body.name}` } } : {};
      fake.resources.set(id, { ...body, ...identity });
      return [201, fake.resources.get(id)!];
    }
    if (method === "DELETE") return fake.resources.delete(id) ? [200, {}] : [204, ""];
    return found === undefined ? absent : [200, found];
  }

  return fake;
}

const absent: [number, object] = [404, { error: { code: "ResourceNotFound", message: "not there" } }];

/** Repository and tag that a task pushes. */
function pushed(task: Record<string, unknown> | undefined): { readonly repository: string; readonly tag: string } {
  const { properties } = (task ?? {}) as { readonly properties?: { readonly step: { readonly encodedTaskContent: string } } };
  if (properties === undefined) return { repository: "", tag: "" };
  const { steps } = parse(Buffer.from(properties.step.encodedTaskContent, "base64").toString()) as {
    readonly steps: { readonly push?: string[] }[];
  };
  const [, repository, tag] = /^\$Registry\/(.+):([^:]+)$/.exec(steps.at(-1)!.push![0]!)!;
  return { repository: repository!, tag: tag! };
}
