/** An image that consists of a pinned base and one layer of files. Its digest is computed from files, without a request. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type BaseConfig, type ContainerConfig, type ManifestFormat, type SavedBase, savedBase, sha256 } from "./base";
import { contextFiles, readIgnore, readStable } from "./contextFiles";
import { type CopyContext, copy } from "./copy";
import { SourceError } from "./copySources";
import { applyToConfig, type ConfigState } from "./imageConfig";
import { type LayerDockerfile, type LayerStep, layerDockerfile } from "./layerDockerfile";
import { DestinationError, LayerFiles, numericOwner, root } from "./layerFiles";
import { refuse, systemCode, withPathsRelativeTo } from "./problem";
import type { ExternalImage } from "./reference";
import { tar } from "./tar";
import { WordError } from "./words";

/** Bytes with their digest. */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface LayeredImage {
  readonly base: ExternalImage;
  /** Digest of the base's configuration. */
  readonly baseConfig: string;
  /** The files of the layer: path in the folder, SHA-256 hash in hexadecimal and mode (`0644` or `0755`, or that of `--chmod`). */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly mode: string }>>;
  /** An uncompressed tar. If the Dockerfile copies nothing, it is empty, and `manifest` doesn't contain it. */
  readonly layer: Blob;
  readonly config: Blob;
  /** The digest of the manifest is the digest of the image. */
  readonly manifest: Blob;
}

type CopiedFiles = Map<string, LayeredImage["files"][string]>;

/** A layer is held in memory, so its size is limited. */
const limits = { nodes: 100_000, bytes: 256 * 1024 * 1024 } as const;

const layerTypes = {
  oci: "application/vnd.oci.image.layer.v1.tar",
  docker: "application/vnd.docker.image.rootfs.diff.tar",
} as const satisfies Record<ManifestFormat, string>;

/**
 * Computes the layered image of a folder with a Dockerfile and the saved manifest and configuration of its base. It sends no request.
 *
 * The files of the base are unknown. Therefore, a destination folder must end with a slash unless every image contains it (such as `/opt`).
 * A folder that COPY creates has the owner of `--chown` (root by default) and the mode 0755, even if the base contains it with other
 * values.
 *
 * All unsupported instructions are reported in one problem. Of all other problems, only the first is reported.
 * White space in an instruction changes the digest, because the image's history contains the instructions. Comments don't change it.
 * @param relativeTo Folder to which paths in messages are relative. @default - messages contain `folder` as it is
 * @throws PlanError MOOR240 to MOOR250, or MOOR255
 */
export function layeredImage(folder: string, relativeTo?: string): LayeredImage {
  return withPathsRelativeTo(relativeTo, () => computed(folder));
}

function computed(folder: string): LayeredImage {
  const file = path.join(folder, "Dockerfile");
  const dockerfile = layerDockerfile(file, readDockerfile(file));
  const base = savedBase(folder, dockerfile.base);
  const { files, entries, config } = applied(folder, file, dockerfile, base.config);

  const layer = blob(layerTypes[base.format], tar(entries));
  const added = entries.length > 0 ? [layer] : [];
  const configBlob = blob(base.manifest.config.mediaType, jsonBytes(extended(base.config, config, dockerfile.steps, added)));
  const manifest = blob(base.manifestType, jsonBytes(manifestContent(base, configBlob, added)));
  return { base: dockerfile.base, baseConfig: base.manifest.config.digest, files, layer, config: configBlob, manifest };
}

function readDockerfile(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    return refuse(
      "MOOR240",
      file,
      systemCode(error) === "ENOENT" ? "the file doesn't exist." : `the file can't be read (${systemCode(error)}).`,
    );
  }
}

