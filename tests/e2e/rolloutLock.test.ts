// Proves with the real engine what a preview shows for keepPrevious, `lock --rollback`, the change after it and `retire`, and that each
// step is applied without later changes. The commands edit the stack file and the lock file of a clone. rolloutUnderLoad and
// tests/histories prove that no request is lost.
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { cloneProgram } from "./clone";
import { quick } from "./quick";
import { moor, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let clone: string;
let sandbox: Sandbox;
/** The deployment of each commit, by the digit of the commit. */
const names: Record<string, string> = {};

beforeAll(async () => {
  clone = cloneProgram();
  sandbox = quick(await openSandbox({}, undefined, clone));
  edit([["moor:lock"], undefined], [[...main, "vllm", "revision"], "1".repeat(40)], [[...main, "keepPrevious"], true]);
  await locked();
  expect(await carriedOut()).toMatch(/chat: traffic changes from none to main-\w{8} 100%\.\n/);
  names["1"] = (await serving(sandbox)).deployments[0]!;
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(clone, { recursive: true, force: true });
});

const main = ["moor:endpoints", "chat", "deployments", "main"];

function edit(...changes: [keys: string[], value: unknown][]): void {
  const file = path.join(clone, "Pulumi.dev.yaml");
  const document = parseDocument(fs.readFileSync(file, "utf8"));
  for (const [keys, value] of changes) {
    if (value === undefined) document.deleteIn(["config", ...keys]);
    else document.setIn(["config", ...keys], value);
  }
  fs.writeFileSync(file, document.toString());
}

async function locked(...args: string[]): Promise<void> {
  expect(await moor(sandbox, "lock", "-s", "dev", ...args)).toMatchObject({ code: 0 });
}

/** Changes the model, and returns the preview. */
async function changed(digit: string): Promise<string> {
  edit([[...main, "vllm", "revision"], digit.repeat(40)]);
  await locked();
  return previewed();
}

async function previewed(): Promise<string> {
  const { code, output } = await sandbox.run("preview", "dev");
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

/** Runs `up`, and expects that the next preview shows no changes. */
async function carriedOut(): Promise<string> {
  const { code, output } = await sandbox.run("up", "dev");
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(await sandbox.run("preview", "dev", { args: ["--expect-no-changes", "--diff"] })).toMatchObject({ code: 0 });
  return output;
}

/** The steps for deployments in a preview: `+ main-…`, `- main-…`, `~ main-…`. */
function steps(output: string): string[] {
  const lines = [...output.matchAll(/^ *([+~-]+) .*OnlineDeployment chat-(\w+-\w{8})-deployment /gm)];
  return lines.map(([, sign, name]) => `${sign} ${name}`).sort();
}

test("A change with keepPrevious: one is created, the old one stays at 0%, and none is deleted.", async () => {
  const output = await changed("2");
  names["2"] = /; (main-\w{8}) is created first/.exec(output)![1]!;
  expect(output).toContain(
    `chat: traffic changes from ${names["1"]} 100% to ${names["2"]} 100%; ${names["2"]} is created first; ${names["1"]} stays at 0%.`,
  );
  expect(steps(output)).toEqual([`+ ${names["2"]}`]);
  expect(output).toContain(`previous deployment ${names["1"]} kept at weight 0`);
  await carriedOut();
  expect(await serving(sandbox)).toEqual({ deployments: [names["1"], names["2"]].sort(), traffic: { [names["2"]!]: 100 } });
});

test("The rollback is instant: nothing is created or deleted, and the other deployment stays at 0%.", async () => {
  await locked("--rollback", "chat/main");
  const output = await previewed();
  expect(output).toContain(`chat: traffic changes from ${names["2"]} 100% to ${names["1"]} 100%; ${names["2"]} stays at 0%.`);
  expect(steps(output)).toEqual([]);
  const before = sandbox.requests().length;
  await carriedOut();
  const writes = sandbox
    .requests()
    .slice(before)
    .filter(({ method, path: asked }) => method !== "GET" && /\/onlineEndpoints\/[^/]+\/deployments\//i.test(asked));
  expect(writes).toEqual([]);
  expect(await serving(sandbox)).toEqual({ deployments: [names["1"], names["2"]].sort(), traffic: { [names["1"]!]: 100 } });
});

test("The next change deletes the deployment that was kept, and keeps the one that served.", async () => {
  const output = await changed("3");
  names["3"] = /; (main-\w{8}) is created first/.exec(output)![1]!;
  expect(output).toContain(
    `chat: traffic changes from ${names["1"]} 100% to ${names["3"]} 100%; ${names["3"]} is created first; ${names["1"]} stays at 0%; ${names["2"]} is deleted (no traffic).`,
  );
  expect(steps(output)).toEqual([`+ ${names["3"]}`, `- ${names["2"]}`]);
  await carriedOut();
  expect(await serving(sandbox)).toEqual({ deployments: [names["1"], names["3"]].sort(), traffic: { [names["3"]!]: 100 } });
});

test("After `retire`, only the kept deployment is deleted.", async () => {
  expect(await moor(sandbox, "retire", "-s", "dev", "--endpoint", "chat", "--label", "main")).toMatchObject({ code: 0 });
  const output = await previewed();
  expect(output).toContain(`chat: traffic stays at ${names["3"]} 100%; ${names["1"]} is deleted (no traffic).`);
  expect(steps(output)).toEqual([`- ${names["1"]}`]);
  await carriedOut();
  expect(await serving(sandbox)).toEqual({ deployments: [names["3"]], traffic: { [names["3"]!]: 100 } });
});

test("A rollback to a retired deployment is rejected.", async () => {
  const { code, output } = await moor(sandbox, "lock", "-s", "dev", "--rollback", "chat/main");
  expect(code).not.toBe(0);
  expect(output).toContain(
    `chat/main has no previous decision to roll back to: ${names["3"]} is the first one, or the previous one was retired.`,
  );
});
