/** Blocks, progress and parallel tasks of a copy. */

import { Slots } from "../../../azure/slots";
import { blockSizeOf, blocksOf } from "../../../operations/mirror/blocks";
import { Progress } from "../../../operations/mirror/progress";
import { inParallel } from "../../../operations/parallel";

const mebibyte = 1024 * 1024;

test("Blocks have 64 MiB, and more if 50,000 of them aren't enough", () => {
  expect(blockSizeOf(1)).toBe(64 * mebibyte);
  expect(blockSizeOf(64 * mebibyte * 50_000)).toBe(64 * mebibyte);
  expect(blockSizeOf(64 * mebibyte * 50_000 + 1)).toBe(65 * mebibyte);
});

test("Blocks cover a file, and their IDs have the same length and name the file, the offset and the size", () => {
  const file = { size: 250, sha256: "ab".repeat(32) };
  const blocks = blocksOf(file, 100);
  expect(blocks.map(({ offset, size }) => [offset, size])).toEqual([
    [0, 100],
    [100, 100],
    [200, 50],
  ]);
  const names = blocks.map(({ id }) => Buffer.from(id, "base64").toString());
  expect(names).toEqual([
    "abababababababababababab-00000000000000-00000064",
    "abababababababababababab-00000000000064-00000064",
    "abababababababababababab-000000000000c8-00000032",
  ]);
  expect(new Set(blocks.map(({ id }) => id.length)).size).toBe(1);
  expect(names.every((name) => name.length <= 64)).toBe(true);
  expect(blocksOf({ ...file, size: 0 }, 100)).toEqual([]);
});

describe("Progress", () => {
  test("The line has bytes, rate and time left", () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.expect({ copy: 140e9, verify: 140e9 });
    expect(progress.line()).toBe("0.0 of 140.0 GB copied, 0.0 of 140.0 GB verified");
    now = 10_000;
    progress.add({ copy: 2e9 });
    expect(progress.line()).toBe("2.0 of 140.0 GB copied, 0.0 of 140.0 GB verified, 200 MB/s, 23 min left");
    now = 20_000;
    progress.add({ verify: 2e9 });
    expect(progress.line()).toBe("2.0 of 140.0 GB copied, 2.0 of 140.0 GB verified, 200 MB/s, 23 min left");
  });

  test("The rate is that of the last 30 seconds", () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.expect({ copy: 100e6 });
    for (let second = 1; second <= 100; second += 1) {
      now = second * 1000;
      progress.add({ copy: second <= 50 ? 1e6 : 0.1e6 });
    }
    expect(progress.line()).toBe("55 of 100 MB copied, 0.1 MB/s, 8 min left");
  });

  test("Bytes of an earlier run don't count for the rate", () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.expect({ copy: 100e6 });
    progress.find({ copy: 90e6 });
    expect(progress.line()).toBe("90 of 100 MB copied");
    now = 2000;
    progress.add({ copy: 2e6 });
    expect(progress.line()).toBe("92 of 100 MB copied, 1.0 MB/s, 8 s left");
  });

  test("Bytes that must be sent again are removed", () => {
    const progress = new Progress(() => 0);
    progress.expect({ copy: 5e6 });
    progress.add({ copy: 3e6 });
    progress.add({ copy: -3e6 });
    expect(progress.line()).toBe("0.0 of 5.0 MB copied");
  });
});

describe("Parallel tasks", () => {
  test("Slots limit how many tasks run", async () => {
    const slots = new Slots(2);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 9 }, () =>
        slots.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise(setImmediate);
          running -= 1;
        }),
      ),
    );
    expect([most, running]).toEqual([2, 0]);
  });

  test("A slot is free again after a failure", async () => {
    const slots = new Slots(1);
    await expect(slots.run(() => Promise.reject(new Error("first")))).rejects.toThrow("first");
    expect(await slots.run(async () => "second")).toBe("second");
  });

  test("After a failure, the others are aborted, no further task starts, and the first error is thrown", async () => {
    const started: number[] = [];
    const run = inParallel([1, 2, 3, 4], 2, new AbortController().signal, async (item, signal) => {
      started.push(item);
      if (item === 2) throw new Error("second failed");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    await expect(run).rejects.toThrow("second failed");
    expect(started).toEqual([1, 2]);
  });

  test("Nothing starts after an interruption", async () => {
    const started: number[] = [];
    const run = inParallel([1], 2, AbortSignal.abort(), async (item) => void started.push(item));
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(started).toEqual([]);
  });
});
