// Proves how the commands of a task run on this machine: with its files, its credentials and its rights, and that they end in any case.
// Doesn't prove what Azure's agents contain, how long they take, or when the identity of a task gets its role.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TaskRunRequest } from "../../../azure-local/registry/registries";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { describeWithPrograms } from "../../support/programs";
import { Caller } from "../arm/client";
import { bodies, grant, paths } from "../arm/platform";
import { but } from "../arm/rejections/rejectedRequest";
import { RegistryClient, sha256 } from "./registryClient";

const LOGIN = "registry01.azurecr.io";
const TASK_ID = "33333333-3333-4333-8333-333333333333";
const PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec";
const PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const ROLE_NAME = "11111111-0000-4000-8000-000000000009";

/** Gets a token as Docker does, and pushes a manifest without layers. */
const pushScript = `
import base64, hashlib, json, os, sys, urllib.request
registry, repository, tag, folder = sys.argv[1:]
auth = json.load(open(os.environ["HOME"] + "/.docker/config.json"))["auths"][registry]["auth"]
def send(method, path, body=None, **headers):
    request = urllib.request.Request(f"http://{registry}{path}", data=body, method=method, headers=headers)
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        print(method, path.split("?")[0], error.code, error.read().decode())
        sys.exit(7)
scope = f"repository:{repository}:pull,push"
answer = send("GET", f"/oauth2/token?service=${LOGIN}&scope={scope}", Authorization="Basic " + auth)
bearer = "Bearer " + json.load(answer)["access_token"]
config = open(folder + "/config.json", "rb").read()
digest = "sha256:" + hashlib.sha256(config).hexdigest()
send("POST", f"/v2/{repository}/blobs/uploads/?digest={digest}", config, Authorization=bearer)
kind = "application/vnd.oci.image.manifest.v1+json"
manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": {"digest": digest, "size": len(config)}, "layers": []}).encode()
send("PUT", f"/v2/{repository}/manifests/{tag}", manifest, **{"Authorization": bearer, "Content-Type": kind})
print("secret", base64.b64decode(auth).decode().split(":", 1)[1])
print("published", hashlib.sha256(manifest).hexdigest())
`;

