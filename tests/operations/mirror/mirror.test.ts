/**
 * Weights are staged from a local Hub into a blob service in memory: once, verified, and continued after a cut at each request. That the real
 * CDN and Azure behave like them is not proved here.
 */
import { writeLock } from "../../../config/lockFile";
import { manifestDigest, manifestText } from "../../../planner/weights";
import type { BlobCall } from "../../support/blobServer";
import { hashOf, revision } from "../../support/hubServer";
import { fiveShards, folder, openWorld, sampleLock, type World, type WorldOptions } from "./world";

const worlds: World[] = [];

async function open(options?: WorldOptions): Promise<World> {
  const world = await openWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const staged = fiveShards();
const files = Object.keys(staged)
  .filter((path) => path !== ".gitattributes" && path !== "README.md")
  .sort();
const listed = files.map((path) => ({ path, size: staged[path]!.length, sha256: hashOf(staged[path]!) }));
const manifest = manifestDigest(listed);

function expectStaged({ blobs, text }: World): void {
  const expected = Object.fromEntries(
    files.map((path) => [`${folder}/${path}`, { content: staged[path]!, metadata: { sha256: hashOf(staged[path]!) } }]),
  );
  const list = { content: Buffer.from(manifestText(listed)), metadata: { sha256: manifest.slice(7) } };
  expect(Object.fromEntries(blobs.blobs)).toEqual({ ...expected, [`${folder}/SHA256SUMS`]: list });
  expect(blobs.staged.size).toBe(0);
  expect(text.match(/staged: true/g)).toHaveLength(2);
  expect(text.match(new RegExp(`manifest: ${manifest}`, "g"))).toHaveLength(2);
  expect(text).toContain(`manifests:\n  ${manifest}:\n    - path: config.json\n`);
}

const count = ({ blobs }: World, operation: BlobCall["operation"]) => blobs.calls.filter((call) => call.operation === operation).length;

const small = ["config.json", "model.safetensors.index.json", "tokenizer.json"].reduce((sum, path) => sum + staged[path]!.length, 0);

describe("Staging", () => {
  test("A model is copied by URL, read back and recorded; a second run sends nothing", async () => {
    const world = await open();
    await world.run();
    expectStaged(world);
    expect([count(world, "putBlockFromUrl"), count(world, "putBlock"), count(world, "get")]).toEqual([20, 0, 5]);
    expect(world.blobs.sent).toBe(small + manifestText(listed).length);
    const writes = world.blobs.calls.length;
    const text = world.text;
    await world.run();
    expect(world.blobs.calls.slice(writes).map(({ operation }) => operation)).toEqual(["list"]);
    expect(world.text).toBe(text);
    expect(world.lines.at(-1)).toBe(`acme/tiny at ${revision} is staged and verified.`);
  });

  test("The names of deployments change with the list of files", async () => {
    const world = await open();
    const names = (text: string) => [...text.matchAll(/^ {8}name: (.*)$/gm)].map(([, name]) => name);
    const before = names(world.text);
    await world.run();
    const after = names(world.text);
    expect(after).toHaveLength(2);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  test("A model is streamed if the service can't read the source, and hashed on the way", async () => {
    const world = await open({
      blobs: {
        answer: ({ operation }) =>
          operation === "putBlockFromUrl" ? { status: 403, headers: { "x-ms-error-code": "CannotVerifyCopySource" } } : undefined,
      },
    });
    await world.run({ inOrder: true });
    expectStaged(world);
    expect([count(world, "putBlockFromUrl"), count(world, "putBlock"), count(world, "get")]).toEqual([2, 20, 0]);
    expect(world.lines.filter((line) => line.includes("through this machine"))).toEqual([
      "model-00001-of-00005.safetensors is copied through this machine, and so are the files after it, because the storage service can't read it (403 CannotVerifyCopySource).",
    ]);
  });

  test("A source that is refused in the middle of a file is streamed from there, and read back", async () => {
    let allowed = 6;
    const refused = { status: 403, headers: { "x-ms-error-code": "CannotVerifyCopySource" } };
    const world = await open({
      blobs: { answer: ({ operation }) => (operation === "putBlockFromUrl" && allowed-- <= 0 ? refused : undefined) },
    });
    await world.run({ inOrder: true });
    expectStaged(world);
    expect([count(world, "putBlock"), count(world, "get")]).toEqual([14, 2]);
  });

  test("Weights that are staged for one deployment are recorded for the other, without the Hub", async () => {
    const world = await open();
    await world.run();
    const requests = world.hub.calls.length;
    world.text = writeLock(sampleLock({ staged: true, files: listed }, {}));
    await world.run();
    expectStaged(world);
    expect(world.hub.calls.length).toBe(requests);
  });

  test("A lost file is staged again, and only that", async () => {
    const world = await open();
    await world.run();
    world.blobs.blobs.delete(`${folder}/model-00003-of-00005.safetensors`);
    const before = count(world, "putBlockFromUrl");
    await world.run();
    expectStaged(world);
    expect(count(world, "putBlockFromUrl") - before).toBe(4);
  });

  test("--force reads everything back, and finds a changed file", async () => {
    const world = await open();
    await world.run();
    await world.run({ force: true });
    expect([count(world, "get"), count(world, "putBlockFromUrl")]).toEqual([13, 20]);
    const name = `${folder}/config.json`;
    const blob = world.blobs.blobs.get(name)!;
    world.blobs.blobs.set(name, { ...blob, content: Buffer.alloc(blob.content.length, 1) });
    expect(await world.failure({ force: true })).toMatchObject({ problem: "hash" });
    expect(world.blobs.blobs.has(name)).toBe(false);
  });

  test("Weights that an earlier version staged get a list only with --force", async () => {
    const world = await open({ lock: sampleLock({ staged: true }) });
    for (const path of files) world.blobs.blobs.set(`${folder}/${path}`, { content: staged[path]!, metadata: {} });
    const text = world.text;
    await world.run();
    expect(world.text).toBe(text);
    expect(world.lines[0]).toContain("is staged without a list of its files");
    await world.run({ force: true });
    expect(world.text.match(new RegExp(`manifest: ${manifest}`, "g"))).toHaveLength(2);
    expect([count(world, "putBlockFromUrl"), count(world, "putBlock"), count(world, "get")]).toEqual([0, 0, 8]);
  });

  test("An unknown endpoint and a stack without weights are errors", async () => {
    const world = await open();
    expect((await world.failure({ endpoint: "score" })).message).toBe(
      '--endpoint is "score". Allowed: an endpoint of the stack prod: chat.',
    );
    const none = await open({ lock: { ...sampleLock(), endpoints: {} } });
    expect((await none.failure()).message).toBe(
      "The stack prod has no deployment with `source: mirror`, so there are no weights to stage.",
    );
  });
});

describe("A run that is cut at a request is continued by the next run", () => {
  const ways = [
    { way: "by URL", stream: false, requests: 46 },
    { way: "streamed", stream: true, requests: 36 },
  ];

  test.each(ways)("a whole run sends $requests requests, $way", async ({ stream, requests }) => {
    const whole = await open();
    await whole.run({ inOrder: true, stream });
    expect(whole.blobs.calls).toHaveLength(requests);
  });

  // Several short tests instead of a long one.
  const groups = [0, 1, 2, 3, 4, 5];
  test.each(ways.flatMap((way) => groups.map((group) => ({ ...way, group }))))(
    "$way: nothing is sent twice, cuts of group $group",
    async (sweep) => {
      const { stream, requests, group } = sweep;
      for (let cut = group; cut < requests; cut += groups.length) {
        let number = 0;
        let isCut = true;
        const stop = new AbortController();
        const world = await open({
          blobs: {
            answer: () => {
              if (!isCut || number++ !== cut) return undefined;
              // The process is killed: the request is lost, and no other follows.
              stop.abort();
              return "cut";
            },
          },
        });
        const error = await world.failure({ inOrder: true, stream, signal: stop.signal });
        expect({ cut, error: error.message }).toEqual({
          cut,
          error: "The copy was interrupted. Nothing was registered. The next run of this command continues where it stopped.",
        });
        isCut = false;
        const lost = world.blobs.calls.at(-1)!;
        await world.run({ inOrder: true, stream });
        expectStaged(world);
        const sent = world.blobs.calls.filter(({ operation }) => operation === (stream ? "putBlock" : "putBlockFromUrl"));
        expect({ cut, blocks: sent.length }).toEqual({ cut, blocks: sent.some((call) => call === lost) ? 21 : 20 });
        await world.close();
        worlds.pop();
      }
    },
  );
});
