// Proves that only the owner can read the home folder of the local Azure, also if it was created with wider modes. Does not prove anything
// for Windows, whose permissions are not modes, nor for other files in the same folder.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openAzure } from "../../../azure-local";
import { createPrivateHome } from "../../../azure-local/files/privateHome";

let home: string;
let umask: number;
beforeEach(() => {
  // The default of most systems: other users can read files created without a mode.
  umask = process.umask(0o022);
  home = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "moor-private-")), "home");
});
afterEach(() => {
  process.umask(umask);
  fs.rmSync(path.dirname(home), { recursive: true, force: true });
});

const modeOf = (...names: string[]) => (fs.statSync(path.join(home, ...names)).mode & 0o7777).toString(8);

/** All files and folders of the home folder that other users can access. */
function open(folder = home): string[] {
  const own = fs.statSync(folder).mode & 0o077 ? [folder] : [];
  const inside = fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const here = path.join(folder, entry.name);
    if (entry.isDirectory()) return open(here);
    return fs.lstatSync(here).mode & 0o077 && !entry.isSymbolicLink() ? [here] : [];
  });
  return [...own, ...inside];
}

async function use(): Promise<void> {
  const azure = await openAzure({ home, https: true });
  await fetch(`${azure.armUrl}/subscriptions/none`);
  expect(open()).toEqual([]);
  await azure.close();
}

test("only the owner can access a new home folder: state, secrets, keys, certificates, request log, running.json", async () => {
  await use();
  expect(open()).toEqual([]);
  expect([modeOf(), modeOf("azure"), modeOf("https"), modeOf("issuer.secret"), modeOf("azure", "requests.jsonl")]).toEqual([
    "700",
    "700",
    "700",
    "600",
    "600",
  ]);
});

test("opening a home folder with wide modes removes the permissions of other users, also for files of pulumi and stacks", async () => {
  await use();
  for (const folder of ["project", "state", "state/.pulumi", "pulumi", "pulumi/bin"]) fs.mkdirSync(path.join(home, folder));
  for (const file of ["project/Pulumi.dev.yaml", "state/.pulumi/dev.json", "pulumi/credentials.json"])
    fs.writeFileSync(path.join(home, file), "x");
  fs.writeFileSync(path.join(home, "pulumi/bin/run"), "x", { mode: 0o755 });
  fs.chmodSync(home, 0o777);
  for (const name of ["azure", "azure/secrets.jsonl", "azure/state.jsonl", "azure/requests.jsonl", "https/key.pem", "issuer.secret"]) {
    fs.chmodSync(path.join(home, name), 0o755);
  }
  await use();
  expect([modeOf(), modeOf("pulumi", "bin", "run"), modeOf("azure", "secrets.jsonl")]).toEqual(["700", "700", "600"]);
});

test("in a folder with other files, only files of the local Azure are changed, and links are not followed", () => {
  fs.mkdirSync(path.join(home, "azure"), { recursive: true });
  fs.writeFileSync(path.join(home, "another.txt"), "x");
  fs.writeFileSync(path.join(home, "azure", "state.jsonl"), "x");
  fs.symlinkSync(path.join(home, "another.txt"), path.join(home, "azure", "link"));
  createPrivateHome(home);
  expect([modeOf(), modeOf("another.txt"), modeOf("azure"), modeOf("azure", "state.jsonl")]).toEqual(["755", "644", "700", "600"]);
});
