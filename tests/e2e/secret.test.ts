// Proves that the Hugging Face token of a stack, set as a Pulumi secret, is not in plain text in any local file, and that it can be
// changed, removed and set again. Doesn't prove what Azure stores.
import * as fs from "node:fs";
import * as path from "node:path";
import { prepareStack, stackFileOf } from "../../cli/local/stackFile";
import { quick } from "./quick";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

const token = "hf_TheTokenThatMustNotBeSeen0123456789";

let sandbox: Sandbox;
/** The same sandbox, for runs whose output is not searched. */
let unsearched: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
  unsearched = quick(sandbox);
});
afterAll(() => unsearched.close());

/** All files in a folder and its subfolders. */
function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

test("the token is in Key Vault, the deployment refers to it, and it is in no file, log or output", async () => {
  const copy = await prepareStack(sandbox, "dev", stackFileOf("dev")!);
  await sandbox.pulumiQuietly(["config", "set", "--secret", "moor:huggingFaceToken", token, "--stack", "dev", "--config-file", copy]);

  const runs = [
    await sandbox.run("preview", "dev", { args: ["--diff"] }),
    await sandbox.run("up", "dev", { args: ["--diff", "--logtostderr", "-v=4"] }),
    await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] }),
    await sandbox.run("refresh", "dev", { args: ["--expect-no-changes"] }),
  ];
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);

  expect(secretWrites()).toHaveLength(1);
  const deployment = sandbox.requests().find(({ method, path: target }) => method === "PUT" && /\/deployments\/main-/.test(target));
  expect(JSON.stringify(deployment!.body)).toMatch(
    /"HF_TOKEN":"\$\{\{keyvault:https:\/\/[^/]+\/secrets\/hf-token-dev(-[a-z0-9]+)?\/[0-9a-f]{32}\}\}"/,
  );

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

test("the search would find the token: with --show-secrets, the state contains it", async () => {
  expect(await sandbox.pulumiQuietly(["stack", "export", "--show-secrets", "--stack", "dev"])).toContain(token);
});

test("a token that is changed keeps its secret's name, and one that is removed and set again gets a new name", async () => {
  const copy = path.join(sandbox.home, "project", "Pulumi.dev.yaml");
  const config = (...args: string[]) => sandbox.pulumiQuietly(["config", ...args, "--stack", "dev", "--config-file", copy]);
  const before = secretWrites().length;
  const up = async () => expect((await unsearched.run("up", "dev")).code).toBe(0);

  await config("set", "--secret", "moor:huggingFaceToken", `${token}Changed`);
  await up();
  await config("rm", "moor:huggingFaceToken");
  await up();
  await config("set", "--secret", "moor:huggingFaceToken", `${token}Again`);
  await up();

  const [first] = secretWrites();
  const [changed, again, ...others] = secretWrites().slice(before);
  expect(others).toEqual([]);
  expect(changed).toBe(first);
  expect(again).not.toBe(first);
  // A deletion requires the data plane of the vault, which has no public access, and reserves the name for up to 90 days.
  expect(sandbox.requests().filter(({ method, path: target }) => method === "DELETE" && /\/secrets\//i.test(target))).toEqual([]);
});

test("a secret that was deleted by hand gets a new name when its suffix is replaced", async () => {
  const { id, name } = sandbox.azure.resources().find((one) => one.name === secretWrites().at(-1))!;
  expect((await sandbox.arm("DELETE", id, "2024-11-01")).status).toBe(200);
  expect(await unsearched.run("refresh", "dev")).toMatchObject({ code: 0 });
  const refused = await unsearched.run("up", "dev");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("409");

  const urns = await sandbox.pulumiQuietly(["stack", "--show-urns", "--stack", "dev"]);
  const [suffix] = /urn:\S*::hub-token-suffix/.exec(urns)!;
  expect(await unsearched.run("up", "dev", { args: ["--replace", suffix] })).toMatchObject({ code: 0 });
  expect(secretWrites().at(-1)).not.toBe(name);
  expect(await unsearched.run("preview", "dev", { args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});

test("an expiry date reaches Key Vault with the content type", async () => {
  const file = path.join(sandbox.home, "expires.yaml");
  fs.writeFileSync(file, `${fs.readFileSync(stackFileOf("dev")!, "utf8")}\n  moor:huggingFaceTokenExpires: "2099-12-31"\n`);
  expect(await unsearched.run("up", "dev", { stackFile: file })).toMatchObject({ code: 0 });
  const { id } = sandbox.azure.resources().find(({ name }) => name === secretWrites().at(-1))!;
  const { properties } = (await (await sandbox.arm("GET", id, "2024-11-01")).json()) as { properties: object };
  expect(properties).toMatchObject({ contentType: "text/plain", attributes: { exp: Date.UTC(2099, 11, 31) / 1000 } });
  expect(await unsearched.run("refresh", "dev", { args: ["--expect-no-changes"], stackFile: file })).toMatchObject({ code: 0 });
});

/** Names of the secrets that were written, in order. */
function secretWrites(): string[] {
  return sandbox.requests().flatMap(({ method, path: target }) => {
    const [, name] = /\/secrets\/(hf-token-[^?]+)\?/.exec(target) ?? [];
    return method === "PUT" && name !== undefined ? [name] : [];
  });
}
