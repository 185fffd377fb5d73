/** References to images. */
import type { ImageReference } from "../decision";

/** An image of another registry, by digest. */
export interface ExternalImage {
  /** Host name of the registry, for example `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

const externalForm = /^((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,5})?)\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)@(sha256:[0-9a-f]{64})$/;

/** Parses `<registry>/<repository>@sha256:<64 hexadecimal digits>`. Undefined for any other text. */
export function parseExternalImage(text: string): ExternalImage | undefined {
  const [, registry, repository, digest] = externalForm.exec(text) ?? [];
  return registry && repository && digest ? { registry, repository, digest } : undefined;
}

/** `<registry>/<repository>@<digest>`. */
export function externalImageText({ registry, repository, digest }: ExternalImage): string {
  return `${registry}/${repository}@${digest}`;
}

/** `<repository>@<digest>`, or `<repository>:<tag>` for an image that is built. It identifies the image within a stack. */
export function imageText(image: ImageReference): string {
  return "inputs" in image ? `${image.repository}:${imageTag(image)}` : `${image.repository}@${image.digest}`;
}

/**
 * The tag under which an image is published: `moor-` and the first 16 hexadecimal digits of its digest, or of the hash of a build's inputs.
 * Without a tag, a retention policy of the registry could delete the image.
 */
export function imageTag(image: ImageReference): string {
  const hash = "inputs" in image ? image.inputs : image.digest;
  return `moor-${hash.slice("sha256:".length, "sha256:".length + 16)}`;
}
