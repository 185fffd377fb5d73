// Proves that OpenAI's client receives the embeddings of a small real model through the scoring proxy, with keys and with Microsoft Entra ID.
// Doesn't prove that vLLM serves the model: the server is part of the test. `npm run test:vllm` proves that.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import * as path from "node:path";
import OpenAI, { APIError } from "openai";
import { type Platform, startPlatform } from "../clients/platform";
import { describeWith } from "../clients/venv";
import { createEndpoints, type Endpoints } from "../vllm/endpoints";
import { compareMeanings } from "./meaning";

const model = "all-MiniLM-L6-v2";

/** The first values for "hello world" that vLLM 0.31.0 computes with the same weights, in float32. */
const helloOfVllm = [-0.034477267, 0.031023173, 0.006734955, 0.026108945, -0.039362002, -0.16030252, 0.066924013, -0.006441465];

const packages = path.join(__dirname, "requirements.txt");

describeWith(
  packages,
  "a small real embedding model works behind the scoring proxy",
  (python) => {
    let server: ChildProcess;
    let platform: Platform;
    let endpoints: Endpoints;
    let impatient: Endpoints;

    beforeAll(async () => {
      const port = await freePort();
      server = spawn(python, [path.join(__dirname, "server.py"), String(port)], { stdio: ["ignore", "pipe", "inherit"] });
      await once(server.stdout!, "data");
      platform = await startPlatform({ backends: { "*": `http://127.0.0.1:${port}` } });
      const environmentVariables = {
        MOOR_SERVED_MODEL_NAME: model,
        VLLM_ARGS: JSON.stringify(["--runner", "pooling", "--convert", "embed"]),
      };
      endpoints = await createEndpoints(platform, "embed", { environmentVariables });
      const requestSettings = { requestTimeout: "PT1S", maxConcurrentRequestsPerInstance: 1 };
      impatient = await createEndpoints(platform, "impatient", { environmentVariables, requestSettings });
    }, 60_000);

    afterAll(async () => {
      await platform?.close();
      if (server?.exitCode !== null || server.signalCode !== null) return;
      server.kill("SIGKILL");
      await once(server, "exit");
    });

    const client = ({ baseURL, credential }: Endpoints["key"], apiKey = credential) => new OpenAI({ baseURL, apiKey, maxRetries: 0 });

    async function refusal(promise: Promise<unknown>): Promise<[number | undefined, string | null | undefined]> {
      const error = await promise.then(
        () => undefined,
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(APIError);
      return [error.status, error.headers.get("ms-azureml-model-error-statuscode")];
    }

    test.each(["key", "entra"] as const)("texts with the same meaning are closer than others, with %s", async (auth) => {
      const { baseURL, credential } = endpoints[auth];
      expect(await compareMeanings(baseURL, credential, model)).toEqual({
        dimensions: 384,
        tokens: 64,
        related: expect.closeTo(0.558, 2),
        unrelated: expect.closeTo(0.057, 2),
      });
      expect((await client(endpoints[auth]).models.list()).data.map(({ id }) => id)).toEqual([model]);
    });

    test("the vectors are those of vLLM", async () => {
      const { data } = await client(endpoints.key).embeddings.create({ model, input: "hello world", encoding_format: "float" });
      expect(data[0]!.embedding.slice(0, 8)).toEqual(helloOfVllm.map((value) => expect.closeTo(value, 5)));
    });

    test("a wrong credential, an unknown model and a path of another task are refused", async () => {
      const request = { model, input: "a" };
      expect(await refusal(client(endpoints.key, endpoints.key.wrong).embeddings.create(request))).toEqual([401, null]);
      expect(await refusal(client(endpoints.entra, endpoints.entra.wrong).embeddings.create(request))).toEqual([403, null]);
      expect(await refusal(client(endpoints.key).embeddings.create({ ...request, model: "other" }))).toEqual([424, "404"]);
      const chat = { model, messages: [{ role: "user" as const, content: "hi" }] };
      expect(await refusal(client(endpoints.key).chat.completions.create(chat))).toEqual([424, "404"]);
    });

    test("a request with too many texts for the endpoint's timeout is answered with 408, and the third at the same time with 429", async () => {
      const text = "word ".repeat(200);
      const input = Array<string>(1000).fill(text);
      const many = () => refusal(client(impatient.key).embeddings.create({ model, input }));
      const statuses = (await Promise.all([many(), many(), many()])).map(([status]) => status);
      expect(statuses.sort()).toEqual([408, 408, 429]);
    });
  },
  { complete: true },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
