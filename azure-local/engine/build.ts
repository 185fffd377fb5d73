import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { EngineUnavailable } from "./unavailable";

/** The module with the engine's exact versions. `go install pkg@version` rejects it because it contains a `replace`. */
const moduleFolder = path.join(__dirname, "build");
const oldestGo = [1, 21]; // the first version that downloads a newer toolchain if go.mod requires one

/**
 * The language host that the engine finds in its own folder without a warning. It runs the language host of the clone, whose path is in an
 * environment variable, because all clones share the engine.
 */
const shim = '#!/bin/sh\nexec node "$MOOR_LANGUAGE_HOST" "$@"\n';

export interface BuildOptions {
  readonly version: string;
  /** Absolute path of the executable to write. */
  readonly target: string;
  readonly report: (line: string) => void;
}

/**
 * Builds the Pulumi CLI from the Go module proxy: about three minutes on two cores, one static file of 110 MB.
 * @throws EngineUnavailable if Go is missing or too old, or if the build fails
 */
export async function buildEngine({ version, target, report }: BuildOptions): Promise<void> {
  requireGo();
  report(`Building the Pulumi engine ${version} from the Go module proxy (once, about three minutes)`);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  // Built under a temporary name and then renamed, so that an aborted or concurrent build leaves no incomplete engine.
  const unfinished = `${target}.${process.pid}`;
  const linker = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const args = ["build", "-trimpath", "-mod=readonly", "-tags", "osusergo,grpcnotrace", "-ldflags", linker, "-o", unfinished];
  try {
    await go([...args, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], report);
    fs.writeFileSync(path.join(path.dirname(target), "pulumi-language-nodejs"), shim, { mode: 0o755 });
    fs.renameSync(unfinished, target);
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

function requireGo(): void {
  const goVersion = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8", cwd: moduleFolder, env: process.env }).stdout?.trim();
  if (!goVersion) throw new EngineUnavailable("Pulumi's installer is not reachable, and Go, which can build the engine, is not on PATH");
  const [major, minor] = goVersion.replace(/^go/, "").split(".").map(Number);
  if (major! < oldestGo[0]! || (major === oldestGo[0] && minor! < oldestGo[1]!)) {
    throw new EngineUnavailable(
      `Pulumi's installer is not reachable, and ${goVersion} is too old to build the engine (Go ${oldestGo.join(".")} or later is required)`,
    );
  }
}

function go(args: string[], report: (line: string) => void): Promise<void> {
  const started = Date.now();
  const child = spawn("go", args, { cwd: moduleFolder, env: { ...process.env, CGO_ENABLED: "0" }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let downloaded = 0;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    downloaded += text.split("go: downloading").length - 1;
    lines.push(...text.split("\n").filter((line) => line && !line.startsWith("go: downloading")));
  });
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    report(`  ${seconds} s${downloaded ? `, ${downloaded} modules downloaded` : ""}`);
  }, 15_000);
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) return resolve();
      reject(
        new EngineUnavailable(
          `Pulumi's installer is not reachable, and the build failed (${lines.slice(-3).join(" ") || `exit code ${code}`})`,
        ),
      );
    });
  });
  return ended.finally(() => clearInterval(progress));
}
