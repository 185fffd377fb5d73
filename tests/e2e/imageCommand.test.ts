// Proves with the real engine that from a machine that reaches only Azure Resource Manager and has no Docker, three commands lead from nothing to an
// endpoint with a built image, and that a killed build leaves nothing behind after the next one. Doesn't prove that Azure builds the image: the local
// Azure runs the task, and builds only if it has a builder and the base image.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localLockFile, localLockText } from "../../cli/local/lock";
import { exitCode } from "../../cli/pulumiProcess";
import { lockFileName, readLock } from "../../config/lockFile";
import { withAcceptances } from "../support/acceptances";
import { outputOf } from "../support/childOutput";
import { cloneProgram } from "./clone";
import type { Request } from "./sandbox";

jest.setTimeout(600_000);

const stackFile = `config:
  azure-native:location: swedencentral
  moor:residency: { geography: Sweden }
  moor:platform:
    network: { create: { addressSpace: 10.44.0.0/22 } }
    networkRuleBypassAllowedForTasks: true
  moor:endpoints:
    fraud:
      auth: key
      deployments:
        main:
          score: { path: models/fraud, concurrencyPerInstance: 4 }
          size: Standard_DS3_v2
          instances: 1
          weight: 100
`;

let clone: string;
let home: string;
beforeAll(() => {
  clone = cloneProgram();
  lockPath = path.join(clone, lockFileName("team"));
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-image-"));
  fs.writeFileSync(path.join(clone, "Pulumi.team.yaml"), withAcceptances(stackFile, "MOOR444"));
  fs.mkdirSync(path.join(clone, "models"));
  fs.cpSync(path.join(clone, "docker", "score"), path.join(clone, "models", "fraud"), { recursive: true });
});
afterAll(() => {
  for (const folder of [clone, home]) fs.rmSync(folder, { recursive: true, force: true });
});

function moor(args: readonly string[]) {
  const env = { ...process.env, MOOR_LOCAL_HOME: home, MOOR_LOCAL_NETWORK: "outside" };
  return spawn(process.execPath, [path.join(clone, "cli", "run.js"), ...args], {
    cwd: clone,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const child = moor(args);
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}

async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, output } = await run(...args);
  expect({ args, code, output }).toMatchObject({ code: 0 });
  return output;
}

/** Requests that the local Azure has answered, without the last line, which can be incomplete. */
function requests(): Request[] {
  const log = path.join(home, "azure", "requests.jsonl");
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\n") : [];
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Request);
}

const tasks = (method: string) => requests().filter((one) => one.method === method && /\/tasks\/moor-build-team-[^/?]+\?/.test(one.path));
const image = ["image", "-s", "team", "--via", "task", "--local"];

/** The requests after the first `count` that change something. */
const changes = (count: number) =>
  requests()
    .slice(count)
    .filter(({ method }) => !["GET", "HEAD"].includes(method))
    .map(({ method, path: target }) => `${method} ${target}`);

let lockPath: string;
/** The image in the lock file that the local Azure uses. */
function lockedImage(): { readonly inputs?: string; readonly digest?: string } {
  const copy = localLockFile("team", home);
  const text = localLockText("team", fs.readFileSync(lockPath, "utf8"), fs.existsSync(copy) ? fs.readFileSync(copy, "utf8") : undefined);
  const read = readLock("team", text!);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock.endpoints.fraud!.main!.current.image;
}

test("Before the registry exists, the lock file can be written, and the build names the command that creates the registry.", async () => {
  expect(await run(...image)).toMatchObject({ code: 1, output: expect.stringContaining("The stack has no lock file") });
  await succeeds("lock", "-s", "team");
  const { code, output } = await run(...image);
  expect([code, output]).toEqual([1, expect.stringContaining("The container registry of team doesn't exist yet.")]);
  expect(output).toContain("npm run platform -- -s team --local");
});

