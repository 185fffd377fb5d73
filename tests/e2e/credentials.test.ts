// Proves that neither the keys of an endpoint nor the tokens with which the program calls Azure and an endpoint are in any output or log of
// pulumi, with all options for verbose output. Doesn't prove what the real azure-native provider logs about its requests.
import * as fs from "node:fs";
import * as path from "node:path";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
let stackFile: (context: string) => string;
beforeAll(async () => {
  sandbox = await openSandbox();
  // Required by pulumi for --event-log.
  sandbox.environment.PULUMI_DEBUG_COMMANDS = "true";
  sandbox.environment.PULUMI_DEBUG_GRPC = path.join(sandbox.home, "grpc.jsonl");
  const revision = "7ae557604adf67be50417f59c2c2f167def9a775";
  const deployment = (context: string) => ({
    vllm: { model: "Qwen/Qwen2.5-0.5B-Instruct", revision, context, concurrencyPerInstance: 8, source: "hub" },
    ...{ size: "Standard_NC24ads_A100_v4", instances: 1, weight: 100 },
  });
  stackFile = (context) =>
    sandbox.edit("dev", [
      // A build has a token for the registry as a secret input, which Pulumi writes to its own traces (`-v=9`, PULUMI_DEBUG_GRPC).
      [["moor:images", "vllm"], `moor/vllm@sha256:${"ab".repeat(32)}`],
      [["moor:endpoints", "chat", "deployments"], { main: deployment(context) }],
      [["moor:endpoints", "ask"], { auth: "entra", deployments: { main: deployment(context) } }],
    ]);
});
afterAll(() => sandbox.close());

/** A signed or unsigned token: header and claims of a JSON Web Token. */
const token = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;

test("keys and tokens are in no output and no log", async () => {
  const log = (name: string) => path.join(sandbox.home, `${name}.jsonl`);
  const [first, second] = [stackFile("8k"), stackFile("4k")];
  const runs = [
    await sandbox.run("preview", "dev", { stackFile: first, args: ["--json"] }),
    await sandbox.run("up", "dev", { stackFile: first, args: ["--debug", "--event-log", log("created")] }),
    await sandbox.run("preview", "dev", { stackFile: second, args: ["--debug", "--diff"] }),
    await sandbox.run("up", "dev", { stackFile: second, args: ["-v=9", "--logtostderr", "--logflow", "--event-log", log("changed")] }),
    await sandbox.run("up", "dev", { stackFile: first, args: ["--json", "--debug"] }),
  ];
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  // The gate has called both endpoints, one with a key and one with a token.
  for (const key of ["chat", "ask"]) expect(runs[1]!.output).toMatch(new RegExp(`${key}-dev-\\w+: main-\\w+ passed`));

  const [endpoint] = sandbox.azure.resources().filter(({ type, name }) => /\/onlineEndpoints$/i.test(type) && name.startsWith("chat-"));
  const keysOf = `${endpoint!.id}/listKeys?api-version=2025-12-01`;
  const answer = await fetch(`${sandbox.azure.armUrl}${keysOf}`, { method: "POST" });
  const keys = Object.values((await answer.json()) as { primaryKey: string; secondaryKey: string });
  expect(keys.every((key) => key.length >= 32)).toBe(true);

  const places = {
    ...Object.fromEntries(runs.map(({ output }, index) => [`run ${index + 1}`, output])),
    ...Object.fromEntries(["created", "changed", "grpc"].map((name) => [`${name}.jsonl`, fs.readFileSync(log(name), "utf8")])),
    state: await sandbox.pulumiQuietly(["stack", "export", "--show-secrets", "--stack", "dev"]),
  };
  for (const text of Object.values(places)) expect(text.length).toBeGreaterThan(1000);
  const seen = Object.entries(places).flatMap(([place, text]) => [
    ...(token.test(text) ? [`${place}: a token`] : []),
    ...(keys.some((key) => text.includes(key)) ? [`${place}: a key`] : []),
  ]);
  expect(seen).toEqual([]);
});
