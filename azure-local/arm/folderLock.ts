import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A running process uses the folder. */
export class FolderInUse extends Error {
  constructor(
    readonly home: string,
    readonly processId: number,
  ) {
    super(`The state folder ${home} is in use by process ${processId}. Stop that process, or use another folder.`);
    this.name = "FolderInUse";
  }
}

/** The content of the lock file. */
interface LockContent {
  readonly pid: number;
  /** Loopback port on which the holder answers with the proof. */
  readonly port: number;
  readonly proof: string;
}

/** How long to wait, in milliseconds, for a complete lock file and for the answer of its holder. */
const timeout = 1_000;

/**
 * Prevents two simulators from writing to one state folder. The holder listens on a port and answers with the proof in the lock file. A
 * process ID alone is not sufficient: another process can have it now, and in containers each simulator is process 1. If the holder does
 * not answer, its lock is taken over.
 * @returns a function that releases the lock
 * @throws FolderInUse if a running process holds the lock
 */
export async function lockFolder(home: string): Promise<() => void> {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = path.join(home, "lock");
  const proof = randomBytes(16).toString("hex");
  const server = await prove(proof);
  const text = JSON.stringify({ pid: process.pid, port: (server.address() as net.AddressInfo).port, proof } satisfies LockContent);
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

/** Starts a server that sends the proof to each client. It does not keep the process alive. */
async function prove(proof: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.end(proof);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return server.on("error", () => {}).unref();
}

/** Writes the lock file. Returns false if it exists. */
function write(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Removes a lock file whose holder does not answer. @throws FolderInUse */
async function clearStale(home: string, file: string): Promise<void> {
  const text = read(file);
  if (text === undefined) return;
  const content = parse(text);
  // A holder that has just started can have written an empty file.
  if (!content && text === "" && age(file) < timeout) return sleep(20);
  if (content && (await isHeld(content))) throw new FolderInUse(home, content.pid);
  // Another process can have taken over the lock meanwhile.
  if (read(file) === text) fs.rmSync(file, { force: true });
}

/** Whether the holder answers. The port of a running holder is open even if it is too busy to answer. */
function isHeld({ pid, port, proof }: LockContent): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1");
    socket.setTimeout(timeout, () => {
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

/** Returns undefined if the text is invalid, for example a process ID written by an earlier version. */
function parse(text: string): LockContent | undefined {
  try {
    const { pid, port, proof } = JSON.parse(text) as Partial<LockContent>;
    const isValid = isInteger(pid, 1, 2 ** 31) && isInteger(port, 1, 65_535) && typeof proof === "string";
    return isValid ? { pid, port, proof } : undefined;
  } catch {
    return undefined;
  }
}

function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
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
