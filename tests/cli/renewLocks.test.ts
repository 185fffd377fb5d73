// Proves what the renew commands say about each lock file, and that the tables of this repository lead to the decisions in its lock file. Doesn't
// prove the decisions: see tests/cli/lock.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LockChanges, lockChanges, lockNotes } from "../../cli/renewLocks";
import { type Lock, readLock } from "../../config/lockFile";

const root = path.join(__dirname, "..", "..");
const unchanged = "No lock file was changed: a lock file keeps its decisions until you run `npm run lock`.";

test("says for each lock file what `npm run lock` would change", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-locks-"));
  const changes: Readonly<Record<string, LockChanges | Error>> = {
    dev: { decisions: [], reasons: [] },
    prod: { decisions: ["chat/main"], reasons: ["chat/next"] },
    staging: { decisions: [], reasons: ["chat/main", "chat/next"] },
    test: new Error("Pulumi.test.yaml does not exist."),
  };
  for (const stack of Object.keys(changes)) fs.writeFileSync(path.join(folder, `moor.lock.${stack}.yaml`), "");
  fs.writeFileSync(path.join(folder, "Pulumi.prod.yaml"), "");
  expect(lockNotes(folder, (stack) => changes[stack]!)).toEqual([
    unchanged,
    "moor.lock.dev.yaml: `npm run lock -- -s dev` would make the same decisions.",
    "moor.lock.prod.yaml: `npm run lock -- -s prod` would change the decisions of chat/main. Run it to review them.",
    "moor.lock.staging.yaml: `npm run lock -- -s staging` would make the same decisions. Only numbers in the reasons of chat/main, chat/next would change.",
    "moor.lock.test.yaml: what `npm run lock -- -s test` would change is unknown: Pulumi.test.yaml does not exist.",
  ]);
  fs.rmSync(folder, { recursive: true });
});

describe("two lock files", () => {
  const read = readLock("prod", fs.readFileSync(path.join(root, "moor.lock.prod.yaml"), "utf8"));
  const lock = (read as { readonly lock: Lock }).lock;
  const [endpoint, labels] = Object.entries(lock.endpoints)[0]!;
  const [label, entry] = Object.entries(labels)[0]!;
  const withCurrent = (change: Partial<typeof entry.current>): Lock => ({
    ...lock,
    endpoints: { ...lock.endpoints, [endpoint]: { ...labels, [label]: { ...entry, current: { ...entry.current, ...change } } } },
  });
  const name = `${endpoint}/${label}`;

  test.each<[what: string, next: Lock, changes: LockChanges]>([
    ["without a difference", lock, { decisions: [], reasons: [] }],
    ["with another reason", withCurrent({ reasons: ["another"] }), { decisions: [], reasons: [name] }],
    ["with another name", withCurrent({ name: "other" }), { decisions: [name], reasons: [] }],
    ["with another size", withCurrent({ instanceType: "Standard_NC4as_T4_v3" }), { decisions: [name], reasons: [] }],
  ])("%s", (_, next, changes) => {
    expect(lockChanges(lock, next)).toEqual(changes);
  });
});

test("the tables of this repository lead to the decisions in its lock file", () => {
  const [first, prod, ...others] = lockNotes(root);
  expect(first).toBe(unchanged);
  expect(prod).toContain("moor.lock.prod.yaml: `npm run lock -- -s prod` would make the same decisions");
  expect(others).toEqual([]);
});
