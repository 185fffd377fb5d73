// Proves how an engine is found and built, with stand-ins for `pulumi` and `go`. Does not prove that Pulumi's installer or the real build
// work: the end-to-end tests run the engine that this machine has.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineCache, engineVersion, ensureEngine } from "../../../azure-local/engine";
import { buildEngine } from "../../../azure-local/engine/build";

const environment = process.env;
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-engine-"));
  process.env = { ...environment, PATH: path.join(folder, "bin"), XDG_CACHE_HOME: path.join(folder, "cache") };
});
afterEach(() => {
  process.env = environment;
  fs.rmSync(folder, { recursive: true });
});

function script(file: string, body: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

const onPath = () => path.join(folder, "bin", "pulumi");
const kept = () => path.join(engineCache(), "bin", "pulumi");

describe("ensureEngine", () => {
  test.each([engineVersion, "3.246.1", "3.300.0"])("uses pulumi %s from PATH", async (version) => {
    script(onPath(), `echo v${version}`);
    await expect(ensureEngine()).resolves.toMatchObject({ command: onPath(), version, from: "PATH" });
  });

  test.each([
    ["older", "echo v3.245.9"],
    ["of another major version", "echo v4.0.0"],
    ["broken", "exit 1"],
    ["silent", ":"],
  ])("ignores a pulumi on PATH that is %s, and uses the cached one", async (_, body) => {
    script(onPath(), body);
    script(kept(), `echo v${engineVersion}`);
    await expect(ensureEngine()).resolves.toMatchObject({ command: kept(), version: engineVersion, from: "cache" });
  });

  test("reads the version of the cached pulumi once, and again when the file changes", async () => {
    const asked = path.join(folder, "asked");
    const askedTimes = () => fs.readFileSync(asked, "utf8").length;
    script(kept(), `echo >> ${asked}; echo v${engineVersion}`);
    for (let run = 0; run < 2; run++) await expect(ensureEngine()).resolves.toMatchObject({ command: kept(), from: "cache" });
    expect(askedTimes()).toBe(1);
    script(kept(), `echo >> ${asked}; echo v${engineVersion} `);
    await expect(ensureEngine()).resolves.toMatchObject({ command: kept(), from: "cache" });
    expect(askedTimes()).toBe(2);
  });

  test("reads the version of the cached pulumi in each run if the cache is not writable", async () => {
    script(kept(), `echo v${engineVersion}`);
    fs.mkdirSync(path.join(engineCache(), "probed.json"));
    await expect(ensureEngine()).resolves.toMatchObject({ command: kept(), from: "cache" });
  });

  test("adds the Node language host only for an engine without one", async () => {
    script(onPath(), `echo v${engineVersion}`);
    expect((await ensureEngine()).path).toEqual([path.join(folder, "bin"), expect.stringMatching(/azure-local\/engine\/bin$/)]);
    script(path.join(folder, "bin", "pulumi-language-nodejs"), ":");
    expect((await ensureEngine()).path).toEqual([path.join(folder, "bin")]);
  });
});

describe("buildEngine", () => {
  const build = (report = (_: string) => {}) => buildEngine({ version: engineVersion, target: kept(), report });
  const go = (version: string, build: string) =>
    script(
      path.join(folder, "bin", "go"),
      `case $1 in env) echo ${version};; build) while [ "$1" != -o ]; do shift; done; ${build};; esac`,
    );

  test("creates only the executable and the language host next to it", async () => {
    go("go1.26.8", `echo built > "$2"`.replace("echo", "/bin/echo"));
    await build();
    expect(fs.readdirSync(path.dirname(kept()))).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(fs.readFileSync(kept(), "utf8")).toBe("built\n");
  });

  test.each([
    ["Go is missing", () => {}, "Pulumi's installer is not reachable, and Go, which can build the engine, is not on PATH"],
    [
      "Go is too old",
      () => go("go1.20.3", ":"),
      "Pulumi's installer is not reachable, and go1.20.3 is too old to build the engine (Go 1.21 or later is required)",
    ],
    [
      "the build fails",
      () => go("go1.26.8", "/bin/echo no such module >&2; exit 1"),
      "Pulumi's installer is not reachable, and the build failed (no such module)",
    ],
  ])("reports, with instructions, that %s", async (_, arrange, reason) => {
    arrange();
    await expect(build()).rejects.toThrow(
      new Error(
        `No Pulumi engine is available: ${reason}. Install Pulumi (https://www.pulumi.com/docs/install) and run the command again.`,
      ),
    );
    expect(fs.existsSync(kept())).toBe(false);
  });
});
