// Proves what the renew commands say about each lock file. Doesn't prove the decisions: see tests/cli/lock.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lockNotes } from "../../cli/renewLocks";

const unchanged = "No lock file was changed: a lock file keeps its decisions until you run `npm run lock`.";

test("says for each lock file whether new decisions would differ", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-locks-"));
  for (const name of ["moor.lock.dev.yaml", "moor.lock.prod.yaml", "Pulumi.prod.yaml"]) fs.writeFileSync(path.join(folder, name), "");
  const asked: string[] = [];
  const notes = lockNotes(folder, (stack) => {
    asked.push(stack);
    return stack === "dev" ? undefined : "chat/main: the size is another.";
  });
  expect(asked).toEqual(["dev", "prod"]);
  expect(notes).toEqual([
    unchanged,
    "moor.lock.dev.yaml: `npm run lock -- -s dev` would make the same decisions.",
    "moor.lock.prod.yaml: `npm run lock -- -s prod` would change it. Run it to review the differences. `--check` reports: chat/main: the size is another.",
  ]);
  fs.rmSync(folder, { recursive: true });
});

test("the lock file of this repository keeps its decisions", () => {
  expect(lockNotes(path.join(__dirname, "..", ".."))).toEqual([
    unchanged,
    "moor.lock.prod.yaml: `npm run lock -- -s prod` would make the same decisions.",
  ]);
});
