// Proves that the shell steps of the pipelines for Azure Pipelines work in their order: a review of a fork and of a branch, a deployment of the
// reviewed plan to a stack, and the drift check. The commands of Moor are the same as those of the GitHub workflows, which workflows.test.ts
// runs on the local Azure. Here they only write their files. Tasks, the Azure CLI and the agent are stand-ins too, so it doesn't prove that
// Azure DevOps runs the pipelines, nor anything about service connections, environments and checks.
import * as fs from "node:fs";
import { type AzureRunner, type PipelineJobRun, runPipeline, runTemplate } from "../workflows/azureRunner";
import { azureFolder, filesOf, gitHubFolder } from "../workflows/files";
import { type DryRun, openDryRun } from "./pipelinesSupport";

jest.setTimeout(300_000);

const digest = `m1-${"0".repeat(64)}`;

let run: DryRun;
beforeAll(async () => {
  run = await openDryRun("recorded");
});
afterAll(() => run?.close());

/** Sets what the commands write. */
function record(verdict: string): void {
  fs.mkdirSync(run.at("recorded"), { recursive: true });
  const stack = { stack: "dev", verdict, approval: { digest } };
  fs.writeFileSync(run.at("recorded", "review.json"), JSON.stringify({ stacks: [stack] }));
  fs.writeFileSync(run.at("recorded", "review.md"), `dev: ${verdict}\n`);
  fs.writeFileSync(run.at("recorded", "residency.json"), "{}\n");
}

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

/** Result of each job, and the commands that they ran. Throws with the output of the first step that failed. */
async function resultsOf(running: Promise<Readonly<Record<string, PipelineJobRun>>>) {
  const before = run.commands().length;
  const jobs = await running;
  for (const [name, { failure }] of Object.entries(jobs)) if (failure !== undefined) throw new Error(`${name}: ${failure}`);
  const results = Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));
  const commands = run.commands().slice(before);
  return { jobs, results, commands: commands.filter((command) => !command.startsWith("ci ")) };
}

const checks = ["run lint", "run typecheck", "test"];
const work = (name: string) => run.at("agent", name);

/** Each npm command in YAML files, once. Arguments in quotes are variables, whose names differ. */
function commandsIn(folder: string): string[] {
  const lines = Object.values(filesOf(folder)).flatMap((text) => [...text.matchAll(/\bnpm (?:run|ci|test)\b.*/g)].map(([line]) => line));
  return [...new Set(lines.map((line) => line.replace(/"[^"]*"/g, '"…"')))].sort();
}

test("the pipelines run the commands of the GitHub workflows", () => {
  expect(commandsIn(azureFolder)).toEqual(commandsIn(gitHubFolder));
  expect(commandsIn(azureFolder)).toContain('npm run --silent deploy -- -s "…" --approved "…" --review "…"');
});

test("a fork's pull request is reviewed without credentials", async () => {
  record("safe");
  const { results, commands } = await resultsOf(runPipeline(runnerAt(run.devOnly.head, pull("True")), "pull-request.yml"));
  expect(results).toEqual({ check: "Succeeded", review: "Skipped", reviewFork: "Succeeded", comment: "Skipped" });
  expect(commands).toEqual([...checks, `run --silent review -- --base origin/main --output ${work("temp/review")}`]);
});

test("a branch is reviewed against the deployed stacks", async () => {
  record("look");
  const { results, commands } = await resultsOf(runPipeline(runnerAt(run.devOnly.head, pull("False")), "pull-request.yml"));
  expect(results).toEqual({ check: "Succeeded", review: "Succeeded", reviewFork: "Skipped", comment: "Skipped" });
  expect(commands).toEqual([...checks, `run --silent review -- --output ${work("temp/review")}`]);
  expect(run.readArtifact("review", "review.md")).toBe("dev: look\n");
});

test("a stack is deployed as reviewed", async () => {
  record("dangerous");
  const deployment = runTemplate(runnerAt(run.main), "deploy-stack.yml", { stack: "dev", after: "check" });
  const { jobs, results, commands } = await resultsOf(deployment);
  expect(results).toEqual({ plan: "Succeeded", deploy: "Succeeded" });
  expect(jobs.plan!.outputs).toEqual({ "plan.verdict": "dangerous", "plan.digest": digest });
  expect(commands).toEqual([
    `run --silent review -- -s dev --output ${work("temp/review")}`,
    `run --silent deploy -- -s dev --approved ${digest} --review ${work("review-dev/review.json")}`,
    "run --silent smoke -- -s dev",
    `run --silent residency -- -s dev --live --json --output ${work("temp/residency.json")}`,
  ]);
  expect(run.readArtifact("residency-dev", "residency.json")).toBe("{}\n");
});

test("without changes, nothing is deployed", async () => {
  record("unchanged");
  const deployment = runTemplate(runnerAt(run.main), "deploy-stack.yml", { stack: "dev", after: "check" });
  const { results, commands } = await resultsOf(deployment);
  expect(results).toEqual({ plan: "Succeeded", deploy: "Skipped" });
  expect(commands).toEqual([`run --silent review -- -s dev --output ${work("temp/review")}`]);
});

test("the drift check reads the stack", async () => {
  const { results, commands } = await resultsOf(runTemplate(runnerAt(run.main), "drift-stack.yml", { stack: "dev" }));
  expect(results).toEqual({ drift: "Succeeded" });
  expect(commands).toEqual(["run --silent drift -- -s dev"]);
});
