/** A stack with one model, a Hub and a blob service, and the command's operation on them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { BlobContainer } from "../../../azure/blobStorage";
import { clouds } from "../../../azure/clouds";
import { type Lock, type LockEntry, readLock, writeLock } from "../../../config/lockFile";
import { withStaging } from "../../../config/stagedWeights";
import { HubTransport } from "../../../operations/hub";
import { mirrorWeights } from "../../../operations/mirror";
import { withStagedWeights } from "../../../operations/mirror/lock";
import { Progress } from "../../../operations/mirror/progress";
import { runnerWay } from "../../../operations/mirror/runner";
import type { RemoteCode } from "../../../operations/mirror/selection";
import { weightsPath } from "../../../planner/names";
import { manifestDigest, type WeightFile } from "../../../planner/weights";
import { type BlobServer, type BlobServerOptions, serveBlobs } from "../../support/blobServer";
import { type HubServer, type HubServerOptions, revision, serveHub } from "../../support/hubServer";

export const folder = weightsPath("acme/tiny", revision);

/** Five shards with an index, and the small files of a repository. Each shard has `shardSize` bytes. */
export function fiveShards(shardSize = 100): Record<string, Buffer> {
  const names = [1, 2, 3, 4, 5].map((number) => `model-0000${number}-of-00005.safetensors`);
  const index = { metadata: {}, weight_map: Object.fromEntries(names.map((name, layer) => [`layers.${layer}.weight`, name])) };
  const shards = names.map(
    (name, at) => [name, Buffer.from(Array.from({ length: shardSize }, (_, byte) => (byte * 7 + at * 31) % 251))] as const,
  );
  return {
    ...Object.fromEntries(shards),
    "model.safetensors.index.json": Buffer.from(JSON.stringify(index)),
    "config.json": Buffer.from('{"architectures": ["Qwen2ForCausalLM"]}'),
    "tokenizer.json": Buffer.from("{}"),
    ".gitattributes": Buffer.from("*.safetensors filter=lfs"),
    "README.md": Buffer.from("# Tiny"),
  };
}

export interface SampleWeights {
  /** @default false */
  readonly staged?: boolean;
  readonly files?: readonly WeightFile[];
  readonly remoteCode?: RemoteCode;
}

/** A lock file with the deployments `chat/main` and `chat/candidate` of one model. */
export function sampleLock(main: SampleWeights = {}, candidate = main): Lock {
  const file = path.join(__dirname, "..", "..", "..", "moor.lock.prod.yaml");
  const read = readLock("prod", fs.readFileSync(file, "utf8"));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const entryOf = (label: string, { staged = false, files, remoteCode }: SampleWeights): LockEntry => {
    const { wish, current } = read.lock.endpoints.chat![label]!;
    const model = { id: "acme/tiny", revision, source: "mirror", path: folder, staged } as const;
    return {
      wish: {
        ...{ ...wish, "vllm.model": model.id, "vllm.revision": revision },
        ...(remoteCode === undefined ? {} : { "vllm.remoteCode": remoteCode }),
      },
      current: withStaging(label, { ...current, model }, { staged, ...(files === undefined ? {} : { manifest: manifestDigest(files) }) }),
    };
  };
  const files = main.files ?? candidate.files;
  return {
    ...read.lock,
    endpoints: { chat: { main: entryOf("main", main), candidate: entryOf("candidate", candidate) } },
    ...(files === undefined ? {} : { manifests: { [manifestDigest(files)]: [...files] } }),
  };
}

export interface WorldOptions {
  readonly hub?: Partial<HubServerOptions>;
  readonly blobs?: BlobServerOptions;
  readonly lock?: Lock;
  /** Seconds. @default - that of the command */
  readonly patience?: number;
}

export interface RunOptions {
  readonly force?: boolean;
  readonly token?: string;
  readonly stream?: boolean;
  readonly licenses?: readonly string[];
  readonly endpoint?: string;
  readonly signal?: AbortSignal;
  /** Whether files are copied one after the other, so that the order of requests is fixed. @default false */
  readonly inOrder?: boolean;
}

export interface World {
  readonly hub: HubServer;
  readonly blobs: BlobServer;
  /** The text of the lock file. */
  text: string;
  readonly lines: string[];
  /** Seconds of all waits. */
  readonly waits: number[];
  run(options?: RunOptions): Promise<void>;
  /** The error of a run, which must fail. Nothing may be recorded. */
  failure(options?: RunOptions): Promise<Error>;
  close(): Promise<void>;
}

/** Size of blocks in tests, in bytes. A shard of 100 bytes has 4. */
export const blockSize = 30;

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const hub = await serveHub({ files: fiveShards(), ...options.hub });
  const blobs = await serveBlobs(options.blobs);
  const world: World = {
    ...{ hub, blobs, text: writeLock(options.lock ?? sampleLock()), lines: [], waits: [] },
    async run({ force = false, token, stream = false, licenses = ["apache-2.0"], endpoint, inOrder = false, ...run } = {}) {
      const read = readLock("prod", world.text);
      if ("errors" in read) throw new Error(JSON.stringify(read.errors));
      const report = (line: string) => void world.lines.push(line);
      const signal = run.signal ?? new AbortController().signal;
      const clock = { sleep: async (seconds: number) => void world.waits.push(seconds) };
      const container = new BlobContainer({
        ...{ account: "staccount", container: "store", cloud: clouds.AzureCloud, endpoint: blobs.url, retrySeconds: 0, attempts: 3 },
        credential: async () => "entra-token",
        resolve: async () => ["10.0.0.4"],
      });
      await mirrorWeights({
        ...{ lock: read.lock, force, licenses, report, signal, now: () => 0, ...(endpoint === undefined ? {} : { endpoint }) },
        hub: new HubTransport({
          ...{ hub: hub.url, report, clock, signal },
          ...(token === undefined ? {} : { token }),
          ...(options.patience === undefined ? {} : { patience: options.patience }),
        }),
        way: runnerWay({
          ...{ container, report, clock, force, signal, stream, blockSize, progress: new Progress(() => 0) },
          ...(inOrder ? { files: 1, blocks: 1 } : {}),
        }),
        record: (weights, files) => {
          world.text = withStagedWeights("prod", world.text, weights, files, force).text;
        },
      });
    },
    async failure(run) {
      const before = world.text;
      const error = await world.run(run).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (!(error instanceof Error)) throw new Error("The run didn't fail.");
      expect(world.text).toBe(before);
      return error;
    },
    async close() {
      await hub.close();
      await blobs.close();
    },
  };
  return world;
}
