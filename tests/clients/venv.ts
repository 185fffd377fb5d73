import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** Outside the repository, so that all clones share it. */
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "moor");

/** A Python with the packages of a requirements file, or the reason why there is none. */
export type Venv = { readonly python: string } | { readonly missing: string };

/** How to install the packages. */
export interface VenvOptions {
  /** Whether the requirements file has all packages, so that pip installs no others. @default false */
  readonly complete?: boolean;
}

/** Creates the environment at the first call, which takes about 20 s and downloads packages. */
function venvOf(requirements: string, { complete = false }: VenvOptions): Venv {
  const version = spawnSync("python3", ["--version"], { encoding: "utf8" }).stdout?.trim();
  if (!version) return { missing: "python3 is not on PATH" };
  const hash = createHash("sha256").update(version).update(fs.readFileSync(requirements));
  const folder = path.join(cache, `python-${hash.digest("hex").slice(0, 16)}`);
  const python = path.join(folder, "bin", "python3");
  if (fs.existsSync(python)) return { python };
  fs.mkdirSync(cache, { recursive: true });
  // Created under another name and renamed, so that interrupted or concurrent runs leave no incomplete environment.
  const unfinished = fs.mkdtempSync(`${folder}.`);
  try {
    const options = ["--quiet", "--disable-pip-version-check", ...(complete ? ["--no-deps"] : [])];
    const install = ["-m", "pip", "install", ...options, "--requirement", requirements];
    const failure =
      run("python3", ["-m", "venv", unfinished]) ?? run(path.join(unfinished, "bin", "python3"), install) ?? rename(unfinished, folder);
    return failure ? { missing: failure } : { python };
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

function run(command: string, args: string[]): string | undefined {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? undefined : `${path.basename(command)} ${args.join(" ")} failed (${stderr.trim().split("\n").at(-1)})`;
}

function rename(from: string, to: string): undefined {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    // Another test run was faster.
    if (!fs.existsSync(to)) throw error;
  }
}

/**
 * Declares tests that require such a Python. Without it, one test reports that: it passes locally and fails if CI is set, because the proof is
 * required there.
 */
export function describeWith(requirements: string, proof: string, tests: (python: string) => void, options: VenvOptions = {}): void {
  const venv = venvOf(requirements, options);
  if ("python" in venv) {
    describe(proof, () => tests(venv.python));
    return;
  }
  test(`not proved: ${proof}`, () => {
    const sentence = `That ${proof} remains unproved: ${venv.missing}.`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });
}
