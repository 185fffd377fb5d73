// Proves that the local Azure, killed during an `up` together with the providers, has lost none of the requests that it answered.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openSession, root } from "../../cli/local/session";
import type { Request } from "./sandbox";

jest.setTimeout(600_000);

const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-crash-"));
let local: ChildProcess | undefined;

afterAll(() => {
  if (local?.pid) {
    try {
      process.kill(-local.pid, "SIGKILL"); // its process group: pulumi and the program
    } catch {
      // All processes have ended already.
    }
  }
  fs.rmSync(home, { recursive: true, force: true });
});

function requests(): Request[] {
  const log = path.join(home, "azure", "requests.jsonl");
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\n") : [];
  // The last line can be truncated.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Request);
}

const created = () => requests().filter(({ method, status }) => method === "PUT" && status < 300);

test("completed requests are not lost when the process is killed", async () => {
  const args = [path.join(root, "cli", "run.js"), "local", "up", "-s", "dev", "--yes", "--skip-preview", "--non-interactive"];
  local = spawn(process.execPath, args, { cwd: root, env: { ...process.env, MOOR_LOCAL_HOME: home }, stdio: "ignore", detached: true });
  const ended = once(local, "exit");
  while (created().length < 25) await new Promise((resolve) => setTimeout(resolve, 10));
  local.kill("SIGKILL");
  await ended;

  const session = await openSession(() => {}, home);
  try {
    const held = session.azure.resources().map(({ id }) => id.toLowerCase());
    const answered = created().map(({ path: target }) => target.split("?")[0]!.toLowerCase());
    expect(answered.length).toBeGreaterThanOrEqual(25);
    expect(answered.filter((id) => !held.includes(id))).toEqual([]);
  } finally {
    await session.close();
  }
});
