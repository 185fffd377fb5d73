// Proves over HTTP which quantized checkpoints of a model are read from the Hub. The Hub is the local one of azure-local, so this doesn't
// prove which tags huggingface.co gives.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type HubRepository, type LocalHub, startLocalHub } from "../../../azure-local";
import { HubTransport, quantizedCheckpoints, RecordCache } from "../../../operations/hub";
import { chatModel } from "../../support/hubRepositories";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-hub-checkpoints-"));
let hub: LocalHub | undefined;
afterEach(() => hub?.close());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const base = "acme/chat-8b";
const quantized = (id: string, format: string, more: Partial<HubRepository> = {}) =>
  chatModel(id, { tags: [format, `base_model:quantized:${base}`], ...more });

async function idsOf(repositories: readonly HubRepository[], url?: string): Promise<string[]> {
  hub = await startLocalHub({ repositories });
  const transport = new HubTransport({
    ...{ hub: url ?? hub.url, caller: "fit", attempts: 1, givesUpEarly: true },
    report: () => {},
    clock: { sleep: async () => {} },
  });
  const found = await quantizedCheckpoints(base, { transport, cache: new RecordCache(folder), report: () => {} });
  return found.map(({ id }) => id);
}

test("one checkpoint of each format that vLLM reads, the first that the Hub lists", async () => {
  const ids = await idsOf([
    chatModel(),
    quantized("acme/chat-8b-FP8", "fp8"),
    quantized("other/chat-8b-FP8", "fp8"),
    quantized("acme/chat-8b-AWQ", "awq"),
    quantized("acme/chat-8b-GGUF", "gguf"),
    quantized("acme/chat-8b-mlx", "fp8", { tags: ["fp8", "mlx", `base_model:quantized:${base}`] }),
    chatModel("acme/other-FP8", { tags: ["fp8", "base_model:quantized:acme/other"] }),
  ]);
  expect(ids).toEqual(["acme/chat-8b-FP8", "acme/chat-8b-AWQ"]);
});

test("a gated or incomplete checkpoint is left out, and the others stay", async () => {
  const ids = await idsOf([
    quantized("acme/gated-FP8", "fp8", { gated: "manual" }),
    quantized("acme/empty-GPTQ", "gptq", { files: {} }),
    quantized("acme/chat-8b-AWQ", "awq"),
  ]);
  expect(ids).toEqual(["acme/chat-8b-AWQ"]);
});

test("none if the Hub lists none or can't be reached", async () => {
  expect(await idsOf([chatModel()])).toEqual([]);
  await hub!.close();
  expect(await idsOf([quantized("acme/chat-8b-FP8", "fp8")], "http://127.0.0.1:9")).toEqual([]);
});
