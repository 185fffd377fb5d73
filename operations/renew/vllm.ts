/** Moves the vLLM image and the table of vLLM's flags to another version. */
import * as fs from "node:fs";
import * as path from "node:path";
import { filesOf, type Notes, readBase, saved } from "./base";
import { dockerfileBase, withBase } from "./dockerfileBase";
import { remoteImageText } from "./remoteImage";
import { replaceFiles } from "./replaceFiles";
import { parseVllmTable, vllmChanges } from "./vllmChanges";
import { vllmTable } from "./vllmTable";
import { checkedWheel } from "./vllmWheel";

export interface RenewVllmOptions {
  /** For example `0.32.0`. */
  readonly version: string;
  /** Suffix of the image's tag. Empty for the tag without a suffix. @default "cu129" */
  readonly variant?: string;
  /** Wheel of this version. @default - the wheel of PyPI */
  readonly wheel?: string;
  /** Folder of the program. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  /** Date of the table, `YYYY-MM-DD`. */
  readonly today: string;
}

/** CUDA 12.9 instead of 13, because hosts of managed endpoints can still have a driver that doesn't support CUDA 13. */
const defaultVariant = "cu129";

/**
 * Reads the image `v<version>-<variant>` from the registry of docker/vllm/Dockerfile and the flags from the wheel. Then writes the
 * Dockerfile's base, docker/vllm/base and facts/vllm-cli.json.
 * @throws Error if a step fails. In this case, nothing is written.
 */
export async function renewVllm(options: RenewVllmOptions): Promise<Notes> {
  const { root, environment, report, today } = options;
  const version = checkedVersion(options.version);
  const wheel = options.wheel === undefined ? undefined : checkedWheel(options.wheel);
  const variant = options.variant ?? defaultVariant;
  const tag = `v${version}${variant === "" ? "" : `-${variant}`}`;
  const folder = path.join("docker", "vllm");
  const file = path.join(root, folder, "Dockerfile");
  const dockerfile = fs.readFileSync(file, "utf8");
  const before = dockerfileBase(dockerfile, file);
  const { registry, repository } = before.image;
  const base = await readBase({ registry, repository, tag }, environment);
  const reference = remoteImageText(base.image);
  const table = await vllmTable(version, { environment, report, today, wheel });
  const facts = path.join(root, "facts", "vllm-cli.json");
  const [old, renewed] = [parseVllmTable(fs.readFileSync(facts, "utf8")), parseVllmTable(table)];
  replaceFiles([
    ...filesOf(path.join(root, folder), base),
    { file, bytes: Buffer.from(withTag(withBase(dockerfile, before, reference), tag)) },
    { file: facts, bytes: Buffer.from(table) },
  ]);
  return [
    ...base.notes,
    `${path.join(folder, "Dockerfile")} now refers to ${reference} (${tag}).`,
    saved(folder, base),
    ...(old && renewed ? vllmChanges(old, renewed) : []),
    "facts/vllm-cli.json contains the flags, parsers and architectures of this version.",
    "Update the version in docker/vllm/README.md. Then run `npm test`, which compares the table with the flags that Moor sets, and `npm run lock -- -s <stack>` for each stack. Review the differences and commit them.",
  ];
}

function checkedVersion(text: string): string {
  const [, version] = /^v?(\d+\.\d+\.\d+(?:(?:rc|\.post)\d+)?)$/.exec(text) ?? [];
  if (version !== undefined) return version;
  throw new Error(`The version is "${text}". Allowed: a version of vLLM, for example 0.32.0.`);
}

/** Replaces the tags in comments, which state the version of the digest. */
function withTag(dockerfile: string, tag: string): string {
  return dockerfile.replace(/^#.*$/gm, (comment) =>
    comment.replace(/\bv\d+\.\d+\.\d+[\w.-]*/g, (old) => tag + (/[.-]$/.exec(old)?.[0] ?? "")),
  );
}
