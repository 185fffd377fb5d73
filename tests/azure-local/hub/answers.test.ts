// Proves the answers of the local Hub that tests of models need: redirects, the search, counted parameters, gating in the European Union,
// pointers, and sources without ranges. Doesn't prove that huggingface.co answers in the same way.
import { bytesContents, type HubRepository, type LocalHub, type LocalHubOptions, startLocalHub } from "../../../azure-local";

const commit = "a".repeat(40);
const model = (id: string, changes: Partial<HubRepository> = {}): HubRepository => ({
  ...{ id, commit, files: { "config.json": bytesContents("{}"), "model.safetensors": bytesContents("weights") } },
  ...changes,
});

const hubs: LocalHub[] = [];
afterEach(() => Promise.all(hubs.splice(0).map((hub) => hub.close())));

async function open(repositories: readonly HubRepository[], options: LocalHubOptions = {}) {
  const hub = await startLocalHub({ repositories, ...options });
  hubs.push(hub);
  return async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(path.startsWith("http") ? path : `${hub.url}${path}`, { redirect: "manual", headers });
    const { status } = answer;
    return { status, text: await answer.text(), location: answer.headers.get("location"), code: answer.headers.get("x-error-code") };
  };
}

test("an earlier ID and another case are redirected, with the query, for the API and for files", async () => {
  const get = await open([model("acme/New", { renamedFrom: ["oldco/old"] })]);
  for (const asked of ["oldco/old", "OLDCO/old", "Acme/new"]) {
    expect(await get(`/api/models/${asked}/revision/main?expand=sha`)).toMatchObject({
      status: 307,
      location: "/api/models/acme/New/revision/main?expand=sha",
    });
    expect(await get(`/${asked}/resolve/main/config.json`)).toMatchObject({ status: 307, location: "/acme/New/resolve/main/config.json" });
  }
  expect(await get("/api/models/acme/New")).toMatchObject({ status: 200 });
});

test("the redirect of a private repository is hidden", async () => {
  const get = await open([model("acme/new", { renamedFrom: ["oldco/old"], private: true })]);
  expect(await get("/api/models/oldco/old")).toMatchObject({ status: 401, code: "RepoNotFound", location: null });
});

test("the search finds IDs by text and owner, without private ones", async () => {
  const get = await open([model("acme/chat-8b"), model("acme/embed"), model("other/chat"), model("acme/chat-hidden", { private: true })]);
  const ids = async (query: string) => JSON.parse((await get(`/api/models?${query}`)).text).map(({ id }: { id: string }) => id);
  expect(await ids("search=CHAT")).toEqual(["acme/chat-8b", "other/chat"]);
  expect(await ids("author=acme")).toEqual(["acme/chat-8b", "acme/embed"]);
  expect(await ids("author=acme&search=chat&limit=1")).toEqual(["acme/chat-8b"]);
});

test("counted parameters are returned only with expand", async () => {
  const get = await open([model("acme/chat", { parameters: { BF16: 7, F32: 1 }, pipelineTag: "text-ranking" })]);
  expect(JSON.parse((await get("/api/models/acme/chat?expand=safetensors&expand=pipeline_tag")).text)).toMatchObject({
    safetensors: { parameters: { BF16: 7, F32: 1 }, total: 8 },
    pipeline_tag: "text-ranking",
  });
  expect(JSON.parse((await get("/api/models/acme/chat")).text)).not.toHaveProperty("safetensors");
});

test("terms that exclude Europe refuse files to each account there, and are in the model card", async () => {
  const gated = model("acme/chat", { gated: "auto", refusesEurope: true });
  const users = { hf_a: { repositories: ["acme/chat"] } };
  const authorization = { authorization: "Bearer hf_a" };
  const inside = await open([gated], { users, inEurope: true });
  const outside = await open([gated], { users });
  expect(await inside("/acme/chat/resolve/main/config.json", authorization)).toMatchObject({ status: 403, code: "GatedRepo" });
  expect(await outside("/acme/chat/resolve/main/config.json", authorization)).toMatchObject({ status: 307 });
  expect(JSON.parse((await inside("/api/models/acme/chat")).text)).toMatchObject({ cardData: { extra_gated_eu_disallowed: true } });
});

test("a mirror of the Git repository alone serves pointers", async () => {
  const get = await open([model("acme/chat")], { largeFiles: "pointers" });
  expect(await get("/acme/chat/resolve/main/model.safetensors")).toMatchObject({
    status: 200,
    text: expect.stringMatching(/^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 7\n$/),
  });
});

test("without ranges, the whole file is returned", async () => {
  const [parts, whole] = [await open([model("acme/chat")]), await open([model("acme/chat")], { ranges: false })];
  for (const [get, expected] of [[parts, { status: 206, text: "we" }] as const, [whole, { status: 200, text: "weights" }] as const]) {
    const { location } = await get("/acme/chat/resolve/main/model.safetensors");
    expect(await get(location!, { range: "bytes=0-1" })).toMatchObject(expected);
  }
});
