// Proves how the command drives a deployment script: its body, its progress, and that no script is left after success, failure, a refused request
// and an interruption. The schema of the body is checked by tests/e2e/mirrorViaAzure.test.ts, where the local Azure accepts it. Doesn't prove
// how Azure runs it.
import { inflateSync } from "node:zlib";
import { HubTransport } from "../../../../operations/hub";
import { mirrorWeights } from "../../../../operations/mirror";
import { removeLeftScripts, scriptWay } from "../../../../operations/mirror/script";
import { scriptBody } from "../../../../operations/mirror/script/body";
import type { CopyJob } from "../../../../operations/mirror/script/job";
import { removeOthers, runScript, type ScriptRun } from "../../../../operations/mirror/script/run";
import { sampleLock } from "../world";
import { FakeScripts } from "./fakeScripts";

const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor-prod-swedencentral";
const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-prod-scripts`;
const subnetId = `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/scripts`;
const place = { subnetId, identityId, storageAccount: "stprodscr" };

const files = (count: number): CopyJob["files"] =>
  Array.from({ length: count }, (_, index) => [
    `model-${String(index + 1).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.safetensors`,
    4_000_000_000 + index,
    // Hashes don't compress.
    Buffer.from(Array.from({ length: 32 }, (_byte, at) => (index * 131 + at * 197 + ((index * at) ^ 83)) % 256)).toString("hex"),
    64 * 1024 * 1024,
  ]);

const job: CopyJob = {
  blobs: "https://stprod.blob.core.windows.net",
  container: "azureml-blobstore-0123",
  folder: "models/Qwen--Qwen3-8B/rev",
  hub: "https://huggingface.co",
  model: "Qwen/Qwen3-8B",
  revision: "c".repeat(40),
  files: files(2),
  manifest: "a".repeat(64),
  clientId: "11111111-2222-4333-8444-555555555555",
};

let fake: FakeScripts;
let lines: string[];
beforeEach(async () => {
  fake = await FakeScripts.start(group);
  lines = [];
});
afterEach(() => fake.stop());

const clock = {
  sleep: async (_seconds: number, signal: AbortSignal | undefined) => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  },
};
const run = (changes: Partial<ScriptRun> = {}) =>
  runScript({
    ...{ azure: fake.azure, stack: "prod", location: "swedencentral", resourceGroupId: group, place, job, clock },
    report: (line) => lines.push(line),
    ...changes,
  });
const name = scriptBody({ stack: "prod", location: "swedencentral", place, job }).name;

test("The body runs the Azure CLI image in the subnet, with the identity, and is removed with its container when it ends.", () => {
  const { body } = scriptBody({ stack: "prod", location: "swedencentral", place, job });
  expect(body).toEqual({
    location: "swedencentral",
    kind: "AzureCLI",
    identity: { type: "UserAssigned", userAssignedIdentities: { [identityId]: {} } },
    tags: { "moor-stack": "prod" },
    properties: {
      azCliVersion: "2.63.0",
      scriptContent: expect.stringMatching(/^#!\/bin\/bash\nset -euo pipefail\n/),
      timeout: "P1D",
      retentionInterval: "PT1H",
      cleanupPreference: "Always",
      containerSettings: { containerGroupName: name, subnetIds: [{ id: subnetId }] },
      storageAccountSettings: { storageAccountName: "stprodscr" },
    },
  });
  expect(name).toMatch(/^moor-mirror-prod-qwen3-8b-[0-9a-f]{8}$/);
});

test("The script has the tags of the stack, which policies can require.", () => {
  const { body } = scriptBody({ stack: "prod", location: "swedencentral", place, job, tags: { "cost-center": "42" } });
  expect(body).toMatchObject({ tags: { "moor-stack": "prod", "cost-center": "42" } });
});

test("The script contains the job, and 200 files fit.", () => {
  const large = { ...job, files: files(200) };
  const { body } = scriptBody({ stack: "prod", location: "swedencentral", place, job: large });
  const { scriptContent } = (body as { properties: { scriptContent: string } }).properties;
  expect(scriptContent.length).toBeLessThan(32_000);
  const [, text = ""] = /\("job\.json", "([^"]+)"\)/.exec(scriptContent) ?? [];
  expect(JSON.parse(inflateSync(Buffer.from(text, "base64")).toString())).toEqual(large);
});

test("A list of files that is too long is refused with the other way.", () => {
  expect(() => scriptBody({ stack: "prod", location: "swedencentral", place, job: { ...job, files: files(2000) } })).toThrow(
    /^Qwen\/Qwen3-8B has 2000 files to stage\. .* Allowed: up to 32000\. .* --via runner\.$/,
  );
});

test.each([
  ["a-stack-with-a-very-long-name-of-more-than-sixty-three-characters-in-total", "Org/Model"],
  ["UPPER_case", "org/Model.With.Dots--and---hyphens"],
  ["p", `org/${"m".repeat(90)}`],
  ["prod", "org/_"],
])("The name for the stack %s and the model %s is valid for a container group", (stack, model) => {
  const { name: made } = scriptBody({ stack, location: "swedencentral", place, job: { ...job, model } });
  expect(made).toMatch(/^(?!.*--)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test("A script that succeeds returns its outputs, shows its log once, and is removed.", async () => {
  expect(await run()).toEqual({ files: 2, bytes: 10, seconds: 1 });
  expect(lines).toEqual([`Creating the script ${name} in the network of prod.`, "Copied", "Verified"]);
  expect([...fake.scripts.keys()]).toEqual([]);
});

test("A script that fails is an error with its sentence, and is removed.", async () => {
  fake.ending = { state: "Failed", log: "Copied\nError: The storage account has no space left.\n" };
  await expect(run()).rejects.toThrow(/^The storage account has no space left\.$/);
  expect(lines).not.toContain("Error: The storage account has no space left.");
  expect([...fake.scripts.keys()]).toEqual([]);
});

test("A script that fails without a sentence is an error with the end of its log.", async () => {
  const log = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")}\n`;
  fake.ending = { state: "Failed", log, error: { code: "DeploymentScriptContainerInstancesServiceLoginFailure", message: "no login" } };
  const failure = await run().catch((error: Error) => error.message);
  expect(failure).toContain(
    `The script ${name} ended with the state Failed (DeploymentScriptContainerInstancesServiceLoginFailure): no login`,
  );
  expect(failure).toContain("End of its log:\n  line 10\n");
  expect([...fake.scripts.keys()]).toEqual([]);
});

