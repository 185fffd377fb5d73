// Proves that the stand-ins for embedding and reranking servers answer with the bodies of vLLM 0.31.0, which were recorded from a running
// server. Doesn't prove that their numbers mean anything: words are compared, no model runs.
import * as fc from "fast-check";
import OpenAI, { APIError } from "openai";
import {
  type Fault,
  type StandInIdentity,
  type StandInOptions,
  startScoringProxy,
  startStandIn,
} from "../../../../azure-local/scoringProxy";
import { cosine, dimensions, overlap, vectorOf, wordsOf } from "../../../../azure-local/scoringProxy/standin/words";
import { call, deployment, directoryOf, endpoint } from "../support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const identity: StandInIdentity = {
  deployment: "main",
  region: "swedencentral",
  pattern: "vllm",
  models: ["tiny", "alias"],
  scoringPath: "/",
  readinessPath: "/ready",
  livenessPath: "/alive",
};

async function start(changes: Partial<StandInIdentity>, options: StandInOptions = {}): Promise<string> {
  const standIn = await startStandIn({ ...identity, ...changes }, options);
  closers.push(standIn.close);
  return standIn.url;
}

/** Sends a body and returns the status and the answer. */
async function post(url: string, body: unknown): Promise<[number, unknown]> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await call(url, { method: "POST", headers: { "content-type": "application/json" }, body: text });
  return [answer.status, JSON.parse(answer.body)];
}