describeWithPrograms(["python3"], "the commands of tasks run", () => {
  const issuerFolder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-issuer-"));
  afterAll(() => fs.rmSync(issuerFolder, { recursive: true }));
  let caller: Caller;
  beforeEach(async () => {
    const issuer = openIssuer(path.join(issuerFolder, "secret"));
    caller = await Caller.start({ directory: { tokenSecret: issuer.secret, deployerId: () => "11111111-1111-4111-8111-111111111111" } });
    await caller.made(paths.group, bodies(caller).group);
    await caller.made(paths.registry, but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled"));
    await caller.made(...grant(caller, paths.registry, ROLE_NAME, PUSH, TASK_ID));
  });
  afterEach(() => caller.stop());

  const encoded = (text: string) => Buffer.from(text).toString("base64");

  function task(script: string, command = "az /moor/run.py", step: object = {}): unknown {
    const mounts = [{ name: "files", mountPath: "/moor" }];
    return {
      version: "v1.1.0",
      volumes: [{ name: "files", secret: { "run.py": encoded(script), "config.json": encoded("{}") } }],
      steps: [{ cmd: command, entryPoint: "python3", volumeMounts: mounts, ...step }],
    };
  }

  function run(steps: unknown, more: Partial<TaskRunRequest> = {}) {
    const request = { registryId: caller.id(paths.registry), loginServer: LOGIN, steps, principalId: TASK_ID, admitted: true };
    return caller.arm.registries.runTask({ ...request, ...more });
  }

  const leftFolders = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("acr-task-"));

  test("a script pushes an image with the credentials of the task; the log contains no credentials, and nothing is left", async () => {
    const before = leftFolders();
    const result = await run(task(pushScript, "az /moor/run.py {{.Run.Registry}} moor/vllm v1 /moor"));
    const registry = new RegistryClient(caller.arm.url, LOGIN);
    const digest = (await registry.send("HEAD", "/v2/moor/vllm/manifests/v1")).headers.get("docker-content-digest")!;
    expect(result).toEqual({
      succeeded: true,
      log: [
        `Logging in to registry: ${LOGIN}`,
        `Successfully logged into ${LOGIN}`,
        "Executing step ID: acb_step_0",
        "secret [redacted]",
        `published ${digest.slice("sha256:".length)}`,
        "Run complete",
        "",
      ].join("\n"),
      images: [],
    });
    expect(leftFolders()).toEqual(before);
    const logged = caller.arm.requests().filter(({ path: one, method }) => one.includes("/manifests/") && method === "PUT");
    expect(logged.map(({ path: one }) => one)).toEqual([`/data/${LOGIN}/v2/moor/vllm/manifests/v1`]);
  });

  describe("a base that was imported without its bytes", () => {
    const base = `sha256:${"ab".repeat(32)}`;
    const blob = `sha256:${"cd".repeat(32)}`;
    const askScript = `${pushScript.split("config = open")[0]}
answer = send("HEAD", f"/v2/{repository}/blobs/${blob}", Authorization=bearer)
`;
    const line = (repository: string) =>
      `This can't happen in Azure: the base was imported into ${repository} without its bytes, because the local Azure has no address for its ` +
      "registry. Start the local Azure with --outside-registry <host>=<url>, for example docker.io=http://127.0.0.1:5001. Then destroy and create " +
      "the stack again, because an existing image is not imported again.";
    const imported = () =>
      caller.post(`${paths.registry}/importImage`, {
        source: { registryUri: "docker.io", sourceImage: `vllm/vllm-openai@${base}` },
        targetTags: ["moor/vllm:base"],
        mode: "NoForce",
      });
    const ask = async (repository: string) => (await run(task(askScript, `az /moor/run.py $Registry ${repository} v1 /moor`))).log;

    test("is named at the end of the log of a run that misses one of its blobs", async () => {
      expect((await imported()).status).toBe(202);
      expect((await ask("moor/vllm")).trimEnd().split("\n").slice(-2)).toEqual([
        "failed during run, err: step acb_step_0: python3 /moor/run.py: exit code 7",
        line("moor/vllm"),
      ]);
    });

    test("isn't the cause in another repository, or without an import", async () => {
      expect(await ask("moor/vllm")).not.toContain("--outside-registry");
      await imported();
      expect(await ask("moor/score")).not.toContain("--outside-registry");
    });

    test("isn't in the log of a run that succeeds", async () => {
      await imported();
      const { succeeded, log } = await run(
        task(askScript.replace("sys.exit(7)", "sys.exit(0)"), "az /moor/run.py $Registry moor/vllm v1 /moor"),
      );
      expect([succeeded, log.includes("--outside-registry")]).toEqual([true, false]);
    });
  });

  test("a task whose identity can only pull fails when it pushes", async () => {
    await caller.delete(`${paths.registry}/providers/Microsoft.Authorization/roleAssignments/${ROLE_NAME}`);
    await caller.made(...grant(caller, paths.registry, ROLE_NAME.replace(/9$/, "8"), PULL, TASK_ID));
    const { succeeded, log } = await run(task(pushScript, "az /moor/run.py $Registry moor/vllm v1 /moor"));
    expect([succeeded, log]).toEqual([false, expect.stringContaining("GET /oauth2/token 401")]);
    expect(log).toContain("failed during run, err: step acb_step_0: python3 /moor/run.py: exit code 7");
  });

  test.each([
    ["that network rules don't admit", { admitted: false }, "is not allowed access. Refer https://aka.ms/acr/firewall to grant access."],
    ["without an identity", { principalId: undefined }, "unauthorized: the task has no identity"],
    ["whose identity has no role", { principalId: ROLE_NAME }, "unauthorized: authentication required"],
  ])("a task %s can't log in, and runs no step", async (_what, more, text) => {
    const { succeeded, log } = await run(task("print('ran')"), more);
    expect([succeeded, log]).toEqual([false, expect.stringContaining(text)]);
    expect(log).toContain("failed to login, ran out of retries");
    expect(log).not.toContain("ran\n");
  });

  test("a step that runs longer than its timeout is ended with the processes that it started", async () => {
    const script = "import subprocess, sys\nchild = subprocess.Popen(['sleep', '987'])\nprint(child.pid, flush=True)\nchild.wait()";
    const { succeeded, log } = await run(task(script, undefined, { timeout: 2 }));
    expect([succeeded, log]).toEqual([false, expect.stringContaining("it ran longer than 2 s")]);
    const pid = Number(/^(\d+)$/m.exec(log)![1]);
    const state = fs.existsSync(`/proc/${pid}/stat`) ? fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] : "gone";
    expect(["gone", "Z"]).toContain(state);
  });

  test("closing the local Azure ends its runs", async () => {
    const marker = path.join(caller.home, "started");
    const script = `open(${JSON.stringify(marker)}, "w").close()\nimport time\ntime.sleep(987)`;
    const ending = run(task(script));
    while (!fs.existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 10));
    await caller.arm.close();
    expect((await ending).log).toContain("it was canceled");
  });

  test("a script gets only a minimal environment", async () => {
    process.env.MOOR_TASK_SECRET = "do-not-pass";
    try {
      const { log } = await run(task("import os\nprint(sorted(os.environ))"));
      expect(log).not.toContain("MOOR_TASK_SECRET");
      expect(log).toContain("'HOME'");
    } finally {
      delete process.env.MOOR_TASK_SECRET;
    }
  });

  test.each([
    ["no steps", {}, "The task file has no steps."],
    ["text", "x", "The task file has no steps."],
    ["another program", { steps: [{ cmd: "bash echo hello" }] }, "It supports only cmd steps with entryPoint: python3."],
    ["a program outside", task("", "az /moor/run.py", { entryPoint: "/tmp/python3" }), "It supports only cmd steps"],
    [
      "a file outside its volume",
      { volumes: [{ name: "v", secret: { "../x": "" } }], steps: [{ push: ["a"] }] },
      "'../x' must be a file name",
    ],
    ["a file that isn't Base64", { volumes: [{ name: "v", secret: { x: "ä" } }], steps: [{ push: ["a"] }] }, "must be Base64"],
    ["a relative mount", task("", "az x", { volumeMounts: [{ name: "files", mountPath: "moor" }] }), "an absolute mountPath"],
    [
      "an unknown volume",
      task("", "az /x/run.py", { volumeMounts: [{ name: "other", mountPath: "/x" }] }),
      "the task has no volume 'other'",
    ],
    ["a push without a build", { steps: [{ push: ["$Registry/a:1"] }] }, "no build step made 127.0.0.1:"],
  ])("%s fails with what is wrong", async (_what, steps, text) => {
    const { succeeded, log } = await run(steps);
    expect([succeeded, log]).toEqual([false, expect.stringContaining(text)]);
  });

  test("a path in a mount can't leave it", async () => {
    const { succeeded, log } = await run(task("print('ran')", "az /moor/../../../../etc/hostname"));
    expect([succeeded, log]).toEqual([false, expect.stringContaining("No such file or directory")]);
  });

  test("a missing python3 is reported", async () => {
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    try {
      expect((await run(task("")))?.log).toContain("python3 is not installed");
    } finally {
      process.env.PATH = PATH;
    }
  });

  test("a build whose base isn't on this machine pushes an image that says so, and the same inputs give the same digest", async () => {
    const dockerfile = "FROM example.test/base@sha256:0\nCOPY run.py /\n";
    const build = (content: string, tag: string) => ({
      volumes: [{ name: "files", secret: { "unpack.py": encoded(`open("Dockerfile", "w").write(${JSON.stringify(content)})`) } }],
      steps: [
        { cmd: "az /moor/unpack.py", entryPoint: "python3", volumeMounts: [{ name: "files", mountPath: "/moor" }] },
        { build: `-t $Registry/moor/score:${tag} -f Dockerfile --build-arg A=1 .` },
        { push: [`$Registry/moor/score:${tag}`] },
      ],
    });
    const first = await run(build(dockerfile, "1"));
    expect([first.succeeded, first.log]).toEqual([true, expect.stringContaining("Nothing was built: ")]);
    const digests = [first, await run(build(dockerfile, "2")), await run(build(`${dockerfile}USER 2000\n`, "3"))].map(
      ({ images }) => images[0]!.digest,
    );
    expect(first.images).toEqual([{ repository: "moor/score", tag: "1", digest: digests[0] }]);
    expect([digests[1] === digests[0], digests[2] === digests[0]]).toEqual([true, false]);
    const registry = new RegistryClient(caller.arm.url, LOGIN);
    const manifest = await (await registry.send("GET", `/v2/moor/score/manifests/${digests[0]}`)).text();
    expect(sha256(manifest)).toBe(digests[0]);
    const config = await registry.send("GET", `/v2/moor/score/blobs/${JSON.parse(manifest).config.digest}`);
    expect(await config.json()).toMatchObject({ config: { Labels: { "azure-local.placeholder": "Nothing was built." } } });
  });
});
