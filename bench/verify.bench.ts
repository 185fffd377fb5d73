import { spawnSync } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { manifestDigest, manifestFileName, manifestText, type WeightFile } from "../planner/weights/manifest";
import type { Ratio } from "./index";

const verifier = path.join(__dirname, "../docker/vllm/verify.py");
const rounds = 5;
const GiB = 1024 ** 3;
const shards = 8;
/** GiB. With MOOR_BENCH_LARGE, the weights of a model of eight billion parameters. */
const size = process.env.MOOR_BENCH_LARGE ? 16 : 2;
const tmpfs = 0x01021994;

/** Reads the files of a folder as the verifier does, without hashing them. */
const plainRead = `
import concurrent.futures, os, sys
def read(file):
    block = memoryview(bytearray(4 << 20))
    with open(file, "rb", buffering=0) as source:
        while source.readinto(block):
            pass
with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
    list(pool.map(read, [entry.path for entry in os.scandir(sys.argv[1])]))
`;

/** Removes the files of a folder from the memory of the operating system, so that the next read is from the disk. */
const forget = `
import os, sys
for entry in os.scandir(sys.argv[1]):
    with open(entry.path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
`;

/** The verification of staged weights at the start of a container, and a plain read of the same files by the same number of threads. */
export async function measure(): Promise<readonly Ratio[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-verify-"));
  try {
    if (fs.statfsSync(folder).type === tmpfs) throw new Error(`${folder} is in memory. Set TMPDIR to a folder on a disk.`);
    const digest = writeWeights(folder);
    const times = { read: Number.POSITIVE_INFINITY, verify: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds; round++) {
      times.read = Math.min(times.read, seconds(folder, "-c", plainRead, folder));
      times.verify = Math.min(times.verify, seconds(folder, verifier, folder, digest));
    }
    const rate = (time: number) => `${(size / time).toFixed(2)} GiB/s`;
    console.log(`Weights of ${size} GiB, cold: plain read ${rate(times.read)}; verification ${rate(times.verify)}`);
    return [{ what: "rate of the verification of weights, in rates of a plain read", value: times.read / times.verify, atLeast: 0.7 }];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the files with their manifest, and returns its hash. */
function writeWeights(folder: string): string {
  const part = randomFillSync(Buffer.alloc(64 * 1024 ** 2));
  const files = Array.from({ length: shards }, (_, shard): WeightFile => {
    const name = `model-${shard}.safetensors`;
    const hash = createHash("sha256");
    const file = fs.openSync(path.join(folder, name), "w");
    for (let written = 0; written < (size * GiB) / shards; written += part.length) {
      part.writeUInt32LE(shard * 4096 + written / part.length);
      fs.writeSync(file, part);
      hash.update(part);
    }
    fs.closeSync(file);
    return { path: name, size: (size * GiB) / shards, sha256: hash.digest("hex") };
  });
  fs.writeFileSync(path.join(folder, manifestFileName), manifestText(files));
  return manifestDigest(files);
}

/** Seconds of a Python program that reads the files from the disk. */
function seconds(folder: string, ...program: string[]): number {
  python("-c", forget, folder);
  const began = performance.now();
  python(...program);
  return (performance.now() - began) / 1000;
}

/** @throws Error if the program fails: then its time has no meaning */
function python(...args: string[]): void {
  const { status, stderr, error } = spawnSync("python3", args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`python3 ended with exit code ${status}: ${stderr}`);
}
