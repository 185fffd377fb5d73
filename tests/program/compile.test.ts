// Proves that the program's files are compiled once, again when they change, and also where nothing can be kept. Each run is a process of its
// own, because jest loads modules itself. Doesn't prove that swc compiles rightly: every test that runs the program does.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const compile = path.join(__dirname, "..", "..", "program", "compile.js");

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-compile-"));
  write("export const value: number = 1;\n");
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const cacheFile = () => path.join(folder, "cache", "rooms", "file.ts.js");

function write(source: string): void {
  fs.mkdirSync(path.join(folder, "rooms"), { recursive: true });
  fs.writeFileSync(path.join(folder, "rooms", "file.ts"), source);
}

/** Prints the file's value, and whether the compiler was loaded for it. */
function args(cache = path.join(folder, "cache")): string[] {
  const script = `
    require(${JSON.stringify(compile)}).register(${JSON.stringify(folder)}, ${JSON.stringify(cache)});
    const { value } = require(${JSON.stringify(path.join(folder, "rooms", "file"))});
    console.log(JSON.stringify({ value, compiled: Object.keys(require.cache).some((file) => file.endsWith("@swc/core/index.js")) }));`;
  return ["-e", script];
}

function run(cache?: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, args(cache), { encoding: "utf8" });
  return stdout === "" ? stderr : JSON.parse(stdout);
}

test("compiles a file at the first start only", () => {
  expect(run()).toEqual({ value: 1, compiled: true });
  expect(run()).toEqual({ value: 1, compiled: false });
});

test("compiles a changed file again, also one of the same length and time", () => {
  run();
  const { atime, mtime } = fs.statSync(path.join(folder, "rooms", "file.ts"));
  write("export const value: number = 2;\n");
  fs.utimesSync(path.join(folder, "rooms", "file.ts"), atime, mtime);
  expect(run()).toEqual({ value: 2, compiled: true });
  expect(run()).toEqual({ value: 2, compiled: false });
});

test.each<[damage: string, damaged: (text: string) => string]>([
  ["is empty", () => ""],
  ["is cut off", (text) => text.slice(0, -10)],
  ["has another code", (text) => text.replace("1", "3").replace("value = 1", "value = 3")],
  ["is no text", () => "\0\xff"],
])("replaces a cache file that %s", (_, damaged) => {
  run();
  const whole = fs.readFileSync(cacheFile(), "utf8");
  fs.writeFileSync(cacheFile(), damaged(whole));
  expect(run()).toEqual({ value: 1, compiled: true });
  expect(fs.readFileSync(cacheFile(), "utf8")).toBe(whole);
});

test("compiles at each start where nothing can be kept", () => {
  // No user, not even root, can make a folder below a file.
  fs.writeFileSync(path.join(folder, "file"), "");
  for (let start = 0; start < 2; start++) expect(run(path.join(folder, "file", "cache"))).toEqual({ value: 1, compiled: true });
});

test("compiles in several processes concurrently, and leaves one complete cache file", async () => {
  const ended = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, args(), { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    return new Promise<{ value: number }>((resolve) => child.on("close", () => resolve(JSON.parse(said))));
  });
  expect((await Promise.all(ended)).map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(fs.readdirSync(path.dirname(cacheFile()))).toEqual(["file.ts.js"]);
  expect(run()).toEqual({ value: 1, compiled: false });
});

test("a file that isn't TypeScript fails with its name and line", () => {
  write("export const value: = 1;\n");
  expect(run()).toMatch(/rooms\/file\.ts:1:1\]/);
});

test("a stack trace names the line of the TypeScript file, compiled now or before", () => {
  write("interface Long {\n  readly: boolean;\n}\n\nexport const value = (): Long => {\n  throw new Error('here');\n};\n");
  const script = `
    const { register, mapStackTraces } = require(${JSON.stringify(compile)});
    register(${JSON.stringify(folder)}, ${JSON.stringify(path.join(folder, "cache"))});
    mapStackTraces();
    try { require(${JSON.stringify(path.join(folder, "rooms", "file"))}).value(); } catch (error) { console.log(error.stack); }`;
  for (let start = 0; start < 2; start++) {
    expect(spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout).toMatch(/rooms\/file\.ts:6:9\)/);
  }
});
