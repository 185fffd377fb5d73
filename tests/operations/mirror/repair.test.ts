/** Folders and lock files that were changed by others are repaired, and files of all sizes are staged. */
import { readLock, writeLock } from "../../../config/lockFile";
import { withStaging } from "../../../config/stagedWeights";
import { summaryLine } from "../../../operations/mirror/progress";
import { manifestDigest, manifestText } from "../../../planner/weights";
import type { BlobCall } from "../../support/blobServer";
import { hashOf } from "../../support/hubServer";
import { blockSize, fiveShards, folder, openWorld, type World, type WorldOptions } from "./world";

const worlds: World[] = [];

async function open(options?: WorldOptions): Promise<World> {
  const world = await openWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const shard = `${folder}/model-00002-of-00005.safetensors`;
const count = ({ blobs }: World, operation: BlobCall["operation"]) => blobs.calls.filter((call) => call.operation === operation).length;
const repository = (sizes: readonly number[]) =>
  Object.fromEntries(sizes.map((size, at) => [`model-${String(at).padStart(4, "0")}.safetensors`, Buffer.alloc(size, at + 1)]));

describe("The list of files in the folder", () => {
  const list = `${folder}/SHA256SUMS`;

  async function changed(content: (text: Buffer) => Buffer) {
    const world = await open();
    await world.run();
    const { content: right, metadata } = world.blobs.blobs.get(list)!;
    world.blobs.blobs.set(list, { content: content(right), metadata });
    return { world, right };
  }

  test("--force writes it again, because its content can have changed", async () => {
    const { world, right } = await changed((text) => Buffer.alloc(text.length, "x"));
    await world.run({ force: true });
    expect(world.blobs.blobs.get(list)?.content.toString()).toBe(right.toString());
  });

  test("Each run writes it again if it has another size", async () => {
    const { world, right } = await changed(() => Buffer.alloc(0));
    await world.run();
    expect(world.blobs.blobs.get(list)?.content.toString()).toBe(right.toString());
  });
});

test("A verified file whose content changed is found by --force, and the next run copies it", async () => {
  const world = await open();
  await world.run();
  const { content, metadata } = world.blobs.blobs.get(shard)!;
  world.blobs.blobs.set(shard, { content: Buffer.alloc(content.length), metadata });
  expect(await world.failure({ force: true })).toMatchObject({ problem: "hash" });
  await world.run();
  expect(world.blobs.blobs.get(shard)?.content.equals(content)).toBe(true);
});

test("Blocks that another tool left are discarded", async () => {
  for (const stream of [false, true]) {
    const world = await open();
    world.blobs.staged.set(shard, new Map([[Buffer.from("other").toString("base64"), Buffer.from("x")]]));
    await world.run({ stream });
    expect(world.blobs.blobs.get(shard)?.content.equals(fiveShards()["model-00002-of-00005.safetensors"]!)).toBe(true);
  }
});

test("After the service refused a source in the middle of a file, it isn't asked for the other blocks", async () => {
  const refused = { status: 403, headers: { "x-ms-error-code": "CannotVerifyCopySource" } };
  let allowed = 3;
  const world = await open({
    hub: { files: { "model.safetensors": Buffer.alloc(100 * blockSize, 7) } },
    blobs: { answer: ({ operation }) => (operation === "putBlockFromUrl" && allowed-- <= 0 ? refused : undefined) },
  });
  await world.run({ inOrder: true });
  expect([count(world, "putBlockFromUrl"), count(world, "putBlock")]).toEqual([5, 97]);
});

test("Names of other files are quoted in the commands that delete them", async () => {
  const world = await open();
  for (const name of ["a'; rm -rf x; '.bin", "b\u001b[2J.bin"])
    world.blobs.blobs.set(`${folder}/${name}`, { content: Buffer.alloc(1), metadata: {} });
  const { message } = await world.failure();
  const command = "  az storage blob delete --auth-mode login --account-name staccount --container-name store --name ";
  expect(message).toContain(`${command}'${folder}/a'\\''; rm -rf x; '\\''.bin'`);
  const hexadecimal = [...Buffer.from(`${folder}/b\u001b[2J.bin`)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  expect(message).toContain(`${command}$'${hexadecimal}'`);
});

test("Sizes in the lock file that were edited are corrected once", async () => {
  const world = await open();
  await world.run();
  const recorded = world.text;
  world.text = recorded.replace(/size: 100\n/, "size: 99\n");
  expect(world.text).not.toBe(recorded);
  await world.run();
  expect(world.text).toBe(recorded);
});

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("Files of no byte, one byte, and a byte more or less than a block are staged, $way", async ({ stream }) => {
  const files = repository([0, 1, blockSize - 1, blockSize, blockSize + 1, 2 * blockSize]);
  const world = await open({ hub: { files } });
  await world.run({ stream });
  const listed = Object.entries(files).map(([path, content]) => ({ path, size: content.length, sha256: hashOf(content) }));
  for (const { path, sha256 } of listed) {
    const blob = world.blobs.blobs.get(`${folder}/${path}`);
    expect([path, blob && hashOf(blob.content), blob?.metadata.sha256]).toEqual([path, sha256, sha256]);
  }
  expect(world.blobs.blobs.get(`${folder}/SHA256SUMS`)?.content.toString()).toBe(manifestText(listed));
});

test("A model of 200 files is staged, and a second run sends one request", async () => {
  const world = await open({ hub: { files: repository(Array.from({ length: 200 }, () => 5)), pageSize: 50 } });
  await world.run();
  const read = readLock("prod", world.text);
  expect("errors" in read ? read.errors : writeLock(read.lock)).toEqual(world.text);
  expect(world.blobs.blobs.size).toBe(201);
  const calls = world.blobs.calls.length;
  await world.run();
  expect(world.blobs.calls.length - calls).toBe(1);
});

describe("The last line", () => {
  test.each([
    [{ files: 14, bytes: 140e9, copied: 140e9, seconds: 480 }, "Staged and verified 14 files, 140.0 GB in 8 min (292 MB/s)."],
    [
      { files: 14, bytes: 140e9, copied: 20e9, seconds: 60 },
      "Staged and verified 14 files, 140.0 GB in 60 s. 20.0 GB were copied (333 MB/s); earlier runs had copied the rest.",
    ],
    [
      { files: 1, bytes: 5e6, copied: 0, seconds: 1 },
      "Staged and verified 1 file, 5.0 MB in 1.0 s. No bytes were copied: the files were already there.",
    ],
    [{ files: 2, bytes: 5e6, copied: 5e6, seconds: 0 }, "Staged and verified 2 files, 5.0 MB in 0.0 s."],
  ])("%j", (work, line) => {
    expect(summaryLine(work)).toBe(line);
  });

  test("It counts the copied bytes of this run", async () => {
    for (const stream of [false, true]) {
      const world = await open();
      await world.run({ stream });
      const all = world.lines.at(-1);
      expect(all).toBe("Staged and verified 8 files, 0.0 MB in 0.0 s.");
      world.blobs.blobs.delete(shard);
      await world.run({ stream });
      expect(world.lines.at(-1)).toBe(
        "Staged and verified 8 files, 0.0 MB in 0.0 s. 0.0 MB were copied; earlier runs had copied the rest.",
      );
      await world.run({ force: true });
      expect(world.lines.at(-1)).toBe("Staged and verified 8 files, 0.0 MB in 0.0 s. No bytes were copied: the files were already there.");
      await world.run();
      expect(world.lines.at(-1)).toContain("is staged and verified.");
    }
  });
});

test("Deployments with different lists of one folder, as after a merge, get the same list with --force", async () => {
  const world = await open();
  await world.run();
  const read = readLock("prod", world.text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const { main, candidate } = read.lock.endpoints.chat!;
  const other = [{ path: "config.json", size: 2, sha256: "a".repeat(64) }];
  const manifest = manifestDigest(other);
  const merged = { ...candidate!, current: withStaging("candidate", candidate!.current, { staged: true, manifest }) };
  world.text = writeLock({
    ...read.lock,
    endpoints: { chat: { main: main!, candidate: merged } },
    manifests: { ...read.lock.manifests, [manifest]: other },
  });
  const error = await world.failure();
  expect(error).toMatchObject({ problem: "conflict" });
  expect(error.message).toContain(
    "for chat/main, chat/candidate: that of chat/candidate is another one, although all of them use the folder",
  );
  await world.run({ force: true });
  const after = readLock("prod", world.text);
  if ("errors" in after) throw new Error(JSON.stringify(after.errors));
  expect(after.lock.endpoints.chat!.candidate!.current).toEqual(candidate!.current);
  expect(after.lock.endpoints.chat!.candidate!.previous?.name).toBe(merged.current.name);
});

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("Two runs at the same time, $way: each succeeds or says why not, and the next run completes", async ({ stream }) => {
  const world = await open();
  const ends = await Promise.allSettled([world.run({ stream }), world.run({ stream })]);
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason.message)] : []));
  for (const reason of reasons)
    expect(reason).toMatch(/^(Another process has written the same blob|These files in .* were changed or deleted during the copy)/);
  await world.run({ stream });
  for (const [path, content] of Object.entries(fiveShards()).filter(([name]) => name.endsWith(".safetensors"))) {
    const blob = world.blobs.blobs.get(`${folder}/${path}`);
    expect([path, blob && hashOf(blob.content), blob?.metadata.sha256]).toEqual([path, hashOf(content), hashOf(content)]);
  }
  expect(world.text).toContain("staged: true");
});
