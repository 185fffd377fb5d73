// Runs the client examples in the README against the scoring proxy, with a key and with Microsoft Entra ID, over HTTPS. A model stand-in
// answers. Doesn't prove anything about Microsoft Entra ID: a server of the test issues the tokens of a managed identity, which Python's
// azure-identity requests. If npm's @azure/identity isn't installed, a module with the same protocol replaces it.
import * as path from "node:path";
import { type Examples, type Run, startExamples } from "./exampleRuns";
import { describeWith } from "./venv";

const question = "Where do you answer from?";
const answerTo = (asked: string) => `Stand-in answer, no model ran. Deployment main, model chat, region swedencentral. You said: ${asked}`;

let examples: Examples;
beforeAll(async () => {
  examples = await startExamples("chat");
}, 60_000);
afterAll(() => examples?.close());

const managedIdentity = () => ({ IDENTITY_ENDPOINT: examples.identity.url, IDENTITY_HEADER: "proof" });
const requestsTo = (endpoint: string) => examples.seen.filter((url) => url === `/${endpoint}/v1/chat/completions`).length;

/** A request whose answer doesn't matter: the container of `flaky` fails every second request. */
const warmUp = () =>
  fetch(`${examples.platform.azure.frontdoorUrl}/flaky/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${examples.keys.flaky}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "" }] }),
  });

/** Tests for both OpenAI clients. */
function openaiExample(command: string[]): void {
  test("it chats with a key", async () => {
    examples.giveOut("chat");
    expect(await examples.run(command, { ENDPOINT_KEY: examples.keys.chat }, question)).toEqual({
      code: 0,
      lines: [answerTo(question)],
      errors: "",
    });
  });

  test("it chats with the token of a managed identity, and requests a new token before the old one expires", async () => {
    examples.giveOut("entra");
    examples.identity.lifetime = 60;
    const before = examples.identity.asked.length;
    const { code, lines, errors } = await examples.run(command, managedIdentity(), "one", "two");
    expect({ code, lines, errors }).toEqual({ code: 0, lines: [answerTo("one"), answerTo("two")], errors: "" });
    expect(examples.identity.asked.slice(before)).toEqual(["https://ml.azure.com", "https://ml.azure.com"]);
  });

  test("a token with a long lifetime is requested once", async () => {
    examples.giveOut("entra");
    examples.identity.lifetime = 3600;
    const before = examples.identity.asked.length;
    expect(await examples.run(command, managedIdentity(), "one", "two")).toMatchObject({ code: 0 });
    expect(examples.identity.asked.slice(before)).toEqual(["https://ml.azure.com"]);
  });

  test("a retryable container error behind a 424 is retried", async () => {
    examples.giveOut("flaky");
    const before = requestsTo("flaky");
    expect((await warmUp()).status).toBe(200);
    expect(await examples.run(command, { ENDPOINT_KEY: examples.keys.flaky }, question)).toMatchObject({
      code: 0,
      lines: [answerTo(question)],
    });
    expect(requestsTo("flaky") - before).toBe(3);
    // The container's next fault is at an even number of requests again.
    expect((await warmUp()).status).toBe(424);
  });

  test("an error in the request behind a 424 is not retried", async () => {
    examples.giveOut("chat", { model: "other" });
    const before = requestsTo("chat");
    const { code, errors } = await examples.run(command, { ENDPOINT_KEY: examples.keys.chat }, question);
    expect(code).not.toBe(0);
    expect(errors).toContain("The model `other` does not exist.");
    expect(requestsTo("chat") - before).toBe(1);
  });

  test("a wrong key is reported without a retry", async () => {
    examples.giveOut("chat");
    const before = requestsTo("chat");
    const { code, errors } = await examples.run(command, { ENDPOINT_KEY: "wrong" }, question);
    expect({ code, refused: errors.includes("401") }).toEqual({ code: 1, refused: true });
    expect(requestsTo("chat") - before).toBe(1);
  });
}

describe("The example for OpenAI's JavaScript client", () => {
  openaiExample([process.execPath, "chat.mjs"]);
});

describeWith(path.join(__dirname, "requirements.txt"), "The example for OpenAI's Python client", (python) => {
  openaiExample([python, "chat.py"]);
});

describe("The example for curl", () => {
  const base = (endpoint: string) => ({ OPENAI_BASE_URL: `${examples.platform.azure.frontdoorHttpsUrl}/${endpoint}/v1` });
  const said = ({ code, lines, errors }: Run) => ({ code, errors, content: JSON.parse(lines.join("\n")).choices[0].message.content });

  test("it chats with a key", async () => {
    const answer = await examples.run(["bash", "chat.sh"], { ...base("chat"), ENDPOINT_KEY: examples.keys.chat });
    expect(said(answer)).toEqual({ code: 0, errors: "", content: answerTo(question) });
  });

  test("it chats with a token of the Azure CLI", async () => {
    const answer = await examples.run(["bash", "chat.sh"], { ...base("entra"), ...examples.azureCli() });
    expect(said(answer)).toEqual({ code: 0, errors: "", content: answerTo(question) });
  });

  test("an error response is printed, and the exit code is not 0", async () => {
    const { code, lines, errors } = await examples.run(["bash", "chat.sh"], { ...base("chat"), ENDPOINT_KEY: "wrong" });
    expect({ code, first: lines[0], told: errors.includes("401") }).toEqual({ code: 22, first: "key_auth_access_denied", told: true });
  });
});
