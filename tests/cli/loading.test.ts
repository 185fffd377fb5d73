// Proves that the commands for a production stack, and the program itself, load nothing from the simulator: each command runs in a separate
// process, whose loaded files are checked when it ends. `pulumi` is a script.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as ts from "typescript";

jest.setTimeout(60_000);

const root = path.join(__dirname, "..", "..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-loading-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const workspace =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw";
const resources = [
  { urn: "urn:e", custom: true, type: "azure-native:machinelearningservices:OnlineEndpoint", id: `${workspace}/onlineEndpoints/chat` },
  {
    urn: "urn:w",
    custom: true,
    type: "azure-native:resources:Deployment",
    inputs: { deploymentName: "moor-traffic-chat", properties: {} },
  },
];
const pulumi = `#!/bin/sh
case "$1" in
  stack) echo '${JSON.stringify({ version: 3, deployment: { resources } })}' ;;
  preview) echo '{"steps":[]}' ;;
  up) echo "MOOR_ENDPOINTS=$MOOR_ENDPOINTS pulumi $*" ;;
esac
`;
fs.writeFileSync(path.join(folder, "pulumi"), pulumi, { mode: 0o755 });

/** The output of a script, and the files of the program that it loaded. */
function run(script: string) {
  const file = path.join(folder, "loaded.json");
  const watched = `
    process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(Object.keys(require.cache))));
    require("ts-node").register({ transpileOnly: true, swc: true, cwd: process.cwd() });
    ${script}`;
  const env = { HOME: process.env.HOME, PATH: folder };
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", watched], { cwd: root, encoding: "utf8", env });
  const loaded = (JSON.parse(fs.readFileSync(file, "utf8")) as string[]).map((name) => path.relative(root, name));
  return { said: stdout + stderr, loaded: loaded.filter((name) => !name.startsWith("node_modules") && !name.startsWith("..")) };
}

const ofSimulator = (files: readonly string[]) => files.filter((file) => file.startsWith(`azure-local${path.sep}`));

test.each<[args: string[], file: string, says: string]>([
  [["recover", "-s", "prod"], "operations/recover/index.ts", "The state was complete."],
  [["drift", "-s", "prod"], "operations/drift/index.ts", "The Azure CLI (`az`) is not on the PATH."],
  [["lock", "-s", "prod", "--check"], "cli/lock/index.ts", "moor.lock.prod.yaml"],
  [["fit", "Qwen/Qwen3-8B"], "cli/fit/index.ts", "Qwen/Qwen3-8B"],
  [
    ["promote", "-s", "prod", "--endpoint", "none", "--label", "none", "--weight", "1"],
    "cli/promote.ts",
    "The stack file has no endpoint none",
  ],
  [["retire", "-s", "prod", "--endpoint", "none", "--label", "none"], "cli/retire.ts", "none/none has no previous decision to retire."],
  [["smoke", "-s", "prod"], "operations/smoke/index.ts", "The stack prod has no endpoint in its outputs"],
  [["image", "-s", "prod"], "operations/image/index.ts", "The Azure CLI (`az`) is not on the PATH."],
  [["review", "-s", "prod"], "operations/review/index.ts", "prod"],
  [["renew", "base", "none"], "operations/renew/base.ts", "none/Dockerfile does not exist."],
  [["renew", "vllm", "newest"], "operations/renew/vllm.ts", 'The version is "newest".'],
])("%j loads nothing of the simulator.", (args, file, says) => {
  const { said, loaded } = run(`require("./cli/main").main(${JSON.stringify(args)});`);
  expect(said).toContain(says);
  expect(loaded).toContain(file);
  expect(ofSimulator(loaded)).toEqual([]);
});

test("A session of the simulator would be detected.", () => {
  expect(ofSimulator(run(`require("./cli/local/session");`).loaded)).toContain("azure-local/index.ts");
});

/** All files of the program that a file imports directly or indirectly, including type imports. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.endsWith(".ts")) return seen;
  const { importedFiles } = ts.preProcessFile(fs.readFileSync(path.join(root, file), "utf8"), true, true);
  for (const { fileName } of importedFiles.filter(({ fileName }) => fileName.startsWith("."))) {
    importsOf(resolved(path.join(path.dirname(file), fileName)), seen);
  }
  return seen;
}

function resolved(module: string): string {
  const file = [module, `${module}.ts`, path.join(module, "index.ts")].find(
    (name) => fs.existsSync(path.join(root, name)) && fs.statSync(path.join(root, name)).isFile(),
  );
  if (file === undefined) throw new Error(`There is no file for the module ${module}.`);
  return file;
}

test("The program imports nothing from the simulator or the command line.", () => {
  const files = [...importsOf("index.ts")];
  expect(files).toContain("components/endpoint/inferenceEndpoint.ts");
  expect(files.filter((file) => /^(azure-local|cli|operations)\//.test(file))).toEqual([]);
});

test("Operations import nothing from the simulator or the command line.", () => {
  const names = fs.readdirSync(path.join(root, "operations"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(names).toContain("stackPulumi.ts");
  const files = names.flatMap((name) => [...importsOf(path.join("operations", name))]);
  expect(files.filter((file) => /^(azure-local|cli)\//.test(file))).toEqual([]);
});
