/** Which files of a repository are staged, from the list of its paths. */
import * as fc from "fast-check";
import { requireLicense } from "../../../operations/mirror/license";
import { type RemoteCode, selectFiles } from "../../../operations/mirror/selection";
import { manifestPathPattern } from "../../../planner/weights";

function select(paths: readonly string[], remoteCode: RemoteCode = "refuse", index?: string) {
  const options = { id: "acme/tiny", deployments: ["chat/main"], remoteCode, index };
  const { files, ...omitted } = selectFiles(
    paths.map((path) => ({ path })),
    options,
  );
  return { files: files.map(({ path }) => path), ...omitted };
}

const indexOf = (...shards: unknown[]) =>
  JSON.stringify({ weight_map: Object.fromEntries(shards.map((shard, number) => [`t${number}`, shard])) });

test("Weights of the index, text files and licenses are selected; other copies, hidden files and documents are not", () => {
  const selected = [
    "LICENSE",
    "NOTICE.txt",
    "a.safetensors",
    "b.safetensors",
    "chat_template.jinja",
    "config.json",
    "merges.txt",
    "tokenizer.model",
    "vocab.tiktoken",
  ];
  const others = [
    ...["README.md", ".gitattributes", ".cache/x.json", "SHA256SUMS", "figure.png", "model.gguf", "consolidated.safetensors"],
    ...[
      "original/consolidated.safetensors",
      "original/params.json",
      "metal/model.safetensors",
      "onnx/model.onnx",
      "onnx/config.json",
      "assets/config.json",
    ],
  ];
  expect(
    select([...others, ...selected, "model.safetensors.index.json"], "refuse", indexOf("b.safetensors", "a.safetensors", "a.safetensors")),
  ).toEqual({
    files: [...selected, "model.safetensors.index.json"].sort(),
    ...{ omittedPython: [], omittedPickle: [] },
  });
});

test("Without an index, model.safetensors is selected, or all safetensors in the root", () => {
  expect(select(["model.safetensors", "consolidated.safetensors", "config.json"]).files).toEqual(["config.json", "model.safetensors"]);
  expect(select(["adapter_model.safetensors", "adapter_config.json"]).files).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
  expect(select(["x-00001.safetensors", "x-00002.safetensors", "deep/x.safetensors"]).files).toEqual([
    "x-00001.safetensors",
    "x-00002.safetensors",
  ]);
});

test("Modules of sentence-transformers are selected with their weights", () => {
  const modules = ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "model.safetensors", "modules.json"];
  expect(select([...modules, "2_Dense/pytorch_model.bin", "2_Dense/deep/config.json"])).toEqual({
    files: modules,
    ...{ omittedPython: [], omittedPickle: ["2_Dense/pytorch_model.bin"] },
  });
});

test("Weights in pickle formats are left out next to safetensors", () => {
  const pickles = ["flax_model.msgpack", "model.ckpt", "model.pkl", "model.pt", "model.pth", "pytorch_model.bin", "tf_model.h5"];
  expect(select(["model.safetensors", ...pickles])).toEqual({ files: ["model.safetensors"], omittedPython: [], omittedPickle: pickles });
});

test("Python files are refused, left out, or selected", () => {
  const paths = ["1_Custom/custom.py", "code/deep.py", "model.safetensors", "modeling.py"];
  expect(() => select(paths)).toThrow(
    "acme/tiny has Python files, which vLLM could run in the container: 1_Custom/custom.py, code/deep.py, modeling.py.",
  );
  expect(select(paths, "omit")).toMatchObject({
    files: ["model.safetensors"],
    omittedPython: ["1_Custom/custom.py", "code/deep.py", "modeling.py"],
  });
  expect(select(paths, "allow")).toMatchObject({
    files: ["1_Custom/custom.py", "model.safetensors", "modeling.py"],
    omittedPython: ["code/deep.py"],
  });
  expect(select(["model.safetensors", "original/model.py", ".github/run.py"]).omittedPython).toEqual([]);
});

