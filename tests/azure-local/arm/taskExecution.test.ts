// Proves that the run of a task publishes an image with the rights of the task's identity, into a registry that denies public access, and that
// deployments can then use it. Doesn't prove Azure's agents: the script runs on this machine.
import { spawnSync } from "node:child_process";
import { realClock } from "../../../azure-local/arm";
import { imageOf } from "../registry/registryClient";
import { Caller, type Parsed } from "./client";
import { bodies, grant, paths } from "./platform";
import { importBody } from "./rejections/imports";
import { encoded, TASK, taskBody } from "./rejections/tasks";

const ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec";
const VERSION = "2019-06-01-preview";

const image = imageOf();

/** Publishes the image as a client of the registry does: challenge, token, blob, manifest. */
const script = `
import base64, json, os, sys, urllib.parse, urllib.request, urllib.error
registry, files = sys.argv[1], sys.argv[2]
auth = json.load(open(os.environ["HOME"] + "/.docker/config.json"))["auths"][registry]["auth"]
scope = urllib.parse.quote("repository:moor/vllm:pull,push")
def send(method, path, data=None, **headers):
    url = path if path.startswith("http") else "http://" + registry + path
    return urllib.request.urlopen(urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method))
try:
    send("GET", "/v2/")
except urllib.error.HTTPError as challenge:
    parameters = dict(part.split("=", 1) for part in challenge.headers["www-authenticate"].split(" ", 1)[1].split(","))
realm, service = parameters["realm"].strip('"'), parameters["service"].strip('"')
token = json.load(send("GET", realm + "?service=" + service + "&scope=" + scope, Authorization="Basic " + auth))["access_token"]
bearer = "Bearer " + token
config, manifest = (open(files + "/" + name, "rb").read() for name in ("config.json", "manifest.json"))
digest = json.loads(manifest)["config"]["digest"]
send("POST", "/v2/moor/vllm/blobs/uploads/?digest=" + digest, config, Authorization=bearer)
done = send("PUT", "/v2/moor/vllm/manifests/1", manifest, Authorization=bearer, Content_Type=json.loads(manifest)["mediaType"])
print("pushed", done.headers["docker-content-digest"])
`;

const taskFile = `version: v1.1.0
steps:
  - cmd: python /files/publish.py $Registry /files
    entryPoint: python3
    volumeMounts:
      - { name: files, mountPath: /files }
volumes:
  - name: files
    secret:
      publish.py: ${encoded(script)}
      config.json: ${encoded(image.config)}
      manifest.json: ${encoded(image.manifest)}
`;

const proof = "the run of a task in a closed registry";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

if (!hasPython) {
  test(`not proved: ${proof}`, () => {
    const sentence = `${proof} remains unproved: python3 is missing, which runs the scripts of tasks.`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });
}

(hasPython ? describe : describe.skip)(proof, () => {
  let caller: Caller;
  let principalId: string;
  beforeEach(async () => {
    const clock = { ...realClock(Number.POSITIVE_INFINITY), advance: () => {} };
    caller = await Caller.start({ clock });
    await caller.made(paths.group, bodies(caller).group);
    const registry = {
      ...bodies(caller).registry,
      properties: { publicNetworkAccess: "Disabled", networkRuleBypassAllowedForTasks: true },
    };
    await caller.send("PUT", paths.registry, registry, "2025-11-01");
    await caller.get(paths.registry);
    const step = { ...taskBody.properties.step, encodedTaskContent: encoded(taskFile) };
    const task = await caller.made(TASK, { ...taskBody, properties: { ...taskBody.properties, step } });
    principalId = task.identity.principalId;
  });
  afterEach(() => caller.stop());

  async function ran(): Promise<{ properties: Parsed; log: string }> {
    const request = { type: "TaskRunRequest", taskId: caller.id(TASK) };
    const { body } = await caller.send("POST", `${paths.registry}/scheduleRun`, request, VERSION);
    const run = `${paths.registry}/runs/${body.name}`;
    for (;;) {
      const { properties } = (await caller.send("GET", run, undefined, VERSION)).body;
      if (!["Queued", "Running"].includes(properties.status)) {
        const { logLink } = (await caller.send("POST", `${run}/listLogSasUrl`, undefined, VERSION)).body;
        return { properties, log: await (await fetch(logLink)).text() };
      }
      await new Promise(setImmediate);
    }
  }

  const grantRole = (role: string) =>
    caller.made(...grant(caller, paths.registry, "11111111-0000-4000-8000-000000000009", role, principalId));

  /** Whether the tag exists for the rules of the resource manager. */
  const isTagged = async () => (await caller.post(`${paths.registry}/importImage`, importBody)).status === 409;

  test("publishes the image if its identity has AcrPush", async () => {
    await grantRole(ACR_PUSH);
    const { properties, log } = await ran();
    expect([properties.status, log]).toEqual(["Succeeded", expect.stringContaining(`pushed ${image.digest}`)]);
    expect(await isTagged()).toBe(true);
  });

  test.each([
    ["no role", undefined, "unauthorized: authentication required"],
    ["only AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", "HTTP Error 401"],
  ])("fails if its identity has %s", async (_case, role, text) => {
    if (role) await grantRole(role);
    const { properties, log } = await ran();
    expect([properties.status, log]).toEqual(["Failed", expect.stringContaining(text)]);
    expect(await isTagged()).toBe(false);
  });
});
