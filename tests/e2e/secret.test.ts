// Proves that the Hugging Face token of a stack, given as a Pulumi secret, is nowhere in plain text on this machine. It does not prove what
// Azure itself keeps.
import * as fs from "node:fs";
import * as path from "node:path";
import { prepareStack, stackFileOf } from "../../cli/local/stackFile";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

const token = "hf_TheTokenThatMustNotBeSeen0123456789";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

/** Every file below a folder. */
function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

test("the token reaches Key Vault and the deployment refers to it, and it stands in no file, log or output", async () => {
  const copy = await prepareStack(sandbox, "dev", stackFileOf("dev")!);
  await sandbox.pulumiQuietly(["config", "set", "--secret", "moor:huggingFaceToken", token, "--stack", "dev", "--config-file", copy]);

  const runs = [
    await sandbox.run("preview", "dev", { args: ["--diff"] }),
    await sandbox.run("up", "dev", { args: ["--diff", "--logtostderr", "-v=4"] }),
    await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] }),
    await sandbox.run("refresh", "dev", { args: ["--expect-no-changes"] }),
  ];
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);

  const writes = sandbox.requests().filter(({ method, path: target }) => method === "PUT" && /\/secrets\/hf-token-dev\?/.test(target));
  expect(writes).toHaveLength(1);
  const deployment = sandbox.requests().find(({ method, path: target }) => method === "PUT" && /\/deployments\/main-/.test(target));
  expect(JSON.stringify(deployment!.body)).toMatch(/"HF_TOKEN":"\$\{\{keyvault:https:\/\/[^/]+\/secrets\/hf-token-dev\/[0-9a-f]{32}\}\}"/);

  const outputs = await sandbox.pulumiQuietly(["stack", "output", "--json", "--show-secrets", "--stack", "dev"]);
  const state = await sandbox.pulumiQuietly(["stack", "export", "--stack", "dev"]);
  const files = filesBelow(sandbox.home);
  expect(files.length).toBeGreaterThan(5);
  const places = {
    ...Object.fromEntries(files.map((file) => [file, fs.readFileSync(file, "latin1")])),
    outputs,
    state,
    runs: JSON.stringify(runs),
  };
  const inPlainText = Object.entries(places).filter(
    ([, text]) => text.includes(token) || text.includes(Buffer.from(token).toString("base64")),
  );
  expect(inPlainText.map(([place]) => place)).toEqual([]);
});

test("the search would find the token: with --show-secrets the state does hold it", async () => {
  expect(await sandbox.pulumiQuietly(["stack", "export", "--show-secrets", "--stack", "dev"])).toContain(token);
});
