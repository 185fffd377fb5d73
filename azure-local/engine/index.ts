import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildEngine } from "./build";
import { EngineUnavailable } from "./unavailable";

/** The release that `@pulumi/pulumi` is pinned to; an older engine may not know what the SDK asks of it. */
export const engineVersion = "3.246.0";

/** The Node language host of this program, for an engine that comes without one. */
export const languageHost = path.join(__dirname, "bin", "pulumi-language-nodejs");

/** A Pulumi command line that can run this program. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  readonly command: string;
  /** Folders that must come first on PATH: the executable's, and the Node language host's where the engine has none. */
  readonly path: readonly string[];
  readonly version: string;
  readonly from: "PATH" | "cache" | "installer" | "build";
}

/** Where engines are kept: outside every clone, so that the second clone finds the first one's. */
export function engineCache(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  return path.join(cache, "moor", `pulumi-${engineVersion}`);
}

/**
 * Finds the Pulumi engine or brings it: `pulumi` on PATH if its version fits, else the one kept from an earlier run, else Pulumi's own
 * installer, else a build from the Go module proxy. Asks nothing.
 *
 * @throws EngineUnavailable with the remedy, where none of the four succeeds.
 */
export async function ensureEngine(report: (line: string) => void = () => {}): Promise<Engine> {
  const kept = path.join(engineCache(), "bin", "pulumi");
  return probe(findOnPath(), "PATH", isNewEnough) ?? probeKept(kept) ?? (await install(kept, report)) ?? (await build(kept, report));
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

/** The kept engine is asked for its version once: a later run sees that it is still the same file. */
function probeKept(kept: string): Engine | undefined {
  const note = path.join(engineCache(), "probed.json");
  const stat = fs.statSync(kept, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const file = JSON.stringify([stat.size, stat.mtimeMs]);
  if (readIfThere(note) === file) return engineOf(kept, "cache", engineVersion);
  const engine = probe(kept, "cache", isPinned);
  if (engine !== undefined) writeIfPossible(note, file);
  return engine;
}

function readIfThere(file: string): string | undefined {
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
    // The cache is another user's: the engine is asked at each run.
  }
}

/** Asks an executable for its version: a file that is there but does not start, or is too old, is no engine. */
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

async function install(kept: string, report: (line: string) => void): Promise<Engine | undefined> {
  report(`Fetching the Pulumi engine ${engineVersion} with Pulumi's own installer`);
  // Loaded only here: it costs half a second.
  const { PulumiCommand } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  try {
    // Left to itself it takes the release of the SDK, which is pinned to the same version.
    await PulumiCommand.install({ root: engineCache() });
  } catch {
    report("Pulumi's installer cannot be reached from here");
    return undefined;
  }
  return probe(kept, "installer", isPinned);
}

async function build(kept: string, report: (line: string) => void): Promise<Engine> {
  await buildEngine({ version: engineVersion, target: kept, report });
  const engine = probe(kept, "build", isPinned);
  if (!engine) throw new EngineUnavailable(`the build of the Pulumi engine left no working program at ${kept}`);
  return engine;
}
