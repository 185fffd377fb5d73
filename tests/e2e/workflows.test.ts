// Proves that the shell steps of the GitHub workflows work in their order: a review of a fork and of a branch, a deployment of the reviewed plan
// to all stacks of the local Azure with smoke test and residency statement, and the drift check. Actions, the Azure CLI and the runner are
// stand-ins, so it doesn't prove that GitHub runs the workflows, nor anything about OIDC, environments and permissions.
import * as fs from "node:fs";
import * as path from "node:path";
import { filesOf, gitHubFolder } from "../workflows/files";
import { type GitHubRunner, type JobRun, runWorkflow } from "../workflows/gitHubRunner";
import { type DryRun, openDryRun } from "./pipelinesSupport";

jest.setTimeout(600_000);

let run: DryRun;
beforeAll(async () => {
  run = await openDryRun("real");
});
afterAll(() => run.close());

/** A runner for a commit of a pull request from this repository or a fork, or of the main branch. */
function runnerAt(commit: string, event: object = {}): GitHubRunner {
  return {
    workflows: filesOf(gitHubFolder),
    github: { repository: "owner/moor", event },
    vars: {
      AZURE_CLIENT_ID: "client",
      AZURE_TENANT_ID: "tenant",
      AZURE_SUBSCRIPTION_ID: "subscription",
      PULUMI_BACKEND_URL: "azblob://state",
    },
    folder: run.at("runner"),
    environment: run.environment,
    signIn: { ACTIONS_ID_TOKEN_REQUEST_URL: run.tokens.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request token" },
    actions: {
      "actions/checkout": async (_, workspace) => run.checkout(commit, workspace),
      "actions/setup-node": async () => {},
      "actions/cache": async () => {},
      "actions/cache/restore": async () => {},
      "azure/login": async () => {},
      "actions/upload-artifact": async (inputs) => {
        const artifact = run.at("artifacts", inputs.name!);
        fs.rmSync(artifact, { recursive: true, force: true });
        const from = inputs.path!;
        const isFolder = fs.statSync(from).isDirectory();
        fs.cpSync(from, isFolder ? artifact : path.join(artifact, path.basename(from)), { recursive: true });
      },
      "actions/download-artifact": async (inputs) => {
        fs.cpSync(run.at("artifacts", inputs.name!), inputs.path!, { recursive: true });
      },
    },
  };
}

const pull = (repository: string) => ({
  pull_request: { number: 7, base: { sha: run.devOnly.base }, head: { repo: { full_name: repository } }, user: { login: "someone" } },
});

/** Result of each job. Throws with the output of the first step that failed, unless the failure is expected. */
function resultsOf(jobs: Readonly<Record<string, JobRun>>, expectedFailure?: string): Record<string, string> {
  for (const [name, { steps }] of Object.entries(jobs)) {
    const failed = steps.find(({ outcome }) => outcome === "failure");
    if (failed !== undefined && failed.name !== expectedFailure) throw new Error(`${name}: ${failed.name}:\n${failed.output}`);
  }
  return Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
}

test("a fork's pull request is reviewed without credentials", async () => {
  const jobs = await runWorkflow(runnerAt(run.devOnly.head, pull("fork/moor")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "success", review: "skipped", "review-fork": "success" });
  expect(run.commands()).toEqual(expect.arrayContaining(["run lint", "run typecheck", "test"]));
  expect(run.readArtifact("review", "number")).toBe("7\n");
  expect(run.readArtifact("review", "review.md")).toContain("dev");
  expect(run.verdicts("review")).toEqual({ dev: "safe" });
  expect(run.tokens.requests).toEqual([]);
});

test("the main branch is deployed stack by stack, as reviewed", async () => {
  const jobs = await runWorkflow(runnerAt(run.main), "deploy.yml");
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
    expect(plan.summary).toBe(run.readArtifact(`review-${stack}`, "review.md"));
    expect(plan.outputs.digest).toBe(run.digest(`review-${stack}`, stack));
    const deploy = new RegExp(`^run --silent deploy -- -s ${stack} --approved ${plan.outputs.digest} --review /.*/review/review\\.json$`);
    expect(run.commands()).toContainEqual(expect.stringMatching(deploy));
    expect(JSON.parse(run.readArtifact(`residency-${stack}`, "residency.json"))).toMatchObject({ content: { subject: { stack } } });
  }
  // One for each deploy job, which also renews the token.
  const request = "/token?version=1&audience=api://AzureADTokenExchange Bearer request token";
  expect(run.tokens.requests).toEqual([request, request]);
});

test("a plan of another commit is not applied", async () => {
  const runner = runnerAt(run.devOnly.head);
  // The deploy job gets the commit before the reviewed one.
  const stale = runnerAt(run.devOnly.base).actions["actions/checkout"]!;
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
  const jobs = await runWorkflow(runnerAt(run.devOnly.head, pull("owner/moor")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "success", review: "success", "review-fork": "skipped" });
  expect(run.verdicts("review")).toEqual({ dev: "safe" });
  expect(run.readArtifact("review", "number")).toBe("7\n");
});

test("without changes, nothing is deployed", async () => {
  // The same stack as that of main, in another folder.
  const jobs = await runWorkflow(runnerAt(run.devOnly.base), "deploy-stack.yml", { stack: "dev" });
  expect(resultsOf(jobs)).toEqual({ plan: "success", deploy: "skipped" });
});

test("the drift check reads each stack", async () => {
  const jobs = await runWorkflow(runnerAt(run.main), "drift.yml");
  expect(resultsOf(jobs)).toEqual({ "drift/dev": "success", "drift/prod": "success" });
});
