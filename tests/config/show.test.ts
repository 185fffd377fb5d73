// Proves how values are shortened in messages.
import { show } from "../../config/errors";
import { showPair } from "../../config/shortDigests";

test("a text that is too long ends with a quote", () => {
  expect(show("a".repeat(100), 20)).toBe(`"${"a".repeat(15)}..."`);
  expect(show("a".repeat(18), 20)).toBe(`"${"a".repeat(18)}"`);
  expect(show(["a".repeat(100)], 20)).toBe(`["${"a".repeat(15)}...`);
});

test("digests and hashes are short, unless only the rest differs", () => {
  const [one, two, near] = [`1${"0".repeat(63)}`, `2${"0".repeat(63)}`, `1${"0".repeat(62)}1`] as const;
  expect(showPair(`moor/a@sha256:${one}`, `${two} 0644`)).toEqual(['"moor/a@sha256:100000000000…"', '"200000000000… 0644"']);
  expect(showPair(undefined, `sha256:${one}`)).toEqual(["not set", '"sha256:100000000000…"']);
  expect(showPair(one, near)).toEqual([`"${one}"`, `"${near}"`]);
  expect(showPair(1, true)).toEqual(["1", "true"]);
  // A commit is not a digest.
  expect(showPair("c".repeat(40), "")).toEqual([`"${"c".repeat(40)}"`, '""']);
});