const embedding = (text: string) => [...vectorOf(wordsOf(text))];
const base64 = (text: string) => Buffer.from(vectorOf(wordsOf(text)).buffer).toString("base64");
const usage = (tokens: number) => ({
  prompt_tokens: tokens,
  total_tokens: tokens,
  completion_tokens: 0,
  prompt_tokens_details: null,
  completion_tokens_details: null,
});
const idOf = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}-standin-main-swedencentral-[0-9a-f]{16}$`));
const listOf = (prefix: string, data: object[], tokens: number, model = "tiny") => ({
  id: idOf(prefix),
  object: "list",
  created: expect.any(Number),
  model,
  data,
  usage: usage(tokens),
});
const refusal = (status: number, type: string, message: string, param: string | null = null) => [
  status,
  { error: { message, type, param, code: status } },
];

describe("embed", () => {
  const one = (text: string, index = 0) => ({ index, object: "embedding", embedding: embedding(text) });

  test.each<[string, object, object[], number]>([
    ["a text", { model: "tiny", input: "Hello, world" }, [one("hello world")], 2],
    ["a list of texts", { model: "tiny", input: ["a", "b c"] }, [one("a"), one("b c", 1)], 3],
    ["a text without words", { model: "tiny", input: "" }, [one("")], 0],
    ["no model", { input: "a" }, [one("a")], 1],
    ["another name of the model", { model: "alias", input: "a" }, [one("a")], 1],
    ["a text as base64", { input: "a", encoding_format: "base64" }, [{ index: 0, object: "embedding", embedding: base64("a") }], 1],
  ])("POST /v1/embeddings answers %s", async (_what, body, data, tokens) => {
    const url = await start({ task: "embed" });
    expect(await post(`${url}/v1/embeddings`, body)).toEqual([200, listOf("embd", data, tokens)]);
  });

  test("lists of token IDs are embedded, and equal lists have equal vectors", async () => {
    const url = `${await start({ task: "embed" })}/v1/embeddings`;
    const [status, body] = await post(url, { input: [[7, 8], [9]] });
    const { data, usage: counted } = body as { data: { embedding: number[] }[]; usage: object };
    expect([status, data.map((item) => item.embedding.length), counted]).toEqual([200, [dimensions, dimensions], usage(3)]);
    const alone = (await post(url, { input: [7, 8] }))[1] as typeof body as { data: { embedding: number[] }[] };
    expect(alone.data.map((item) => item.embedding)).toEqual([data[0]!.embedding]);
  });

  test.each<[string, unknown, unknown]>([
    ["an unknown model", { model: "huge", input: "x" }, refusal(404, "NotFoundError", "The model `huge` does not exist.")],
    ["a model that is a number", { model: 7, input: "x" }, refusal(400, "Bad Request", "Input should be a valid string", "body.model")],
    [
      "dimensions",
      { input: "x", dimensions: 8 },
      refusal(
        400,
        "BadRequestError",
        "Model 'tiny' does not support Matryoshka embeddings; dimensions must be unset (received dimensions=8).",
      ),
    ],
    ["an empty list", { input: [] }, refusal(400, "BadRequestError", "You must pass at least one prompt")],
    ["no input", {}, refusal(400, "Bad Request", "Field required", "body.input")],
    ["a number", { input: 5 }, refusal(400, "Bad Request", "Input should be a text, a list of texts, or lists of token IDs", "body.input")],
    [
      "an unknown encoding",
      { input: "x", encoding_format: "hex" },
      refusal(400, "Bad Request", "The stand-in returns the encoding formats float and base64.", "body.encoding_format"),
    ],
    [
      "the encoding toString",
      { input: "x", encoding_format: "toString" },
      refusal(400, "Bad Request", "The stand-in returns the encoding formats float and base64.", "body.encoding_format"),
    ],
    ["a list", [], refusal(400, "Bad Request", "Input should be a valid dictionary or object to extract fields from", "body")],
  ])("POST /v1/embeddings rejects %s", async (_what, body, expected) => {
    expect(await post(`${await start({ task: "embed" })}/v1/embeddings`, body)).toEqual(expected);
  });

  test.each(["{", ""])("POST /v1/embeddings rejects the text %j with 400", async (text) => {
    const [status, body] = await post(`${await start({ task: "embed" })}/v1/embeddings`, text);
    expect([status, body]).toEqual([400, { error: expect.objectContaining({ type: "Bad Request", param: "body", code: 400 }) }]);
  });

  test("POST /pooling and POST /v2/embed return the same vectors in their formats", async () => {
    const url = await start({ task: "embed" });
    const data = [{ index: 0, object: "pooling", data: embedding("a b") }];
    expect(await post(`${url}/pooling`, { input: "a b" })).toEqual([200, listOf("pooling", data, 2)]);
    expect(await post(`${url}/v2/embed`, { texts: ["a b"], embedding_types: ["float", "base64"] })).toEqual([
      200,
      {
        id: idOf("embd"),
        embeddings: { float: [embedding("a b")], base64: [base64("a b")] },
        texts: ["a b"],
        meta: { api_version: { version: "2" }, billed_units: { input_tokens: 2, image_tokens: 0 } },
        response_type: "embeddings_by_type",
      },
    ]);
    const unsupported = "Unsupported input_type 'search_query'. This model does not define any input_type task instructions.";
    expect(await post(`${url}/v2/embed`, { texts: ["a"], input_type: "search_query" })).toEqual(
      refusal(400, "BadRequestError", unsupported),
    );
    const missing = "Exactly one of texts, images, or inputs must be provided, and it must be non-empty";
    expect(await post(`${url}/v2/embed`, { texts: [] })).toEqual(refusal(400, "Bad Request", missing, "body"));
  });

  test("POST /rerank scores by the similarity of the vectors, and counts the query once", async () => {
    const url = await start({ task: "embed" });
    const [status, body] = await post(`${url}/rerank`, { query: "x", documents: ["y", "x"] });
    const similarity = cosine(vectorOf(["x"]), vectorOf(["y"]));
    expect([status, body]).toEqual([
      200,
      {
        id: idOf("score"),
        model: "tiny",
        usage: { prompt_tokens: 3, total_tokens: 3 },
        results: [
          { index: 1, document: { text: "x", multi_modal: null }, relevance_score: expect.closeTo(1, 6) },
          { index: 0, document: { text: "y", multi_modal: null }, relevance_score: expect.closeTo(similarity, 12) },
        ],
      },
    ]);
  });
});

describe("rerank", () => {
  const query = "What is the capital of France?";
  const documents = ["Bananas are yellow.", "The capital of France is Paris.", "France is in Europe."];
  const ranked = [
    { index: 1, document: { text: documents[1], multi_modal: null }, relevance_score: 5 / 6 },
    { index: 2, document: { text: documents[2], multi_modal: null }, relevance_score: 2 / Math.sqrt(24) },
    { index: 0, document: { text: documents[0], multi_modal: null }, relevance_score: 0 },
  ];

  test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("POST %s puts the relevant document first", async (path) => {
    const url = await start({ task: "rerank" });
    const answer = (results: object[]) => ({ id: idOf("score"), model: "tiny", usage: { prompt_tokens: 31, total_tokens: 31 }, results });
    expect(await post(url + path, { model: "alias", query, documents })).toEqual([200, answer(ranked)]);
    expect(await post(url + path, { query, documents, top_n: 0 })).toEqual([200, answer(ranked)]);
    expect(await post(url + path, { query, documents, top_n: 1 })).toEqual([200, answer(ranked.slice(0, 1))]);
    expect(await post(url + path, { query, documents, top_n: 9 })).toEqual([200, answer(ranked)]);
  });

  test.each<[string, object, number[], number]>([
    ["one pair", { text_1: "a", text_2: "a" }, [1], 2],
    ["one query and documents", { queries: "a", documents: ["b", "a"] }, [0, 1], 4],
    ["pairs", { data_1: ["a", "b"], data_2: ["b", "b"] }, [0, 1], 4],
    ["items", { queries: ["a"], items: ["a a"] }, [1], 3],
  ])("POST /score scores %s", async (_what, body, scores, tokens) => {
    const url = await start({ task: "rerank" });
    const data = scores.map((score, index) => ({ index, object: "score", score: expect.closeTo(score, 12) }));
    expect(await post(`${url}/score`, body)).toEqual([200, listOf("score", data, tokens)]);
    expect(await post(`${url}/v1/score`, body)).toEqual([200, listOf("score", data, tokens)]);
  });

  test.each<[string, string, unknown, unknown]>([
    ["/rerank", "an unknown model", { model: "huge", query, documents }, refusal(404, "NotFoundError", "The model `huge` does not exist.")],
    ["/rerank", "no query", { documents }, refusal(400, "Bad Request", "Field required", "body.query")],
    ["/rerank", "no documents", { query }, refusal(400, "Bad Request", "Field required", "body.documents")],
    ["/rerank", "an empty list", { query, documents: [] }, refusal(400, "BadRequestError", "At least one text_pair element must be given")],
    [
      "/rerank",
      "a negative top_n",
      { query, documents, top_n: -1 },
      refusal(400, "Bad Request", "Input should be greater than or equal to 0", "body.top_n"),
    ],
    [
      "/rerank",
      "an image",
      { query, documents: [{ content: [] }] },
      refusal(400, "Bad Request", "The stand-in compares texts only", "body.documents"),
    ],
    ["/score", "one side", { queries: "a" }, refusal(400, "Bad Request", "Field required", "body.documents")],
    [
      "/score",
      "two queries for three documents",
      { queries: ["a", "b"], documents: ["a", "b", "c"] },
      refusal(400, "BadRequestError", "Input lengths must be either 1:1, 1:N or N:N"),
    ],
    ["/score", "no query", { queries: [], documents: ["a"] }, refusal(400, "BadRequestError", "At least one text element must be given")],
  ])("POST %s rejects %s", async (path, _what, body, expected) => {
    expect(await post((await start({ task: "rerank" })) + path, body)).toEqual(expected);
  });
});

const everyPath = [
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v2/embed",
  "/pooling",
  "/rerank",
  "/v1/rerank",
  "/v2/rerank",
  "/score",
  "/v1/score",
];

test.each([
  ["chat", everyPath.slice(0, 2)],
  ["embed", everyPath.slice(2)],
  ["rerank", everyPath.slice(5)],
] as const)("a server with the task %s only has the paths %j", async (task, paths) => {
  const url = await start({ task });
  const found: string[] = [];
  for (const path of everyPath) {
    const [status, body] = await post(url + path, {});
    if (status === 404) expect(body).toEqual({ detail: "Not Found" });
    else found.push(path);
    expect((await call(url + path)).status).toBe(status === 404 ? 404 : 405);
  }
  expect(found).toEqual(paths);
  expect((await call(`${url}/health`)).status).toBe(200);
  expect((await call(`${url}/toString`)).status).toBe(404);
});

test("adapters are listed with their parent, and answers name them", async () => {
  const adapters = [{ name: "sql", path: "/m/sql" }];
  const url = await start({ adapters });
  const card = { object: "model", created: 0, owned_by: "stand-in" };
  expect(JSON.parse((await call(`${url}/v1/models`)).body)).toEqual({
    object: "list",
    data: [
      { id: "tiny", ...card, root: "tiny", parent: null },
      { id: "alias", ...card, root: "tiny", parent: null },
      { id: "sql", ...card, root: "/m/sql", parent: "tiny" },
    ],
  });
  const messages = [{ role: "user", content: "hi" }];
  const [status, body] = await post(`${url}/v1/chat/completions`, { model: "sql", messages });
  const content = "Stand-in answer, no model ran. Deployment main, model sql, region swedencentral. You said: hi";
  expect([status, body]).toMatchObject([200, { model: "sql", choices: [{ message: { content } }] }]);
  expect(await post(`${url}/v1/chat/completions`, { model: "python", messages })).toEqual(
    refusal(404, "NotFoundError", "The model `python` does not exist.", "model"),
  );
  const embedding = await start({ task: "embed", adapters });
  expect((await post(`${embedding}/v1/embeddings`, { model: "sql", input: "a" }))[1]).toMatchObject({ model: "sql" });
});

test("faults and the speed apply to embeddings", async () => {
  const waits: number[] = [];
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  const slow = await start({ task: "embed" }, { wait, speed: { timeToFirstToken: 250, tokensPerSecond: 1 } });
  expect((await post(`${slow}/v1/embeddings`, { input: ["a", "b"] }))[0]).toBe(200);
  expect(waits).toEqual([250]);
  const failing = await start({ task: "rerank" }, { fault: { kind: "status", status: 418, every: 2 } });
  const body = { query: "a", documents: ["a"] };
  expect((await post(`${failing}/rerank`, body))[0]).toBe(200);
  expect((await post(`${failing}/rerank`, body))[0]).toBe(418);
  const dropping = await start({ task: "embed" }, { fault: { kind: "drop" } });
  await expect(post(`${dropping}/v1/embeddings`, { input: "a" })).rejects.toThrow("socket hang up");
});

describe("behind the scoring proxy", () => {
  const embedder = deployment("main", { environmentVariables: { VLLM_ARGS: '["--runner","pooling","--convert","embed"]' } });

  async function client(fault?: Fault): Promise<OpenAI> {
    const directory = directoryOf(endpoint({ deployments: [embedder] }));
    const proxy = await startScoringProxy({ directory, ...(fault ? { faults: { "*": fault } } : {}) });
    closers.push(() => proxy.close());
    return new OpenAI({ baseURL: `${proxy.url}/chat/v1`, apiKey: "first-key", maxRetries: 0 });
  }

  test("OpenAI's client receives embeddings, which it requests as base64", async () => {
    const { data, model, usage: counted } = await (await client()).embeddings.create({ model: "tiny", input: ["hello there", "b"] });
    expect(data.map((item) => item.embedding)).toEqual([embedding("hello there"), embedding("b")]);
    expect([model, counted]).toEqual(["tiny", usage(3)]);
  });

  test("a hand-written request without a task's path is answered with 424 and vLLM's 404", async () => {
    const openai = await client();
    const error = await openai.chat.completions.create({ model: "tiny", messages: [{ role: "user", content: "hi" }] }).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(APIError);
    expect([error.status, error.headers.get("ms-azureml-model-error-statuscode")]).toEqual([424, "404"]);
  });

  test("a failing model is answered with 424 and its status", async () => {
    const error = await (await client({ kind: "status", status: 503 })).embeddings.create({ model: "tiny", input: "a" }).then(
      () => undefined,
      (reason) => reason,
    );
    expect([error.status, error.headers.get("ms-azureml-model-error-statuscode")]).toEqual([424, "503"]);
  });
});

const sentence = fc.array(fc.constantFrom("the", "cat", "sat", "on", "a", "mat", "and", "ran", "dog", "home"), {
  minLength: 1,
  maxLength: 8,
});

test("vectors have length 1, and depend only on the words", () => {
  fc.assert(
    fc.property(sentence, (words) => {
      const vector = vectorOf(words);
      expect(vector).toHaveLength(dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(vectorOf(wordsOf(`${[...words].reverse().join(", ").toUpperCase()}!`))).toEqual(vector);
    }),
  );
});

test("the share of common words is symmetric, from 0 to 1, and 1 for the same words", () => {
  fc.assert(
    fc.property(sentence, sentence, (one, other) => {
      expect(overlap(one, other)).toBe(overlap(other, one));
      expect(overlap(one, other)).toBeGreaterThanOrEqual(0);
      expect(overlap(one, other)).toBeLessThanOrEqual(1);
      expect(overlap(one, one)).toBe(1);
    }),
  );
});

test("a text is more similar to one with common words than to one without", () => {
  const similarity = (one: string, other: string) => cosine(vectorOf(wordsOf(one)), vectorOf(wordsOf(other)));
  const question = "Where is the train station?";
  expect(similarity(question, "The train station is near")).toBeGreaterThan(0.6);
  expect(Math.abs(similarity(question, "Bananas have many vitamins"))).toBeLessThan(0.2);
});
