import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildEngine } from "./build";
import { EngineUnavailable } from "./unavailable";

/** The version to which `@pulumi/pulumi` is pinned. An older engine can lack features that the SDK needs. */
export const engineVersion = "3.246.0";

/** The Node language host of this program, for an engine without one. */
export const languageHost = path.join(__dirname, "bin", "pulumi-language-nodejs");

/** A Pulumi CLI that can run this program. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  readonly command: string;
  /** Folders to put first on PATH: the executable's folder, and the Node language host's folder if the engine has none. */
  readonly path: readonly string[];
  readonly version: string;
  readonly from: "PATH" | "cache" | "installer" | "build";
}

/** The folder of downloaded engines, outside all clones so that they share it. */
export function engineCache(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  return path.join(cache, "moor", `pulumi-${engineVersion}`);
}

/**
 * Finds or installs the Pulumi engine. Tries, in this order: `pulumi` on PATH if its version is suitable, the cached engine of an earlier
 * run, Pulumi's installer, a build from the Go module proxy. Never prompts.
 * @throws EngineUnavailable with instructions, if none of them succeeds
 */
export async function ensureEngine(report: (line: string) => void = () => {}): Promise<Engine> {
  const cached = path.join(engineCache(), "bin", "pulumi");
  return (
    probe(findOnPath(), "PATH", isNewEnough) ?? probeCached(cached) ?? (await install(cached, report)) ?? (await build(cached, report))
  );
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [pinnedMajor, pinnedMinor] = engineVersion.split(".").map(Number);
  return major === pinnedMajor && minor! >= pinnedMinor!;
}

function isPinned(version: string): boolean {
  return version === engineVersion;
}

function findOnPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  return folders.map((folder) => path.join(folder, "pulumi")).find((file) => fs.existsSync(file));
}

/** Reads the version of the cached engine once. A later run only checks that the file is the same. */
function probeCached(cached: string): Engine | undefined {
  const note = path.join(engineCache(), "probed.json");
  const stat = fs.statSync(cached, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const file = JSON.stringify([stat.size, stat.mtimeMs]);
  if (readIfExists(note) === file) return engineOf(cached, "cache", engineVersion);
  const engine = probe(cached, "cache", isPinned);
  if (engine !== undefined) writeIfPossible(note, file);
  return engine;
}

function readIfExists(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function writeIfPossible(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch {
    // The cache belongs to another user: each run reads the version.
  }
}

/** Runs an executable to read its version. Returns undefined if it does not start or its version is not suitable. */
function probe(command: string | undefined, from: Engine["from"], fits: (version: string) => boolean): Engine | undefined {
  if (!command || !fs.existsSync(command)) return undefined;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = spawnSync(command, ["version"], { encoding: "utf8", env, timeout: 20_000 }).stdout?.trim().replace(/^v/, "");
  return version && fits(version) ? engineOf(command, from, version) : undefined;
}

function engineOf(command: string, from: Engine["from"], version: string): Engine {
  const folder = path.dirname(fs.realpathSync(command));
  const hasLanguageHost = fs.existsSync(path.join(folder, "pulumi-language-nodejs"));
  return { command, from, version, path: hasLanguageHost ? [folder] : [folder, path.dirname(languageHost)] };
}

async function install(target: string, report: (line: string) => void): Promise<Engine | undefined> {
  report(`Downloading the Pulumi engine ${engineVersion} with Pulumi's installer`);
  // Loaded only here, because loading takes half a second.
  const { PulumiCommand } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  try {
    // The default version is the version of the SDK, which is pinned to the same one.
    await PulumiCommand.install({ root: engineCache() });
  } catch {
    report("Pulumi's installer is not reachable");
    return undefined;
  }
  return probe(target, "installer", isPinned);
}

async function build(target: string, report: (line: string) => void): Promise<Engine> {
  await buildEngine({ version: engineVersion, target, report });
  const engine = probe(target, "build", isPinned);
  if (!engine) throw new EngineUnavailable(`the build did not create a working executable at ${target}`);
  return engine;
}
