// Proves that OpenAI's client works through the scoring proxy. Does not prove that vLLM answers like the stand-in.
import OpenAI, { APIError } from "openai";
import { type Fault, type ScoringProxyOptions, startScoringProxy } from "../../../../azure-local/scoringProxy";
import { call, deployment, directoryOf, endpoint } from "../support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const answerTo = (words: string, name = "main") =>
  `Stand-in answer, no model ran. Deployment ${name}, model tiny, region swedencentral. You said: ${words}`;

async function client(options: Partial<ScoringProxyOptions> = {}, apiKey = "first-key") {
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()), ...options });
  closers.push(() => proxy.close());
  return new OpenAI({ baseURL: `${proxy.url}/chat/v1`, apiKey, maxRetries: 0 });
}

const faulty = (fault: Fault) => client({ faults: { "chat/main": fault } });
const hello = { model: "tiny", messages: [{ role: "user" as const, content: "hello there" }] };

async function errorOf(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
}

test("a chat is answered, and the answer identifies the stand-in", async () => {
  const completion = await (await client()).chat.completions.create({
    model: "tiny",
    messages: [
      { role: "system", content: "be brief" },
      { role: "user", content: "first" },
      { role: "assistant", content: "ok" },
      {
        role: "user",
        content: [
          { type: "text", text: "second " },
          { type: "text", text: "question" },
        ],
      },
    ],
  });
  expect(completion.choices).toEqual([
    { index: 0, message: { role: "assistant", content: answerTo("second question") }, logprobs: null, finish_reason: "stop" },
  ]);
  expect(completion.usage).toEqual({ prompt_tokens: 6, completion_tokens: 15, total_tokens: 21 });
  expect(completion).toMatchObject({ object: "chat.completion", model: "tiny" });
});

test("the same question has the same answer, from the deployment in the header", async () => {
  const view = endpoint({ deployments: [deployment("main"), deployment("next")] });
  const openai = await client({ directory: directoryOf(view) });
  const ask = async (headers = {}) => (await openai.chat.completions.create(hello, { headers })).choices[0]!.message.content;
  expect([await ask(), await ask()]).toEqual([answerTo("hello there"), answerTo("hello there")]);
  expect(await ask({ "azureml-model-deployment": "next" })).toBe(answerTo("hello there", "next"));
});

test("a stream contains the role first, then one token per event, then the reason and the usage", async () => {
  const stream = await (await client()).chat.completions.create({ ...hello, stream: true, stream_options: { include_usage: true } });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  expect(deltas[0]).toEqual({ role: "assistant", content: "" });
  expect(deltas.map(({ content }) => content ?? "").join("")).toBe(answerTo("hello there"));
  expect(chunks.flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason))).toEqual([...Array(16).fill(null), "stop"]);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 15, total_tokens: 17 } });
  expect(chunks).toHaveLength(18);
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test("without include_usage a stream contains no usage", async () => {
  const stream = await (await client()).chat.completions.create({ ...hello, stream: true });
  const usages = [];
  for await (const chunk of stream) usages.push(chunk.usage);
  expect(usages).toEqual(Array(17).fill(undefined));
});

test.each(["max_tokens", "max_completion_tokens"])("%s truncates the answer, and the finish reason is length", async (name) => {
  const openai = await client();
  const completion = await openai.chat.completions.create({ ...hello, [name]: 3 });
  expect(completion.choices[0]).toMatchObject({ message: { content: "Stand-in answer, no " }, finish_reason: "length" });
  expect(completion.usage!.completion_tokens).toBe(3);
  const stream = await openai.chat.completions.create({ ...hello, [name]: 3, stream: true });
  const reasons = [];
  for await (const chunk of stream) reasons.push(chunk.choices[0]!.finish_reason);
  expect(reasons).toEqual([null, null, null, null, "length"]);
});

test("text completions work, with and without streaming", async () => {
  const openai = await client();
  const whole = await openai.completions.create({ model: "tiny", prompt: "once", max_tokens: 99 });
  expect(whole.choices[0]).toMatchObject({ text: answerTo("once"), finish_reason: "stop" });
  let text = "";
  for await (const chunk of await openai.completions.create({ model: "tiny", prompt: "once", max_tokens: 99, stream: true })) {
    text += chunk.choices[0]!.text;
  }
  expect(text).toBe(answerTo("once"));
});

test("the models of the deployment are listed", async () => {
  const directory = directoryOf(endpoint({ deployments: [deployment("main", { models: ["tiny", "alias"] })] }));
  const page = await (await client({ directory })).models.list();
  expect(page.data.map(({ id }) => id)).toEqual(["tiny", "alias"]);
});

