import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A living process holds the folder. */
export class FolderInUse extends Error {
  constructor(
    readonly home: string,
    readonly holder: number,
  ) {
    super(`The state folder ${home} is in use by process ${holder}: stop that simulator, or give this one another folder.`);
    this.name = "FolderInUse";
  }
}

/** What stands in the lock. */
interface Notice {
  readonly pid: number;
  /** On loopback; the holder answers there with the proof. */
  readonly port: number;
  readonly proof: string;
}

/** Milliseconds that a notice may be half-written, and that a holder may take to answer. */
const patience = 1_000;

/**
 * Keeps two simulators from writing one state folder. The holder listens on a port and answers with the proof in the lock. A process id alone
 * proves nothing: another process may have it by now, and in a container every simulator is process 1. A lock whose holder does not answer is
 * taken over.
 * @returns the function that releases the lock.
 * @throws FolderInUse if a living process holds the folder.
 */
export async function lockFolder(home: string): Promise<() => void> {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = path.join(home, "lock");
  const proof = randomBytes(16).toString("hex");
  const server = await prove(proof);
  const text = JSON.stringify({ pid: process.pid, port: (server.address() as net.AddressInfo).port, proof } satisfies Notice);
  try {
    while (!write(file, text)) await clearStale(home, file);
  } catch (error) {
    server.close();
    throw error;
  }
  return () => {
    if (server.listening && read(file) === text) fs.rmSync(file, { force: true });
    server.close();
  };
}

/** A server that tells everyone the proof, and that keeps no process from ending. */
async function prove(proof: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.end(proof);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return server.on("error", () => {}).unref();
}

/** Whether the lock was free and has the text now. */
function write(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Removes a lock without a holder. @throws FolderInUse */
async function clearStale(home: string, file: string): Promise<void> {
  const text = read(file);
  if (text === undefined) return;
  const notice = parse(text);
  // A holder that has just begun may not have written all of it.
  if (!notice && text === "" && age(file) < patience) return sleep(20);
  if (notice && (await isHeld(notice))) throw new FolderInUse(home, notice.pid);
  // Another one may have taken it over meanwhile.
  if (read(file) === text) fs.rmSync(file, { force: true });
}

/** Whether the holder answers. One that lives and is too busy to answer has its port still open. */
function isHeld({ pid, port, proof }: Notice): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1");
    socket.setTimeout(patience, () => {
      resolve(isAlive(pid));
      socket.destroy();
    });
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      answer += chunk;
      if (answer.length > proof.length) socket.destroy();
    });
    socket.on("error", () => {}).once("close", () => resolve(answer === proof));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Undefined if the text is not a notice, such as the process id that earlier versions wrote. */
function parse(text: string): Notice | undefined {
  try {
    const { pid, port, proof } = JSON.parse(text) as Partial<Notice>;
    const isNotice = isWhole(pid, 1, 2 ** 31) && isWhole(port, 1, 65_535) && typeof proof === "string";
    return isNotice ? { pid, port, proof } : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function age(file: string): number {
  return Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}
