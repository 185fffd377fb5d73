// Proves that a state folder has one holder, identified by an answer that only the holder can give and not by its process ID (in containers
// each simulator is process 1). Does not prove anything for machines, or containers with separate networks, that share a folder.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { openAzure } from "../../../azure-local";
import { FolderInUse, lockFolder } from "../../../azure-local/arm/folderLock";

let home: string;
let file: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "lock-"));
  file = path.join(home, "lock");
});
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
  fs.rmSync(home, { recursive: true, force: true });
});

/** A process that holds the lock until it is killed. */
async function holder(): Promise<ChildProcess> {
  const program = `
    require("ts-node").register({ transpileOnly: true, swc: true, cwd: ${JSON.stringify(path.join(__dirname, "../../.."))} });
    const { lockFolder } = require(${JSON.stringify(path.join(__dirname, "../../../azure-local/arm/folderLock"))});
    Promise.resolve(lockFolder(${JSON.stringify(home)})).then(() => process.send("held"));
    setInterval(() => {}, 1000);`;
  child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await once(child, "message");
  return child;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

test.each([
  ["the ID of another running process", "1"],
  ["the ID of this process's parent", String(process.ppid)],
  ["the ID of this process", String(process.pid)],
  ["the complete content of another running process", JSON.stringify({ pid: 1, port: 1, proof: "x" })],
  ["incomplete content", '{"pid": 1, "po'],
  ["nothing", ""],
  ["null", "null"],
])("a lock with %s, whose holder does not answer, is taken over immediately", async (_what, text) => {
  fs.writeFileSync(file, text);
  fs.utimesSync(file, new Date(0), new Date(0));
  expect(await secondsOf(async () => (await lockFolder(home))())).toBeLessThan(2);
});

test("the local Azure opens immediately if the lock contains the ID of a running process", async () => {
  fs.mkdirSync(path.join(home, "azure"));
  fs.writeFileSync(path.join(home, "azure", "lock"), "1");
  fs.writeFileSync(path.join(home, "running.json"), JSON.stringify({ pid: 1, url: "http://127.0.0.1:1" }));
  const seconds = await secondsOf(async () => (await openAzure({ home })).close());
  expect(seconds).toBeLessThan(5);
}, 30_000);

test("a lock whose port is used by another program is taken over", async () => {
  const other = net.createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as net.AddressInfo;
  fs.writeFileSync(file, JSON.stringify({ pid: 1, port, proof: "secret" }));
  (await lockFolder(home))();
  other.close();
});

test("a running holder keeps its lock, even if it is too busy to answer; a killed one loses it", async () => {
  const { pid } = await holder();
  await expect(lockFolder(home)).rejects.toThrow(FolderInUse);
  await expect(lockFolder(home)).rejects.toThrow(`is in use by process ${pid}`);
  child!.kill("SIGSTOP");
  await expect(lockFolder(home)).rejects.toThrow(`is in use by process ${pid}`);
  child!.kill("SIGKILL");
  await once(child!, "exit");
  (await lockFolder(home))();
}, 30_000);

test("if many processes request a folder with a stale lock at the same time, exactly one gets it", async () => {
  fs.writeFileSync(file, "1");
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(home)));
  const got = results.filter((result) => result.status === "fulfilled");
  expect(got).toHaveLength(1);
  for (const { value } of got) value();
  expect(fs.existsSync(file)).toBe(false);
});

test("only the owner can read the lock, and a released lock can be acquired again", async () => {
  const release = await lockFolder(home);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  release();
  release();
  (await lockFolder(home))();
});
