/** Reads the saved base of a layered image: the manifest and the configuration of its base image. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { refuse, systemCode } from "./problem";
import type { ExternalImage } from "./reference";

/** `sha256:` and the hash in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const descriptor = z.looseObject({ mediaType: z.string(), digest, size: z.int().min(0) });

/** Types of manifests: https://github.com/opencontainers/image-spec/blob/main/manifest.md and Docker's schema 2. */
const manifestTypes = {
  oci: "application/vnd.oci.image.manifest.v1+json",
  docker: "application/vnd.docker.distribution.manifest.v2+json",
} as const;

export type ManifestFormat = keyof typeof manifestTypes;

const imageManifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.enum(manifestTypes).optional(),
  config: descriptor,
  layers: z.array(descriptor).min(1),
});

const containerConfig = z.looseObject({
  Env: z.array(z.string()).nullish(),
  User: z.string().nullish(),
  WorkingDir: z.string().nullish(),
  Entrypoint: z.array(z.string()).nullish(),
  Cmd: z.array(z.string()).nullish(),
  Shell: z.array(z.string()).nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  OnBuild: z.array(z.string()).nullish(),
});

const imageConfig = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  created: z.string().nullish(),
  config: containerConfig.nullish(),
  rootfs: z.looseObject({ type: z.literal("layers"), diff_ids: z.array(digest) }),
  history: z.array(z.looseObject({})).nullish(),
});

export type BaseManifest = z.infer<typeof imageManifest>;
export type BaseConfig = z.infer<typeof imageConfig>;
export type ContainerConfig = z.infer<typeof containerConfig>;

export interface SavedBase {
  readonly manifest: BaseManifest;
  readonly manifestType: string;
  readonly format: ManifestFormat;
  readonly config: BaseConfig;
}

/**
 * Reads `base/manifest.json` and `base/config.json`, the exact bytes that the base's registry returns.
 * @throws PlanError MOOR244, MOOR245 or MOOR246
 */
export function savedBase(folder: string, base: ExternalImage): SavedBase {
  const manifestFile = path.join(folder, "base", "manifest.json");
  const manifestBytes = read(manifestFile, folder);
  if (sha256(manifestBytes) !== base.digest) {
    refuse("MOOR245", manifestFile, `the digest of the file is ${sha256(manifestBytes)}. The digest in FROM is ${base.digest}.`);
  }
  const content = json(manifestFile, manifestBytes);
  if (isIndex(content)) {
    refuse(
      "MOOR246",
      manifestFile,
      "the digest in FROM refers to an image index (a multi-platform image). Use the digest of its linux/amd64 manifest.",
    );
  }
  const manifest = matching(imageManifest, content, manifestFile, "is not an image manifest (OCI or Docker schema 2)");

  const configFile = path.join(folder, "base", "config.json");
  const configBytes = read(configFile, folder);
  if (sha256(configBytes) !== manifest.config.digest) {
    refuse(
      "MOOR245",
      configFile,
      `the digest of the file is ${sha256(configBytes)}. The digest in the manifest is ${manifest.config.digest}.`,
    );
  }
  const config = matching(imageConfig, json(configFile, configBytes), configFile, "is not an image configuration");
  if (config.os !== "linux" || config.architecture !== "amd64") {
    refuse("MOOR246", configFile, `the image is for ${config.os}/${config.architecture}.`);
  }
  if (config.rootfs.diff_ids.length !== manifest.layers.length) {
    refuse(
      "MOOR246",
      configFile,
      `the configuration has ${config.rootfs.diff_ids.length} layers, but the manifest has ${manifest.layers.length}.`,
    );
  }
  const format = formatOf(manifest);
  return { manifest, manifestType: manifestTypes[format], format, config };
}

function read(file: string, folder: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const code = systemCode(error);
    const missing = code === "ENOENT" || code === "ENOTDIR";
    return refuse(
      "MOOR244",
      file,
      (shown) =>
        `${missing ? "the file doesn't exist" : `the file can't be read (${code})`}. To save the base, run \`npm run renew -- base ${inShell(shown(folder))}\`.`,
    );
  }
}

/** The path as an argument of a command. */
function inShell(file: string): string {
  return /^[\w./@+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

function json(file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return refuse("MOOR246", file, "the file is not JSON.");
  }
}

/** Returns the content itself and not zod's copy, because the order of its keys affects the digest of the new image. */
function matching<T>(schema: z.ZodType<T>, content: unknown, file: string, otherwise: string): T {
  if (matches(schema, content)) return content;
  const [issue] = schema.safeParse(content).error?.issues ?? [];
  return refuse("MOOR246", file, `the file ${otherwise}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`);
}

function matches<T>(schema: z.ZodType<T>, content: unknown): content is T {
  return schema.safeParse(content).success;
}

/** Both an OCI image index and a Docker manifest list contain the list `manifests`. */
function isIndex(content: unknown): boolean {
  return typeof content === "object" && content !== null && "manifests" in content;
}

/** An OCI manifest may omit its media type. Docker's schema 2 requires it. */
function formatOf(manifest: BaseManifest): ManifestFormat {
  return manifest.mediaType === manifestTypes.docker ? "docker" : "oci";
}
