import { createHash } from "node:crypto";
import { parseJson } from "../http/body";
import { RegistryError } from "./answer";

/** Source: opencontainers/distribution-spec, spec.md, "Pulling manifests". */
const repositoryPattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Maximum length of a repository name, and of each of its folders on disk. */
const longestRepository = 255;

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** @throws RegistryError NAME_INVALID */
export function checkRepository(name: string): string {
  if (name.length <= longestRepository && repositoryPattern.test(name)) return name;
  throw new RegistryError(400, "NAME_INVALID", `The repository name '${name}' is invalid.`, { detail: { name } });
}

/** @throws RegistryError TAG_INVALID or DIGEST_INVALID */
export function checkReference(reference: string): string {
  if (reference.includes(":")) return checkDigest(reference);
  if (tagPattern.test(reference)) return reference;
  throw new RegistryError(400, "TAG_INVALID", `The tag '${reference}' is invalid.`);
}

/** @throws RegistryError DIGEST_INVALID */
export function checkDigest(digest: string): string {
  if (isDigest(digest)) return digest;
  throw new RegistryError(400, "DIGEST_INVALID", `The digest '${digest}' is invalid. Allowed: sha256:<64 lower-case hex digits>.`);
}

/** What a manifest refers to in its repository. */
export interface References {
  readonly mediaType: string | undefined;
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
}

/**
 * Reads the references of an image or an index. Layers with URLs are stored elsewhere.
 * @throws RegistryError MANIFEST_INVALID
 */
export function referencesOf(bytes: Buffer): References {
  const parsed = parseJson(bytes.toString("utf8"));
  if ("invalid" in parsed) throw invalid(`The manifest ${parsed.invalid}.`);
  const manifest = parsed.value;
  if (!isRecord(manifest) || manifest.schemaVersion !== 2) throw invalid("The manifest must be an object with schemaVersion 2.");
  const { mediaType, config, layers, manifests } = manifest;
  if (mediaType !== undefined && typeof mediaType !== "string") throw invalid("The mediaType of the manifest must be a string.");
  if (Array.isArray(manifests)) return { mediaType, blobs: [], manifests: manifests.map(digestIn) };
  if (config === undefined || !Array.isArray(layers)) throw invalid("The manifest must have config and layers, or manifests.");
  const stored = layers.filter((layer) => !(isRecord(layer) && Array.isArray(layer.urls) && layer.urls.length > 0));
  return { mediaType, blobs: [config, ...stored].map(digestIn), manifests: [] };
}

function digestIn(descriptor: unknown): string {
  const digest = isRecord(descriptor) ? descriptor.digest : undefined;
  if (typeof digest === "string" && isDigest(digest)) return digest;
  throw invalid("Each descriptor of the manifest must have a digest sha256:<64 lower-case hex digits>.");
}

function invalid(message: string): RegistryError {
  return new RegistryError(400, "MANIFEST_INVALID", message);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
