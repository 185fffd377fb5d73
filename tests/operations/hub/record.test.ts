// Proves over HTTP what a record contains, how IDs are found, what the cache keeps, and each error of the Hub. The Hub is the local one of
// azure-local, so this doesn't prove what huggingface.co answers.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  bytesContents,
  type HubRepository,
  type LocalHub,
  type LocalHubOptions,
  sparseContents,
  startLocalHub,
} from "../../../azure-local";
import { findRecord, type HubCaller, HubError, HubTransport, RecordCache } from "../../../operations/hub";
import { chatBytes, chatConfig, chatModel, commit, embeddingModel, headerOf, json, nextCommit } from "../../support/hubRepositories";

const token = "hf_secret";

interface World {
  readonly hub: LocalHub;
  readonly folder: string;
  readonly lines: string[];
  readonly waits: number[];
  find(id: string, options?: FindOptions): ReturnType<typeof findRecord>;
  /** The error, with the addresses of the servers replaced. */
  refusal(id: string, options?: FindOptions): Promise<{ problem: string; message: string }>;
}

interface FindOptions {
  readonly revision?: string;
  readonly token?: string;
  readonly caller?: HubCaller;
  /** Address of the Hub. */
  readonly url?: string;
}

const worlds: World[] = [];
afterEach(async () => {
  for (const { hub, folder } of worlds.splice(0)) {
    await hub.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

async function open(repositories: readonly HubRepository[], options: LocalHubOptions = {}): Promise<World> {
  const hub = await startLocalHub({ repositories, ...options });
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "moor-hub-")), "models");
  const [lines, waits]: [string[], number[]] = [[], []];
  const world: World = {
    ...{ hub, folder, lines, waits },
    find(id, { revision, token: given, caller = "fit", url = hub.url } = {}) {
      const report = (line: string) => void lines.push(line);
      const clock = { sleep: async (seconds: number) => void waits.push(seconds) };
      const transport = new HubTransport({
        ...{ hub: url, caller, report, clock, attempts: 4, givesUpEarly: true, longestWait: 30 },
        ...(given === undefined ? {} : { token: given }),
      });
      return findRecord(id, revision, { transport, cache: new RecordCache(folder), report });
    },
    async refusal(id, given) {
      const error = await world.find(id, given).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!(error instanceof HubError)) throw error ?? new Error("The record was found.");
      const message = error.message.replaceAll(hub.url, "https://hub").replaceAll(new URL(hub.url).host, "hub");
      return { problem: error.problem, message };
    },
  };
  worlds.push(world);
  return world;
}

/** Nothing listens on this port. */
const nowhere = "http://127.0.0.1:9";

