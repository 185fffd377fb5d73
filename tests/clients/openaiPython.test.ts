// Does not prove anything about a model: a stand-in answers.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Platform, startPlatform } from "./platform";
import { describeWith } from "./venv";

const requirements = path.join(__dirname, "requirements.txt");

describeWith(requirements, "OpenAI's Python client works with the scoring proxy", (python) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({ faults: { slow: { kind: "hang" } } });
  });
  afterAll(() => platform?.close());

  test("it chats and streams over HTTPS, and receives 401, 404, 408, 424 and 429 as expected", async () => {
    const { azure } = platform;
    const environment = await platform.environment("chat", 8000, "/", "/health");
    const environmentVariables = { MOOR_MODEL: "tiny", VLLM_ARGS: "[]" };
    const requestSettings = { requestTimeout: "PT1S", maxConcurrentRequestsPerInstance: 1 };
    const chat = await platform.endpoint("chat", environment, { environmentVariables });
    const slow = await platform.endpoint("slow", environment, { environmentVariables, requestSettings });
    const keyOf = async (id: string) => {
      const answer = await fetch(`${azure.armUrl}${id}/listKeys?api-version=2025-12-01`, { method: "POST" });
      return ((await answer.json()) as { primaryKey: string }).primaryKey;
    };
    const argument = { base: azure.frontdoorHttpsUrl, key: { chat: await keyOf(chat), slow: await keyOf(slow) } };
    const env = { ...process.env, SSL_CERT_FILE: azure.certificate, PYTHONDONTWRITEBYTECODE: "1" };
    const run = promisify(execFile)(python, [path.join(__dirname, "openai_client.py"), JSON.stringify(argument)], { env });
    const answer = "Stand-in answer, no model ran. Deployment main, model tiny, region swedencentral. You said: hello";
    expect(JSON.parse((await run).stdout)).toEqual({
      models: ["tiny"],
      answer,
      streamed: [answer, true],
      wrongKey: ["AuthenticationError", 401, null],
      noEndpoint: ["NotFoundError", 404, null],
      noModel: ["APIStatusError", 424, "404"],
      "three concurrent": [
        ["APIStatusError", 408, null],
        ["APIStatusError", 408, null],
        ["RateLimitError", 429, null],
      ],
    });
  }, 60_000);
});
