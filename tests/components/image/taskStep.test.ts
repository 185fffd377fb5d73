// Proves that the files of a layered image reach the script of its task byte for byte: they are written as Azure's agent writes them, by a shell
// with a here-document, and the real python3 runs the step with a script in place of publish.py that prints hashes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { taskYaml } from "../../../components/image/taskStep";
import type { LayeredImage } from "../../../planner/image";

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const blob = (bytes: Buffer) => ({ mediaType: "x", digest: `sha256:${hash(bytes)}`, bytes });
const layer = blob(Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index * 31) % 256)));
const config = blob(Buffer.from('{"Env":["A=$HOME `id` \\\\n"]}'));
const manifest = blob(Buffer.from(JSON.stringify({ layers: [{ digest: layer.digest }] })));
const image = { layer, config, manifest } as unknown as LayeredImage;

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) {
  test("not proved: the files of a task arrive intact", () => {
    if (process.env.CI) throw new Error("python3 is not on the PATH");
    console.warn("python3 is not on the PATH");
  });
}

(hasPython ? test : test.skip)("The files arrive intact, with the arguments of publish.py and its exit code.", () => {
  const text = taskYaml({ repository: "moor/vllm", digest: manifest.digest }, image);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(65_536);
  const { volumes, steps } = parse(text) as {
    readonly volumes: readonly [{ readonly secret: Record<string, string> }];
    readonly steps: readonly [{ readonly cmd: string }];
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-step-"));
  try {
    const print = `import hashlib, os, sys
folder = sys.argv[4]
print(sys.argv[1:4], {name: hashlib.sha256(open(os.path.join(folder, name), "rb").read()).hexdigest() for name in sorted(os.listdir(folder))})
sys.exit(3)
`;
    const secret = { ...volumes[0].secret, "publish.py.000": Buffer.from(Buffer.from(print).toString("base64")).toString("base64") };
    for (const [name, value] of Object.entries(secret)) {
      // Source: Azure/acr-builder, builder/builder.go, createSecretFiles.
      const { error } = spawnSync("/bin/sh", ["-c", `cat >> ${path.join(folder, name)} <<EOL\n${Buffer.from(value, "base64")}\nEOL`]);
      expect(error).toBeUndefined();
    }
    const [, script, ...rest] = steps[0].cmd.split(" ");
    const { status, stdout } = spawnSync("python3", [script!.replace("/moor", folder), ...rest], { encoding: "utf8" });
    expect(status).toBe(3);
    const tag = `moor-${manifest.digest.slice(7, 23)}`;
    const files = {
      "config.json": config.bytes,
      "layer.tar": layer.bytes,
      "manifest.json": manifest.bytes,
      "publish.py": Buffer.from(print),
    };
    const hashes = Object.entries(files).map(([name, bytes]) => `'${name}': '${hash(bytes)}'`);
    expect(stdout).toBe(`['{{.Run.Registry}}', 'moor/vllm', '${tag}'] {${hashes.join(", ")}}\n`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
