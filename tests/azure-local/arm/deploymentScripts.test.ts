// Proves that a deployment script runs with bash on this machine, with the identity and in the network of its resource, and that its states,
// errors, log and outputs are those of Azure's documentation. Doesn't prove Azure Container Instances or the Azure CLI.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { type ManualClock, manualClock, realClock } from "../../../azure-local/arm";
import { splitArguments } from "../../../azure-local/arm/scripts/commandLine";
import { Caller, type Parsed } from "./client";
import { paths } from "./platform";
import { but } from "./rejections/rejectedRequest";
import { buildScriptPlatform, endedScript, scriptBodies, scriptPaths } from "./scriptScene";

const { script } = scriptPaths;
const SECRET = "planted-secret-1";

let caller: Caller;

function issueIdentityToken(audience: string, _tenantId: string, principalId?: string): string {
  return `${audience} of ${principalId ?? "the engine"}`;
}

/** The clock of a local run. */
const instant: ManualClock = { ...realClock(Number.POSITIVE_INFINITY), advance: () => {} };

async function start(clock: ManualClock): Promise<void> {
  caller = await Caller.start({ clock, issueIdentityToken });
  await buildScriptPlatform(caller);
}

function bodyOf(scriptContent: string, properties: object = {}) {
  const body = scriptBodies(caller).script;
  return { ...body, properties: { ...body.properties, scriptContent, ...properties } };
}

async function put(scriptContent: string, properties: object = {}): Promise<Parsed> {
  const answer = await caller.put(script, bodyOf(scriptContent, properties));
  expect(answer.body.error).toBeUndefined();
  return answer.body;
}

async function ran(scriptContent: string, properties: object = {}): Promise<{ properties: Parsed; log: string }> {
  await put(scriptContent, properties);
  const ended = await endedScript(caller);
  return { properties: ended.properties, log: await logOf() };
}

async function logOf(query = ""): Promise<string> {
  return (await caller.get(`${script}/logs/default${query}`)).body.properties.log;
}

/** Waits until the running script has written the text. */
async function written(text: string): Promise<void> {
  while (!(await logOf()).includes(text)) await new Promise(setImmediate);
}

const stateOf = async () => (await caller.get(script)).body.properties.provisioningState;
const containers = () => caller.arm.list("Microsoft.ContainerInstance/containerGroups");

/** A script that writes its process ID and then waits. */
const waiting = "echo pid=$$; sleep 600";

