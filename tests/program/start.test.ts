// Proves that the program starts without stack traces unless they are enabled, and that a report of configuration errors loads no unnecessary
// modules. Doesn't prove that Pulumi's language host starts it this way; the end-to-end tests do.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

jest.setTimeout(60_000);

const root = path.join(__dirname, "..", "..");
const { options } = (parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as { runtime: { options: Record<string, string> } })
  .runtime;

function run(script: string, environment: NodeJS.ProcessEnv = {}) {
  const { MOOR_STACK_TRACES: _, PULUMI_DEBUG_PROMISE_LEAKS: __, ...env } = process.env;
  const args = [...options.nodeargs!.split(" "), "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env: { ...env, ...environment } });
  return { stdout: stdout.trim(), stderr };
}

const hint = "To see the stack trace of this error, set MOOR_STACK_TRACES=true and run the command again.";

test.each<[what: string, environment: NodeJS.ProcessEnv, limit: string]>([
  ["nothing else", {}, "0"],
  ["another value than true", { MOOR_STACK_TRACES: "no" }, "0"],
  ["the switch", { MOOR_STACK_TRACES: "true" }, "10"],
  ["Pulumi's own debugging", { PULUMI_DEBUG_PROMISE_LEAKS: "1" }, "10"],
])("with %s, traces have so many lines", (_, environment, limit) => {
  expect(run("console.log(Error.stackTraceLimit)", environment).stdout).toBe(limit);
});

test("an unexpected error says how to see where it comes from, and then says it", () => {
  const script = "Promise.reject(new TypeError('broken')); process.exitCode = 0;";
  expect(run(script).stderr).toContain(hint);
  expect(run(`throw new TypeError("broken");`).stderr).toContain(hint);
  const { stderr } = run(`throw new TypeError("broken");`, { MOOR_STACK_TRACES: "true" });
  expect(stderr).toMatch(/\n +at .*:\d+:\d+/);
  expect(stderr).not.toContain(hint);
});

test("what the program refuses is a message without a hint", () => {
  const { stderr } = run(`process.on("uncaughtException", () => {}); require("./program/fail").fail("Give it a region.");`);
  expect(stderr).toBe("");
});

test("a report of mistakes loads no resource, no component and no client of Azure", () => {
  const config = { "moor:config:endpoints": "7" };
  const environment = {
    ...{ PULUMI_NODEJS_PROJECT: "moor", PULUMI_NODEJS_STACK: "none", PULUMI_NODEJS_ROOT_DIRECTORY: root },
    PULUMI_CONFIG: JSON.stringify(config),
  };
  const script = `
    const path = require("node:path");
    const loaded = () => Object.keys(require.cache).map((file) => path.relative(process.cwd(), file));
    try { require("./index.ts"); } catch ({ message }) { console.log(JSON.stringify({ message, loaded: loaded() })); }`;
  const { message, loaded } = JSON.parse(run(script, environment).stdout) as { message: string; loaded: string[] };
  expect(message).toContain("MOOR");
  expect(loaded).toContain("config/checkStack.ts");
  const big = [
    "node_modules/@pulumi/azure-native/",
    "node_modules/@azure/",
    "node_modules/openai/",
    "node_modules/typescript/",
    "components/",
    "azure/arm/",
  ];
  expect(loaded.filter((file) => big.some((part) => file.startsWith(part)))).toEqual([]);
});

test("a program whose images are in the registry loads nothing that publishes images", () => {
  const script = `
    require("./components");
    require("./config/checkStack");
    console.log(JSON.stringify(Object.keys(require.cache).map((file) => require("node:path").relative(process.cwd(), file))));`;
  const loaded = JSON.parse(run(script).stdout) as string[];
  expect(loaded).toContain("components/image/publishedImage.ts");
  const publishing = ["@pulumi/docker", "@balena/dockerignore", "dockerfile-ast", "yaml", "@azure/core-rest-pipeline"];
  expect(loaded.filter((file) => publishing.some((name) => file.startsWith(`node_modules/${name}/`)))).toEqual([]);
});
