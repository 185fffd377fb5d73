// Proves that what is deferred isn't loaded at the start, works when it is used, and is still required where the table says: an SDK that moves
// it would otherwise load it at every preview again, unnoticed.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");
const { deferred } = require("../../program/deferred") as {
  deferred: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

/** What a script prints after it has loaded the SDK. */
function run(script: string): unknown {
  const whole = `
    require("./program/deferred").deferModules();
    const pulumi = require("@pulumi/pulumi");
    const loaded = (...parts) => parts.filter((part) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + part)));
    const say = (what) => console.log(JSON.stringify(what));
    ${script}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", whole], { cwd: root, encoding: "utf8" });
  return stdout === "" ? stderr : JSON.parse(stdout);
}

const rows = Object.entries(deferred).flatMap(([importer, requests]) =>
  Object.entries(requests).map(([request, functions]) => ({ importer, request, functions })),
);

test.each(rows)(
  "$importer requires $request",
  ({ importer, request, functions }) => {
    const text = fs.readFileSync(path.join(root, "node_modules", importer), "utf8");
    expect(text).toContain(`require("${request}")`);
    const module = createRequire(path.join(root, "node_modules", importer))(request) as Record<string, unknown>;
    for (const name of functions) expect(typeof module[name]).toBe("function");
  },
  60_000,
);

test("loads neither compiler nor resolver nor languages at the start", () => {
  const parts = ["typescript/lib", "@npmcli/arborist", "@pulumi/pulumi/automation", "@opentelemetry/sdk-trace-node", "zod/v4/locales/de"];
  const script = 'require("zod"); require("@pulumi/pulumi/cmd/run/tracing");';
  expect(run(`${script} say(loaded(...${JSON.stringify(parts)}));`)).toEqual([]);
});

test("serializes functions when it is asked to", () => {
  const script = "const three = 3; pulumi.runtime.serializeFunction(() => three + 4).then(({ text }) => say(text));";
  expect(run(script)).toMatch(/three \+ 4/);
});

test("finds the packages that a function needs when it is asked to", () => {
  expect(run("pulumi.runtime.computeCodePaths({}).then((paths) => say(paths.size > 10));")).toBe(true);
});

test("has the Automation API and the languages when they are used", () => {
  const script = `
    const { locales, ...zod } = require("zod");
    say([typeof pulumi.automation.LocalWorkspace, "LocalWorkspace" in pulumi.automation, Object.keys(locales).includes("de"), typeof zod.string]);`;
  expect(run(script)).toEqual(["function", true, true, "function"]);
});
