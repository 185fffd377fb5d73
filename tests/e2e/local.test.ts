// Proves that local stacks don't change the real stack file and don't require its secrets, and which advice a failed run prints.
// tests/e2e/readme runs the README's commands.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { root } from "../../cli/local/session";
import { prepareStack } from "../../cli/local/stackFile";
import { cloneProgram } from "./clone";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(120_000);

let sandbox: Sandbox;
let source: string;
beforeAll(async () => {
  sandbox = await openSandbox();
  source = path.join(sandbox.home, "real.yaml");
});
afterAll(() => sandbox.close());

const real = `secretsprovider: azurekeyvault://vault.vault.azure.net/keys/moor
encryptedkey: bm90IHlvdXJz
config:
  azure-native:location: swedencentral
  moor:huggingFaceToken:
    secure: bm90IHJlYWRhYmxlIGhlcmU=
  other:nested:
    deep.er:
      secure: bm9yIHRoaXM=
    plain: 1
`;

async function value(key: string, copy: string): Promise<string> {
  return (await sandbox.pulumiQuietly(["config", "get", key, "--path", "--stack", "team", "--config-file", copy])).trim();
}

test("secrets of the real stack are replaced by stand-ins at every depth, and everything else is copied", async () => {
  fs.writeFileSync(source, real);
  const copy = await prepareStack(sandbox, "team", source);
  expect(fs.readFileSync(source, "utf8")).toBe(real);
  const text = fs.readFileSync(copy, "utf8");
  expect(text).not.toMatch(/secretsprovider|encryptedkey|bm90|bm9y/);
  expect(await value("moor:huggingFaceToken", copy)).toMatch(standIn);
  expect(await value('other:nested["deep.er"]', copy)).toMatch(standIn);
  expect(await value("other:nested.plain", copy)).toBe("1");
});

test("a locally set secret is kept, and a plain value follows the real file", async () => {
  const copy = path.join(sandbox.home, "project", "Pulumi.team.yaml");
  const set = (key: string, secret: string) =>
    sandbox.pulumiQuietly(["config", "set", "--secret", key, secret, "--stack", "team", "--config-file", copy]);
  await set("moor:huggingFaceToken", "mine");
  await set("moor:only-here", "too");
  fs.writeFileSync(source, real.replace("swedencentral", "westeurope"));
  expect(await prepareStack(sandbox, "team", source)).toBe(copy);
  expect(await value("moor:huggingFaceToken", copy)).toBe("mine");
  expect(await value("moor:only-here", copy)).toBe("too");
  expect(await value("azure-native:location", copy)).toBe("westeurope");
});

const standIn = /^stand-in-for-a-secret-of-the-real-stack-[0-9a-f]{8}$/;
const token = "  moor:huggingFaceToken:\n    secure: bm90IHJlYWRhYmxlIGhlcmU=\n";

describe("the local copy follows the secrets of the real stack file", () => {
  const stackFile = (config: string) => fs.writeFileSync(source, `config:\n  azure-native:location: swedencentral\n${config}`);
  const prepared = async () => parse(fs.readFileSync(await prepareStack(sandbox, "follows", source), "utf8")).config as object;
  const local = (...args: string[]) => {
    const copy = path.join(sandbox.home, "project", "Pulumi.follows.yaml");
    return sandbox.pulumiQuietly(["config", ...args, "--stack", "follows", "--config-file", copy]);
  };
  const secret = { secure: expect.any(String) };
  const location = { "azure-native:location": "swedencentral" };

  test("a secret that is set, kept, changed and removed there", async () => {
    stackFile(token);
    const first = await prepared();
    expect(first).toEqual({ ...location, "moor:huggingFaceToken": secret });
    expect(await prepared()).toEqual(first);
    stackFile(token.replace("bm90", "bm91"));
    const changed = await prepared();
    expect(changed).toEqual({ ...location, "moor:huggingFaceToken": secret });
    expect(changed).not.toEqual(first);
    stackFile("");
    expect(await prepared()).toEqual(location);
  });

  test("a secret that is removed there, below another key", async () => {
    stackFile("  other:nested: { a.b: { secure: bm9yIHRoaXM= }, plain: 1 }\n");
    expect(await prepared()).toEqual({ ...location, "other:nested": { "a.b": secret, plain: 1 } });
    stackFile("  other:nested: { plain: 1 }\n");
    expect(await prepared()).toEqual({ ...location, "other:nested": { plain: 1 } });
  });

  test("a secret with a different local value keeps it until it is removed there", async () => {
    stackFile(token);
    await prepared();
    await local("set", "--secret", "moor:huggingFaceToken", "mine");
    const mine = await prepared();
    stackFile(token.replace("bm90", "bm91"));
    expect(await prepared()).toEqual(mine);
    stackFile("");
    expect(await prepared()).toEqual(location);
  });

  test("secrets that were only set locally are kept at every depth", async () => {
    stackFile("  other:nested: { plain: 1 }\n");
    await prepared();
    await local("set", "--secret", "moor:only-here", "too");
    await local("set", "--secret", "--path", "other:nested.only", "here");
    expect(await prepared()).toEqual({ ...location, "other:nested": { plain: 1, only: secret }, "moor:only-here": secret });
    stackFile("");
    expect(await prepared()).toEqual({ ...location, "other:nested": { only: secret }, "moor:only-here": secret });
  });
});

