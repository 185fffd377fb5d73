// Proves with the real engine that one command repairs the state after a run was killed, with or without the local Azure, and that `up`
// then converges. It kills after a few writes, not after each one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import { exitCode } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import type { Request } from "./sandbox";

jest.setTimeout(600_000);

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-recover-"));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

function moor(args: string[]) {
  return spawn(process.execPath, [path.join(root, "cli", "run.js"), ...args], {
    cwd: root,
    env: { ...process.env, MOOR_LOCAL_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

/** Runs a command and returns its output. Fails with the output if the command fails. */
async function succeeds(args: string[]): Promise<string> {
  const child = moor(args);
  const output = outputOf(child);
  const code = await exitCode(child);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with exit code ${code}:\n${output()}`);
  return output();
}

const up = ["local", "up", "-s", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];

/** Requests that ARM has answered. The last line of the log of a killed process can be truncated. */
function requests(): Request[] {
  const log = path.join(home, "azure", "requests.jsonl");
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\n") : [];
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Request);
}

/** Runs `up` on dev and kills its process group after this number of writes. */
async function killAfter(writes: number): Promise<void> {
  const child = moor(up);
  child.stdout!.resume();
  child.stderr!.resume();
  const ended = once(child, "exit");
  const written = () => requests().filter(({ method, status }) => method === "PUT" && status < 300).length;
  while (written() < writes) {
    if (child.exitCode !== null) throw new Error(`the run ended after ${written()} writes`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const children = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  for (const pid of children) process.kill(pid, "SIGKILL");
  child.kill("SIGKILL");
  await ended;
}

test.each([5, 25, 45])("After a run is killed after %s writes, recover repairs the state and up converges.", async (writes) => {
  await killAfter(writes);
  // No file next to the state can be left incomplete.
  expect(fs.readdirSync(path.join(home, "state", ".pulumi", "stacks", "moor")).filter((file) => file.endsWith(".attrs"))).toEqual([]);
  await succeeds(["recover", "-s", "dev", "--local"]);
  await succeeds(up);
  await succeeds(["local", "preview", "-s", "dev", "--expect-no-changes", "--non-interactive", "--color", "never"]);
  // Nothing was created twice.
  const created = requests().filter(({ method, status }) => method === "PUT" && status === 201);
  const ids = created.map(({ path: target }) => target.split("?")[0]!.toLowerCase());
  expect(ids.length).toBe(new Set(ids).size);
});

test("A preview doesn't call data lost that a killed run has created, and recover succeeds in spite of its findings.", async () => {
  await succeeds(up);
  const urn = /urn:\S+::chat-image-\w+-environment/.exec(await succeeds(["local", "stack", "-s", "dev", "--show-urns"]))![0];
  const lost = ["state", "delete", urn, "--target-dependents", "--yes", "--force", "-s", "dev"];
  await succeeds(["local", ...lost]);
  const preview = ["local", "preview", "-s", "dev", "--expect-no-changes", "--non-interactive", "--color", "never"];
  const said = await succeeds(preview).catch(({ message }: Error) => message);
  expect(said).toMatch(/MOOR525 chat-image-\w+-environment id\n/);
  expect(said).toContain("If the state doesn't contain it, the update fails. Otherwise, Pulumi replaces it.");
  expect(said).toContain("If an earlier run was killed, run `npm run recover` first.");
  await succeeds(["recover", "-s", "dev", "--local"]);
  await succeeds(up);
  await succeeds(preview);
});

/** Adds a pending creation of a killed run to a state. */
function noteBegun(stack: string, type: string, name: string): void {
  const file = path.join(home, "state", ".pulumi", "stacks", "moor", `${stack}.json`);
  const state = JSON.parse(fs.readFileSync(file, "utf8"));
  const { latest } = state.checkpoint;
  const group = latest.resources.find((one: { type: string }) => one.type === "azure-native:resources:ResourceGroup");
  const { parent, provider } = group;
  const urn = `urn:pulumi:${stack}::moor::${type}::${name}`;
  const inputs = { name, resourceGroupName: group.outputs.name };
  const resource = { urn, custom: true, type, inputs, parent, provider, dependencies: [group.urn] };
  latest.pending_operations = [...(latest.pending_operations ?? []), { resource, type: "creating" }];
  fs.writeFileSync(file, JSON.stringify(state));
}

test("A type with unknown IDs that the simulator doesn't support doesn't stop recover: it is listed, and up converges for the other resources.", async () => {
  await killAfter(15);
  noteBegun("dev", "azure-native:cache:Redis", "cache");
  const said = await succeeds(["recover", "-s", "dev", "--local"]);
  expect(said).toContain("  cache (azure-native:cache:Redis): the killed run had started to create it\n");
  expect(said).toContain("  npm run local -- import azure-native:cache:Redis cache <ARM ID> --protect=false -s dev\n");
  await succeeds(up);
  await succeeds(["local", "preview", "-s", "dev", "--expect-no-changes", "--non-interactive", "--color", "never"]);
});

test("A stack file that isn't readable ends the command with its error.", async () => {
  const file = path.join(home, "bad.yaml");
  fs.writeFileSync(file, "config: [");
  await expect(succeeds(["recover", "-s", "dev", "--local", "--config-file", file])).rejects.toThrow(
    /exit code 1:\nMOOR062 bad\.yaml is not valid YAML: /,
  );
});

test("If nothing was ever created, recover leaves nothing in the state: the stack can be removed.", async () => {
  await succeeds(["recover", "-s", "dev", "--local"]);
  await succeeds(["local", "stack", "rm", "dev", "--yes", "--non-interactive"]);
});
