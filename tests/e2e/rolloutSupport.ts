import { spawn } from "node:child_process";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { exitCode } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import type { Run, Sandbox } from "./sandbox";

/** The traffic weights by deployment name, and the existing deployments. */
export interface Serving {
  readonly traffic: Readonly<Record<string, number>>;
  readonly deployments: readonly string[];
}

const api = "2025-12-01";

/** IDs of the resources that the first endpoint of a stack uses. */
export async function endpointOf(sandbox: Sandbox, key = "chat"): Promise<string> {
  const found = (await sandbox.resources()).find((id) => new RegExp(`/onlineendpoints/${key}-[^/]+$`).test(id));
  if (found === undefined) throw new Error(`there is no endpoint ${key}`);
  return found;
}

/** An endpoint in Azure Resource Manager. */
export async function serving(sandbox: Sandbox, key = "chat"): Promise<Serving> {
  const id = await endpointOf(sandbox, key);
  const endpoint = (await (await sandbox.arm("GET", id, api)).json()) as { properties: { traffic?: Record<string, number> } };
  const { value } = (await (await sandbox.arm("GET", `${id}/deployments`, api)).json()) as { value: { name: string }[] };
  return { traffic: endpoint.properties.traffic ?? {}, deployments: value.map(({ name }) => name).sort() };
}

/** Changes the revision of the dev stack's model to a commit that repeats one digit. */
export function revision(digit: string): [keys: string[], value: unknown] {
  return [["moor:endpoints", "chat", "deployments", "main", "vllm", "revision"], digit.repeat(40)];
}

/** Runs pulumi in a separate process group, as in a terminal: `process.kill(-pid, signal)` reaches all its processes. */
export interface Running {
  readonly pid: number;
  readonly run: Promise<Run>;
  /** Resolves when the output matches. */
  sees(pattern: RegExp): Promise<void>;
}

export async function startUp(sandbox: Sandbox, stack: string, stackFile: string, more: readonly string[] = []): Promise<Running> {
  const file = await prepareStack(sandbox, stack, stackFile, sandbox.folder);
  const args = ["up", "--yes", "--skip-preview", ...more, "--stack", stack, "--config-file", file, "--non-interactive", "--color", "never"];
  const child = spawn(sandbox.engine.command, args, {
    cwd: sandbox.folder,
    env: sandbox.environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const output = outputOf(child, () => {
    for (const { pattern, resolve } of waiting) if (pattern.test(output())) resolve();
  });
  const run = exitCode(child).then((code) => ({ code, output: output() }));
  return {
    pid: child.pid!,
    run,
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(output())) return resolve();
        waiting.push({ pattern, resolve });
        run.then(() => reject(new Error(`never saw ${pattern} in:\n${output()}`)));
      }),
  };
}

/** Runs a command on the dev stack of a sandbox, in a separate process. */
export function moor(sandbox: Sandbox, ...args: string[]): Promise<Run> {
  return moorWith(sandbox, args, {});
}

export async function moorWith(sandbox: Sandbox, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn(process.execPath, [path.join(sandbox.folder, "cli", "run.js"), ...args], {
    cwd: sandbox.folder,
    env: { ...process.env, ...environment, MOOR_LOCAL_HOME: sandbox.home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}

/** The handler of a proxy: answers a request, or returns false to pass it through. */
export type Meddle = (request: { deployment: string; path: string; body: string }, response: http.ServerResponse) => boolean;

export interface FaultyDoor {
  readonly url: string;
  /** Requested paths of each deployment, in order. */
  readonly asked: Record<string, string[]>;
  meddle: Meddle;
  close(): Promise<void>;
}

/** A proxy between the gate and the scoring proxy that can change the answers of a deployment. */
export async function startFaultyDoor(frontdoorUrl: string): Promise<FaultyDoor> {
  const asked: Record<string, string[]> = {};
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const deployment = String(request.headers["azureml-model-deployment"] ?? "");
    const path = (request.url ?? "/").replace(/^\/[^/]+/, "");
    // A request that names no deployment only finds out whether the endpoint can be reached.
    if (deployment !== "") {
      asked[deployment] = [...(asked[deployment] ?? []), path];
      if (proxy.meddle({ deployment, path, body }, response)) return;
    }
    const onward = http.request(`${frontdoorUrl}${request.url}`, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultyDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    meddle: () => false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
