// What the tests of the client examples share: endpoints of the local Azure, a managed identity, and a folder in which the examples run.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type Platform, startPlatform } from "./platform";

const root = path.join(__dirname, "..", "..");
const examples = path.join(root, "examples", "clients");
const client = "11111111-1111-4111-8111-111111111111";

/** The task of the endpoint, and the name of its model. */
export type ExampleTask = "chat" | "embed" | "rerank";

/** Flags of vLLM, from which the model stand-in derives its task. */
const flags: Readonly<Record<ExampleTask, readonly string[]>> = {
  chat: [],
  embed: ["--runner", "pooling", "--convert", "embed"],
  rerank: ["--runner", "pooling", "--convert", "classify"],
};

export interface Run {
  readonly code: number | null;
  readonly lines: string[];
  readonly errors: string;
}

/** Three endpoints: one with keys, which has the name of the task; `entra` with Microsoft Entra ID; and `flaky`, which fails every second request. */
export interface Examples {
  readonly platform: Platform;
  readonly identity: IdentityServer;
  /** The folder in which examples run. */
  readonly folder: string;
  /** Primary keys by endpoint. */
  readonly keys: Readonly<Record<string, string>>;
  /** Paths of the scoring requests to the scoring proxy. */
  readonly seen: readonly string[];
  /** Writes the output of `pulumi stack output endpoints --json` for a stack whose endpoint with the name of the task is this endpoint. */
  giveOut(endpoint: string, changes?: object): void;
  run(command: readonly string[], environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Run>;
  /** Writes a command `az` that prints a token, and returns the variables with which an example finds it. */
  azureCli(): NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startExamples(task: ExampleTask): Promise<Examples> {
  const seen: string[] = [];
  const platform = await startPlatform({
    faults: { flaky: { kind: "status", status: 503, every: 2 } },
    onRequest: ({ server, method, path: url }) => {
      if (server === "frontdoor" && method === "POST") seen.push(url);
    },
  });
  const environment = await platform.environment(task, 8000, "/", "/health");
  const variables = { environmentVariables: { MOOR_MODEL: task, VLLM_ARGS: JSON.stringify(flags[task]) } };
  const byKey = {
    [task]: await platform.endpoint(task, environment, variables),
    flaky: await platform.endpoint("flaky", environment, variables),
  };
  const entra = await platform.endpoint("entra", environment, variables, "AADToken");
  await platform.put(
    `${entra}/providers/Microsoft.Authorization/roleAssignments/22222222-2222-4222-8222-222222222222`,
    { properties: { principalId: client, principalType: "ServicePrincipal", roleDefinitionId: scoringRole(platform) } },
    "2022-04-01",
  );
  const keys = Object.fromEntries(await Promise.all(Object.entries(byKey).map(async ([name, id]) => [name, await keyOf(platform, id)])));
  const identity = await serveIdentity(platform);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-examples-"));
  for (const name of fs.readdirSync(examples)) fs.copyFileSync(path.join(examples, name), path.join(folder, name));
  linkPackages(folder);
  return {
    ...{ platform, identity, folder, keys, seen },
    giveOut(endpoint, changes = {}) {
      const retry = {
        statuses: [408, 424, 429],
        modelStatuses: [408, 429, 500, 502, 503, 504],
        attempts: 5,
        firstPauseSeconds: 0.2,
        pauseFactor: 2,
      };
      const maxTokens = task === "chat" ? { maxTokens: 1292 } : {};
      const terms = { task, model: task, ...maxTokens, timeoutSeconds: 190, retry, ...changes };
      const scoringUri = `${platform.azure.frontdoorHttpsUrl}/${endpoint}/`;
      // OpenAI's API has no reranking.
      const openai = task === "rerank" ? {} : { openaiBaseUrl: `${scoringUri}v1` };
      const output = { scoringUri, ...openai, client: terms };
      fs.writeFileSync(path.join(folder, "endpoints.json"), JSON.stringify({ [task]: output }));
    },
    async run(command, environment, ...more) {
      const [program, ...args] = command;
      const { PATH, HOME } = process.env;
      const { certificate } = platform.azure;
      const trust = {
        SSL_CERT_FILE: certificate,
        REQUESTS_CA_BUNDLE: certificate,
        NODE_EXTRA_CA_CERTS: certificate,
        CURL_CA_BUNDLE: certificate,
      };
      const env = { PATH, HOME, PYTHONDONTWRITEBYTECODE: "1", ...trust, ...environment };
      const child = spawn(program!, [...args, ...more], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
      const output = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const)
        child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      return { code, lines: output.stdout.split("\n").filter(Boolean), errors: output.stderr };
    },
    azureCli() {
      const commands = path.join(folder, "commands");
      fs.mkdirSync(commands);
      const token = platform.azure.issueToken({ oid: client });
      const call = "account get-access-token --resource https://ml.azure.com --query accessToken --output tsv";
      fs.writeFileSync(path.join(commands, "az"), `#!/bin/sh\n[ "$*" = "${call}" ] && echo ${token}\n`, { mode: 0o755 });
      return { PATH: `${commands}${path.delimiter}${process.env.PATH}` };
    },
    async close() {
      await identity.close();
      await platform.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Azure's built-in role with the permission to score: AzureML Data Scientist. */
function scoringRole(platform: Platform): string {
  return `/subscriptions/${platform.azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121`;
}

async function keyOf(platform: Platform, id: string): Promise<string> {
  const answer = await fetch(`${platform.azure.armUrl}${id}/listKeys?api-version=2025-12-01`, { method: "POST" });
  return ((await answer.json()) as { primaryKey: string }).primaryKey;
}

export interface IdentityServer {
  readonly url: string;
  /** Resources for which tokens were requested. */
  readonly asked: string[];
  /** Lifetime of the next tokens, seconds. */
  lifetime: number;
  close(): Promise<void>;
}

/** The managed identity of an App Service, which consists of a URL and a header. Source: Azure docs, app-service/overview-managed-identity. */
async function serveIdentity(platform: Platform): Promise<IdentityServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const { searchParams } = new URL(request.url!, "http://identity");
    if (request.headers["x-identity-header"] !== "proof") return void response.writeHead(401).end();
    const resource = searchParams.get("resource")!;
    asked.push(resource);
    const lifetime = here.lifetime;
    const token = platform.azure.issueToken({ oid: client, audience: resource, lifetime });
    const expires = String(Math.floor(Date.now() / 1000) + lifetime);
    response.end(JSON.stringify({ access_token: token, expires_on: expires, resource, token_type: "Bearer", client_id: client }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here: IdentityServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    lifetime: 3600,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return here;
}

/** The packages that the JavaScript examples import. */
function linkPackages(folder: string): void {
  const modules = path.join(folder, "node_modules");
  fs.mkdirSync(path.join(modules, "@azure"), { recursive: true });
  fs.symlinkSync(path.join(root, "node_modules", "openai"), path.join(modules, "openai"));
  const real = path.join(root, "node_modules", "@azure", "identity");
  const stub = path.join(__dirname, "azureIdentity");
  fs.symlinkSync(fs.existsSync(real) ? real : stub, path.join(modules, "@azure", "identity"));
}
