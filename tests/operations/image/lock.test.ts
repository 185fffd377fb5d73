// Proves that only the digests of a built image change in a lock file.
import { lockedDigest, usesImage, withDigest } from "../../../operations/image/lock";
import { lockText, lockWith, withPrevious } from "./sampleLock";

const [inputs, other, digest] = ["a", "b", "d"].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string];
const score = { repository: "moor/score", inputs };

test("The digest is added to each decision with these inputs, and no other line changes.", () => {
  const before = lockText(
    withPrevious(lockWith(score, { ...score, inputs: other }, { ...score, repository: "moor/vllm" }), score, "--enforce-eager"),
  );
  const after = withDigest("prod", before, score, digest);
  const added = after.split("\n").filter((line) => line.includes(digest));
  expect(added).toEqual([`          digest: ${digest}`, `          digest: ${digest}`]);
  expect(
    after
      .split("\n")
      .filter((line) => !line.includes(digest))
      .join("\n"),
  ).toBe(before);
  expect(withDigest("prod", after, score, digest)).toBe(after);
});

test("A digest is replaced.", () => {
  const before = lockText(lockWith({ ...score, digest: other }));
  expect(withDigest("prod", before, score, digest)).toBe(before.replace(`digest: ${other}`, `digest: ${digest}`));
});

test("A lock file that no longer uses the image is an error with the digest.", () => {
  const before = lockText(lockWith({ ...score, inputs: other }));
  expect(() => withDigest("prod", before, score, digest)).toThrow(
    `The image was built as moor/score@${digest}, but its digest was not written.`,
  );
});

test("An invalid lock file is an error.", () => {
  expect(() => withDigest("prod", "version: 2\n", score, digest)).toThrow("MOOR051");
});

test("A lock file tells whether an image is used and built.", () => {
  const lock = lockWith({ ...score, digest });
  expect([usesImage(lock, score), usesImage(lock, { ...score, inputs: other })]).toEqual([true, false]);
  expect([lockedDigest(lock, score), lockedDigest(lock, { ...score, repository: "moor/vllm" })]).toEqual([digest, undefined]);
});
