// Proves that the shell steps of the pipelines for Azure Pipelines work in their order: a review of a fork and of a branch, a deployment of the
// reviewed plan to a stack of the local Azure with smoke test and residency statement, and the drift check. Tasks, the Azure CLI and the agent
// are stand-ins, so it doesn't prove that Azure DevOps runs the pipelines, nor anything about service connections, environments and checks.
import { type AzureRunner, type PipelineJobRun, runPipeline, runTemplate } from "../workflows/azureRunner";
import { azureFolder, filesOf } from "../workflows/files";
import { type DryRun, openDryRun } from "./pipelinesSupport";

jest.setTimeout(600_000);

let run: DryRun;
beforeAll(async () => {
  run = await openDryRun();
});
afterAll(() => run.close());

function runnerAt(commit: string, variables: Readonly<Record<string, string>> = {}): AzureRunner {
  return {
    pipelines: filesOf(azureFolder),
    variables: { PULUMI_BACKEND_URL: "azblob://state", ...variables },
    // Azure Pipelines has no such files.
    environment: { ...run.environment, GITHUB_OUTPUT: undefined, GITHUB_PATH: undefined },
    checkout: (workspace) => run.checkout(commit, workspace),
    folder: run.at("agent"),
    artifacts: run.at("artifacts"),
  };
}

const pull = (isFork: string) => ({
  "System.PullRequest.IsFork": isFork,
  "System.PullRequest.TargetBranch": "refs/heads/main",
  // The job that comments only runs in Azure Repos. tests/workflows/comment.test.ts runs its script.
  "Build.Repository.Provider": "GitHub",
});

/** Result of each job. Throws with the output of the first step that failed. */
function resultsOf(jobs: Readonly<Record<string, PipelineJobRun>>): Record<string, string> {
  for (const [name, { failure }] of Object.entries(jobs)) if (failure !== undefined) throw new Error(`${name}: ${failure}`);
  return Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
}

test("a fork's pull request is reviewed without credentials", async () => {
  const jobs = await runPipeline(runnerAt(run.head, pull("True")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "Succeeded", review: "Skipped", reviewFork: "Succeeded", comment: "Skipped" });
  expect(run.commands()).toContainEqual(expect.stringMatching("^run --silent review -- --base origin/main --output /"));
});

test("a stack is deployed as reviewed", async () => {
  const jobs = await runTemplate(runnerAt(run.base), "deploy-stack.yml", { stack: "dev", after: "check" });
  expect(resultsOf(jobs)).toEqual({ plan: "Succeeded", deploy: "Succeeded" });
  const digest = run.digest("review-dev", "dev");
  expect(jobs.plan!.outputs).toEqual({ "plan.verdict": run.verdicts("review-dev").dev, "plan.digest": digest });
  const deploy = run.commands().find((command) => command.startsWith("run --silent deploy"));
  expect(deploy).toMatch(new RegExp(`^run --silent deploy -- -s dev --approved ${digest} --review /.*/review-dev/review\\.json$`));
  expect(JSON.parse(run.readArtifact("residency-dev", "residency.json"))).toMatchObject({ content: { subject: { stack: "dev" } } });
});

test("a branch is reviewed against the deployed stacks", async () => {
  const jobs = await runPipeline(runnerAt(run.head, pull("False")), "pull-request.yml");
  expect(resultsOf(jobs)).toEqual({ check: "Succeeded", review: "Succeeded", reviewFork: "Skipped", comment: "Skipped" });
  expect(run.verdicts("review")).toMatchObject({ dev: "safe" });
});

test("without changes, nothing is deployed", async () => {
  const jobs = await runTemplate(runnerAt(run.base), "deploy-stack.yml", { stack: "dev", after: "check" });
  expect(resultsOf(jobs)).toEqual({ plan: "Succeeded", deploy: "Skipped" });
});

test("the drift check reads the stack", async () => {
  const jobs = await runTemplate(runnerAt(run.base), "drift-stack.yml", { stack: "dev" });
  expect(resultsOf(jobs)).toEqual({ drift: "Succeeded" });
});
