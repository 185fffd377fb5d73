// Proves that the credentials of another registry, and the tokens with which an image is published, are in no state, plan, task, request log,
// run log, event log or output of pulumi. Doesn't prove what Azure or the real provider plugins log.
import * as fs from "node:fs";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { acceptances } from "../support/acceptances";
import { describeWithPrograms } from "../support/programs";
import { environmentImages, type ImageSandbox, openImageSandbox, touchEntrypoint } from "./imagesSupport";
import type { Change, Run } from "./sandbox";

jest.setTimeout(600_000);

const user = "puller";
const password = "pull-only-password-of-the-test";
/** bcrypt with the smallest work factor. */
const htpasswd = `${user}:$2b$04$XTbLCSa.M3NBqG6M.ZZr2eFq53Ips.NQQKdKBCK6AdCFjb/Spghmm`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const planted = [password, base64(password), base64(`${user}:${password}`)];
/** A signed or unsigned token: header and claims of a JSON Web Token. */
const token = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

/** The places that contain a planted credential or a token. */
function found(places: Readonly<Record<string, string>>): string[] {
  return Object.entries(places).flatMap(([place, text]) => [
    ...(planted.some((secret) => text.includes(secret)) ? [`${place}: the password`] : []),
    ...(token.test(text) ? [`${place}: a token`] : []),
  ]);
}

const kinds: [name: string, imports: boolean, changes: readonly Change[]][] = [
  [
    "a layer via task",
    true,
    [
      [["moor:images", "vllm"], { layer: "docker/vllm", via: "task" }],
      [["moor:platform", "networkRuleBypassAllowedForTasks"], true],
      [["moor:accept"], acceptances("MOOR425", "MOOR444")],
    ],
  ],
  ["a layer by the registry's API", true, [[["moor:images", "vllm"], { layer: "docker/vllm" }]]],
  ["a build", false, [[["moor:images", "vllm"], { build: "docker/vllm" }]]],
];

describeWithPrograms(["docker-registry"], "credentials and tokens of images are in no file, log or output", () => {
  let sandbox: ImageSandbox;
  beforeEach(async () => {
    sandbox = await openImageSandbox({ outside: { htpasswd }, authorization: `Basic ${base64(`${user}:${password}`)}`, own: true });
    // Required by pulumi for --event-log.
    sandbox.environment.PULUMI_DEBUG_COMMANDS = "true";
    sandbox.environment.PULUMI_EXPERIMENTAL = "true";
  });
  afterEach(() => sandbox.close());

  test.each(kinds)("%s", async (_, imports, changes) => {
    sandbox.set(changes);
    const copy = await prepareStack(sandbox, "dev", path.join(sandbox.folder, "Pulumi.dev.yaml"));
    const secret = JSON.stringify({ "docker.io": `${user}:${password}` });
    await sandbox.pulumiQuietly(["config", "set", "--secret", "moor:importCredentials", secret, "--stack", "dev", "--config-file", copy]);
    const file = (name: string) => path.join(sandbox.home, name);
    const runs: Run[] = [
      await sandbox.run("preview", "dev", { args: ["--diff", "--save-plan", file("plan.json")] }),
      await sandbox.run("up", "dev", { args: ["--debug", "--event-log", file("created.jsonl"), "--logtostderr", "-v=4"] }),
    ];
    touchEntrypoint(sandbox, "changed");
    runs.push(
      await sandbox.run("preview", "dev", { args: ["--json", "--save-plan", file("changed.json")] }),
      await sandbox.run("up", "dev", { args: ["--json", "--debug", "--event-log", file("changed.jsonl")] }),
      await sandbox.run("refresh", "dev", { args: ["--expect-no-changes"] }),
    );
    expect(runs.map(({ code, output }) => (code === 0 ? "" : output.match(/error: .*/g)))).toEqual(["", "", "", "", ""]);
    expect(await environmentImages(sandbox)).not.toEqual([]);

    // The local Azure keeps the credentials of an import there until the operation has ended, as Azure does.
    const files = filesBelow(sandbox.home).filter((one) => path.basename(one) !== "secrets.jsonl");
    for (const name of ["plan.json", "created.jsonl", "changed.json", "changed.jsonl"]) expect(files).toContain(file(name));
    const state = await sandbox.pulumiQuietly(["stack", "export", "--stack", "dev"]);
    expect(state.length).toBeGreaterThan(1000);
    expect(
      found({
        ...Object.fromEntries(files.map((one) => [path.relative(sandbox.home, one), fs.readFileSync(one, "latin1")])),
        ...Object.fromEntries(runs.map(({ output }, index) => [`run ${index + 1}`, output])),
        outputs: await sandbox.pulumiQuietly(["stack", "output", "--json", "--show-secrets", "--stack", "dev"]),
        resources: JSON.stringify(sandbox.azure.resources()),
        state,
      }),
    ).toEqual([]);
    // The registry outside answers only requests with the password. A build sends none.
    const answered = (await sandbox.outside.requests()).filter(({ method, status }) => method === "GET" && status === 200);
    expect(answered.length > 0).toBe(imports);
    // The search would find them.
    expect(found({ password: `"${password}"`, token: sandbox.azure.issueToken({ oid: "00000000-0000-4000-8000-000000000009" }) })).toEqual([
      "password: the password",
      "token: a token",
    ]);
  });

  test("wrong credentials are an error that names the setting and not the password", async () => {
    sandbox.set([[["moor:images", "vllm"], { import: `docker.io/vllm/vllm-openai@${sandbox.base.digest}` }]]);
    const copy = await prepareStack(sandbox, "dev", path.join(sandbox.folder, "Pulumi.dev.yaml"));
    const secret = JSON.stringify({ "docker.io": `${user}:wrong-${password}` });
    await sandbox.pulumiQuietly(["config", "set", "--secret", "moor:importCredentials", secret, "--stack", "dev", "--config-file", copy]);
    const { code, output } = await sandbox.run("up", "dev", { args: ["--debug"] });
    expect(code).not.toBe(0);
    expect(output).toContain("moor:importCredentials");
    expect(found({ output })).toEqual([]);
  });
});