test("A running script of a killed run with the same job is continued.", async () => {
  fake.add(name, "Running");
  expect(await run()).toEqual({ files: 2, bytes: 10, seconds: 1 });
  expect(lines[0]).toBe(`Continuing with the script ${name}, which a killed run left.`);
  expect(fake.requests.filter((line) => line.startsWith("PUT"))).toEqual([]);
  expect([...fake.scripts.keys()]).toEqual([]);
});

test("A failed script of a killed run is replaced, and scripts with other jobs are removed; those of other stacks stay.", async () => {
  fake.add(name, "Failed");
  fake.add("moor-mirror-prod-other-00000000", "Running");
  fake.add("moor-mirror-dev-other-00000000", "Running", { "moor-stack": "dev" });
  fake.add("theirs", "Running");
  await run();
  expect(lines.slice(0, 2)).toEqual([
    "Removing the script moor-mirror-prod-other-00000000, which a killed run left.",
    `Creating the script ${name} in the network of prod.`,
  ]);
  expect([...fake.scripts.keys()]).toEqual(["moor-mirror-dev-other-00000000", "theirs"]);
});

test("At each refused request, either no script is left, or the command says which one, and the next run removes it.", async () => {
  await run();
  const count = fake.requests.length;
  for (let at = 1; at <= count; at++) {
    fake.requests.length = 0;
    fake.reads = 2;
    lines = [];
    fake.refuse = (_, number) => (number === at ? 400 : undefined);
    await run().catch(() => undefined);
    fake.refuse = () => undefined;
    const isLeft = fake.scripts.size > 0;
    expect([at, lines.some((line) => line.startsWith(`The script ${name} could not be removed.`))]).toEqual([at, isLeft]);
    fake.reads = 0;
    await removeOthers({ azure: fake.azure, resourceGroupId: group, stack: "prod", report: () => {} });
    expect([...fake.scripts.keys()]).toEqual([]);
  }
});

test("An interruption ends the container, removes the script, and says that the next run continues.", async () => {
  const interruption = new AbortController();
  fake.reads = Number.POSITIVE_INFINITY;
  fake.refuse = (line) => {
    if (line.endsWith("/logs/default")) interruption.abort();
    return undefined;
  };
  await expect(run({ signal: interruption.signal })).rejects.toThrow(/^The copy was interrupted, .* It continues where it stopped\.$/);
  expect([...fake.scripts.keys()]).toEqual([]);
  expect(fake.requests).toContain(`DELETE Microsoft.ContainerInstance/containerGroups/${name}`);
});

