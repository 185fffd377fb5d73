/**
 * Weights are staged from the local Hub into the blob service of the local Azure, which follow the documentation of the real ones more closely
 * than the servers of the other suites. Roles that a stack assigns are tested with the network and the blob service.
 */

import { BlobContainer } from "../../../azure/blobStorage";
import { clouds } from "../../../azure/clouds";
import { bytesContents, type HubFault, type HubUsers, type LocalHub, startLocalHub } from "../../../azure-local";
import { readLock, writeLock } from "../../../config/lockFile";
import { HubTransport } from "../../../operations/hub";
import { mirrorWeights } from "../../../operations/mirror";
import { withStagedWeights } from "../../../operations/mirror/lock";
import { Progress } from "../../../operations/mirror/progress";
import { requireContainer } from "../../../operations/mirror/reach";
import { runnerWay } from "../../../operations/mirror/runner";
import { manifestText } from "../../../planner/weights";
import { Caller } from "../../azure-local/arm/client";
import { createAccount, HOST } from "../../azure-local/storage/blobAccount";
import { hashOf, revision } from "../../support/hubServer";
import { fiveShards, folder, sampleLock } from "./world";

const files = fiveShards();
const listed = Object.keys(files)
  .filter((path) => path !== ".gitattributes" && path !== "README.md")
  .map((path) => ({ path, size: files[path]!.length, sha256: hashOf(files[path]!) }));

let caller: Caller;
let hub: LocalHub;
let text: string;
const lines: string[] = [];

beforeEach(async () => {
  caller = await Caller.start();
  await createAccount(caller);
  text = writeLock(sampleLock());
  lines.length = 0;
});

afterEach(async () => {
  await hub.close();
  await caller.stop();
});

interface HubOptions {
  readonly faults?: readonly HubFault[];
  readonly gated?: "auto";
  readonly users?: HubUsers;
}

async function openHub({ faults = [], gated, users = {} }: HubOptions = {}): Promise<void> {
  const contents = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, bytesContents(content)]));
  const repository = { id: "acme/tiny", commit: revision, files: contents, license: "apache-2.0", ...(gated ? { gated } : {}) };
  hub = await startLocalHub({ repositories: [repository], users, faults, pageSize: 4 });
}

function containerFrom(network: "inside" | "outside"): BlobContainer {
  return new BlobContainer({
    ...{
      account: HOST.split(".")[0]!,
      container: "models",
      cloud: clouds.AzureCloud,
      retrySeconds: 0,
      endpoint: `${caller.arm.url}/data/${HOST}`,
    },
    credential: async () => "local",
    headers: { "x-azure-local-network": network },
    resolve: async () => [network === "inside" ? "10.0.0.4" : "20.60.0.1"],
  });
}