describe("npm run local -- config", () => {
  let clone: string;
  let file: string;
  let before: string;
  beforeAll(() => {
    clone = cloneProgram();
    file = path.join(clone, "Pulumi.dev.yaml");
    before = fs.readFileSync(file, "utf8");
  });
  afterEach(() => expect(fs.readFileSync(file, "utf8")).toBe(before));
  afterAll(() => fs.rmSync(clone, { recursive: true, force: true }));
  const config = (...args: string[]) => {
    const all = ["local", "config", ...args, "-s", "dev", "--non-interactive"];
    const environment = { ...process.env, MOOR_LOCAL_HOME: path.join(sandbox.home, "config") };
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(clone, "cli", "run.js"), ...all], {
      ...{ cwd: clone, env: environment, encoding: "utf8" },
    });
    return { status, stdout: stdout.trim(), stderr };
  };

  test.each([
    ["moor:huggingFaceToken", "rm", ["moor:huggingFaceToken"]],
    ["huggingFaceToken", "rm", ["huggingFaceToken"]],
    ["moor:other.inner", "rm", ["--path", "moor:other.inner"]],
    ["moor:huggingFaceToken", "rm-all", ["moor:huggingFaceToken"]],
  ])("a secret %s that was only set locally is removed by `config %s`", (key, verb, removed) => {
    const nested = key.includes(".") ? ["--path"] : [];
    expect(config("set", "--secret", ...nested, key, "mine")).toMatchObject({ status: 0 });
    expect(config("get", ...nested, key)).toMatchObject({ status: 0, stdout: "mine" });
    expect(config(verb, ...removed)).toMatchObject({ status: 0 });
    expect(config("get", ...nested, key)).toMatchObject({ status: 1, stdout: "" });
    expect(Object.keys(JSON.parse(config("--json").stdout))).not.toContain(key.split(".")[0]);
  });
});

test("a stack file that is not valid YAML is rejected with its name", async () => {
  fs.writeFileSync(source, "config: [\n");
  await expect(prepareStack(sandbox, "team", source)).rejects.toThrow(
    /^MOOR062 real\.yaml is not valid YAML: .+ \(line 2\): Correct the line\.$/,
  );
});

test("for an error in the stack file, no recovery is suggested; after an interrupted run, it is", () => {
  const home = path.join(sandbox.home, "own");
  const mistaken = sandbox.edit("dev", [[["moor:endpoints", "chat", "deployments", "main", "weight"], 90]]);
  const run = (...verb: string[]) => {
    const args = ["local", ...verb, "-s", "dev", "--config-file", mistaken];
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "cli", "run.js"), ...args], {
      cwd: root,
      env: { ...process.env, MOOR_LOCAL_HOME: home },
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  };
  const told = run("up", "--yes");
  expect(told.status).not.toBe(0);
  expect(told.output).toContain("MOOR021");
  expect(told.output).not.toContain("npm run recover");

  const locks = path.join(home, "state", ".pulumi", "locks", "organization", "moor", "dev");
  fs.mkdirSync(locks, { recursive: true });
  const lock = { pid: process.pid, username: "me", hostname: os.hostname(), timestamp: "2026-01-01T00:00:00Z" };
  fs.writeFileSync(path.join(locks, "a.json"), JSON.stringify(lock));
  const locked = run("up", "--yes");
  expect(locked.status).not.toBe(0);
  expect(locked.output).toContain("currently locked");
  expect(locked.output).toContain("repair the state with `npm run recover -- -s dev --local`");

  const previewed = run("preview");
  expect(previewed.output).toContain("MOOR021");
  expect(previewed.output).not.toContain("npm run recover");
});
