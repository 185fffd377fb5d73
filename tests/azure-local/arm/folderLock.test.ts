// Who holds a state folder: told by an answer that only the holder can give, so that the number of a process says nothing by itself (in containers
// every simulator is process 1). Does not prove anything where two machines, or containers with networks of their own, share one folder.
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

/** A process that has the lock until it is killed. */
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
  ["the number of another living process", "1"],
  ["the number of this process's parent", String(process.ppid)],
  ["the number of this process", String(process.pid)],
  ["a whole notice of another living process", JSON.stringify({ pid: 1, port: 1, proof: "x" })],
  ["half a notice", '{"pid": 1, "po'],
  ["nothing", ""],
  ["null", "null"],
])("a lock with %s, whose holder doesn't answer, is taken over at once", async (_what, text) => {
  fs.writeFileSync(file, text);
  fs.utimesSync(file, new Date(0), new Date(0));
  expect(await secondsOf(async () => (await lockFolder(home))())).toBeLessThan(2);
});

test("the whole local Azure opens at once over a lock with the number of a living process", async () => {
  fs.mkdirSync(path.join(home, "azure"));
  fs.writeFileSync(path.join(home, "azure", "lock"), "1");
  fs.writeFileSync(path.join(home, "running.json"), JSON.stringify({ pid: 1, url: "http://127.0.0.1:1" }));
  const seconds = await secondsOf(async () => (await openAzure({ home })).close());
  expect(seconds).toBeLessThan(5);
}, 30_000);

test("a lock whose port another program has is taken over", async () => {
  const other = net.createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as net.AddressInfo;
  fs.writeFileSync(file, JSON.stringify({ pid: 1, port, proof: "secret" }));
  (await lockFolder(home))();
  other.close();
});

test("a living holder keeps its lock, even one that is too busy to answer; killed, it has lost it", async () => {
  const { pid } = await holder();
  await expect(lockFolder(home)).rejects.toThrow(FolderInUse);
  await expect(lockFolder(home)).rejects.toThrow(`is in use by process ${pid}`);
  child!.kill("SIGSTOP");
  await expect(lockFolder(home)).rejects.toThrow(`is in use by process ${pid}`);
  child!.kill("SIGKILL");
  await once(child!, "exit");
  (await lockFolder(home))();
}, 30_000);

test("of many that want one folder at once, over a stale lock, exactly one gets it", async () => {
  fs.writeFileSync(file, "1");
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(home)));
  const got = results.filter((result) => result.status === "fulfilled");
  expect(got).toHaveLength(1);
  for (const { value } of got) value();
  expect(fs.existsSync(file)).toBe(false);
});

test("the lock is readable by its owner only, and a released one can be taken again", async () => {
  const release = await lockFolder(home);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  release();
  release();
  (await lockFolder(home))();
});