test("Two hundred Python files are named in one readable sentence", () => {
  const paths = Array.from({ length: 200 }, (_, number) => `m${String(number).padStart(3, "0")}.py`);
  expect(() => select(["model.safetensors", ...paths])).toThrow("m008.py, m009.py and 190 more. Nothing was copied.");
});

test.each([
  [
    "names a missing file",
    indexOf("a.safetensors", "c.safetensors"),
    "model.safetensors.index.json names files that the commit doesn't have: c.safetensors.",
  ],
  ["names a pickle file", indexOf("a.bin"), "isn't a valid index"],
  ["has no weights", "{}", "isn't a valid index"],
  ["has an empty map", '{"weight_map": {}}', "isn't a valid index"],
  ["has a list", '{"weight_map": [1]}', "isn't a valid index"],
  ["has a list of files", '{"weight_map": ["a.safetensors"]}', "isn't a valid index"],
  ["has a list of files for a tensor", indexOf(["a.safetensors"]), "isn't a valid index"],
  ["has text", '{"weight_map": "a.safetensors"}', "isn't a valid index"],
  ["is null", "null", "isn't a valid index"],
  ["isn't JSON", "<html>", "isn't a valid index"],
  ["leaves the folder", indexOf("../a.safetensors"), "doesn't have: ../a.safetensors"],
  ["would change a terminal", indexOf("\u001b[2J\u202e.safetensors"), 'doesn\'t have: "\\u001b[2J\\u202e.safetensors"'],
  ["has a long name", indexOf(`${"x".repeat(5000)}.safetensors`), `doesn't have: ${"x".repeat(200)}…. Set`],
])("An index that %s is an error", (_, index, message) => {
  expect(() => select(["a.safetensors", "a.bin", "model.safetensors.index.json"], "refuse", index)).toThrow(message);
});

test("A path that a list can't contain is an error", () => {
  expect(() => select(["model.safetensors", "my config.json"])).toThrow('the list of files can\'t contain these paths: "my config.json".');
  expect(() => select(["model.safetensors", "a\nb.json"])).toThrow('"a\\nb.json"');
});

test("No selection contains a pickle, a hidden file, or a path that a list can't contain", () => {
  const name = fc.stringMatching(/^[a-z.]{1,6}\.(json|py|bin|safetensors|pt|txt|md)$/);
  const path = fc.oneof(
    name,
    fc.tuple(fc.constantFrom("original", "onnx", "1_Pooling", "deep"), name).map((parts) => parts.join("/")),
  );
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.constantFrom<RemoteCode>("omit", "allow"), (paths, remoteCode) => {
      const { files } = select([...paths, "model.safetensors"], remoteCode);
      expect(files.filter((one) => /\.(bin|pt)$|(^|\/)\.|^(original|onnx|deep)\//.test(one) || !manifestPathPattern.test(one))).toEqual([]);
      if (remoteCode === "omit") expect(files.filter((one) => one.endsWith(".py"))).toEqual([]);
    }),
  );
});

describe("Licenses", () => {
  const check = (licenses: readonly string[], allowed: readonly string[], licenseName?: string) => () =>
    requireLicense("acme/tiny", { licenses, licenseName }, allowed);

  test("All licenses of a model must be allowed", () => {
    expect(check(["MIT"], ["mit"])).not.toThrow();
    expect(check(["mit", "apache-2.0"], ["mit", "apache-2.0"])).not.toThrow();
    expect(check(["mit", "gemma"], ["mit"])).toThrow(
      "acme/tiny has the license mit, gemma, which `moor:licenses` doesn't allow. Allowed: mit.",
    );
    expect(check(["mit", "gemma"], ["mit"])).toThrow("add gemma to `moor:licenses`");
  });

  test("A license with the ID other is allowed by its name, or by that ID", () => {
    expect(check(["other"], ["mit"], "qwen-research")).toThrow("acme/tiny has the license other (qwen-research), which");
    expect(check(["other"], ["mit"], "qwen-research")).toThrow("add qwen-research to `moor:licenses`");
    expect(check(["other"], ["qwen-research"], "Qwen-Research")).not.toThrow();
    expect(check(["other"], ["other"])).not.toThrow();
  });
});