test("a wrong key is answered with 401", async () => {
  const error = await errorOf((await client({}, "wrong")).models.list());
  expect(error.status).toBe(401);
  expect(error.message).toContain("key_auth_access_denied");
});

test("an endpoint without traffic is answered with 404", async () => {
  const error = await errorOf((await client({ directory: directoryOf(endpoint({ traffic: {} })) })).chat.completions.create(hello));
  expect(error.status).toBe(404);
  expect(error.message).toContain("no_valid_deployment");
});

test.each([
  ["an unknown model", { model: "huge" }, "404", "The model `huge` does not exist."],
  ["no messages", { messages: [] }, "400", "messages must be a list with at least one message."],
  ["a message without text", { messages: [{ role: "user", content: null }] }, "400", "messages[0] must have a role and text content."],
  ["max_tokens 0", { max_tokens: 0 }, "400", "max_tokens must be a whole number of at least 1, got 0."],
  ["two choices", { n: 2 }, "400", "The stand-in returns one choice. Set n to 1."],
  ["tools", { tools: [{ type: "function", function: { name: "f" } }] }, "400", '"auto" tool choice requires'],
  [
    "stream options without stream",
    { stream_options: { include_usage: true } },
    "400",
    "Stream options can only be defined when `stream=True`.",
  ],
])("the model's error for %s is returned as 424 with OpenAI's error and the model's status", async (_, changes, status, message) => {
  const error = await errorOf((await client()).chat.completions.create({ ...hello, ...changes } as typeof hello));
  expect(error.status).toBe(424);
  expect(error.headers!.get("ms-azureml-model-error-statuscode")).toBe(status);
  expect(error.message).toContain(message);
  expect(error.error).toMatchObject({ code: Number(status) });
});

test.each(["{", "[]", '"x"', ""])("the model answers the body %p with 400", async (body) => {
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()) });
  closers.push(() => proxy.close());
  const answer = await call(`${proxy.url}/chat/v1/chat/completions`, { method: "POST", body });
  expect(answer.headers["ms-azureml-model-error-statuscode"]).toBe("400");
  expect(JSON.parse(answer.body).error).toMatchObject({ type: "BadRequestError", code: 400 });
});

test.each([
  ["GET", "/v1/chat/completions", "405"],
  ["POST", "/health", "405"],
  ["GET", "/v1/embeddings", "404"],
])("%s %s is %s", async (method, path, status) => {
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()) });
  closers.push(() => proxy.close());
  const answer = await call(`${proxy.url}/chat${path}`, { method });
  expect(answer.headers["ms-azureml-model-error-statuscode"]).toBe(status);
});

test("a hanging model is answered with 408", async () => {
  const directory = directoryOf(endpoint({ deployments: [deployment("main", { requestTimeout: 0.05 })] }));
  const openai = await client({ directory, faults: { "*": { kind: "hang" } } });
  expect((await errorOf(openai.chat.completions.create(hello))).status).toBe(408);
});

test("too many concurrent requests are answered with 429", async () => {
  const directory = directoryOf(endpoint({ deployments: [deployment("main", { instances: 0 })] }));
  const error = await errorOf((await client({ directory })).chat.completions.create(hello));
  expect(error.status).toBe(429);
});

test("a failing model is answered with 424 and its status", async () => {
  const error = await errorOf((await faulty({ kind: "status", status: 503 })).chat.completions.create(hello));
  expect(error.status).toBe(424);
  expect(error.headers!.get("ms-azureml-model-error-statuscode")).toBe("503");
});

test("a fault at every third request does not affect the other requests", async () => {
  const openai = await faulty({ kind: "status", every: 3 });
  const statuses: number[] = [];
  for (let request = 0; request < 6; request++) {
    statuses.push(
      await openai.chat.completions.create(hello).then(
        () => 200,
        (error) => error.status,
      ),
    );
  }
  expect(statuses).toEqual([200, 200, 424, 200, 200, 424]);
});

test("a connection that drops after two tokens delivers these and then an error", async () => {
  const stream = await (await faulty({ kind: "drop", afterTokens: 2 })).chat.completions.create({ ...hello, stream: true });
  const received: string[] = [];
  const reading = (async () => {
    for await (const chunk of stream) received.push(chunk.choices[0]!.delta.content!);
  })();
  await expect(reading).rejects.toThrow();
  expect(received).toEqual(["", "Stand-in ", "answer, "]);
});
