// Proves that a generated repository is complete and depends only on its ID and commit. Doesn't prove that vLLM loads it.
import { listFiles, parseSafetensorsMetadata } from "@huggingface/hub";
import { generatedModel, type LocalHub, startLocalHub } from "../../../azure-local";

const COMMIT = "a".repeat(40);

let hub: LocalHub;
beforeAll(async () => {
  hub = await startLocalHub({ generate: true });
});
afterAll(() => hub.close());

async function list(repo: string, revision: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, oid, lfs } of listFiles({ repo, revision, hubUrl: hub.url, recursive: true })) found[path] = lfs?.oid ?? oid!;
  return found;
}

test("every repository exists at every commit, with the same content each time", async () => {
  const first = await list("Qwen/Qwen2.5-7B-Instruct", COMMIT);
  expect(Object.keys(first)).toEqual([
    ".gitattributes",
    "LICENSE",
    "README.md",
    "config.json",
    "generation_config.json",
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  expect(await list("Qwen/Qwen2.5-7B-Instruct", COMMIT)).toEqual(first);
  const others = [await list("Qwen/Qwen2.5-7B-Instruct", "b".repeat(40)), await list("other", COMMIT)];
  for (const other of others) expect(other["model-00001-of-00002.safetensors"]).not.toBe(first["model-00001-of-00002.safetensors"]);
  expect((await fetch(`${hub.url}/api/models/a/b/revision/v1`)).headers.get("x-error-code")).toBe("RevisionNotFound");
});

test("the shards have the tensors of the index and of the architecture", async () => {
  const metadata = await parseSafetensorsMetadata({
    repo: "org/model",
    revision: COMMIT,
    hubUrl: hub.url,
    computeParametersCount: true,
  });
  if (!metadata.sharded) throw new Error("The model has one file.");
  expect(metadata.parameterCount).toEqual({ BF16: 377_984 });
  const { files } = generatedModel("org/model", COMMIT);
  const index = JSON.parse((await (await fetch(`${hub.url}/org/model/resolve/${COMMIT}/model.safetensors.index.json`)).text()) as string);
  expect(new Set(Object.values(index.weight_map))).toEqual(new Set(Object.keys(metadata.headers)));
  for (const [file, header] of Object.entries(metadata.headers)) {
    const { __metadata__: _, ...tensors } = header;
    expect(Object.keys(tensors)).toEqual(Object.keys(index.weight_map).filter((name) => index.weight_map[name] === file));
    const end = Math.max(...Object.values(tensors).map(({ data_offsets: [, last] }) => last));
    const first = await fetch(`${hub.url}/org/model/resolve/${COMMIT}/${file}`, { headers: { range: "bytes=0-7" } });
    const headerSize = Number(Buffer.from(await first.arrayBuffer()).readBigUInt64LE());
    expect(files[file]!.size).toBe(8 + headerSize + end);
  }
});
