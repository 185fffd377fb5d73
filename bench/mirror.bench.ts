import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { Ratio } from "./index";

/**
 * Memory and speed of `npm run mirror`: a child process copies zeros from a Hub to a blob service that discards them, both in another process
 * on this machine. How fast Azure reads and writes is not measured.
 */

/** 140 GB in 30 files. */
const large = { shards: 30, bytes: 4_700_000_000 };
/** Streaming passes all bytes through the process, so fewer are enough to see whether they stay in memory. */
const small = { shards: 8, bytes: 512 * 1024 * 1024 };
const rounds = 3;

/** Most memory of the process, in MB. */
const mostMemory = 300;

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

interface Size {
  readonly shards: number;
  readonly bytes: number;
}

function start(script: string, args: readonly (string | number)[]): ChildProcess {
  const register = path.join(__dirname, "..", "program", "register.js");
  return spawn(process.execPath, ["-r", register, path.join(__dirname, "servers", script), ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { value, done } = await createInterface(child.stdout!)[Symbol.asyncIterator]().next();
  if (done) throw new Error("The process of the benchmark ended without a result.");
  return String(value);
}

/** Copies in a child process, with servers of its own, so that nothing is staged before. */
async function copy(mode: "url" | "stream" | "fetch" | "pipe", { shards, bytes }: Size): Promise<Measured> {
  const servers = start("sparse.ts", [shards, bytes]);
  try {
    const ports = (await firstLine(servers)).split(" ");
    return JSON.parse(await firstLine(start("mirrored.ts", [mode, ...ports, shards, bytes]))) as Measured;
  } finally {
    servers.kill();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Rounds are interleaved, so that other load on the machine affects all of them equally. */
export async function measure(): Promise<readonly Ratio[]> {
  const byUrl = await copy("url", large);
  const measured: { readonly streamed: Measured; readonly fetched: Measured; readonly piped: Measured }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push({ streamed: await copy("stream", small), fetched: await copy("fetch", small), piped: await copy("pipe", small) });
  }
  const rate = ({ seconds }: Measured) => (small.shards * small.bytes) / 1e6 / seconds;
  const rateOf = (which: "streamed" | "fetched" | "piped") => median(measured.map((round) => rate(round[which]))).toFixed(0);
  const memory = Math.max(...measured.map(({ streamed }) => streamed.megabytes));
  console.log(
    `mirror: 140 GB by URL ${byUrl.megabytes.toFixed(0)} MB, ${byUrl.seconds.toFixed(0)} s with reading back; streamed ${memory.toFixed(0)} MB, ` +
      `${rateOf("streamed")} MB/s; plain copy with fetch ${rateOf("fetched")} MB/s, with pipes ${rateOf("piped")} MB/s`,
  );
  return [
    { what: `peak memory of a copy of 140 GB by URL to ${mostMemory} MB`, value: byUrl.megabytes / mostMemory, atMost: 1 },
    { what: `peak memory of a streamed copy to ${mostMemory} MB`, value: memory / mostMemory, atMost: 1 },
    {
      what: "speed of a streamed copy with hashes to that of a plain copy of the same bytes with fetch",
      value: median(measured.map(({ streamed, fetched }) => rate(streamed) / rate(fetched))),
      atLeast: 0.8,
    },
  ];
}
