// Proves how start times are calculated and that probes cover them. Does not prove that Azure's disks are as fast as assumed.
import fc from "fast-check";
import { GiB, modelFromTable } from "../../../planner/fit/model";
import { probeSeconds, probesFor, startOf, startOfProbe } from "../../../planner/serving/start";

const model = { ...modelFromTable("Qwen/Qwen2.5-7B-Instruct")!, weightBytes: 20 * GiB };
const input = { model, tensorParallelSize: 1, source: "mirror" as const, ramGiB: 220, enforceEager: false };

test("a start from staged weights hashes the files, reads them once, compiles and captures graphs", () => {
  const start = startOf(input);
  expect(start.expectedSeconds).toBe(20 / 0.4 + 20 / 0.25 + 115 + 45);
  expect(start.allowedSeconds).toBe(600);
  expect(start.reason).toBe(
    "start: hash check 50 s, weights from disk 80 s, compilation and CUDA graphs 115 s, processes 45 s; 290 s expected, 600 s allowed",
  );
});

test("the probes cover the download of a start from the Hub", () => {
  expect(startOf({ ...input, source: "hub" }).expectedSeconds - startOf(input).expectedSeconds).toBe(200);
});

test("files larger than the machine's memory are read twice", () => {
  expect(startOf({ ...input, ramGiB: 20 }).expectedSeconds - startOf(input).expectedSeconds).toBe(80);
});

test("the allowed time is at least twice that of a verification at the assumed rate of the disk, for any size", () => {
  for (const gib of [1, 20, 200, 1000]) {
    const start = startOf({ ...input, model: { ...model, weightBytes: gib * GiB } });
    expect(start.allowedSeconds).toBeGreaterThanOrEqual((2 * gib) / 0.25);
  }
});

test("eager mode compiles nothing, and each additional GPU adds a worker", () => {
  expect(startOf(input).expectedSeconds - startOf({ ...input, enforceEager: true }).expectedSeconds).toBe(115);
  expect(startOf({ ...input, tensorParallelSize: 4 }).expectedSeconds - startOf(input).expectedSeconds).toBe(30);
});

test("the liveness probe covers any start, detects a failed server within five minutes, and has values that Azure's samples use", () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 20_000 }), (allowed) => {
      const { liveness, readiness } = probesFor(allowed);
      const covered = probeSeconds(liveness) >= allowed + 300 && probeSeconds(readiness) >= allowed;
      return covered && liveness.initialDelay <= 600 && readiness.initialDelay <= liveness.initialDelay;
    }),
  );
});

test("the initial liveness delay is 540 s for a start of 540 s, and 600 s with more failures for a start of 1,200 s", () => {
  expect(probesFor(540).liveness).toEqual({ initialDelay: 540, period: 10, timeout: 5, failureThreshold: 30 });
  expect(probesFor(1200).liveness).toEqual({ initialDelay: 600, period: 10, timeout: 5, failureThreshold: 90 });
  expect(probesFor(540).readiness).toEqual({ initialDelay: 30, period: 10, timeout: 5, failureThreshold: 84 });
});

test("the start time of a liveness probe is the one that it was derived from", () => {
  for (const allowedSeconds of [60, 540, 600, 1200, 20_000]) {
    expect(startOfProbe(probesFor(allowedSeconds).liveness)).toEqual({ allowedSeconds, expectedSeconds: allowedSeconds / 2 });
  }
});
