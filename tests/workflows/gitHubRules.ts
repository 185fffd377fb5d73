/** Rules for the workflows of GitHub Actions that actionlint doesn't check. Each is a pure function from a workflow to findings. */
import { parse } from "yaml";

/** The parts of a workflow that the rules and the dry run read. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

export type Permissions = Readonly<Record<string, string>>;

export interface Job {
  readonly if?: string;
  readonly needs?: string;
  /** A reusable workflow. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly permissions?: Permissions;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string | number>>;
  readonly "continue-on-error"?: boolean;
}

interface Source {
  readonly text: string;
  readonly workflow: Workflow;
}

type Rule = (source: Source) => string[];

/** Folder of a repository and name of an action, or its start. */
const usesAction = (step: Step, action: string) => step.uses?.startsWith(`${action}@`) ?? false;

const jobsOf = ({ jobs }: Workflow) => Object.entries(jobs);
const stepsOf = (workflow: Workflow) => jobsOf(workflow).flatMap(([name, job]) => (job.steps ?? []).map((step) => ({ name, job, step })));
const canSignIn = (job: Job) => job.permissions?.["id-token"] === "write";
const isTriggeredBy = ({ on }: Workflow, event: string) => event in on;

const pinned: Rule = ({ text }) =>
  text
    .split("\n")
    .filter((line) => /^\s*(- )?uses:/.test(line) && !/uses: \.\//.test(line))
    .filter((line) => !/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
    .map((line) => `not pinned by commit with its version: ${line.trim()}`);

/** What jobs may write, and what they need for it. */
const writable: Readonly<Record<string, (workflow: Workflow, job: Job) => boolean>> = {
  "id-token": (_, job) => job.environment !== undefined || job.uses !== undefined,
  "pull-requests": (workflow) => isTriggeredBy(workflow, "workflow_run"),
};

const leastPermissions: Rule = ({ workflow }) => [
  ...(workflow.permissions !== undefined && Object.keys(workflow.permissions).length === 0
    ? []
    : ["permissions of the workflow are not {}"]),
  ...jobsOf(workflow).flatMap(([name, job]) => {
    if (job.permissions === undefined || typeof job.permissions === "string") return [`${name}: no list of permissions`];
    const writes = Object.entries(job.permissions).flatMap(([scope, right]) => (right === "write" ? [scope] : []));
    return writes.filter((scope) => !writable[scope]?.(workflow, job)).map((scope) => `${name}: may not write ${scope}`);
  }),
];

const triggers: Rule = ({ workflow }) =>
  Object.keys(workflow.on)
    .filter((event) => !["pull_request", "push", "workflow_run", "workflow_call", "workflow_dispatch", "schedule"].includes(event))
    .map((event) => `runs with the rights of the main branch for anyone's ${event}`);

const noInjection: Rule = ({ workflow }) =>
  stepsOf(workflow)
    .filter(({ step }) => [step.run, step.with?.script].some((script) => String(script ?? "").includes("${{")))
    .map(({ name, step }) => `${name}: a script contains an expression: ${step.name}`);

const untrustedArtifact: Rule = ({ workflow }) =>
  isTriggeredBy(workflow, "workflow_run")
    ? stepsOf(workflow)
        .filter(({ step }) => !usesAction(step, "actions/download-artifact") && !usesAction(step, "actions/github-script"))
        .map(({ name, step }) => `${name}: may not check out or run anything: ${step.name}`)
    : [];

const caches: Rule = ({ workflow }) =>
  stepsOf(workflow).flatMap(({ name, job, step }) => {
    const saves = usesAction(step, "actions/cache") || usesAction(step, "actions/cache/save");
    const restores = usesAction(step, "actions/cache/restore");
    const push = workflow.on.push as { readonly branches?: readonly string[] } | undefined;
    const isMain = Object.keys(workflow.on).join() === "push" && push?.branches?.join() === "main";
    return [
      ...(saves && !isMain ? [`${name}: saves a cache outside the main branch`] : []),
      ...((saves || restores) && canSignIn(job) ? [`${name}: reads a cache and can sign in`] : []),
      ...(usesAction(step, "actions/setup-node") && step.with?.["package-manager-cache"] !== false ? [`${name}: setup-node caches`] : []),
    ];
  });

const timeouts: Rule = ({ workflow }) =>
  jobsOf(workflow)
    .filter(([, job]) => job.uses === undefined && job["timeout-minutes"] === undefined)
    .map(([name]) => `${name}: no timeout-minutes`);

const isBranch = "github.event.pull_request.head.repo.full_name == github.repository";

const credentials: Rule = ({ text, workflow }) => [
  ...(/\$\{\{[^}]*\bsecrets\b/.test(text) || /secrets: inherit/.test(text) ? ["uses a secret"] : []),
  ...stepsOf(workflow)
    .filter(({ job, step }) => !canSignIn(job) && (usesAction(step, "azure/login") || job.env?.PULUMI_BACKEND_URL !== undefined))
    .map(({ name }) => `${name}: has the state or a login, but may not sign in`),
  ...(isTriggeredBy(workflow, "pull_request")
    ? jobsOf(workflow).flatMap(([name, job]) => [
        ...(canSignIn(job) && !(job.if?.includes(isBranch) && !job.if.includes("||")) ? [`${name}: a fork can sign in`] : []),
        ...(canSignIn(job) && job.environment === undefined ? [`${name}: signs in without approval`] : []),
      ])
    : []),
];

const checkouts: Rule = ({ workflow }) =>
  stepsOf(workflow)
    .filter(({ step }) => usesAction(step, "actions/checkout") && step.with?.["persist-credentials"] !== false)
    .map(({ name }) => `${name}: the checkout stores the token`);

/** The digest of a plan covers the source tree, so no step may write to it. */
const cleanTree: Rule = ({ workflow }) =>
  stepsOf(workflow)
    .filter(({ step }) => /--output (?!"\$RUNNER_TEMP\/)/.test(step.run ?? ""))
    .map(({ name, step }) => `${name}: writes to the source tree: ${step.name}`);

const deployments: Rule = ({ workflow }) =>
  stepsOf(workflow)
    .filter(({ step }) => / deploy --/.test(step.run ?? ""))
    .flatMap(({ name, job, step }) => [
      ...(job.environment === undefined ? [`${name}: deploys without an environment`] : []),
      ...(job.concurrency?.group.includes(job.environment ?? "") ? [] : [`${name}: two runs can deploy the stack`]),
      ...(job.concurrency?.["cancel-in-progress"] === false ? [] : [`${name}: a new run cancels a deployment`]),
      ...(step.run?.includes('--approved "$DIGEST"') && step.env?.DIGEST === "${{ needs.plan.outputs.digest }}"
        ? []
        : [`${name}: the digest is not that of the plan`]),
    ]);

export const gitHubRules = {
  pinned,
  leastPermissions,
  triggers,
  noInjection,
  untrustedArtifact,
  caches,
  timeouts,
  credentials,
  checkouts,
  cleanTree,
  deployments,
} satisfies Readonly<Record<string, Rule>>;

/** One line for each finding: the rule, and what it found. */
export function gitHubFindings(text: string): string[] {
  const workflow = parse(text) as Workflow;
  return Object.entries(gitHubRules).flatMap(([name, rule]) => rule({ text, workflow }).map((finding) => `${name}: ${finding}`));
}