test("A script whose container appears only after its removal began is removed.", async () => {
  fake.add(name, "Creating");
  fake.reads = Number.POSITIVE_INFINITY;
  fake.containersMissing = 2;
  await removeOthers({ azure: fake.azure, resourceGroupId: group, stack: "prod", report: () => {} });
  expect([...fake.scripts.keys()]).toEqual([]);
  expect(fake.requests.filter((line) => line === `DELETE Microsoft.ContainerInstance/containerGroups/${name}`)).toHaveLength(3);
});

test("A caller that may not read scripts gets a line about those that a killed run left, and other errors end its command.", async () => {
  const resources = [
    { urn: "urn", custom: true, type: "azure-native:resources:ResourceGroup", id: group, outputs: { location: "swedencentral" } },
  ];
  const options = {
    ...{ pulumi: { stack: "prod", local: false }, azure: fake.azure, report: (line: string) => lines.push(line) },
    state: { version: 3, deployment: { resources } },
  };
  fake.refuse = () => 403;
  await removeLeftScripts(options);
  expect(lines).toEqual([
    expect.stringMatching(/^Scripts of `npm run mirror` that killed runs left could not be removed\. .* Azure answered 403 /),
  ]);
  fake.refuse = () => 400;
  await expect(removeLeftScripts(options)).rejects.toThrow("Azure answered 400");
});

test("A run that has nothing to stage removes the script that a killed run left.", async () => {
  const platform = { scripts: { ...place } };
  const resources = [
    { urn: "stack", custom: false, type: "pulumi:pulumi:Stack", outputs: { platform } },
    { urn: "group", custom: true, type: "azure-native:resources:ResourceGroup", id: group, outputs: { location: "swedencentral" } },
  ];
  const way = scriptWay({
    ...{ pulumi: { stack: "prod", local: false }, azure: fake.azure, state: { version: 3, deployment: { resources } } },
    ...{ store: { workspaceId: group, account: "stprod", container: "blobs" }, hub: "https://huggingface.co", tags: {}, force: false },
    ...{ report: (line: string) => lines.push(line), clock, signal: new AbortController().signal },
  });
  fake.add("moor-mirror-prod-other-00000000", "Running");
  const hub = new HubTransport({ hub: "https://hub.invalid", report: () => {} });
  const lock = sampleLock({ staged: true, files: [{ path: "model.safetensors", size: 1, sha256: "a".repeat(64) }] });
  await mirrorWeights({ lock, force: false, hub, licenses: [], way, record: () => {}, report: (line) => lines.push(line) });
  expect(lines).toEqual([
    expect.stringContaining("is staged, according to the lock file."),
    "Removing the script moor-mirror-prod-other-00000000, which a killed run left.",
  ]);
  expect([...fake.scripts.keys()]).toEqual([]);
});

test("An address of the Hub with a password is refused before a script exists, and not shown.", () => {
  const options = {
    ...{ hub: "https://user:planted@hub.example/hf", tags: {}, force: false, clock },
    signal: new AbortController().signal,
  };
  const refused = () =>
    scriptWay({
      ...options,
      pulumi: { stack: "prod", local: false },
      azure: fake.azure,
      report: () => {},
      state: { version: 3, deployment: {} },
      store: { workspaceId: group, account: "stprod", container: "blobs" },
    });
  expect(refused).toThrow(/^HF_ENDPOINT contains a user name or a password for hub\.example, which would be visible/);
  expect(refused).not.toThrow(/planted/);
});

test("A script that another run removes is an error with what to do.", async () => {
  fake.reads = Number.POSITIVE_INFINITY;
  fake.refuse = (line) => {
    if (line.endsWith("/logs/default")) fake.scripts.delete(name);
    return undefined;
  };
  await expect(run()).rejects.toThrow(`The script ${name} was removed by another run. Run the command again.`);
});

test("Without outputs, success is not believed.", async () => {
  fake.ending = { state: "Succeeded", log: "" };
  await expect(run()).rejects.toThrow(`The script ${name} succeeded but returned no outputs.`);
  expect([...fake.scripts.keys()]).toEqual([]);
});