/** Waits until the waiting script runs. @returns a function that waits until its process has ended */
async function startedProcess(): Promise<() => Promise<void>> {
  await written("pid=");
  const pid = Number(/pid=(\d+)/.exec(await logOf())![1]);
  expect(isAlive(pid)).toBe(true);
  return async () => {
    while (isAlive(pid)) await new Promise(setImmediate);
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("on the fast clock", () => {
  beforeEach(() => start(instant));
  afterEach(() => caller.stop());

  test("A script runs, and its outputs, log and times are in the response", async () => {
    const { properties, log } = await ran(
      'echo "hello $1 and $2"; echo \'{"digest": "sha256:1", "count": 2}\' > "$AZ_SCRIPTS_OUTPUT_PATH"',
      {
        arguments: 'one "two three"',
      },
    );
    expect(properties).toMatchObject({
      provisioningState: "Succeeded",
      outputs: { digest: "sha256:1", count: 2 },
      status: {
        containerInstanceId: expect.stringMatching(/\/containerGroups\/[a-z0-9]{13}azscripts$/),
        startTime: expect.any(String),
        endTime: expect.any(String),
        expirationTime: expect.any(String),
      },
    });
    expect(properties.status.error).toBeUndefined();
    expect(log).toBe("hello one and two three\n");
    expect(containers()).toEqual([]);
  });

  test.each([
    ["its last line", "echo first; echo broken >&2; exit 3", "DeploymentScriptError", "with the following error:\r\nbroken. "],
    ["no output", "exit 4", "DeploymentScriptError", "without returning any errors. "],
    ["a missing command", "no-such-command", "DeploymentScriptError", "no-such-command: command not found. "],
    ["outputs that are a list", "echo '[1]' > $AZ_SCRIPTS_OUTPUT_PATH", "DeploymentScriptInvalidOutputs", "are not a JSON object. "],
    ["outputs that are no JSON", "echo '{' > $AZ_SCRIPTS_OUTPUT_PATH", "DeploymentScriptInvalidOutputs", "are not valid JSON. "],
    [
      "outputs that are too large",
      "head -c 2000000 /dev/zero > $AZ_SCRIPTS_OUTPUT_PATH",
      "DeploymentScriptInvalidOutputs",
      "have 2000000 bytes: the local Azure supports up to 1048576. ",
    ],
  ])("A script fails with %s", async (_case, content, code, text) => {
    const { properties } = await ran(content);
    expect([properties.provisioningState, properties.status.error.code, properties.outputs]).toEqual(["Failed", code, undefined]);
    expect(properties.status.error.message).toContain(text);
  });

  test("The operation of a failed script has its error", async () => {
    const answer = await caller.put(script, bodyOf("exit 4"));
    expect(await caller.outcome(answer)).toMatchObject({ status: "Failed", error: { code: "DeploymentScriptError" } });
  });

  test("A script from an address and a PowerShell script fail with what the local Azure lacks", async () => {
    const { properties } = await ran("", { scriptContent: undefined, primaryScriptUri: "https://example.com/a.sh" });
    expect(properties.status.error).toEqual({
      code: "DeploymentScriptDownloadFailure",
      message: "The local Azure downloads no scripts: use scriptContent.",
    });
    const { azCliVersion: _, ...powerShell } = { ...bodyOf("exit").properties, azPowerShellVersion: "14.0" };
    await caller.put(script, { ...bodyOf("exit"), kind: "AzurePowerShell", properties: powerShell });
    expect((await endedScript(caller)).properties.status.error.message).toBe(
      "The local Azure runs only scripts of the kind AzureCLI: it has no PowerShell.",
    );
  });

  test("Variables reach the script; secure values are in no response, log of requests or state", async () => {
    const environmentVariables = [
      { name: "MODEL", value: "qwen" },
      { name: "TOKEN", secureValue: SECRET },
    ];
    const { log } = await ran('echo "$MODEL ${#TOKEN} $AZ_SCRIPTS_USER_ASSIGNED_IDENTITY"; env | grep -c ^MOOR_', { environmentVariables });
    expect(log).toBe(`qwen ${SECRET.length} ${caller.id(scriptPaths.identity)}\n2\n`);
    expect((await caller.get(script)).body.properties.environmentVariables).toEqual([{ name: "MODEL", value: "qwen" }, { name: "TOKEN" }]);
    expect(JSON.stringify([caller.arm.everything(), caller.arm.requests()])).not.toContain(SECRET);
    for (const file of ["state.jsonl", "requests.jsonl"])
      expect(fs.readFileSync(path.join(caller.home, file), "utf8")).not.toContain(SECRET);
  });

  test("A script has a token of its identity for each audience, and no token of the engine", async () => {
    const { principalId, clientId } = (await caller.get(scriptPaths.identity)).body.properties;
    const { log } = await ran(`python3 - <<'END'
import json, os, urllib.error, urllib.request
base = os.environ["MOOR_LOCAL_IDENTITY"]
def get(path, **headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(base + path, headers=headers)).read().decode()
    except urllib.error.HTTPError as error:
        return str(error.code)
path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
token = json.loads(get(path + "https%3A%2F%2Fstorage.azure.com", Metadata="true"))
print(token["access_token"], token["client_id"], token["token_type"])
print(json.loads(get(path + "https%3A%2F%2Fvault.azure.net", Metadata="true"))["access_token"])
print(get(path + "https%3A%2F%2Fvault.azure.net"), get("/faults"), get("/msi/token?api-version=2019-08-01&resource=a", **{"X-IDENTITY-HEADER": "azure-local"}))
END`);
    expect(log.split("\n")).toEqual([
      `https://storage.azure.com of ${principalId} ${clientId} Bearer`,
      `https://vault.azure.net of ${principalId}`,
      "400 404 404",
      "",
    ]);
  });

  const probe = `python3 - <<'END'
import os, urllib.error, urllib.request
def status(path, **headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(os.environ["MOOR_LOCAL_AZURE"] + path, headers=headers)).status
    except urllib.error.HTTPError as error:
        return str(error.code) + " " + str(error.headers["x-ms-error-code"])
print(status("/data/storage01.blob.core.windows.net/models/a.bin", **{"x-azure-local-network": "inside"}))
END`;

  test("A script is inside for the hosts of private endpoints in its network, and can't claim it for others", async () => {
    await caller.made(paths.storage, { ...scriptBodies(caller).account });
    expect((await ran(probe)).log).toBe("403 AuthorizationFailure\n");
    const target = "properties/privateLinkServiceConnections/0/properties";
    const file = scriptBodies(caller).endpoint;
    const blob = but(but(file, `${target}/privateLinkServiceId`, caller.id(paths.storage)), `${target}/groupIds`, ["blob"]);
    await caller.made(`${scriptPaths.endpoint}-blob`, blob);
    expect((await ran(probe, { forceUpdateTag: "2" })).log).not.toContain("AuthorizationFailure");
  });

  test("The address of a script that has ended is closed", async () => {
    const { log } = await ran('echo "$MOOR_LOCAL_AZURE"');
    const answer = await fetch(`${log.trim()}${caller.id(paths.group)}?api-version=2024-03-01`);
    expect([answer.status, ((await answer.json()) as Parsed).error.code]).toEqual([403, "ScriptNotRunning"]);
    expect(JSON.stringify(caller.arm.requests())).not.toContain("/scripts/");
  });

  test("A script reads resources under its address, and links in responses stay under it", async () => {
    const { log } = await ran(`python3 - <<'END'
import json, os, urllib.request
base = os.environ["MOOR_LOCAL_AZURE"]
print(json.load(urllib.request.urlopen(base + "${caller.id(paths.group)}?api-version=2024-03-01"))["name"])
body = json.dumps({"location": "swedencentral", "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}).encode()
request = urllib.request.Request(base + "${caller.id(scriptPaths.address)}-2?api-version=2024-05-01", body, {"content-type": "application/json"}, method="PUT")
print(urllib.request.urlopen(request).headers["azure-asyncoperation"].startswith(base))
END`);
    expect(log).toBe("rg\nTrue\n");
  });

  describe("runs again", () => {
    const count = async (properties: object = {}) => (await ran("date +%s%N", properties)).log;

    test("only if a property has changed", async () => {
      const first = await count();
      const unchanged = await caller.put(script, bodyOf("date +%s%N"));
      expect([unchanged.status, unchanged.headers.get("azure-asyncoperation"), await logOf()]).toEqual([200, null, first]);
      expect(await count({ forceUpdateTag: "2" })).not.toBe(first);
    });

    test("not for tags, in a PUT or a PATCH, and keeps its secrets", async () => {
      const properties = { environmentVariables: [{ name: "TOKEN", secureValue: SECRET }] };
      const first = await count(properties);
      expect((await caller.put(script, { ...bodyOf("date +%s%N", properties), tags: { a: "b" } })).status).toBe(200);
      expect((await caller.send("PATCH", script, { tags: { a: "c" } })).body).toMatchObject({
        tags: { a: "c" },
        properties: { provisioningState: "Succeeded" },
      });
      expect(await logOf()).toBe(first);
      expect(await count({ environmentVariables: [{ name: "TOKEN", secureValue: "other" }] })).not.toBe(first);
    });

    test("not after a failure without a change; the state stays Failed", async () => {
      await ran("echo $RANDOM; exit 1");
      const log = await logOf();
      const again = await caller.put(script, bodyOf("echo $RANDOM; exit 1"));
      expect([again.status, again.body.properties.provisioningState, await logOf()]).toEqual([200, "Failed", log]);
    });
  });

  test("The log can be read while the script runs, also only its last lines", async () => {
    await put("printf 'a\\nb\\nc\\n'; sleep 600");
    await written("c\n");
    expect([await stateOf(), await logOf(), await logOf("?tail=2")]).toEqual(["Running", "a\nb\nc\n", "b\nc\n"]);
    const { value } = (await caller.get(`${script}/logs`)).body;
    expect(value).toEqual([
      {
        id: `${caller.id(script)}/logs/default`,
        name: "default",
        type: "Microsoft.Resources/deploymentScripts/logs",
        properties: { log: "a\nb\nc\n" },
      },
    ]);
    expect((await caller.get(`${script}-2/logs/default`)).status).toBe(404);
  });

  test("Deleting the container group ends the script, which can then be deleted", async () => {
    await put(waiting);
    const ended = await startedProcess();
    expect((await caller.delete(script)).body.error.code).toBe("DeploymentScriptResourceConflict");
    const { containerInstanceId } = (await caller.get(script)).body.properties.status;
    expect((await caller.get(containerInstanceId)).body.properties.subnetIds).toEqual([{ id: caller.id(scriptPaths.subnet) }]);
    expect((await caller.delete(containerInstanceId)).status).toBe(200);
    await ended();
    const { properties } = await endedScript(caller);
    expect([properties.provisioningState, properties.status.error.code]).toEqual(["Failed", "DeploymentScriptContainerGroupNotFound"]);
    expect((await caller.delete(script)).status).toBe(200);
    expect((await caller.delete(script)).status).toBe(204);
  });

  test("The subnet can't be deleted or get another delegation while the script runs", async () => {
    await put(waiting);
    const ended = await startedProcess();
    expect((await caller.delete(scriptPaths.subnet)).body.error.code).toBe("InUseSubnetCannotBeDeleted");
    const other = but(scriptBodies(caller).subnet, "properties/delegations", []);
    expect((await caller.put(scriptPaths.subnet, other)).body.error.code).toBe("SubnetDelegationsCannotChangeWhenSubnetUsedByResource");
    await caller.delete(containers()[0]!.id as string);
    await ended();
    await endedScript(caller);
    expect((await caller.delete(scriptPaths.subnet)).status).toBe(202);
  });

  test("Deleting the resource group ends the script", async () => {
    await put(waiting);
    const ended = await startedProcess();
    await caller.outcome(await caller.delete(paths.group));
    await ended();
    expect((await caller.get(script)).status).toBe(404);
  });

  test("A stopped simulator ends the script, and the next one finds it Failed", async () => {
    await put(waiting);
    const ended = await startedProcess();
    const { home } = caller;
    await caller.arm.close();
    await ended();
    caller = await Caller.start({ home, clock: instant });
    const { properties } = await endedScript(caller);
    expect([properties.provisioningState, properties.status.error.code]).toEqual(["Failed", "DeploymentScriptExecutionFailed"]);
    expect((await caller.delete(script)).status).toBe(200);
  });

  test("An injected failure and a lost response leave the resource", async () => {
    caller.arm.setFaults([{ effect: "failOperation", method: "PUT", type: "Microsoft.Resources/deploymentScripts", code: "Broken" }]);
    const answer = await caller.put(script, bodyOf("echo ran"));
    expect(await caller.outcome(answer)).toMatchObject({ status: "Failed", error: { code: "Broken" } });
    expect((await caller.get(script)).body.properties).toMatchObject({
      provisioningState: "Failed",
      status: { error: { code: "Broken" } },
    });
    expect(await logOf()).toBe("");
    caller.arm.setFaults([{ effect: "drop", method: "PUT", type: "Microsoft.Resources/deploymentScripts" }]);
    await expect(caller.put(script, bodyOf("echo ran"))).rejects.toThrow();
    expect((await caller.get(script)).body.properties.provisioningState).not.toBe("Succeeded");
    caller.arm.setFaults([]);
    await caller.get(script);
    caller.arm.setFaults([{ effect: "drop", method: "PUT", type: "Microsoft.Resources/deploymentScripts" }]);
    await expect(caller.put(script, bodyOf("echo ran", { forceUpdateTag: "2" }))).rejects.toThrow();
    expect((await endedScript(caller)).properties.provisioningState).toBe("Succeeded");
  });

  test.each([
    ["Always", 0, 0],
    ["OnSuccess", 0, 1],
    ["OnExpiration", 1, 1],
  ])("With %s, the container group stays as documented", async (cleanupPreference, afterSuccess, afterFailure) => {
    await ran("true", { cleanupPreference });
    expect(containers()).toHaveLength(afterSuccess);
    await ran("exit 1", { cleanupPreference });
    expect(containers()).toHaveLength(afterFailure);
    await caller.delete(script);
    expect(containers()).toEqual([]);
  });

  test("Other container groups are refused", async () => {
    const group = "/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/own";
    const container = { name: "a", properties: { image: "b", resources: { requests: { cpu: 1, memoryInGB: 1 } } } };
    const body = { location: "swedencentral", properties: { osType: "Linux", containers: [container] } };
    expect((await caller.put(group, body)).body.error.code).toBe("ContainerGroupNotSupported");
    expect((await caller.get(group)).status).toBe(404);
  });
});

test("A killed simulator's script ends with it, and the next simulator deletes its files", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "arm-"));
  const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", path.join(__dirname, "ownProcess.ts"), home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killed = new Promise((resolve) => child.once("exit", resolve));
  const url = (await createInterface(child.stdout)[Symbol.asyncIterator]().next()).value as string;
  const group = `${url}/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg`;
  const send = async (below: string, body?: object) => {
    const response = await fetch(`${group}${below}`, body ? { method: "PUT", body: JSON.stringify(body) } : {});
    return (await response.json()) as Parsed;
  };
  const resource = "/providers/Microsoft.Resources/deploymentScripts/stage";
  const version = "?api-version=2023-08-01";
  await send("?api-version=2024-03-01", { location: "swedencentral" });
  const properties = { azCliVersion: "2.52.0", retentionInterval: "P1D", scriptContent: waiting };
  await send(`${resource}${version}`, { kind: "AzureCLI", location: "swedencentral", properties });
  let log = "";
  while (!log.includes("pid=")) log = (await send(`${resource}/logs/default${version}`)).properties.log;
  const pid = Number(/pid=(\d+)/.exec(log)![1]);
  child.kill("SIGKILL");
  await killed;
  while (isAlive(pid)) await new Promise(setImmediate);
  expect(fs.readdirSync(path.join(home, "scripts"))).toHaveLength(1);
  caller = await Caller.start({ home, clock: instant });
  try {
    expect((await endedScript(caller)).properties.status.error.code).toBe("DeploymentScriptExecutionFailed");
    expect(fs.existsSync(path.join(home, "scripts"))).toBe(false);
  } finally {
    await caller.stop();
  }
});

