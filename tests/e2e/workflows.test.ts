// Proves that the shell steps of the GitHub workflows work in their order: a review of a fork and of a branch, a deployment of the reviewed plan
// to all stacks of the local Azure with smoke test and residency statement, and the drift check. Actions, the Azure CLI and the runner are
// stand-ins, so it doesn't prove that GitHub runs the workflows, nor anything about OIDC, environments and permissions.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeStagedLock } from "../support/stagedLock";
import { filesOf, gitHubFolder } from "../workflows/files";
import { type GitHubRunner, type JobRun, runWorkflow } from "../workflows/gitHubRunner";
import { openTokenServer, type TokenServer, writePrograms } from "../workflows/standIns";
import { cloneProgram } from "./clone";

jest.setTimeout(600_000);

let folder: string;
/** The repository on GitHub. */
let origin: string;
let base: string;
let head: string;
let tokens: TokenServer;
const at = (...names: string[]) => path.join(folder, ...names);
const commands = () => fs.readFileSync(at("npm.log"), "utf8").trim().split("\n");

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], {
    cwd: origin,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trim();
}

/** Commits the files of the repository. Returns the commit. */
function commit(): string {
  git("add", "--all");
  git("commit", "--quiet", "--message", "Change");
  return git("rev-parse", "HEAD");
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-workflows-"));
  fs.mkdirSync(at("home"));
  writeStagedLock(at("home"));
  writePrograms(at("programs"), at("npm.log"));
  tokens = await openTokenServer();
  origin = cloneProgram();
  fs.rmSync(path.join(origin, "node_modules"));
  git("init", "--quiet", "--initial-branch=main");
  base = commit();
  const file = path.join(origin, "Pulumi.dev.yaml");
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("owner: ml-platform", "owner: ml-platform-2"));
  head = commit();
});
afterAll(async () => {
  await tokens.close();
  fs.rmSync(origin, { recursive: true, force: true });
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A runner for a commit of a pull request from this repository or a fork, or of the main branch. */
function runnerAt(sha: string, event: object = {}): GitHubRunner {
  return {
    workflows: filesOf(gitHubFolder),
    github: { repository: "owner/moor", event },
    vars: {
      AZURE_CLIENT_ID: "client",
      AZURE_TENANT_ID: "tenant",
      AZURE_SUBSCRIPTION_ID: "subscription",
      PULUMI_BACKEND_URL: "azblob://state",
    },
    environment: { ...process.env, PATH: at("programs"), MOOR_LOCAL_HOME: at("home") },
    signIn: { ACTIONS_ID_TOKEN_REQUEST_URL: tokens.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request token" },
    actions: {
      "actions/checkout": async (_, workspace) => {
        git("clone", "--quiet", origin, workspace);
        spawnSync("git", ["checkout", "--quiet", sha], { cwd: workspace });
      },
      "actions/setup-node": async () => {},
      "actions/cache": async () => {},
      "actions/cache/restore": async () => {},
      "azure/login": async () => {},
      "actions/upload-artifact": async (inputs, workspace) => {
        const artifact = at("artifacts", inputs.name!);
        fs.rmSync(artifact, { recursive: true, force: true });
        const from = path.join(workspace, inputs.path!);
        const isFolder = fs.statSync(from).isDirectory();
        fs.cpSync(from, isFolder ? artifact : path.join(artifact, path.basename(from)), { recursive: true });
      },
      "actions/download-artifact": async (inputs, workspace) => {
        fs.cpSync(at("artifacts", inputs.name!), path.join(workspace, inputs.path!), { recursive: true });
      },
    },
  };
}

const pull = (repository: string) => ({
  pull_request: { number: 7, base: { sha: base }, head: { repo: { full_name: repository } }, user: { login: "someone" } },
});

/** Result of each job. Throws with the output of the first step that failed, unless the failure is expected. */
function resultsOf(jobs: Readonly<Record<string, JobRun>>, expectedFailure?: string): Record<string, string> {
  for (const [name, { steps }] of Object.entries(jobs)) {
    const failed = steps.find(({ outcome }) => outcome === "failure");
    if (failed !== undefined && failed.name !== expectedFailure) throw new Error(`${name}: ${failed.name}:\n${failed.output}`);
  }
  return Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
}

interface Review {
  readonly version: number;
  readonly stacks: readonly { readonly stack: string; readonly verdict: string; readonly digest?: string }[];
}
const readArtifact = (...names: string[]) => fs.readFileSync(at("artifacts", ...names), "utf8");
const reviewIn = (artifact: string) => JSON.parse(readArtifact(artifact, "review.json")) as Review;
const verdictsIn = (artifact: string) => reviewIn(artifact).stacks.map(({ stack, verdict }) => `${stack}: ${verdict}`);

test("a fork's pull request is reviewed without credentials", async () => {
  const jobs = await runWorkflow(runnerAt(head, pull("fork/moor")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "success", review: "skipped", "review-fork": "success" });
  expect(commands()).toEqual(expect.arrayContaining(["run lint", "run typecheck", "test"]));
  expect(readArtifact("review", "number")).toBe("7\n");
  expect(readArtifact("review", "review.md")).toContain("dev");
  expect(verdictsIn("review")).toContain("dev: safe");
  expect(tokens.requests).toEqual([]);
});

test("the main branch is deployed stack by stack, as reviewed", async () => {
  const jobs = await runWorkflow(runnerAt(base), "deploy.yml");
  expect(resultsOf(jobs)).toEqual({
    check: "success",
    dev: "success",
    "dev/plan": "success",
    "dev/deploy": "success",
    prod: "success",
    "prod/plan": "success",
    "prod/deploy": "success",
  });
  for (const stack of ["dev", "prod"]) {
    const plan = jobs[`${stack}/plan`]!;
    expect(plan.summary).toBe(readArtifact(`review-${stack}`, "review.md"));
    expect(plan.outputs.digest).toBe(reviewIn(`review-${stack}`).stacks[0]!.digest);
    expect(commands()).toContain(`run --silent deploy -- -s ${stack} --approved ${plan.outputs.digest} --review review/review.json`);
    expect(JSON.parse(readArtifact(`residency-${stack}`, "residency.json"))).toMatchObject({ stack });
  }
  // One for each deploy job, which also renews the token.
  const request = "/token?version=1&audience=api://AzureADTokenExchange Bearer request token";
  expect(tokens.requests).toEqual([request, request]);
});

test("a plan of another commit is not applied", async () => {
  const runner = runnerAt(head);
  // The deploy job gets the commit before the reviewed one.
  const stale = runnerAt(base).actions["actions/checkout"]!;
  let checkouts = 0;
  const checkout: typeof stale = (...given) => (++checkouts === 1 ? runner.actions["actions/checkout"]!(...given) : stale(...given));
  const jobs = await runWorkflow({ ...runner, actions: { ...runner.actions, "actions/checkout": checkout } }, "deploy-stack.yml", {
    stack: "dev",
  });
  expect(resultsOf(jobs, "Apply the approved plan")).toEqual({ plan: "success", deploy: "failure" });
  const steps = Object.fromEntries(jobs.deploy!.steps.map(({ name, outcome }) => [name, outcome]));
  expect(steps).toMatchObject({ "Test the endpoints": "skipped", "Store the residency statement": "success" });
});

test("a branch is reviewed against the deployed stacks", async () => {
  const jobs = await runWorkflow(runnerAt(head, pull("owner/moor")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "success", review: "success", "review-fork": "skipped" });
  expect(verdictsIn("review").sort()).toEqual(["dev: safe", "prod: unchanged"]);
  expect(readArtifact("review", "number")).toBe("7\n");
});

test("without changes, nothing is deployed", async () => {
  const jobs = await runWorkflow(runnerAt(base), "deploy-stack.yml", { stack: "prod" });
  expect(resultsOf(jobs)).toEqual({ plan: "success", deploy: "skipped" });
});

test("the drift check reads each stack", async () => {
  const jobs = await runWorkflow(runnerAt(base), "drift.yml");
  expect(resultsOf(jobs)).toEqual({ "drift/dev": "success", "drift/prod": "success" });
});
