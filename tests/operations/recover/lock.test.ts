// Proves when a state lock is treated as that of a dead run. Doesn't prove what Pulumi writes to a lock: the text is that of 3.246.0.
import { spawnSync } from "node:child_process";
import * as os from "node:os";
import { releaseLock } from "../../../operations/recover/lock";
import type { StackPulumi } from "../../../operations/stackPulumi";

/** A stack whose state lock a run holds until it is canceled. */
function lockedStack(pid: number, time: string) {
  const did: string[] = [];
  const work = async () => {
    if (did.includes("cancel --yes")) return void did.push("work");
    throw new Error(`error: the stack is currently locked by 1 lock(s). created by me@${os.hostname()} (pid ${pid}) at ${time}`);
  };
  const pulumi = {
    must: async (args: readonly string[]) => {
      did.push(args.join(" "));
      return "";
    },
  } as unknown as StackPulumi;
  return { did, release: () => releaseLock(pulumi, work, { report: (line) => did.push(line) }) };
}

const gone = spawnSync(process.execPath, ["-e", ""]).pid;

test("the lock of an ended process is released", async () => {
  const { did, release } = lockedStack(gone, new Date().toISOString());
  await release();
  expect(did).toEqual(["cancel --yes", "work", `Released the state lock of a run that has ended (process ${gone}).`]);
});

test("a lock that is older than the running process with its ID is released: the ID was reused", async () => {
  const { did, release } = lockedStack(process.pid, "2020-01-01T00:00:00Z");
  await release();
  expect(did).toContain("cancel --yes");
});

test("the lock of a running process is kept", async () => {
  const { did, release } = lockedStack(process.pid, new Date().toISOString());
  await expect(release()).rejects.toThrow(`A run of this stack is still active (process ${process.pid})`);
  expect(did).toEqual([]);
});
