// Proves with the real engine that a stack with endpoints for embeddings and reranking is deployed, that the gate sends requests of the task
// before the deployment gets traffic, that clients of both are answered, and that a chat model declared as `embed` is refused. Doesn't prove
// that vLLM serves such models: a stand-in answers. `npm run test:vllm` proves it for an embedding model.
import * as fs from "node:fs";
import * as path from "node:path";
import OpenAI from "openai";
import { type FaultyDoor, startFaultyDoor } from "./rolloutSupport";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

/** config.json of sentence-transformers/all-MiniLM-L6-v2, in part. cross-encoder/ms-marco-MiniLM-L6-v2 has the same dimensions and one label. */
const bert = {
  architectures: ["BertModel"],
  model_type: "bert",
  hidden_size: 384,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  num_attention_heads: 12,
  num_hidden_layers: 6,
  torch_dtype: "float32",
  vocab_size: 30522,
};
const configs = { embed: bert, rerank: { ...bert, architectures: ["BertForSequenceClassification"], id2label: { 0: "LABEL_0" } } };
const ids = { embed: "sentence-transformers/all-MiniLM-L6-v2", rerank: "cross-encoder/ms-marco-MiniLM-L6-v2" };
type PoolingTask = keyof typeof configs;

let sandbox: Sandbox;
let door: FaultyDoor;

function endpoint(task: PoolingTask, changes: object = {}): Change {
  const configJson = path.join(sandbox.home, `${task}.json`);
  fs.writeFileSync(configJson, JSON.stringify(configs[task]));
  const model = {
    model: ids[task],
    revision: (task === "embed" ? "c" : "d").repeat(40),
    source: "hub",
    servedName: task,
    configJson,
    checkpointGiB: 0.09,
  };
  const vllm = { ...model, context: 512, concurrencyPerInstance: 8, ...changes };
  const main = { vllm, size: "Standard_NC4as_T4_v3", instances: 1, weight: 100 };
  return [["moor:endpoints", task], { auth: "key", deployments: { main } }];
}

beforeAll(async () => {
  sandbox = await openSandbox();
  door = await startFaultyDoor(sandbox.azure.frontdoorUrl);
  sandbox.environment.MOOR_FRONTDOOR_URL = door.url;
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 30 });
});
afterAll(async () => {
  await door?.close();
  await sandbox?.close();
});

interface Output {
  readonly id: string;
  readonly scoringUri: string;
  /** Absent for reranking. */
  readonly openaiBaseUrl?: string;
  readonly client: { readonly task: string; readonly model: string; readonly maxTokens?: number };
}

async function outputs(): Promise<Readonly<Record<string, Output>>> {
  return JSON.parse(await sandbox.pulumiQuietly(["stack", "output", "endpoints", "--json", "--stack", "dev"]));
}

/** The address of an endpoint in the local Azure for the URL that it has in Azure, and its key. */
async function access({ id }: Output, url: string): Promise<{ readonly url: string; readonly key: string }> {
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, "2025-12-01")).json()) as { primaryKey: string };
  const { hostname, pathname } = new URL(url);
  return { url: `${sandbox.azure.frontdoorUrl}/${hostname.split(".")[0]}${pathname}`, key: keys.primaryKey };
}

test("endpoints for embeddings and reranking come up in one pass, after the gate asked each for its task", async () => {
  const stackFile = sandbox.edit("dev", [endpoint("embed"), endpoint("rerank")]);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Resources:\n {4}\+ \d+ created\n/) });
  expect(
    Object.values(door.asked)
      .map((paths) => paths.join(" "))
      .sort(),
  ).toEqual([
    "/health /v1/models /v1/chat/completions /v1/chat/completions",
    "/health /v1/models /v1/embeddings",
    "/health /v1/models /v1/rerank",
  ]);
  const again = await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes"] });
  expect(again).toMatchObject({ code: 0 });
});

test("the outputs name the task and the model", async () => {
  const { chat, embed, rerank } = await outputs();
  expect([chat!, embed!, rerank!].map(({ openaiBaseUrl, client }) => [client.task, client.model, openaiBaseUrl !== undefined])).toEqual([
    ["chat", "chat", true],
    ["embed", "embed", true],
    ["rerank", "rerank", false],
  ]);
  expect([embed!, rerank!].map(({ client }) => client.maxTokens)).toEqual([undefined, undefined]);
});

test("OpenAI's client embeds texts through the scoring proxy", async () => {
  const { embed } = await outputs();
  const { url, key } = await access(embed!, embed!.openaiBaseUrl!);
  const client = new OpenAI({ baseURL: url, apiKey: key, maxRetries: 0 });
  const { data, model } = await client.embeddings.create({ model: "embed", input: ["The invoice is due.", "An invoice", "Whales"] });
  const [first, second, third] = data.map(({ embedding }) => embedding);
  const similarity = (one: number[], other: number[]) => one.reduce((sum, value, index) => sum + value * other[index]!, 0);
  expect([model, first!.length]).toEqual(["embed", 384]);
  expect(similarity(first!, second!)).toBeGreaterThan(similarity(first!, third!) + 0.1);
});

test("a request in the format of Jina and Cohere ranks documents", async () => {
  const { rerank } = await outputs();
  const { url, key } = await access(rerank!, rerank!.scoringUri);
  const response = await fetch(new URL("rerank", url), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "rerank",
      query: "capital of France",
      documents: ["Whales", "Paris is the capital of France"],
      top_n: 1,
    }),
  });
  expect(response.status).toBe(200);
  const { results } = (await response.json()) as { results: { index: number; document: { text: string } }[] };
  expect(results.map(({ index, document }) => [index, document.text])).toEqual([[1, "Paris is the capital of France"]]);
});

test("a chat model declared as embed is refused, and nothing is changed", async () => {
  const before = sandbox.resources();
  const stackFile = sandbox.edit("dev", [
    endpoint("embed"),
    endpoint("rerank"),
    [["moor:endpoints", "chat", "deployments", "main", "vllm", "task"], "embed"],
  ]);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect(code).not.toBe(0);
  expect(output).toContain("MOOR130");
  expect(output).toContain("`task` is embed; Qwen/Qwen2.5-0.5B-Instruct (Qwen2ForCausalLM) generates text.");
  expect(sandbox.resources()).toEqual(before);
});
