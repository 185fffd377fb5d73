// Proves that `npm run fit` plans models of the Hub, from the shell and over HTTP: the model of a record, the cache, progress on stderr only,
// and JSON in every case. tests/operations/hub proves the errors, and tests/planner the numbers.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LocalHub, startLocalHub } from "../../../azure-local";
import { chatBytes, chatModel, commit } from "../../support/hubRepositories";

const root = path.join(__dirname, "..", "..", "..");
const cache = fs.mkdtempSync(path.join(os.tmpdir(), "moor-fit-hub-"));
let hub: LocalHub;
beforeAll(async () => {
  hub = await startLocalHub({ repositories: [chatModel(), chatModel("acme/private", { private: true })] });
});
afterAll(async () => {
  await hub.close();
  fs.rmSync(cache, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runFit(args: readonly string[], url = hub.url): Promise<Ran> {
  const { HF_TOKEN: _, ...rest } = process.env;
  const env = { ...rest, HF_ENDPOINT: url, XDG_CACHE_HOME: cache };
  return new Promise((resolve) => {
    execFile(process.execPath, ["cli/run.js", "fit", ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const question = ["acme/Chat-8b", "--context", "16k", "--concurrency", "8", "--size", "Standard_NC24ads_A100_v4"];

test("a model of the Hub is planned with the size of its tensors, and later without a connection", async () => {
  const first = await runFit([...question, "--json"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const answer = JSON.parse(first.stdout);
  expect(answer.fits).toBe(true);
  // The table of rotary angles is added to the weights.
  expect(answer.weightsGiBPerGpu * 2 ** 30 - chatBytes).toBe(2 * 32768 * 128);
  expect(answer.flags.slice(0, 2)).toEqual(["--served-model-name", "acme/chat-8b"]);
  const offline = await runFit([...question, "--revision", commit, "--json"], "http://127.0.0.1:9");
  expect(offline).toEqual(first);
  const newest = await runFit([...question, "--json"], "http://127.0.0.1:9");
  expect(newest.stdout).toBe(first.stdout);
  expect(newest.stderr).toMatch(/^127\.0\.0\.1:9 can't be reached .* in the cache is used, the newest commit that is known\.\n$/);
});

test("--checkpoint-gib overrides the size of the tensors", async () => {
  const own = JSON.parse((await runFit([...question, "--checkpoint-gib", "7", "--json"])).stdout);
  expect(own.weightsGiBPerGpu).toBeCloseTo(7 + (2 * 32768 * 128) / 2 ** 30, 6);
});

test("an error of the Hub is one line on stderr, or with --json a document on stdout, with exit code 3", async () => {
  const sentence = new RegExp(`^${hub.url} has no public model acme/private\\. It doesn't exist, or it is private\\.[^\\n]*$`);
  const text = await runFit(["acme/private"]);
  expect(text).toMatchObject({ code: 3, stdout: "" });
  expect(text.stderr.trimEnd()).toMatch(sentence);
  const answered = await runFit(["acme/private", "--json"]);
  expect(answered).toMatchObject({ code: 3, stderr: "" });
  expect(JSON.parse(answered.stdout)).toEqual({ error: expect.stringMatching(sentence) });
});

test("a model of the table sends no request", async () => {
  const before = hub.requests().length;
  expect(await runFit(["Qwen/Qwen3-8B", "--json"])).toMatchObject({ code: 0, stderr: "" });
  expect(hub.requests()).toHaveLength(before);
});
