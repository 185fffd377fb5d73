// Proves which digests are placeholders. Doesn't prove that other digests exist in a registry.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { isPlaceholderDigest } from "../../../planner/image";

test.each([
  [`sha256:${"0".repeat(63)}1`, true],
  [`sha256:${"0".repeat(63)}2`, true],
  [`sha256:${"0".repeat(64)}`, true],
  [`sha256:${"f".repeat(64)}`, true],
  [`sha256:${"ab".repeat(32)}`, false],
  [`sha256:${"0".repeat(32)}${"1".repeat(32)}`, false],
  ["", false],
])("%s is a placeholder: %s", (digest, expected) => {
  expect(isPlaceholderDigest(digest)).toBe(expected);
});

test("the digest of any content is not a placeholder", () => {
  const property = fc.property(
    fc.uint8Array(),
    (content) => !isPlaceholderDigest(`sha256:${createHash("sha256").update(content).digest("hex")}`),
  );
  fc.assert(property, { numRuns: 1_000 });
});