async function run(options: { readonly stream?: boolean; readonly token?: string; readonly force?: boolean } = {}): Promise<void> {
  const { stream = false, token, force = false } = options;
  const read = readLock("prod", text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const report = (line: string) => void lines.push(line);
  const clock = { sleep: async () => {} };
  const { signal } = new AbortController();
  await mirrorWeights({
    ...{ lock: read.lock, force, report, licenses: ["apache-2.0"] },
    hub: new HubTransport({ hub: hub.url, report, clock, ...(token === undefined ? {} : { token }) }),
    way: runnerWay({ container: containerFrom("outside"), report, clock, force, signal, stream, blockSize: 30, progress: new Progress() }),
    record: (weights, staged) => {
      text = withStagedWeights("prod", text, weights, staged, force).text;
    },
  });
}

async function expectStaged(): Promise<void> {
  const container = containerFrom("outside");
  const names = listed.map(({ path }) => `${folder}/${path}`);
  expect((await container.list("")).map(({ name }) => name).sort()).toEqual([...names, `${folder}/SHA256SUMS`].sort());
  for (const { path, sha256 } of listed) {
    expect(hashOf((await container.get(`${folder}/${path}`))!)).toBe(sha256);
    expect(await container.properties(`${folder}/${path}`)).toMatchObject({ metadata: { sha256 } });
  }
  expect((await container.get(`${folder}/SHA256SUMS`))!.toString()).toBe(manifestText(listed));
  expect(text.match(/staged: true/g)).toHaveLength(2);
}

const sentBytes = () => hub.requests().filter(({ path }) => path.startsWith("/xet-bridge-us/")).length;

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("A model is staged $way, and a second run reads nothing from the Hub", async ({ stream }) => {
  await openHub();
  await run({ stream });
  await expectStaged();
  expect(sentBytes()).toBe(20);
  const requests = hub.requests().length;
  await run({ stream });
  expect(hub.requests().length).toBe(requests);
});

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("A changed byte is found, $way, and only that file is copied again", async ({ stream }) => {
  await openHub({ faults: [{ part: "cdn", file: "model-00004-of-00005.safetensors", effect: "wrongBytes" }] });
  await expect(run({ stream })).rejects.toMatchObject({ problem: "hash" });
  expect(text).not.toContain("staged: true");
  await run({ stream });
  await expectStaged();
});

test("Addresses that expire, limits and errors of the Hub, and broken connections are overcome", async () => {
  await openHub({
    faults: [
      { part: "cdn", effect: 403, nth: 3 },
      { part: "cdn", effect: 403, nth: 5 },
      { part: "cdn", effect: "cut", nth: 7 },
      { part: "cdn", effect: "drop", nth: 9 },
      { part: "api", effect: 429, nth: 2, reset: 30 },
      { part: "resolve", effect: 503, nth: 2, times: 3 },
      { part: "resolve", effect: "drop", nth: 7 },
    ],
  });
  await run({ stream: true });
  await expectStaged();
  expect(lines.filter((line) => line.includes("Waiting 30 s"))).toHaveLength(1);
});

test("A gated model needs a token of an account that accepted its terms", async () => {
  await openHub({ gated: "auto", users: { hf_stranger: {}, hf_member: { repositories: ["acme/tiny"] } } });
  await expect(run()).rejects.toMatchObject({ problem: "gatedWithoutToken" });
  await expect(run({ token: "hf_stranger" })).rejects.toMatchObject({ problem: "gatedNotAccepted" });
  await expect(run({ token: "hf_unknown" })).rejects.toMatchObject({ problem: "token" });
  await run({ token: "hf_member" });
  await expectStaged();
});

test("An account without public access rejects a machine outside of the network, with the commands to run", async () => {
  await openHub();
  const stack = { stack: "prod", local: false };
  await requireContainer(stack, containerFrom("outside"));
  await createAccount(caller, { "properties/publicNetworkAccess": "Disabled" });
  await expect(requireContainer(stack, containerFrom("outside"))).rejects.toThrow(
    [
      `This machine can't stage weights, because it doesn't reach the private storage account. ${HOST} resolves to the public address 20.60.0.1 on this machine, not to its private endpoint, and the account rejects it.`,
      "Run one of these commands:",
      "  npm run mirror -- -s prod                inside the network, on a machine that also reaches the Hugging Face Hub",
      "  npm run mirror -- -s prod --via azure    anywhere; Azure copies the weights, and this machine needs only Azure Resource Manager and the Hub",
      "`--via azure` requires a subnet for scripts: `create.scripts: true` or `existing.scriptsSubnetId` in moor:platform.network (docs/weights.md).",
    ].join("\n"),
  );
});

test("An identity without the role gets the name of the role", async () => {
  await openHub();
  await caller.stop();
  caller = await Caller.start({ deployerBlobs: "assigned" });
  await createAccount(caller);
  await expect(requireContainer({ stack: "prod", local: false }, containerFrom("outside"))).rejects.toThrow(
    [
      `The identity of the Azure CLI can't use the container models of ${HOST}. ${HOST} answered 403 AuthorizationPermissionMismatch.`,
      "It requires the role Storage Blob Data Contributor on the storage account.",
    ].join("\n"),
  );
});
