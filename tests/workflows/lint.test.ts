// Proves that the workflows and pipelines pass actionlint and the rules in this folder, and that each rule finds a violation. Doesn't prove
// that GitHub or Azure DevOps accepts them: docs/pipelines.md names further linters, which npm doesn't have.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { stacksWithFile } from "../../cli/stackFiles";
import { azurePipelinesFindings, azurePipelinesRules, type Pipeline } from "./azurePipelinesRules";
import { azureFolder, filesOf, gitHubFolder, root } from "./files";
import { gitHubFindings, gitHubRules, type Workflow } from "./gitHubRules";

const workflows = filesOf(gitHubFolder);
const pipelines = filesOf(azureFolder);

/** Runs actionlint, which is compiled to WebAssembly, on files of a folder. */
function actionlint(folder: string): { readonly status: number | null; readonly output: string } {
  const command = path.join(root, "node_modules", "@tktco", "node-actionlint", "bin", "node-actionlint.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, `${folder}/*.yml`], { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

test("actionlint finds nothing in the workflows", () => {
  expect(actionlint(gitHubFolder)).toMatchObject({
    status: 0,
    output: expect.stringContaining(`Checking ${Object.keys(workflows).length} `),
  });
});

test("actionlint finds a wrong name", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-workflows-"));
  try {
    fs.writeFileSync(
      path.join(folder, "drift.yml"),
      workflows["drift.yml"]!.replace("matrix.stack }}\n    strategy", "matrix.stak }}\n    strategy"),
    );
    expect(actionlint(folder)).toMatchObject({ status: 1, output: expect.stringContaining('"stak" is not defined') });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test.each(Object.entries(workflows))("%s follows the rules", (_, text) => {
  expect(gitHubFindings(text)).toEqual([]);
});

test.each(Object.entries(pipelines))("pipelines/%s follows the rules", (file, text) => {
  expect(azurePipelinesFindings(file, text)).toEqual([]);
});

test("each stack with a stack file is deployed and checked for drift", () => {
  const stacks = stacksWithFile();
  const jobs = (file: string) => Object.values((parse(workflows[file]!) as Workflow).jobs);
  const templates = (file: string) =>
    ((parse(pipelines[file]!) as Pipeline).stages ?? []).flatMap((stage) => ("template" in stage ? [stage.parameters.stack] : []));
  expect(jobs("deploy.yml").flatMap((job) => job.with?.stack ?? [])).toEqual(stacks);
  expect(jobs("drift.yml").flatMap((job) => job.strategy?.matrix.stack ?? [])).toEqual(stacks);
  expect(templates("deploy.yml")).toEqual(stacks);
  expect(templates("drift.yml")).toEqual(stacks);
});

/** A rule, a file, and a replacement that violates the rule. */
type Mutation<Rule extends string> = readonly [rule: Rule, file: string, from: string | RegExp, to: string];

const gitHubMutations: readonly Mutation<keyof typeof gitHubRules>[] = [
  ["pinned", "drift.yml", /actions\/checkout@\w{40} # v7.0.1/, "actions/checkout@v7"],
  ["pinned", "drift.yml", " # v7.0.1", ""],
  ["pinned", "deploy.yml", "3d3c42e5", "3d3c42e"],
  ["leastPermissions", "pull-request.yml", "permissions: {}", "permissions: read-all"],
  ["leastPermissions", "pull-request.yml", "permissions: {}\n", ""],
  ["leastPermissions", "drift.yml", "contents: read", "contents: write"],
  ["leastPermissions", "pull-request.yml", "    permissions:\n      contents: read # to check out the repository\n    steps", "    steps"],
  ["leastPermissions", "pull-request.yml", "      contents: read", "      pull-requests: write\n      contents: read"],
  ["triggers", "pull-request.yml", "  pull_request:", "  pull_request_target:"],
  ["triggers", "drift.yml", "  workflow_dispatch:", "  issue_comment:"],
  ["noInjection", "pull-request.yml", 'echo "$NUMBER"', 'echo "${{ github.event.pull_request.title }}"'],
  ["noInjection", "review-comment.yml", "= process.env;", "= process.env; // ${{ github.event.workflow_run.head_branch }}"],
  [
    "untrustedArtifact",
    "review-comment.yml",
    /actions\/download-artifact@\w{40}/,
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
  ],
  [
    "untrustedArtifact",
    "review-comment.yml",
    "      - name: Post the review",
    "      - run: bash review/run.sh\n      - name: Post the review",
  ],
  ["caches", "pull-request.yml", "actions/cache/restore@", "actions/cache@"],
  ["caches", "deploy.yml", "branches: [main]", "branches: ['**']"],
  ["caches", "drift.yml", "package-manager-cache: false", "package-manager-cache: true"],
  ["caches", "drift.yml", /actions\/setup-node@\w{40}/, "actions/cache/restore@27d5ce7f107fe9357f9df03efb73ab90386fccae"],
  ["timeouts", "drift.yml", "    timeout-minutes: 30\n", ""],
  ["credentials", "pull-request.yml", "head.repo.full_name == github.repository", "head.repo.full_name != ''"],
  ["credentials", "pull-request.yml", "&& github.event.pull_request.user.login !=", "|| github.event.pull_request.user.login !="],
  ["credentials", "pull-request.yml", "    environment: review\n", ""],
  ["credentials", "pull-request.yml", "  review-fork:\n", "  review-fork:\n    env: { PULUMI_BACKEND_URL: azblob://state }\n"],
  ["credentials", "drift.yml", "vars.AZURE_CLIENT_ID", "secrets.AZURE_CLIENT_ID"],
  ["checkouts", "drift.yml", "persist-credentials: false", "persist-credentials: true"],
  ["cleanTree", "deploy-stack.yml", '--output "$RUNNER_TEMP/review"', "--output review"],
  ["deployments", "deploy-stack.yml", "environment: ${{ inputs.stack }}\n", "\n"],
  ["deployments", "deploy-stack.yml", "group: deploy-${{ inputs.stack }}", "group: deploy-${{ github.run_id }}"],
  ["deployments", "deploy-stack.yml", "cancel-in-progress: false", "cancel-in-progress: true"],
  ["deployments", "deploy-stack.yml", "needs.plan.outputs.digest", "inputs.digest"],
  ["deployments", "deploy-stack.yml", ' --approved "$DIGEST"', ""],
];

const azureMutations: readonly Mutation<keyof typeof azurePipelinesRules>[] = [
  ["pinnedTasks", "deploy.yml", "NodeTool@0", "NodeTool"],
  ["noInjection", "pull-request.yml", '"origin/${TARGET#refs/heads/}"', "$(System.PullRequest.TargetBranch)"],
  ["noInjection", "deploy-stack.yml", '-s "$STACK" --output', "-s ${{ parameters.stack }} --output"],
  ["checkouts", "deploy.yml", 'persistCredentials: "false"', 'persistCredentials: "true"'],
  ["checkouts", "deploy-stack.yml", / +- checkout: self\n +persistCredentials: "false"\n/, ""],
  ["timeouts", "drift-stack.yml", '        timeoutInMinutes: "30"\n', ""],
  ["triggers", "pull-request.yml", "pr: none", "pr: [main]"],
  ["triggers", "drift.yml", "trigger: none\n", ""],
  ["triggers", "drift.yml", 'always: "true"', 'always: "false"'],
  ["accessToken", "pull-request.yml", "- checkout: none", "- checkout: self"],
  ["forks", "pull-request.yml", "ne(variables['System.PullRequest.IsFork'], 'True')", "always()"],
  ["forks", "pull-request.yml", "    environment: moor-review\n", ""],
  ["cleanTree", "deploy-stack.yml", '--output "$AGENT_TEMPDIRECTORY/residency.json"', "--output residency.json"],
  ["deployments", "deploy-stack.yml", /environment: moor-.*\n/, "\n"],
  ["deployments", "deploy-stack.yml", "keepAzSessionActive: true", "keepAzSessionActive: false"],
  ["deployments", "deploy-stack.yml", "DIGEST: $(digest)", "DIGEST: $(approvedDigest)"],
];

function mutated(text: string | undefined, from: string | RegExp, to: string): string {
  const result = text?.replace(from, () => to);
  if (result === undefined || result === text) throw new Error(`The file doesn't contain ${from}.`);
  return result;
}

test.each(gitHubMutations)("the rule %s refuses a change of %s: %s", (rule, file, from, to) => {
  const findings = gitHubFindings(mutated(workflows[file], from, to));
  expect(findings).toContainEqual(expect.stringMatching(`^${rule}: `));
});

test.each(azureMutations)("the rule %s refuses a change of pipelines/%s: %s", (rule, file, from, to) => {
  const findings = azurePipelinesFindings(file, mutated(pipelines[file], from, to));
  expect(findings).toContainEqual(expect.stringMatching(`^${rule}: `));
});

test("each rule has a mutation", () => {
  expect([...new Set(gitHubMutations.map(([rule]) => rule))]).toEqual(Object.keys(gitHubRules));
  expect([...new Set(azureMutations.map(([rule]) => rule))]).toEqual(Object.keys(azurePipelinesRules));
});
