/** Placeholder images. */

/** A digest whose first 56 digits are identical. A real digest has this form with a probability of 16^-55. */
const placeholder = /^sha256:([0-9a-f])\1{55}[0-9a-f]{8}$/;

/**
 * Whether a digest is a placeholder for an image that isn't built yet, for example `sha256:000…1`. No registry has it.
 */
export function isPlaceholderDigest(digest: string): boolean {
  return placeholder.test(digest);
}