describe("on a manual clock", () => {
  beforeEach(() => start(manualClock()));
  afterEach(() => caller.stop());

  test("The states are those of Azure", async () => {
    expect((await put("echo done")).properties.provisioningState).toBe("Creating");
    await written("done");
    const states = [await stateOf()];
    for (const seconds of [44, 1, 14]) {
      caller.clock.advance(seconds);
      states.push(await stateOf());
    }
    caller.clock.advance(1);
    states.push((await endedScript(caller)).properties.provisioningState);
    expect(states).toEqual(["ProvisioningResources", "ProvisioningResources", "Running", "Running", "Succeeded"]);
  });

  test("A script that runs longer than its timeout fails", async () => {
    await put(waiting, { timeout: "PT30M" });
    const ended = await startedProcess();
    caller.clock.advance(1801);
    await ended();
    const { properties } = await endedScript(caller);
    expect([properties.provisioningState, properties.status.error.code]).toEqual(["Failed", "DeploymentScriptExceededMaxAllowedTime"]);
  });

  test("A script can be deleted after one hour, which ends it", async () => {
    await put(waiting);
    const ended = await startedProcess();
    caller.clock.advance(3600);
    expect((await caller.delete(script)).status).toBe(200);
    await ended();
    expect(containers()).toEqual([]);
  });

  test("The service deletes the script when its retention interval has expired", async () => {
    await ranOnManualClock("true", { retentionInterval: "PT1H" });
    caller.clock.advance(3599);
    expect((await caller.get(script)).status).toBe(200);
    caller.clock.advance(1);
    expect((await caller.get(script)).status).toBe(404);
  });
});

async function ranOnManualClock(content: string, properties: object): Promise<void> {
  const answer = await caller.put(script, bodyOf(content, properties));
  await new Promise(setImmediate);
  const operation = new URL(answer.headers.get("azure-asyncoperation")!);
  for (;;) {
    const { status } = (await (await fetch(operation)).json()) as Parsed;
    if (status !== "InProgress") return;
    caller.clock.advance(1);
  }
}

test.each([
  ["", []],
  ["a  b", ["a", "b"]],
  ['-name "John Dole"', ["-name", "John Dole"]],
  ['a\\"b c', ['a"b', "c"]],
  ['"a\\\\" b', ["a\\", "b"]],
  ["C:\\dir x\\y", ["C:\\dir", "x\\y"]],
  ['"" b', ["", "b"]],
  ['"a b', ["a b"]],
])("The arguments %j are %j", (text, parts) => {
  expect(splitArguments(text)).toEqual(parts);
});
