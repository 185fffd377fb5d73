/** Container images: references, the sources that they are published from, and the digests and hashes that are computed from files. */
export { type BuildInputs, buildInputs } from "./buildInputs";
export { type Blob, type LayeredImage, layeredImage } from "./layer";
export { isPlaceholderDigest } from "./placeholder";
export { type ExternalImage, externalImageText, imageTag, imageText, parseExternalImage } from "./reference";
export type { ImageSource, PlannedImage } from "./source";
