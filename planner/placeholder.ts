/** Whether a digest stands for an image that doesn't exist yet, such as `sha256:000…1`: no hash begins with 32 equal digits. */
export function isPlaceholderDigest(digest: string): boolean {
  return /^sha256:([0-9a-f])\1{31}/.test(digest);
}
