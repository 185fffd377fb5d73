// Runs the client examples for embeddings and reranking against the scoring proxy, with a key and with Microsoft Entra ID, over HTTPS. A model
// stand-in answers, so that vectors and scores only depend on words. See examples.test.ts for what replaces Microsoft Entra ID.
import * as path from "node:path";
import { type Examples, startExamples } from "./exampleRuns";
import { describeWith } from "./venv";

const requirements = path.join(__dirname, "requirements.txt");

let examples: Examples;
afterEach(() => examples?.close());

/** What a run of an example sends and prints. */
interface Case {
  readonly task: "embed" | "rerank";
  readonly args: readonly string[];
  readonly lines: readonly string[];
  readonly path: string;
  /** An argument for each text of a large request, and what is printed of all of them. */
  readonly many: readonly string[];
  readonly manyLines: readonly string[];
}

const texts = Array.from({ length: 70 }, (_, index) => `text number ${index}`);

const cases: Readonly<Record<Case["task"], Case>> = {
  embed: {
    task: "embed",
    args: ["the red house", "The house, red.", "a house"],
    lines: ["1.000 the red house", "1.000 The house, red.", "0.403 a house"],
    path: "v1/embeddings",
    many: texts,
    manyLines: texts,
  },
  rerank: {
    task: "rerank",
    args: ["What is the capital of France?", "Bananas are yellow.", "The capital of France is Paris.", "France is in Europe."],
    lines: ["0.833 The capital of France is Paris.", "0.408 France is in Europe.", "0.000 Bananas are yellow."],
    path: "rerank",
    many: ["text number 69", ...texts],
    // The best document is in the last batch. Those with the same score keep their order.
    manyLines: ["text number 69", ...texts.slice(0, -1)],
  },
};

const managedIdentity = () => ({ IDENTITY_ENDPOINT: examples.identity.url, IDENTITY_HEADER: "proof" });

function pooledExample({ task, args, lines, path: route, many, manyLines }: Case, command: readonly string[]): void {
  const requestsTo = (endpoint: string) => examples.seen.filter((url) => url === `/${endpoint}/${route}`).length;
  const answers = { code: 0, lines, errors: "" };

  beforeEach(async () => {
    examples = await startExamples(task);
  }, 60_000);

  test("it works with a key, and with the token of a managed identity", async () => {
    examples.giveOut(task);
    expect(await examples.run(command, { ENDPOINT_KEY: examples.keys[task] }, ...args)).toEqual(answers);
    examples.giveOut("entra");
    expect(await examples.run(command, managedIdentity(), ...args)).toEqual(answers);
    expect(examples.identity.asked).toEqual(["https://ml.azure.com"]);
  });

  test("many texts are sent in batches, and all are answered in order", async () => {
    examples.giveOut(task);
    const { code, lines: printed } = await examples.run(command, { ENDPOINT_KEY: examples.keys[task] }, ...many);
    expect({ code, texts: printed.map((line) => line.slice("0.000 ".length)) }).toEqual({ code: 0, texts: manyLines });
    expect(requestsTo(task)).toBe(3);
  });

  test("a retryable container error behind a 424 is retried, for each batch", async () => {
    examples.giveOut("flaky");
    const { code, lines: printed } = await examples.run(command, { ENDPOINT_KEY: examples.keys.flaky }, ...many);
    expect({ code, texts: printed.map((line) => line.slice("0.000 ".length)) }).toEqual({ code: 0, texts: manyLines });
    // The container fails at every second request: three batches take five requests.
    expect(requestsTo("flaky")).toBe(5);
  });

  test("an error in the request behind a 424 is not retried, and neither is a wrong key", async () => {
    examples.giveOut(task, { model: "other" });
    const unknown = await examples.run(command, { ENDPOINT_KEY: examples.keys[task] }, ...args);
    expect([unknown.code, unknown.errors.includes("The model `other` does not exist.")]).toEqual([1, true]);
    examples.giveOut(task);
    const refused = await examples.run(command, { ENDPOINT_KEY: "wrong" }, ...args);
    expect([refused.code, refused.errors.includes("401")]).toEqual([1, true]);
    expect(requestsTo(task)).toBe(2);
  });
}

describe.each(Object.values(cases))("The example for JavaScript and the task $task", (one) => {
  pooledExample(one, [process.execPath, `${one.task}.mjs`]);
});

describeWith(requirements, "The examples for Python", (python) => {
  describe.each(Object.values(cases))("and the task $task", (one) => pooledExample(one, [python, `${one.task}.py`]));
});

describe("The examples for curl", () => {
  const base = (endpoint: string) => {
    const scoringUri = `${examples.platform.azure.frontdoorHttpsUrl}/${endpoint}/`;
    return { SCORING_URI: scoringUri, OPENAI_BASE_URL: `${scoringUri}v1` };
  };

  test.each(["embed", "rerank"] as const)("the one for %s works with a key and with a token of the Azure CLI", async (task) => {
    examples = await startExamples(task);
    const command = ["bash", `${task}.sh`];
    const runs = [
      await examples.run(command, { ...base(task), ENDPOINT_KEY: examples.keys[task] }),
      await examples.run(command, { ...base("entra"), ...examples.azureCli() }),
    ];
    for (const { code, lines, errors } of runs) {
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      const { data, results } = JSON.parse(lines.join("\n"));
      if (task === "embed") expect(data.map((item: { embedding: number[] }) => item.embedding.length)).toEqual([384, 384]);
      else expect(results[0].document.text).toBe("Paris is the capital of France.");
    }
    const refused = await examples.run(command, { ...base(task), ENDPOINT_KEY: "wrong" });
    expect({ code: refused.code, first: refused.lines[0] }).toEqual({ code: 22, first: "key_auth_access_denied" });
  });
});
