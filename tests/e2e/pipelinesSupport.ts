/** A repository with three commits, a local Azure, and the programs that a dry run of the pipelines replaces. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeStagedLock } from "../support/stagedLock";
import { type Commands, openTokenServer, type TokenServer, writePrograms } from "../workflows/standIns";
import { cloneProgram } from "./clone";

export interface DryRun {
  /** Path in the folder of the dry run. */
  at(...names: string[]): string;
  /** The commit of the branch main. */
  readonly main: string;
  /** Two commits of another branch, which has only the stack dev. The second one changes a tag. */
  readonly devOnly: { readonly base: string; readonly head: string };
  readonly tokens: TokenServer;
  /** Environment of shell steps. */
  readonly environment: NodeJS.ProcessEnv;
  /** Checks out a commit, in an empty workspace. Jobs of the same commit share the files, which are cleaned before each job. */
  checkout(commit: string, workspace: string): void;
  /** The npm commands so far. */
  commands(): string[];
  readArtifact(...names: string[]): string;
  /** Verdict of each stack in the review of an artifact, by its name. */
  verdicts(artifact: string): Record<string, string>;
  /** Digest of a stack in the review of an artifact. */
  digest(artifact: string, stack: string): string | undefined;
  close(): Promise<void>;
}

/** The parts of review.json that the pipelines use. */
interface ReviewFile {
  readonly stacks: readonly { readonly stack: string; readonly verdict: string; readonly approval?: { readonly digest: string } }[];
}

export async function openDryRun(commands: Commands): Promise<DryRun> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-pipelines-"));
  const at = (...names: string[]) => path.join(folder, ...names);
  fs.mkdirSync(at("home"));
  writeStagedLock(at("home"));
  writePrograms(at("programs"), at("npm.log"), commands, at("recorded"));
  fs.writeFileSync(at("npm.log"), "");
  const origin = cloneProgram();
  fs.rmSync(path.join(origin, "node_modules"));
  git(origin, "init", "--quiet", "--initial-branch=main");
  const main = commit(origin);
  git(origin, "checkout", "--quiet", "-b", "dev-only");
  fs.rmSync(path.join(origin, "Pulumi.prod.yaml"));
  const base = commit(origin);
  const file = path.join(origin, "Pulumi.dev.yaml");
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("owner: ml-platform", "owner: ml-platform-2"));
  const devOnly = { base, head: commit(origin) };
  const tokens = await openTokenServer();
  const readArtifact = (...names: string[]) => fs.readFileSync(at("artifacts", ...names), "utf8");
  const stacksIn = (artifact: string) => (JSON.parse(readArtifact(artifact, "review.json")) as ReviewFile).stacks;
  return {
    ...{ at, main, devOnly, tokens, readArtifact },
    // The engine of a test runs for seconds, so garbage collection isn't required.
    environment: { ...process.env, PATH: at("programs"), MOOR_LOCAL_HOME: at("home"), GOGC: "400" },
    checkout(sha, workspace) {
      const clone = at("clones", sha);
      if (fs.existsSync(clone)) {
        git(clone, "clean", "-ffdx", "--quiet");
      } else {
        git(origin, "clone", "--quiet", "--no-checkout", origin, clone);
        git(clone, "checkout", "--quiet", sha);
      }
      fs.rmdirSync(workspace);
      fs.symlinkSync(clone, workspace);
    },
    commands: () => fs.readFileSync(at("npm.log"), "utf8").trim().split("\n"),
    verdicts: (artifact) => Object.fromEntries(stacksIn(artifact).map(({ stack, verdict }) => [stack, verdict])),
    digest: (artifact, stack) => stacksIn(artifact).find((one) => one.stack === stack)?.approval?.digest,
    async close() {
      await tokens.close();
      fs.rmSync(origin, { recursive: true, force: true });
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function git(cwd: string, ...args: string[]): string {
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  const { status, stdout, stderr } = spawnSync("git", [...author, ...args], { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trim();
}

/** Commits all files. Returns the commit. */
function commit(folder: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "Change");
  return git(folder, "rev-parse", "HEAD");
}