describe("a record", () => {
  test("contains the tensors of the shards in the index, and no copies", async () => {
    const world = await open([chatModel("acme/chat-8b", { parameters: { BF16: 7_500_000_000 } })]);
    const record = await world.find("acme/chat-8b");
    const { tensors = [], ...rest } = record;
    expect(rest).toEqual({
      ...{ id: "acme/chat-8b", commit, config: chatConfig, license: "llama3.1", gated: false, pipelineTag: "text-generation" },
      parameters: { BF16: 7_500_000_000 },
      fileBytes: expect.any(Number),
    });
    expect(tensors).toContainEqual({ name: "model.layers.*.mlp.down_proj.weight", dtype: "BF16", count: 32, bytes: 32 * 2 * 4096 * 14336 });
    expect(tensors).toHaveLength(12);
    expect(tensors.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(chatBytes);
    expect(record.fileBytes! - chatBytes).toBeGreaterThan(0);
    expect(record.fileBytes! - chatBytes).toBeLessThan(100_000);
    expect(world.lines).toEqual([]);
  });

  test("needs few requests, and reads only the beginnings of the weight files", async () => {
    const world = await open([chatModel()]);
    await world.find("acme/chat-8b");
    const requests = world.hub.requests();
    expect(requests.filter(({ path }) => path.startsWith("/api/models/"))).toHaveLength(2);
    expect(requests.filter(({ range }) => range !== undefined).map(({ range }) => range)).toEqual(["bytes=0-131071", "bytes=0-131071"]);
  });

  test("contains the files of sentence-transformers", async () => {
    const record = await (await open([embeddingModel()])).find("acme/embed-small");
    expect(record).toMatchObject({
      modules: [{ idx: 0 }],
      poolingConfig: { pooling_mode_cls_token: true },
      pipelineTag: "sentence-similarity",
      tensors: [{ name: "embeddings.word_embeddings.weight", dtype: "F32", count: 1, bytes: 30522 * 384 * 4 }],
    });
  });

  test("has the size of PyTorch files, without those of training", async () => {
    const files = {
      "config.json": json(chatConfig),
      "pytorch_model.bin": sparseContents(5000, Buffer.alloc(0), "d".repeat(64)),
      "training_args.bin": sparseContents(70, Buffer.alloc(0), "e".repeat(64)),
    };
    const record = await (await open([{ id: "acme/old", commit, files }])).find("acme/old");
    expect(record).toEqual({
      ...{ id: "acme/old", commit, config: chatConfig, gated: false, pipelineTag: "text-generation" },
      fileBytes: 5000,
    });
  });

  test("a header of more than 128 KiB is read with a second request", async () => {
    const tensors = Array.from({ length: 3000 }, (_, at) => ({ name: `model.layers.${at % 30}.experts.${at}.weight`, shape: [2] }));
    const { beginning, size } = headerOf(tensors);
    expect(beginning.length).toBeGreaterThan(131_072);
    const files = { "config.json": json(chatConfig), "model.safetensors": sparseContents(size, beginning, "f".repeat(64)) };
    const world = await open([{ id: "acme/wide", commit, files }]);
    expect((await world.find("acme/wide")).tensors).toEqual([
      { name: "model.layers.*.experts.*.weight", dtype: "BF16", count: 3000, bytes: 12_000 },
    ]);
    expect(world.hub.requests().flatMap(({ range }) => range ?? [])).toEqual(["bytes=0-131071", `bytes=131072-${beginning.length - 1}`]);
  });

  test("without ranges, the tensors are not known, and the size is that of the files", async () => {
    const world = await open([chatModel()], { ranges: false });
    const record = await world.find("acme/chat-8b");
    expect(record.tensors).toBeUndefined();
    expect(record.fileBytes).toBeGreaterThan(chatBytes);
    expect(world.lines).toEqual([
      expect.stringMatching(/doesn't return the requested part .* The size of the weights is taken from the list of files\.$/),
    ]);
  });
});

describe("an ID", () => {
  test("is found in any case, with the spelling of the Hub", async () => {
    const world = await open([chatModel("Acme/Chat-8B")]);
    expect((await world.find("acme/chat-8b")).id).toBe("Acme/Chat-8B");
    expect(world.lines).toEqual([]);
  });

  test("of a renamed repository leads to the new one, also later without a connection", async () => {
    const world = await open([chatModel("acme/chat-8b", { renamedFrom: ["oldco/chat"] })]);
    expect((await world.find("oldco/chat")).id).toBe("acme/chat-8b");
    expect(world.lines).toEqual(["oldco/chat was renamed. Its name on the Hub is acme/chat-8b."]);
    expect((await world.find("OldCo/Chat", { url: nowhere })).id).toBe("acme/chat-8b");
    expect((await world.find("oldco/chat", { url: nowhere, revision: commit })).id).toBe("acme/chat-8b");
  });

  test.each([
    ["acme/chat-8", "acme/chat-8b"],
    ["acme/chta-8b", "acme/chat-8b"],
    ["chat-8b", "acme/chat-8b"],
    ["Qwen/Qwen2.5-7B-Instuct", "Qwen/Qwen2.5-7B-Instruct"],
  ])("%s results in the suggestion %s", async (id, like) => {
    const world = await open([chatModel()]);
    const { problem, message } = await world.refusal(id);
    expect(problem).toBe("missing");
    expect(message).toMatch(new RegExp(`^https://hub has no public model ${id.replace(".", "\\.")}\\. .* Similar IDs: ${like}`));
  });

  test("that isn't one is refused without a request", async () => {
    const world = await open([]);
    for (const id of ["acme/../x", "a/b/c", "acme/x?y", ".."]) {
      expect((await world.refusal(id)).message).toContain(`${JSON.stringify(id)} is not a model ID. Allowed: <organization>/<name>`);
    }
    expect(world.hub.requests()).toEqual([]);
  });
});

describe("the cache", () => {
  test("answers for a known commit without a request", async () => {
    const world = await open([chatModel()]);
    const first = await world.find("acme/chat-8b");
    const before = world.hub.requests().length;
    expect(await world.find("ACME/chat-8b", { revision: commit })).toEqual(first);
    expect(world.hub.requests()).toHaveLength(before);
    // The newest commit is asked for, but its files are known.
    expect(await world.find("acme/chat-8b")).toEqual(first);
    expect(world.hub.requests()).toHaveLength(before + 1);
  });

  test("answers with the last known commit without a connection, and after 429 and 503", async () => {
    const world = await open([chatModel()]);
    const first = await world.find("acme/chat-8b");
    expect(await world.find("acme/chat-8b", { url: nowhere })).toEqual(first);
    expect(world.lines).toEqual([
      expect.stringMatching(
        /can't be reached \(ECONNREFUSED\), in 1 attempt\. .* The record of acme\/chat-8b at a+ in the cache is used, the newest/,
      ),
    ]);
    for (const fault of [{ part: "api", effect: 503, times: 9 } as const, { part: "api", effect: 429, times: 9, reset: 299 } as const]) {
      world.hub.setFaults([fault]);
      expect(await world.find("acme/chat-8b")).toEqual(first);
    }
  });

  test("follows the branch main", async () => {
    const world = await open([chatModel()]);
    await world.find("acme/chat-8b");
    world.hub.add(chatModel("acme/chat-8b", { commit: nextCommit }));
    expect((await world.find("acme/chat-8b")).commit).toBe(nextCommit);
    expect((await world.find("acme/chat-8b", { url: nowhere })).commit).toBe(nextCommit);
    expect((await world.find("acme/chat-8b", { url: nowhere, revision: commit })).commit).toBe(commit);
  });

  test.each(["", "{", '{"version":1,"record":{}}', '{"version":0}', "null"])("a damaged file (%j) is read again", async (text) => {
    const world = await open([chatModel()]);
    const first = await world.find("acme/chat-8b");
    const file = path.join(world.folder, `acme--chat-8b@${commit}.json`);
    const whole = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, text);
    expect(await world.find("acme/chat-8b", { revision: commit })).toEqual(first);
    expect(fs.readFileSync(file, "utf8")).toBe(whole);
  });

  test("a record under the name of another model isn't used", async () => {
    const world = await open([chatModel(), chatModel("acme/other", { license: "mit" })]);
    await world.find("acme/chat-8b");
    fs.copyFileSync(path.join(world.folder, `acme--chat-8b@${commit}.json`), path.join(world.folder, `acme--other@${commit}.json`));
    expect(await world.find("acme/other", { revision: commit })).toMatchObject({ id: "acme/other", license: "mit" });
  });

  test("contains no token, and only complete files that the user alone can read", async () => {
    const world = await open([chatModel("acme/chat-8b", { gated: "auto" })], { users: { [token]: { repositories: ["acme/chat-8b"] } } });
    expect(await world.find("acme/chat-8b", { token })).toMatchObject({ gated: true });
    const names = fs.readdirSync(world.folder).sort();
    expect(names).toEqual(["acme--chat-8b.main.json", `acme--chat-8b@${commit}.json`]);
    for (const name of names) {
      expect(fs.readFileSync(path.join(world.folder, name), "utf8")).not.toContain(token);
      expect(fs.statSync(path.join(world.folder, name)).mode & 0o777).toBe(0o600);
    }
    // The record was read with permission, and serves without a token too.
    expect(await world.find("acme/chat-8b", { revision: commit })).toMatchObject({ gated: true });
  });

  test("that can't be written is only a note", async () => {
    const world = await open([chatModel()]);
    fs.writeFileSync(world.folder, "a file");
    expect((await world.find("acme/chat-8b")).id).toBe("acme/chat-8b");
    expect(world.lines).toEqual(["The record of acme/chat-8b can't be stored in the cache (EEXIST)."]);
  });
});

describe("an error", () => {
  const users = { [token]: {} };
  const gated = chatModel("acme/chat-8b", { gated: "manual" });

  test.each<
    [name: string, repository: HubRepository | undefined, given: FindOptions, options: LocalHubOptions, problem: string, message: string]
  >([
    [
      "a private or missing model without a token",
      chatModel("acme/chat-8b", { private: true }),
      {},
      {},
      "missing",
      "https://hub has no public model acme/chat-8b. It doesn't exist, or it is private. Check the model ID. For a private model, set the environment variable HF_TOKEN to a token that can read it.",
    ],
    [
      "a private or missing model with a token",
      chatModel("acme/chat-8b", { private: true }),
      { token },
      { users },
      "notFound",
      "https://hub has no model acme/chat-8b that the token in HF_TOKEN can read. Check the model ID, and that the token belongs to an account with access and has the permission to read this repository.",
    ],
    [
      "a rejected token",
      chatModel(),
      { token: "hf_other" },
      { users },
      "token",
      "https://hub rejects the token in HF_TOKEN. It is invalid or has expired. Create a token with read access, and set HF_TOKEN to it.",
    ],
    [
      "a gated model without a token",
      gated,
      {},
      {},
      "gatedWithoutToken",
      "acme/chat-8b is gated, and no token is set. Accept its terms at https://hub/acme/chat-8b with a Hugging Face account, and set the environment variable HF_TOKEN to a token of that account.",
    ],
    [
      "a gated model whose terms were not accepted",
      gated,
      { token },
      { users },
      "gatedNotAccepted",
      "acme/chat-8b is gated, and the account of the token in HF_TOKEN has no access. Accept its terms, or ask for access, at https://hub/acme/chat-8b. The access of a fine-grained token must include gated repositories.",
    ],
    [
      "a gated model that excludes Europe",
      { ...gated, refusesEurope: true },
      { token },
      { users: { [token]: { repositories: ["acme/chat-8b"] } }, inEurope: true },
      "gatedInEurope",
      "acme/chat-8b is gated, and its terms exclude addresses in the European Union. The Hub refuses the files to this machine. Run the command from another region that the terms allow, or choose another model.",
    ],
    [
      "a missing revision",
      chatModel(),
      { revision: nextCommit },
      {},
      "revision",
      `https://hub has no commit ${nextCommit} of acme/chat-8b. It was deleted, or \`--revision\` is wrong. Specify an existing commit, or omit \`--revision\` to use the newest one.`,
    ],
    [
      "a disabled model",
      chatModel("acme/chat-8b", { disabled: true }),
      {},
      {},
      "disabled",
      "https://hub refuses the model acme/chat-8b with 403. It is disabled, or the token in HF_TOKEN lacks the permission to read it. Open https://hub/acme/chat-8b with the account of the token.",
    ],
    [
      "a mirror that serves pointers",
      { ...embeddingModel(), id: "acme/chat-8b" },
      {},
      { largeFiles: "pointers" },
      "content",
      "https://hub returned a Git LFS pointer instead of the file model.safetensors of acme/chat-8b. The mirror doesn't contain the file itself. Set HF_ENDPOINT to a Hub or a mirror that serves files in LFS.",
    ],
    [
      "a rate limit",
      chatModel(),
      {},
      { faults: [{ part: "api", effect: 429, times: 9, reset: 299 }] },
      "rateLimit",
      "hub answers 429: too many requests. It allows the next one in 299 s. Wait, or set the environment variable HF_TOKEN, because the limit of an account is higher than that of an address, and run the command again.",
    ],
    [
      "an error of the server",
      chatModel(),
      {},
      { faults: [{ part: "api", effect: 503, times: 9 }] },
      "server",
      "hub answered 503 to the request for /api/models/acme/chat-8b/revision/main, in 4 attempts. Check https://status.huggingface.co, and run the command again later.",
    ],
    [
      "no connection",
      undefined,
      { url: nowhere },
      {},
      "connection",
      `${nowhere} can't be reached (ECONNREFUSED), and the cache has no record of acme/chat-8b: run \`curl -L -o config.json ${nowhere}/acme/chat-8b/resolve/main/config.json\` on a machine with a connection, and specify the path of config.json instead of the ID, with \`--checkpoint-gib\` for the size of the weight files.`,
    ],
    [
      "an adapter",
      { id: "acme/chat-8b", commit, files: { "adapter_config.json": json({}) } },
      {},
      {},
      "format",
      `acme/chat-8b at ${commit} can't be planned: it is an adapter. Specify its base model.`,
    ],
    [
      "GGUF files",
      { id: "acme/chat-8b", commit, files: { "chat-Q4.gguf": sparseContents(9, Buffer.alloc(0), "a".repeat(64)) } },
      {},
      {},
      "format",
      `acme/chat-8b at ${commit} can't be planned: it contains GGUF files. Specify the model that they were made from.`,
    ],
    [
      "a config.json that isn't JSON",
      { id: "acme/chat-8b", commit, files: { "config.json": bytesContents("{") } },
      {},
      {},
      "format",
      `config.json of acme/chat-8b at ${commit} is not valid JSON. Choose another commit or model.`,
    ],
  ])("%s", async (_, repository, given, options, problem, message) => {
    const world = await open(repository === undefined ? [] : [repository], options);
    expect(await world.refusal("acme/chat-8b", given)).toEqual({ problem, message: expect.stringContaining(message) });
    // Nothing of a refused model is kept.
    expect(fs.existsSync(world.folder)).toBe(false);
  });

  test.each<[name: string, content: (whole: Buffer) => Buffer]>([
    ["cut", (whole) => whole.subarray(0, whole.length - 5)],
    ["shorter than its data", (whole) => whole],
    ["with a header that isn't JSON", (whole) => Buffer.concat([whole.subarray(0, 8), Buffer.from("x"), whole.subarray(9)])],
    ["with a header longer than the file", (whole) => Buffer.concat([Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]), whole.subarray(8)])],
    ["of 3 bytes", () => Buffer.from("abc")],
  ])("a weight file %s", async (_, content) => {
    const { beginning } = headerOf([{ name: "lm_head.weight", shape: [64, 64] }]);
    const files = { "config.json": json(chatConfig), "model.safetensors": bytesContents(content(beginning)) };
    const world = await open([{ id: "acme/cut", commit, files }]);
    expect(await world.refusal("acme/cut")).toEqual({
      problem: "content",
      message: expect.stringMatching(/^model\.safetensors of acme\/cut at a+ is not a complete safetensors file: /),
    });
  });

  test("names the settings of the stack file for `npm run lock`", async () => {
    const world = await open([]);
    expect((await world.refusal("acme/chat-8b", { caller: "lock" })).message).toContain("Check `vllm.model`.");
    expect((await world.refusal("acme/chat-8b", { caller: "lock", url: nowhere })).message).toMatch(
      /, and set `vllm\.configJson` to its path in this repository and `vllm\.checkpointGiB` to the size of the weight files\.$/,
    );
  });

  test("without a connection, the command to fetch config.json names the token's variable, not the token", async () => {
    const world = await open([]);
    const { message } = await world.refusal("acme/chat-8b", { url: nowhere, token });
    expect(message).toContain('`curl -L -H "Authorization: Bearer $HF_TOKEN" -o config.json ');
    expect(message).not.toContain(token);
  });

  test("a broken connection after the first answer is tried again, and 503 is", async () => {
    const world = await open([chatModel()], {
      faults: [
        { part: "cdn", effect: "cut", times: 1 },
        { part: "resolve", effect: 503, nth: 2 },
      ],
    });
    expect((await world.find("acme/chat-8b")).tensors).toHaveLength(12);
    expect(world.waits).toEqual([1, 1]);
  });
});
