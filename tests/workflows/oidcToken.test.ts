// Proves that pipelines/oidcToken.sh runs a command with a file that contains an OIDC token of the job, and removes the file. Doesn't prove that
// it renews the token, which it does every two minutes, nor that Microsoft Entra ID accepts it.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "./files";

let folder: string;
let server: http.Server;
let status: number;
let requests: string[];
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-token-"));
  [status, requests] = [200, []];
  server = http.createServer((request, answer) => {
    requests.push(`${request.url} ${request.headers.authorization}`);
    answer.writeHead(status).end(JSON.stringify({ count: 1, value: "token of the job" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(folder, { recursive: true });
});

/** Runs a command with the script. The files of the script are in a folder of their own. */
async function run(command: string): Promise<{ readonly code: number | null; readonly output: string; readonly left: readonly string[] }> {
  const env = {
    PATH: process.env.PATH,
    TMPDIR: folder,
    ARM_CLIENT_ID: "client",
    ARM_TENANT_ID: "tenant",
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?version=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request token",
  };
  const child = spawn("bash", [path.join(root, "pipelines", "oidcToken.sh"), "bash", "-c", command], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { code, output, left: fs.readdirSync(folder) };
}

test("the command gets the token and the identity, and the file is removed", async () => {
  const variables = "$AZURE_CLIENT_ID $AZURE_TENANT_ID $AZURE_TOKEN_CREDENTIALS";
  const command = `cat "$AZURE_FEDERATED_TOKEN_FILE"; stat -c ' %a' "$AZURE_FEDERATED_TOKEN_FILE"; echo "${variables}"`;
  expect(await run(command)).toEqual({ code: 0, output: "token of the job 600\nclient tenant WorkloadIdentityCredential\n", left: [] });
  expect(requests).toEqual(["/token?version=1&audience=api://AzureADTokenExchange Bearer request token"]);
});

test("the exit code is that of the command", async () => {
  expect(await run("exit 2")).toEqual({ code: 2, output: "", left: [] });
});

test("without a token, the command does not run", async () => {
  status = 403;
  const { code, ...rest } = await run("echo ran");
  expect(rest).toEqual({ output: "", left: [] });
  expect(code).toBeGreaterThan(0);
});
