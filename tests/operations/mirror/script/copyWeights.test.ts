// Proves that copy_weights.py stages a model in the blob service of the local Azure, continues after it was killed at each request, never sends a block
// twice, and names each failure in one line without a token or a signed address. Doesn't prove that Azure's storage service can read
// the Hub's CDN.
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { blocksOf } from "../../../../operations/mirror/blocks";
import { manifestText } from "../../../../planner/weights";
import { containerClient } from "../../../azure-local/storage/blobAccount";
import { adapterJob, CopyWorld, contents, type Fault, folder, hubToken, planted, type Seen } from "./copyWorld";

// One test runs the script about 60 times.
jest.setTimeout(180_000);

let world: CopyWorld;
beforeAll(async () => {
  world = await CopyWorld.start();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const total = Object.values(contents).reduce((sum, text) => sum + text.length, 0);
const staged = (named: Readonly<Record<string, string>> = contents) => ({
  ...Object.fromEntries(world.listed(named).map(({ path: name, sha256 }) => [name, [named[name], sha256]])),
  SHA256SUMS: [manifestText(world.listed(named)), world.job({}, named).manifest],
});
/** Runs Python code that uses the script's parts as the module `m`. Returns what it prints. */
function python(code: string): string {
  const script = path.join(__dirname, "../../../../operations/mirror/script/copy_weights.py");
  const load = `import json, importlib.util as u
s = u.spec_from_file_location("copy_weights", ${JSON.stringify(script)}); m = u.module_from_spec(s); s.loader.exec_module(m)
`;
  return execFileSync("python3", ["-B", "-c", load + code], { encoding: "utf8" });
}

const isBlock = ({ server, method, url }: Seen) => server === "storage" && method === "PUT" && url.includes("comp=block&");
const byUrl = (seen: Seen) => isBlock(seen) && seen.headers["x-ms-copy-source"] !== undefined;

test("A model is copied by URL, read back, marked as verified, and listed last.", async () => {
  const { code, log, outputs } = await world.run();
  expect([code, log.split("\n").filter((line) => line.startsWith("Error"))]).toEqual([0, []]);
  expect(outputs).toEqual({ files: 4, bytes: total, seconds: expect.any(Number) });
  expect(await world.blobs()).toEqual(staged());
  const weights = world.seen.filter(
    ({ server, url }) => server === "storage" && url.includes("comp=block&") && url.includes("safetensors"),
  );
  expect(weights).toHaveLength(5);
  expect(weights.every(byUrl)).toBe(true);
  expect(world.seen.at(-1)).toMatchObject({ method: "PUT", url: `/data/storage01.blob.core.windows.net/models/${folder}/SHA256SUMS` });
});

test("Files of an adapter are read from its repository at its commit, into the folder of the model.", async () => {
  const named = { ...contents, "adapters/support/adapter_config.json": "{}", "adapters/support/adapter_model.safetensors": "a".repeat(20) };
  world.files = { ...named };
  const job = world.job({ adapters: [adapterJob] }, named);
  expect(await world.run(job)).toMatchObject({ code: 0, outputs: { files: 6 } });
  expect(await world.blobs()).toEqual(staged(named));
  expect(world.seen.filter(({ server, url }) => server === "hub" && url.startsWith("/acme/support/")).map(({ url }) => url)).toContain(
    `/acme/support/resolve/${adapterJob.revision}/adapter_model.safetensors`,
  );
  await world.reset();
  const { code, log } = await world.run(job);
  expect([code, log]).toEqual([1, expect.stringContaining(`acme/support at ${adapterJob.revision} has no file adapter_config.json`)]);
});

test("A second run sends nothing and reads nothing back.", async () => {
  await world.run();
  world.seen.length = 0;
  expect(await world.run()).toMatchObject({ code: 0, outputs: { files: 4, bytes: 0 } });
  expect(world.seen.filter(({ server }) => server === "hub" || server === "cdn")).toEqual([]);
  expect(world.seen.filter(({ server }) => server === "storage").map(({ method, url }) => [method, url.includes("comp=list")])).toEqual([
    ["GET", true],
  ]);
});

test("With `force`, all files are read back again, and none is copied.", async () => {
  await world.run();
  world.seen.length = 0;
  expect(await world.run(world.job({ force: true }))).toMatchObject({ code: 0, outputs: { bytes: 0 } });
  expect(world.seen.filter(({ headers, method }) => method === "GET" && headers.range !== undefined)).toHaveLength(4);
});

test("Blocks have the IDs of a copy on a runner, so either continues what the other began.", () => {
  const file = { size: 5_000_000_123, sha256: "ab".repeat(32) };
  const code = `f = m.File("a", ${file.size}, "${file.sha256}", ${64 * 1024 * 1024}); print(json.dumps([[f.block_id(*b), *b] for b in f.blocks]))`;
  const ids = JSON.parse(python(code)) as unknown;
  expect(ids).toEqual(blocksOf(file, 64 * 1024 * 1024).map(({ id, offset, size }) => [id, offset, size]));
});

test("A run that was killed at any request is continued, and no stored block is sent again.", async () => {
  const shard = "model-00002-of-00002.safetensors";
  const named = { "config.json": contents["config.json"]!, [shard]: contents[shard]! };
  const job = world.job({}, named);
  expect((await world.run(job)).code).toBe(0);
  const count = world.seen.length;
  const blocks = new Set(world.storedBlocks).size;
  expect([count, blocks]).toEqual([expect.any(Number), 4]);
  for (let at = 1; at <= count; at++) {
    await world.reset();
    world.fault = (_, number) => (number === at ? "kill" : undefined);
    const killed = await world.run(job);
    world.fault = () => undefined;
    // Requests run in parallel, so an early end of a run can have fewer of them.
    if (killed.code === 0) continue;
    const answered = world.storedBlocks.length;
    const found = await storedNow();
    world.seen.length = 0;
    expect((await world.run(job)).code).toBe(0);
    expect(await world.blobs()).toEqual(staged(named));
    // Each block that the service has stored before is not sent again.
    expect(world.storedBlocks.length).toBe(blocks - found);
    expect(found).toBeLessThanOrEqual(answered);
  }
});

/** Blocks that the storage account has, committed or not. */
async function storedNow(): Promise<number> {
  const container = containerClient(world.caller);
  let count = 0;
  for await (const { name } of container.listBlobsFlat({ includeUncommitedBlobs: true })) {
    if (name.endsWith("SHA256SUMS")) continue;
    const { committedBlocks = [], uncommittedBlocks = [] } = await container.getBlockBlobClient(name).getBlockList("all");
    count += committedBlocks.length + uncommittedBlocks.length;
  }
  return count;
}

test("A signed address that expired is renewed.", async () => {
  let refused = 0;
  world.fault = ({ server }) => (server === "cdn" && refused++ === 2 ? { status: 403 } : undefined);
  expect((await world.run()).code).toBe(0);
  expect(await world.blobs()).toEqual(staged());
});

test("If the storage service can't read the CDN, the bytes pass the script.", async () => {
  // The storage service asks without the header that python's client always sends.
  world.fault = (seen) => (byUrl(seen) ? { status: 403, headers: { "x-ms-error-code": "CannotVerifyCopySource" } } : undefined);
  const { code, log } = await world.run();
  expect(code).toBe(0);
  expect(log).toContain("The storage service can't read model-00001-of-00002.safetensors from its signed address.");
  expect(await world.blobs()).toEqual(staged());
});

test("A gated model is read with the token of the vault, which is sent only to the Hub.", async () => {
  world.gated = true;
  const { code, log } = await world.run(tokenJob());
  expect([code, await world.blobs()]).toEqual([0, staged()]);
  const receivers = world.seen.filter(({ headers }) => JSON.stringify(headers).includes(hubToken)).map(({ server }) => server);
  expect(new Set(receivers)).toEqual(new Set(["hub"]));
  expect(planted.filter((text) => log.includes(text))).toEqual([]);
});

const tokenJob = () => world.job({ tokenSecret: "https://vault01.vault.azure.net/secrets/hf-token-dev-x7k2p9" });
const vaultForbids = (code: string): ReturnType<Fault> => ({ status: 403, body: { error: { code: "Forbidden", innererror: { code } } } });
const fromVault = ({ server }: Seen) => server === "vault";

test("A new role on the token's secret is waited for.", async () => {
  world.fault = (seen) => (fromVault(seen) && world.seen.filter(fromVault).length <= 3 ? vaultForbids("ForbiddenByRbac") : undefined);
  expect((await world.run(tokenJob())).code).toBe(0);
  expect(world.seen.filter(fromVault)).toHaveLength(4);
});

test("A vault that refuses the network isn't asked again, and the sentence names the private endpoint.", async () => {
  world.fault = (seen) => (fromVault(seen) ? vaultForbids("ForbiddenByFirewall") : undefined);
  const { code, log } = await world.run(tokenJob());
  expect([code, world.seen.filter(fromVault).length]).toEqual([1, 1]);
  expect(log).toContain("Error: The script can't read the secret hf-token-dev-x7k2p9 in Key Vault (403).");
  expect(log).toContain("that the vault has a private endpoint in the network");
});

test("A token that can't be read from the vault is one line, which names the secret and the role.", async () => {
  world.fault = respond("vault", 403);
  const { code, log } = await world.run(tokenJob());
  expect(code).toBe(1);
  expect(log).toMatch(/^Error: The script can't read the secret hf-token-dev-x7k2p9 in Key Vault \(403\)\. .*Key Vault Secrets User.*\n$/);
});

/** Each answer of a server is this one. */
function respond(server: Seen["server"], status: number, code = ""): Fault {
  const headers: Record<string, string> = code === "" ? {} : { "x-ms-error-code": code, "x-error-code": code };
  return (seen) => (seen.server === server ? { status, headers } : undefined);
}

test.each<[why: string, prepare: () => void, sentence: string]>([
  [
    "changed bytes",
    () => (world.files["model-00001-of-00002.safetensors"] = "X".repeat(48)),
    "doesn't have the SHA-256 that the Hub lists",
  ],
  ["another commit", () => (world.commit = "d".repeat(40)), "not of the locked commit"],
  ["a missing file", () => delete world.files["tokenizer.json"], "has no file tokenizer.json"],
  ["a gated model without a token", () => (world.gated = true), "is gated, and the stack has no token"],
  ["a missing commit", () => (world.fault = respond("hub", 404, "RevisionNotFound")), "has no commit"],
  ["a rate limit", () => (world.fault = respond("hub", 429)), "answered 429 in 6 attempts"],
  ["a failing Hub", () => (world.fault = respond("hub", 503)), "answered 503 in 6 attempts"],
  [
    "no role",
    () => (world.fault = respond("storage", 403, "AuthorizationPermissionMismatch")),
    "needs the role Storage Blob Data Contributor",
  ],
  ["a refused network", () => (world.fault = respond("storage", 403, "AuthorizationFailure")), "refuses the script's network"],
  ["a full account", () => (world.fault = (seen) => (isBlock(seen) ? { status: 507 } : undefined)), "has no space left"],
  ["a failing account", () => (world.fault = respond("storage", 500)), "answered 500 in 6 attempts"],
  ["no identity", () => (world.fault = respond("identity", 400)), "got no token (400)"],
])("With %s, one line says so, and no list is written.", async (_, prepare, sentence) => {
  prepare();
  const { code, log, outputs } = await world.run();
  expect([code, outputs]).toEqual([1, undefined]);
  const errors = log.split("\n").filter((line) => line.startsWith("Error: "));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(sentence);
  expect(log).not.toContain("Traceback");
  expect(planted.filter((text) => log.includes(text))).toEqual([]);
  world.fault = () => undefined;
  expect(await world.blobs()).not.toHaveProperty("SHA256SUMS");
});

test("A file with changed bytes is deleted, and only it is copied by the next run.", async () => {
  world.files["model-00002-of-00002.safetensors"] = "X".repeat(32);
  expect((await world.run()).code).toBe(1);
  expect(await world.blobs()).not.toHaveProperty("model-00002-of-00002.safetensors");
  world.files = { ...contents };
  world.seen.length = 0;
  expect(await world.run()).toMatchObject({ code: 0, outputs: { bytes: 32 } });
  expect(await world.blobs()).toEqual(staged());
});

test("A file whose verification stops because another file failed is not deleted.", () => {
  const code = `
class Storage:
    def storage(self, what, method, *rest):
        print(method)
copy = m.Copy({"files": [["a", 4, "${"0".repeat(64)}", 4]], "folder": "f"}, Storage())
def read_back(file, offset, size):
    yield b"01"
    copy.stop.set()
    yield b"23"
copy.read_back = read_back
try:
    copy.verify(copy.files[0])
except m.Stopped:
    print("stopped")`;
  expect(python(code)).toBe("stopped\n");
});

test("A file that doesn't belong to the weights is refused, and not deleted.", async () => {
  await containerClient(world.caller).getBlockBlobClient(`${folder}/extra.py`).upload("print()", 7);
  const { code, log } = await world.run();
  expect(code).toBe(1);
  expect(log).toContain("contains files that don't belong to the weights: extra.py.");
  expect(await world.blobs()).toEqual({ "extra.py": ["print()", undefined] });
});