/** Applies the instructions after FROM. */
function applied(folder: string, file: string, { steps, escapeChar }: LayerDockerfile, base: BaseConfig) {
  if ((base.config?.OnBuild ?? []).length > 0) {
    refuse("MOOR241", file, "the base has ONBUILD instructions, which run only in a build.");
  }
  const files: CopiedFiles = new Map();
  const layer = new LayerFiles(base.config?.WorkingDir ?? "");
  const context = copyContext(folder, files);
  let state: ConfigState = { config: base.config ?? {}, cmdSet: false };
  for (const step of steps) {
    state = at(file, step, () => {
      if (step.keyword === "COPY") {
        copy(step, state.config, escapeChar, context(), layer);
        return state;
      }
      const next = applyToConfig(state, step.keyword, step, escapeChar);
      if (step.keyword === "WORKDIR") createWorkingDirectory(next.config, layer);
      return next;
    });
  }
  return { files: Object.fromEntries(files), entries: layer.sorted(), config: state.config };
}

/** WORKDIR creates its directory, which belongs to USER, as in Docker. */
function createWorkingDirectory({ WorkingDir, User }: ContainerConfig, layer: LayerFiles): void {
  const directory = WorkingDir ?? "/";
  if (layer.isDirectory(directory)) return;
  const owner = User ? numericOwner(User === "root" ? "0" : User) : root;
  if (owner === undefined) {
    throw new DestinationError(
      `WORKDIR creates ${directory} for the user "${User}", whose numeric ID is not known. Set USER to a number before WORKDIR.`,
    );
  }
  layer.addDirectory(directory, 0o755, owner);
}

/** Adds the file and the line to the message of an error. */
function at<T>(file: string, { line }: LayerStep, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    const place = `${file}, line ${line}`;
    if (error instanceof WordError) return refuse("MOOR242", place, error.message);
    if (error instanceof SourceError) return refuse("MOOR247", place, error.message);
    if (error instanceof DestinationError) return refuse("MOOR249", place, error.message);
    throw error;
  }
}

/** Lists the folder at the first COPY. The saved base is excluded. */
function copyContext(folder: string, files: CopiedFiles): () => CopyContext {
  let context: CopyContext | undefined;
  let total = 0;
  return () => {
    context ??= {
      files: contextFiles(folder, {
        ignore: readIgnore(folder, path.join(folder, "Dockerfile"), "MOOR248"),
        excluded: (relative) => relative === "base",
        most: limits.nodes,
        codes: { unreadable: "MOOR248", tooLarge: "MOOR250" },
      }),
      read: (relative, size) => {
        total += size;
        if (total > limits.bytes) refuse("MOOR250", folder, `the files are larger than ${limits.bytes / 1024 / 1024} MiB.`);
        return readStable(path.join(folder, relative), "MOOR248");
      },
      copied: (relative, bytes, mode) => {
        files.set(relative, { sha256: sha256(bytes).slice("sha256:".length), mode: mode.toString(8).padStart(4, "0") });
      },
    };
    return context;
  };
}

/** The base's configuration with the changes. The creation time is that of the base, so that the digest depends only on files. */
function extended(base: BaseConfig, config: ContainerConfig, steps: readonly LayerStep[], added: readonly Blob[]): BaseConfig {
  const entry = {
    ...(base.created ? { created: base.created } : {}),
    created_by: steps.map(({ keyword, text }) => `${keyword} ${text}`).join("; "),
    ...(added.length > 0 ? {} : { empty_layer: true }),
  };
  return {
    ...base,
    config,
    rootfs: { ...base.rootfs, diff_ids: [...base.rootfs.diff_ids, ...added.map(({ digest }) => digest)] },
    // If the base has a history, each layer must have an entry.
    ...(base.history ? { history: [...base.history, entry] } : {}),
  };
}

/** The base's annotations are dropped: they describe the base (title, revision, digest of its own base). Its layers stay as they are. */
function manifestContent({ manifest, manifestType }: SavedBase, config: Blob, added: readonly Blob[]) {
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: config.mediaType, digest: config.digest, size: config.bytes.length },
    layers: [...manifest.layers, ...added.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length }))],
  };
}

function jsonBytes(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content), "utf8");
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  return { mediaType, digest: sha256(bytes), bytes };
}
