// Runs the client examples in the README against the scoring proxy, with a key and with Microsoft Entra ID, over HTTPS. A model stand-in
// answers. Doesn't prove anything about Microsoft Entra ID: a server of the test issues the tokens of a managed identity, which Python's
// azure-identity requests. If npm's @azure/identity isn't installed, a module with the same protocol replaces it.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type Platform, startPlatform } from "./platform";
import { describeWith } from "./venv";

const root = path.join(__dirname, "..", "..");
const examples = path.join(root, "examples", "clients");
const client = "11111111-1111-4111-8111-111111111111";
const question = "Where do you answer from?";
const answerTo = (asked: string) => `Stand-in answer, no model ran. Deployment main, model chat, region swedencentral. You said: ${asked}`;

let platform: Platform;
let identity: IdentityServer;
let folder: string;
let keys: Record<string, string>;
/** Scoring requests to the scoring proxy, by endpoint. */
let seen: string[];

beforeAll(async () => {
  seen = [];
  platform = await startPlatform({
    faults: { flaky: { kind: "status", status: 503, every: 2 } },
    onRequest: ({ server, method, path: url }) => {
      if (server === "frontdoor" && method === "POST") seen.push(url);
    },
  });
  const environment = await platform.environment("chat", 8000, "/", "/health");
  const variables = { environmentVariables: { MOOR_MODEL: "chat", VLLM_ARGS: "[]" } };
  const byKey = {
    chat: await platform.endpoint("chat", environment, variables),
    flaky: await platform.endpoint("flaky", environment, variables),
  };
  const entra = await platform.endpoint("entra", environment, variables, "AADToken");
  await platform.put(
    `${entra}/providers/Microsoft.Authorization/roleAssignments/22222222-2222-4222-8222-222222222222`,
    { properties: { principalId: client, principalType: "ServicePrincipal", roleDefinitionId: scoringRole() } },
    "2022-04-01",
  );
  keys = Object.fromEntries(await Promise.all(Object.entries(byKey).map(async ([name, id]) => [name, await keyOf(id)])));
  identity = await serveIdentity();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-examples-"));
  for (const name of fs.readdirSync(examples)) fs.copyFileSync(path.join(examples, name), path.join(folder, name));
  linkPackages();
}, 60_000);
afterAll(async () => {
  await identity?.close();
  await platform?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Azure's built-in role with the permission to score: AzureML Data Scientist. */
function scoringRole(): string {
  return `/subscriptions/${platform.azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121`;
}

async function keyOf(id: string): Promise<string> {
  const answer = await fetch(`${platform.azure.armUrl}${id}/listKeys?api-version=2025-12-01`, { method: "POST" });
  return ((await answer.json()) as { primaryKey: string }).primaryKey;
}

interface IdentityServer {
  readonly url: string;
  /** Resources for which tokens were requested. */
  readonly asked: string[];
  /** Lifetime of the next tokens, seconds. */
  lifetime: number;
  close(): Promise<void>;
}

/** The managed identity of an App Service, which consists of a URL and a header. Source: Azure docs, app-service/overview-managed-identity. */
async function serveIdentity(): Promise<IdentityServer> {
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

/** The packages that the JavaScript example imports. */
function linkPackages(): void {
  const modules = path.join(folder, "node_modules");
  fs.mkdirSync(path.join(modules, "@azure"), { recursive: true });
  fs.symlinkSync(path.join(root, "node_modules", "openai"), path.join(modules, "openai"));
  const real = path.join(root, "node_modules", "@azure", "identity");
  const stub = path.join(__dirname, "azureIdentity");
  fs.symlinkSync(fs.existsSync(real) ? real : stub, path.join(modules, "@azure", "identity"));
}

/** Writes the output of `pulumi stack output endpoints --json` for a stack whose endpoint `chat` is this endpoint. */
function giveOut(endpoint: string, changes: object = {}): void {
  const retry = {
    statuses: [408, 424, 429],
    modelStatuses: [408, 429, 500, 502, 503, 504],
    attempts: 5,
    firstPauseSeconds: 0.2,
    pauseFactor: 2,
  };
  const terms = { task: "chat", model: "chat", maxTokens: 1292, timeoutSeconds: 190, retry, ...changes };
  const chat = { openaiBaseUrl: `${platform.azure.frontdoorHttpsUrl}/${endpoint}/v1`, client: terms };
  fs.writeFileSync(path.join(folder, "endpoints.json"), JSON.stringify({ chat }));
}

interface Run {
  readonly code: number | null;
  readonly lines: string[];
  readonly errors: string;
}

async function run(command: string[], environment: NodeJS.ProcessEnv, ...questions: string[]): Promise<Run> {
  const [program, ...args] = command;
  const { PATH, HOME } = process.env;
  const { certificate } = platform.azure;
  const trust = { SSL_CERT_FILE: certificate, NODE_EXTRA_CA_CERTS: certificate, CURL_CA_BUNDLE: certificate };
  const env = { PATH, HOME, PYTHONDONTWRITEBYTECODE: "1", ...trust, ...environment };
  const child = spawn(program!, [...args, ...questions], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, lines: output.stdout.split("\n").filter(Boolean), errors: output.stderr };
}

const managedIdentity = () => ({ IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: "proof" });
const requestsTo = (endpoint: string) => seen.filter((url) => url === `/${endpoint}/v1/chat/completions`).length;

/** A request whose answer doesn't matter: the container of `flaky` fails every second request. */
const warmUp = () =>
  fetch(`${platform.azure.frontdoorUrl}/flaky/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.flaky}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "" }] }),
  });

/** Tests for both OpenAI clients. */
function openaiExample(command: string[]): void {
  test("it chats with a key", async () => {
    giveOut("chat");
    expect(await run(command, { ENDPOINT_KEY: keys.chat }, question)).toEqual({ code: 0, lines: [answerTo(question)], errors: "" });
  });

  test("it chats with the token of a managed identity, and requests a new token before the old one expires", async () => {
    giveOut("entra");
    identity.lifetime = 60;
    const before = identity.asked.length;
    const { code, lines, errors } = await run(command, managedIdentity(), "one", "two");
    expect({ code, lines, errors }).toEqual({ code: 0, lines: [answerTo("one"), answerTo("two")], errors: "" });
    expect(identity.asked.slice(before)).toEqual(["https://ml.azure.com", "https://ml.azure.com"]);
  });

  test("a token with a long lifetime is requested once", async () => {
    giveOut("entra");
    identity.lifetime = 3600;
    const before = identity.asked.length;
    expect(await run(command, managedIdentity(), "one", "two")).toMatchObject({ code: 0 });
    expect(identity.asked.slice(before)).toEqual(["https://ml.azure.com"]);
  });

  test("a retryable container error behind a 424 is retried", async () => {
    giveOut("flaky");
    const before = requestsTo("flaky");
    expect((await warmUp()).status).toBe(200);
    expect(await run(command, { ENDPOINT_KEY: keys.flaky }, question)).toMatchObject({ code: 0, lines: [answerTo(question)] });
    expect(requestsTo("flaky") - before).toBe(3);
    // The container's next fault is at an even number of requests again.
    expect((await warmUp()).status).toBe(424);
  });

  test("an error in the request behind a 424 is not retried", async () => {
    giveOut("chat", { model: "other" });
    const before = requestsTo("chat");
    const { code, errors } = await run(command, { ENDPOINT_KEY: keys.chat }, question);
    expect(code).not.toBe(0);
    expect(errors).toContain("The model `other` does not exist.");
    expect(requestsTo("chat") - before).toBe(1);
  });

  test("a wrong key is reported without a retry", async () => {
    giveOut("chat");
    const before = requestsTo("chat");
    const { code, errors } = await run(command, { ENDPOINT_KEY: "wrong" }, question);
    expect({ code, refused: errors.includes("401") }).toEqual({ code: 1, refused: true });
    expect(requestsTo("chat") - before).toBe(1);
  });
}

describe("The example for OpenAI's JavaScript client", () => {
  openaiExample([process.execPath, "chat.mjs"]);
});

describeWith(path.join(__dirname, "requirements.txt"), "The example for OpenAI's Python client", (python) => {
  openaiExample([python, "chat.py"]);
});

describe("The example for curl", () => {
  const base = (endpoint: string) => ({ OPENAI_BASE_URL: `${platform.azure.frontdoorHttpsUrl}/${endpoint}/v1` });
  const said = ({ code, lines, errors }: Run) => ({ code, errors, content: JSON.parse(lines.join("\n")).choices[0].message.content });

  test("it chats with a key", async () => {
    const answer = await run(["bash", "chat.sh"], { ...base("chat"), ENDPOINT_KEY: keys.chat });
    expect(said(answer)).toEqual({ code: 0, errors: "", content: answerTo(question) });
  });

  test("it chats with a token of the Azure CLI", async () => {
    const commands = path.join(folder, "commands");
    fs.mkdirSync(commands);
    const token = platform.azure.issueToken({ oid: client });
    const call = "account get-access-token --resource https://ml.azure.com --query accessToken --output tsv";
    fs.writeFileSync(path.join(commands, "az"), `#!/bin/sh\n[ "$*" = "${call}" ] && echo ${token}\n`, { mode: 0o755 });
    const answer = await run(["bash", "chat.sh"], { ...base("entra"), PATH: `${commands}${path.delimiter}${process.env.PATH}` });
    expect(said(answer)).toEqual({ code: 0, errors: "", content: answerTo(question) });
  });

  test("an error response is printed, and the exit code is not 0", async () => {
    const { code, lines, errors } = await run(["bash", "chat.sh"], { ...base("chat"), ENDPOINT_KEY: "wrong" });
    expect({ code, first: lines[0], told: errors.includes("401") }).toEqual({ code: 22, first: "key_auth_access_denied", told: true });
  });
});

test.each(fs.existsSync(examples) ? fs.readdirSync(examples) : ["chat.mjs", "chat.py", "chat.sh"])(
  "the README contains an exact copy of %s",
  (name) => {
    const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
    const language = { ".mjs": "js", ".py": "python", ".sh": "bash" }[path.extname(name)];
    expect(readme).toContain(`\`\`\`${language}\n${fs.readFileSync(path.join(examples, name), "utf8")}\`\`\`\n`);
  },
);
