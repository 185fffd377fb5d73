/** Saves the manifest and the configuration of a base image next to the Dockerfile. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseExternalImage } from "../../planner/image";
import { dockerCredentials } from "./dockerCredentials";
import { dockerfileBase, withBase } from "./dockerfileBase";
import { parseRemoteImage, type RemoteImage, remoteImageForm, remoteImageText } from "./remoteImage";
import { type Content, RemoteRegistry } from "./remoteRegistry";
import { replaceFiles } from "./replaceFiles";

export interface RenewBaseOptions {
  /** Folder with the Dockerfile. */
  readonly folder: string;
  /** The base: `<registry>/<repository>@<digest>` or `<registry>/<repository>:<tag>`. @default - the base of the Dockerfile */
  readonly image?: string;
  /** Environment variables, for the location of Docker's configuration file. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Sentences that describe what was saved. */
export type Notes = readonly string[];

/**
 * Reads the base of a folder's Dockerfile from its registry and saves `base/manifest.json` and `base/config.json` with the registry's exact
 * bytes. If `image` is set or the Dockerfile contains a tag, the reference in the Dockerfile is replaced, unless it has the same digest.
 * All hashes are checked first.
 * @throws Error if a request fails or a hash differs. In this case, nothing is written.
 */
export async function renewBase(options: RenewBaseOptions): Promise<Notes> {
  const { folder } = options;
  const file = path.join(folder, "Dockerfile");
  const dockerfile = readDockerfile(file);
  const base = dockerfileBase(dockerfile, file);
  const wanted = options.image === undefined ? base.image : parsed(options.image);
  const found = await readBase(wanted, options.environment);
  const mayRewrite = options.image !== undefined || base.image.digest === undefined;
  if (!mayRewrite && found.image.digest !== base.image.digest) throw indexError(folder, base.image, found.image);
  const reference = remoteImageText(found.image);
  // A mirror serves the same digest. The Dockerfile keeps the registry that Azure imports from.
  const isSame = found.image.digest === base.image.digest;
  replaceFiles([...filesOf(folder, found), ...(isSame ? [] : [{ file, bytes: Buffer.from(withBase(dockerfile, base, reference)) }])]);
  return [...found.notes, ...(isSame ? [] : [`${file} now refers to ${reference}.`, ...unreachableNote(reference)]), saved(folder, found)];
}

/** A note about a registry that only this machine can reach. */
function unreachableNote(reference: string): Notes {
  if (parseExternalImage(reference) !== undefined) return [];
  return ["Azure can't import from this registry. Before you deploy, copy the image to a registry that Azure can reach, and change FROM."];
}

/** The base of an image, read from its registry and checked. */
export interface BaseContent {
  /** The image manifest for linux/amd64, by digest. */
  readonly image: RemoteImage;
  readonly manifest: Content;
  readonly config: Content;
  readonly notes: Notes;
}

/** Reads manifest and configuration of an image. For an index, those of its image for linux/amd64. */
export async function readBase(image: RemoteImage, environment: NodeJS.ProcessEnv): Promise<BaseContent> {
  const registry = new RemoteRegistry(image, await dockerCredentials(image.registry, environment));
  const first = await registry.manifest(image.digest ?? image.tag!);
  const platforms = platformsOf(first, image);
  const manifest = platforms === undefined ? first : await registry.manifest(linuxAmd64(image, platforms));
  const config = await registry.blob(configOf(manifest, image));
  const { os, architecture } = JSON.parse(config.bytes.toString("utf8")) as { readonly os?: string; readonly architecture?: string };
  if (os !== "linux" || architecture !== "amd64") {
    throw new Error(
      `${remoteImageText(image)} is an image for ${os}/${architecture}. Azure Machine Learning requires linux/amd64. Use the digest of an image for that platform.`,
    );
  }
  const { registry: host, repository } = image;
  const notes =
    platforms === undefined
      ? []
      : [`${remoteImageText(image)} is an index of images for several platforms. Its image for linux/amd64 is ${manifest.digest}.`];
  return { image: { registry: host, repository, digest: manifest.digest }, manifest, config, notes };
}

/** The files of a saved base. */
export function filesOf(folder: string, { manifest, config }: BaseContent) {
  const place = (name: string) => path.join(folder, "base", name);
  return [
    { file: place("manifest.json"), bytes: manifest.bytes },
    { file: place("config.json"), bytes: config.bytes },
  ];
}

/** The note about a saved base. */
export function saved(folder: string, { image }: BaseContent): string {
  return `${path.join(folder, "base")} contains the manifest and configuration of ${remoteImageText(image)}. Commit them.`;
}

function readDockerfile(file: string): string {
  if (fs.existsSync(file)) return fs.readFileSync(file, "utf8");
  throw new Error(`${file} does not exist. Use a folder that contains a Dockerfile, for example docker/vllm.`);
}

function parsed(text: string): RemoteImage {
  const image = parseRemoteImage(text);
  if (image !== undefined) return image;
  throw new Error(`--image is "${text}". Allowed: ${remoteImageForm}, for example docker.io/vllm/vllm-openai:v0.31.0-cu129.`);
}

function indexError(folder: string, named: RemoteImage, found: RemoteImage): Error {
  return new Error(
    `The Dockerfile in ${folder} refers to ${remoteImageText(named)}, which is an index of images for several platforms. A layer needs the manifest of one image. ` +
      `Nothing was written. To use the image for linux/amd64, run:\n  npm run renew -- base ${folder} --image ${remoteImageText(found)}`,
  );
}

interface Platform {
  readonly digest: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

/** The images of an index. Undefined for the manifest of one image. */
function platformsOf({ bytes }: Content, image: RemoteImage): readonly Platform[] | undefined {
  const { manifests } = objectOf(bytes, image) as { readonly manifests?: unknown };
  return Array.isArray(manifests) ? (manifests as Platform[]) : undefined;
}

function linuxAmd64(image: RemoteImage, platforms: readonly Platform[]): string {
  const found = platforms.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64");
  if (found !== undefined) return found.digest;
  const names = platforms.flatMap(({ platform }) => (platform?.os === "unknown" ? [] : `${platform?.os}/${platform?.architecture}`));
  throw new Error(
    `${remoteImageText(image)} has no image for linux/amd64. Its platforms: ${names.join(", ") || "none"}. Choose another image.`,
  );
}

function configOf({ bytes }: Content, image: RemoteImage): string {
  const { config } = objectOf(bytes, image) as { readonly config?: { readonly digest?: unknown } };
  if (typeof config?.digest === "string" && /^sha256:[0-9a-f]{64}$/.test(config.digest)) return config.digest;
  throw new Error(
    `${remoteImageText(image)} is not an image in the OCI format or Docker's format version 2: its manifest contains no configuration. Choose another image.`,
  );
}

function objectOf(bytes: Buffer, image: RemoteImage): object {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Handled below: the message is the same for text that isn't JSON.
  }
  throw new Error(`${remoteImageText(image)}: the registry returned a manifest that is not a JSON object. Nothing was written.`);
}
