// Proves that a smoke test of a stack in the local Azure compares deployments with the local copy of the lock file, in which staged weights change
// their names. What smoke tests is in tests/operations/smoke.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readDeclared } from "../../cli/smoke";
import { lockFileName, readLock, writeLock } from "../../config/lockFile";
import { recordStaged } from "../../config/stagedWeights";

const committed = path.join(__dirname, "..", "..", lockFileName("prod"));
const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-smoke-"));
const before = process.env.MOOR_LOCAL_HOME;
beforeAll(() => {
  process.env.MOOR_LOCAL_HOME = home;
});
afterAll(() => {
  if (before === undefined) delete process.env.MOOR_LOCAL_HOME;
  else process.env.MOOR_LOCAL_HOME = before;
  fs.rmSync(home, { recursive: true, force: true });
});

test("Deployments are known by the names that they have in the local Azure.", () => {
  const read = readLock("prod", fs.readFileSync(committed, "utf8"));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const { model, name } = read.lock.endpoints.chat!.main!.current;
  if (model?.source !== "mirror") throw new Error("the shipped chat endpoint has no staged weights");
  const { lock } = recordStaged(read.lock, model.path, [{ path: "model.safetensors", size: 9, sha256: "a".repeat(64) }]);
  fs.writeFileSync(path.join(home, lockFileName("prod")), writeLock(lock));
  const verified = lock.endpoints.chat!.main!.current.name;
  expect(verified).not.toBe(name);
  const names = (local: boolean) => [...readDeclared("prod", local).declared.chat!.locked.keys()];
  expect(names(false)).toContain(name);
  expect(names(true)).toContain(verified);
  expect(names(true)).not.toContain(name);
});
