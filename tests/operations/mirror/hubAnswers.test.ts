/**
 * Answers of a Hub that differ from the usual ones, and the variables that choose the Hub. That the real Hub redirects renamed repositories like
 * this is not proved here.
 */
import { HubTransport } from "../../../operations/hub";
import type { HubCall } from "../../support/hubServer";
import { revision } from "../../support/hubServer";
import type { Answer } from "../../support/localServer";
import { fiveShards, openWorld, type RunOptions, type World, type WorldOptions } from "./world";

const worlds: World[] = [];

async function open(options?: WorldOptions): Promise<World> {
  const world = await openWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

async function sentence(answer: (call: HubCall) => Answer | undefined, run?: RunOptions): Promise<string> {
  const world = await open({ hub: { answer } });
  const { message } = await world.failure(run);
  return message.replaceAll(world.hub.url, "https://hub").replaceAll(/127\.0\.0\.1:\d+/g, "host");
}

const shard = "model-00002-of-00005.safetensors";

test("The API redirects the name of a renamed repository", async () => {
  let renamed = 2;
  const answer = ({ kind }: HubCall): Answer | undefined => {
    if ((kind !== "info" && kind !== "tree") || renamed-- <= 0) return undefined;
    return { status: 307, headers: { location: `/api/models/acme/tiny/${kind === "info" ? "revision" : "tree"}/${revision}?expand=true` } };
  };
  const world = await open({ hub: { answer } });
  await world.run();
  expect(world.text).toContain("staged: true");
});

test("Redirects of the API to another host, without an end, or to no address are not followed", async () => {
  const to = (location: string) => sentence(({ kind }) => (kind === "info" ? { status: 307, headers: { location } } : undefined));
  const refused =
    "https://hub answered 307 to the request for acme/tiny. Check that HF_ENDPOINT is the address of a Hugging Face Hub or a mirror of it.";
  expect(await to("https://elsewhere.example.com/")).toBe(refused);
  expect(await to(`/api/models/acme/tiny/revision/${revision}`)).toBe(refused);
  const nowhere = `https://hub redirects /api/models/acme/tiny/revision/${revision} to no valid address. Check HF_ENDPOINT.`;
  expect(await to("http://[")).toBe(nowhere);
  expect(await sentence(({ kind }) => (kind === "resolve" ? { status: 302, headers: { location: "http://[" } } : undefined))).toContain(
    "to no valid address. Check HF_ENDPOINT.",
  );
});

test("A list whose pages repeat ends the run", async () => {
  const entry = { type: "file", path: "config.json", size: 2, oid: "0".repeat(40) };
  const repeated = 'https://hub lists "config.json" of acme/tiny more than once. Nothing was registered. Check HF_ENDPOINT.';
  expect(await sentence(({ kind }) => (kind === "tree" ? { status: 200, body: JSON.stringify([entry, entry]) } : undefined))).toBe(
    repeated,
  );
  const world = await open({ hub: { answer: ({ kind }) => (kind === "tree" ? page(world) : undefined) } });
  const page = ({ hub }: World): Answer => ({
    ...{ status: 200, body: JSON.stringify([entry]) },
    headers: { link: `<${hub.url}/api/models/acme/tiny/tree/${revision}>; rel="next"` },
  });
  expect(await world.failure()).toMatchObject({ problem: "protocol" });
});

test("408 is tried again", async () => {
  let slow = 3;
  const world = await open({ hub: { answer: () => (slow-- > 0 ? { status: 408 } : undefined) } });
  await world.run();
  expect(world.waits).toEqual([1, 2, 4]);
});

test.each<[kind: HubCall["kind"], answer: Answer]>([
  ["tree", "silence"],
  ["cache", "stall"],
  ["resolve", "silence"],
  ["cdn", "silence"],
  ["cdn", "stall"],
])("A request of the kind %s whose answer is %s is sent again", async (kind, answer) => {
  let silent = 1;
  const world = await open({ patience: 0.5, hub: { answer: (call) => (call.kind === kind && silent-- > 0 ? answer : undefined) } });
  await world.run({ stream: true });
  expect(world.text).toContain("staged: true");
  expect(world.waits[0]).toBe(1);
});

test.each(["bytes 0-29/100", "bytes 30-99/100"])("The source returns the part %s instead of the requested one", async (part) => {
  const wrong: Answer = { status: 206, headers: { "content-range": part }, body: "x".repeat(30) };
  const answer = ({ kind, file, headers }: HubCall) =>
    kind === "cdn" && file === shard && headers.range === "bytes=30-59" ? wrong : undefined;
  expect(await sentence(answer, { stream: true })).toBe(
    `host doesn't return the requested part of ${shard} of acme/tiny, but other bytes. Use a Hub or a mirror that supports range requests (HF_ENDPOINT).`,
  );
});

test("416 of the source", async () => {
  const answer = ({ kind, file }: HubCall): Answer | undefined => (kind === "cdn" && file === shard ? { status: 416 } : undefined);
  expect(await sentence(answer, { stream: true })).toContain(`host refuses ${shard} of acme/tiny with 416, also with a renewed address.`);
});

test("An index of more than 64 MiB is not read", async () => {
  const index = "model.safetensors.index.json";
  const listed = {
    type: "file",
    path: index,
    size: 100 << 20,
    oid: "0".repeat(40),
    lfs: { oid: "a".repeat(64), size: 100 << 20, pointerSize: 134 },
  };
  expect(await sentence(({ kind }) => (kind === "tree" ? { status: 200, body: JSON.stringify([listed]) } : undefined))).toBe(
    `acme/tiny: the file ${index} has 104857600 bytes. Allowed for an index, and for a file that isn't stored in LFS: up to 67108864 bytes. Choose another commit or model.`,
  );
});

describe("Variables", () => {
  const open = (hub: string, token?: string) => new HubTransport({ hub, report: () => {}, ...(token === undefined ? {} : { token }) });

  test.each([
    ["", 'HF_ENDPOINT is "". Allowed: an HTTPS URL, such as https://huggingface.co.'],
    ["huggingface.co", 'HF_ENDPOINT is "huggingface.co". Allowed: an HTTPS URL, such as https://huggingface.co.'],
    [
      "ftp://hub",
      "ftp://hub is not an HTTPS URL. Models are read only over HTTPS or from a loopback address. Set HF_ENDPOINT to an HTTPS URL.",
    ],
    [
      "hub:8080",
      "hub:// is not an HTTPS URL. Models are read only over HTTPS or from a loopback address. Set HF_ENDPOINT to an HTTPS URL.",
    ],
    [
      "https://user:hidden@hub.example.com",
      "HF_ENDPOINT is an address of https://hub.example.com with a user, a password, a query or a fragment. Allowed: only host and path, such as https://huggingface.co. A token belongs in HF_TOKEN.",
    ],
  ])("HF_ENDPOINT=%s", (hub, message) => {
    expect(() => open(hub)).toThrow(new Error(message));
  });

  test.each(["hf_a\nhf_b", "hf_a b", "hf_…"])("HF_TOKEN=%j is refused before a request, without its value", (token) => {
    expect(() => open("https://hub.example.com", token)).toThrow(
      new Error(
        "HF_TOKEN contains a space, a line break or another character that a token can't have. Set it to the token alone, such as hf_… of https://huggingface.co/settings/tokens.",
      ),
    );
  });

  test("A proxy isn't used for this machine", async () => {
    const before = process.env.HTTPS_PROXY;
    // Nothing listens there.
    process.env.HTTPS_PROXY = "http://127.0.0.1:1";
    try {
      for (const stream of [false, true]) {
        const world = await openWorld({ hub: { files: fiveShards() } });
        worlds.push(world);
        await world.run({ stream });
        expect(world.text).toContain("staged: true");
      }
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    }
  });
});
