// Does not prove anything about a real container: a stand-in has no model, no queue and no memory limit.
import * as fc from "fast-check";
import { type StandInIdentity, type StandInOptions, startStandIn } from "../../../../azure-local/scoringProxy";
import { tokenize } from "../../../../azure-local/scoringProxy/standin/completion";
import { call, open, signal } from "../support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const identity: StandInIdentity = {
  deployment: "main",
  region: "swedencentral",
  pattern: "vllm",
  models: ["tiny"],
  scoringPath: "/",
  readinessPath: "/ready",
  livenessPath: "/alive",
};

async function start(options: StandInOptions = {}, changes: Partial<StandInIdentity> = {}): Promise<string> {
  const standIn = await startStandIn({ ...identity, ...changes }, options);
  closers.push(standIn.close);
  return standIn.url;
}

const chat = JSON.stringify({ model: "tiny", stream: true, max_tokens: 3, messages: [{ role: "user", content: "hi" }] });

test("a token is sent when its wait ends, not before and not later", async () => {
  const waits: { milliseconds: number; over: () => void }[] = [];
  const asked = [signal(), signal(), signal()];
  const wait = (milliseconds: number) =>
    new Promise<void>((over) => {
      waits.push({ milliseconds, over });
      asked[waits.length - 1]!.give();
    });
  const url = await start({ wait, speed: { timeToFirstToken: 250, tokensPerSecond: 50 } });
  const answer = await open(`${url}/v1/chat/completions`, { method: "POST", body: chat });
  const contents: string[] = [];
  let arrived = signal();
  answer.on("data", (chunk) => {
    for (const [, content] of String(chunk).matchAll(/"content":"([^"]+)"/g)) contents.push(content!);
    arrived.give();
  });
  for (const [index, expected] of ["Stand-in ", "answer, ", "no "].entries()) {
    await asked[index]!.promise;
    expect(contents).toHaveLength(index);
    arrived = signal();
    waits[index]!.over();
    while (contents.length === index) await arrived.promise;
    expect(contents.at(-1)).toBe(expected);
  }
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([250, 20, 20]);
});

test("without a speed there are no waits", async () => {
  const url = await start({ wait: () => Promise.reject(new Error("waited")) });
  const answer = await call(`${url}/v1/chat/completions`, { method: "POST", body: chat });
  expect(answer.body.endsWith("data: [DONE]\n\n")).toBe(true);
});

test.each(["/health", "/ready"])("GET %s is 200", async (path) => {
  expect((await call((await start()) + path)).status).toBe(200);
});

test("the joined tokens are the text, for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => expect(tokenize(text).join("")).toBe(text)));
});

describe("score", () => {
  const score = { pattern: "score" as const, models: [], scoringPath: "/score", readinessPath: "/", livenessPath: "/" };

  test("a prediction contains the stand-in's identity and the received body", async () => {
    const url = await start({}, score);
    const answer = await call(`${url}/score`, { method: "POST", body: '{"rows":[1]}' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      answeredBy: "stand-in, no model ran",
      deployment: "main",
      region: "swedencentral",
      received: { rows: [1] },
    });
    expect(await call(`${url}/`)).toMatchObject({ status: 200, body: "Healthy" });
  });

  test.each([
    ["POST", "/score", "{", 400],
    ["GET", "/score", undefined, 405],
    ["POST", "/other", "{}", 404],
  ])("%s %s with body %p is rejected", async (method, path, body, status) => {
    expect((await call((await start({}, score)) + path, { method, body })).status).toBe(status);
  });

  test("faults apply to predictions", async () => {
    const failing = await start({ fault: { kind: "status", status: 418 } }, score);
    expect((await call(`${failing}/score`, { method: "POST", body: "{}" })).status).toBe(418);
    const dropping = await start({ fault: { kind: "drop" } }, score);
    await expect(call(`${dropping}/score`, { method: "POST", body: "{}" })).rejects.toThrow("socket hang up");
  });
});

const deep = `${"[".repeat(2_000)}${"]".repeat(2_000)}`;

test.each([
  ["a model that is an object", "/v1/chat/completions", '{"model":{"toString":1},"messages":[{"role":"user","content":"hi"}]}', 404],
  ["a body nested 2,000 deep", "/v1/chat/completions", `{"model":"tiny","messages":${deep}}`, 400],
  ["a number of tokens nested 2,000 deep", "/v1/completions", `{"model":"tiny","prompt":"","max_tokens":${deep}}`, 400],
  ["a message that is null", "/v1/chat/completions", '{"model":"tiny","messages":[null]}', 400],
  ["no body", "/v1/chat/completions", "", 400],
])("%s is rejected, and the next request is answered", async (_what, path, body, status) => {
  const url = await start();
  const refused = await call(url + path, { method: "POST", body });
  expect([refused.status, refused.headers["content-type"]]).toEqual([status, "application/json"]);
  expect((await call(`${url}/v1/models`)).status).toBe(200);
});

test("a score stand-in also rejects a body nested 2,000 deep", async () => {
  const url = await start({}, { pattern: "score", scoringPath: "/score" });
  expect((await call(`${url}/score`, { method: "POST", body: deep })).status).toBe(400);
});