test("A build that is killed after it assigned the role leaves a task, which the next build takes over and removes.", async () => {
  await succeeds("platform", "-s", "team", "--local", "--yes", "--skip-preview", "--non-interactive");
  const before = requests().length;
  const child = moor(image);
  child.stdout!.resume();
  child.stderr!.resume();
  const ended = once(child, "exit");
  const assigned = () =>
    requests()
      .slice(before)
      .some(({ method, path: target }) => method === "PUT" && /\/roleAssignments\//.test(target));
  while (!assigned() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await ended;
  const committed = fs.readFileSync(lockPath, "utf8");
  const output = await succeeds(...image);
  // The digest is written to the copy, because Azure doesn't have this image.
  expect(fs.readFileSync(lockPath, "utf8")).toBe(committed);
  expect(output).toContain("moor.lock.team.yaml was updated. Run `npm run local -- up -s team`.");
  expect(output).toContain("Building moor:endpoints.fraud.deployments.main.score.path as moor/fraud:moor-");
  expect(lockedImage()).toEqual({
    repository: "moor/fraud",
    inputs: expect.any(String),
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  const [made, removed] = [tasks("PUT"), tasks("DELETE")];
  expect(made.length).toBeGreaterThan(0);
  expect(removed).toHaveLength(1);
  const removedRoles = requests()
    .slice(before)
    .filter(({ method, path: target }) => method === "DELETE" && /\/roleAssignments\//.test(target));
  expect(removedRoles).toHaveLength(1);
});

test("A second build sends nothing. It says that it could not look up the image.", async () => {
  const before = requests().length;
  expect(await succeeds(...image)).toContain("This machine doesn't reach the registry, so its presence was not checked.");
  expect(changes(before)).toEqual([]);
});

const options = ["-s", "team", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];

test("Then `up` creates the endpoint without Docker and without a connection to the registry; a second one changes nothing.", async () => {
  await succeeds("local", "up", ...options);
  const before = requests().length;
  await succeeds("local", "up", ...options, "--expect-no-changes");
  expect(changes(before)).toEqual([]);
});

test("Another digest in the lock file is rejected by the preview and by `up`: the image of the deployment doesn't change under its name.", async () => {
  const { digest } = lockedImage();
  const another = `sha256:${"0123456789abcdef".repeat(4)}`;
  const copy = localLockFile("team", home);
  fs.writeFileSync(copy, fs.readFileSync(copy, "utf8").replaceAll(digest!, another));
  expect(lockedImage().digest).toBe(another);
  const before = requests().length;
  for (const args of [
    ["preview", "-s", "team", "--non-interactive", "--color", "never"],
    ["up", ...options],
  ]) {
    const { code, output } = await run("local", ...args);
    expect([code === 0, output]).toEqual([
      false,
      expect.stringMatching(new RegExp(`the deployment main-\\w+ runs the image ${digest}, and this run would change it to ${another}`)),
    ]);
  }
  expect(changes(before)).toEqual([]);

  // The command that the error names restores the digest. Then `up` sends nothing: only inputs of components change in the state.
  const build = requests().length;
  const said = await succeeds(...image);
  expect(said).toMatch(new RegExp(`the deployment main-\\w+ runs moor/fraud@${digest}\\. Nothing is built\\.`));
  await succeeds("local", "up", ...options);
  expect([lockedImage().digest, changes(build)]).toEqual([digest, []]);
});

test("While the deployment exists, the image can't be built again with --force.", async () => {
  const before = requests().length;
  const { code, output } = await run(...image, "--force");
  expect([code, output]).toEqual([1, expect.stringContaining("exists and runs this image, so --force is not allowed.")]);
  expect(output).toContain("change an input of the build");
  expect(changes(before)).toEqual([]);
});

test("With endpoints, the platform command is refused and deletes nothing.", async () => {
  const before = requests().length;
  const { code } = await run("platform", "-s", "team", "--local", "--yes", "--skip-preview", "--non-interactive");
  expect(code).not.toBe(0);
  expect(
    requests()
      .slice(before)
      .filter(({ method }) => method === "DELETE"),
  ).toEqual([]);
});

test("A changed byte makes the lock file stale; after `lock`, another image is built.", async () => {
  const { digest } = lockedImage();
  fs.appendFileSync(path.join(clone, "models", "fraud", "score.py"), "# changed\n");
  expect(await run(...image)).toMatchObject({ code: 1, output: expect.stringContaining("MOOR052") });
  await succeeds("lock", "-s", "team");
  expect(lockedImage().digest).toBeUndefined();
  await succeeds(...image);
  expect([lockedImage().digest === digest, lockedImage().digest]).toEqual([false, expect.stringMatching(/^sha256:/)]);
});
