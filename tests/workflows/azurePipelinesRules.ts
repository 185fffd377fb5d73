/** Rules for the pipelines of Azure Pipelines. Each is a pure function from a pipeline to findings. */
import { parse } from "yaml";

/** The parts of a pipeline or template that the rules and the dry run read. */
export interface Pipeline {
  readonly trigger?: unknown;
  readonly pr?: unknown;
  readonly schedules?: readonly { readonly always?: string }[];
  readonly stages?: readonly (Stage | Template)[];
  readonly jobs?: readonly PipelineJob[];
}

export interface Template {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly stage: string;
  readonly jobs: readonly PipelineJob[];
}

export interface PipelineJob {
  readonly job?: string;
  /** A job with an environment. */
  readonly deployment?: string;
  readonly environment?: string;
  readonly dependsOn?: string;
  readonly condition?: string;
  readonly timeoutInMinutes?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly steps?: readonly PipelineStep[];
  readonly strategy?: { readonly runOnce: { readonly deploy: { readonly steps: readonly PipelineStep[] } } };
}

export interface PipelineStep {
  readonly name?: string;
  readonly displayName?: string;
  readonly condition?: string;
  readonly checkout?: string;
  readonly persistCredentials?: string;
  readonly task?: string;
  readonly bash?: string;
  readonly publish?: string;
  readonly download?: string;
  readonly artifact?: string;
  readonly inputs?: Readonly<Record<string, string | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Source {
  readonly file: string;
  readonly pipeline: Pipeline;
}

type Rule = (source: Source) => string[];

export const stepsOfJob = (job: PipelineJob) => job.steps ?? job.strategy?.runOnce.deploy.steps ?? [];
export const jobsOf = ({ jobs, stages }: Pipeline) => [
  ...(jobs ?? []),
  ...(stages ?? []).flatMap((stage) => ("stage" in stage ? stage.jobs : [])),
];
const nameOf = ({ job, deployment }: PipelineJob) => job ?? deployment ?? "?";
const stepsOf = (pipeline: Pipeline) =>
  jobsOf(pipeline).flatMap((job) => stepsOfJob(job).map((step) => ({ name: nameOf(job), job, step })));
export const scriptOf = ({ bash, inputs }: PipelineStep) => bash ?? (inputs?.inlineScript as string | undefined);
const connects = (job: PipelineJob) => stepsOfJob(job).some(({ inputs }) => inputs?.azureSubscription !== undefined);
const isTemplate = (file: string) => file.endsWith("-stack.yml");

const pinnedTasks: Rule = ({ pipeline }) =>
  stepsOf(pipeline)
    .filter(({ step }) => step.task !== undefined && !["NodeTool@0", "AzureCLI@2"].includes(step.task))
    .map(({ name, step }) => `${name}: unknown task or version: ${step.task}`);

/** Azure Pipelines replaces `$(name)` and expressions in a script before it runs. Values belong in environment variables. */
const noInjection: Rule = ({ pipeline }) =>
  stepsOf(pipeline)
    .filter(({ step }) => /\$\([A-Za-z_]\w*(\.\w+)*\)|\$\{\{|\$\[/.test(scriptOf(step) ?? ""))
    .map(({ name, step }) => `${name}: a script contains a variable of the pipeline: ${step.displayName}`);

const checkouts: Rule = ({ pipeline }) =>
  jobsOf(pipeline).flatMap((job) => {
    const [first] = stepsOfJob(job);
    if (first?.checkout === undefined) return [`${nameOf(job)}: doesn't say what it checks out`];
    return first.checkout === "self" && first.persistCredentials !== "false" ? [`${nameOf(job)}: the checkout stores the token`] : [];
  });

const timeouts: Rule = ({ pipeline }) =>
  jobsOf(pipeline)
    .filter(({ timeoutInMinutes }) => timeoutInMinutes === undefined)
    .map((job) => `${nameOf(job)}: no timeoutInMinutes`);

const triggers: Rule = ({ file, pipeline }) => [
  ...(isTemplate(file) || pipeline.pr === "none" ? [] : ["builds pull requests without a branch policy"]),
  ...(isTemplate(file) || pipeline.trigger !== undefined ? [] : ["builds every branch"]),
  ...(pipeline.schedules ?? []).filter(({ always }) => always !== "true").map(() => "skips the schedule without new commits"),
];

const accessToken: Rule = ({ pipeline }) =>
  jobsOf(pipeline)
    .filter((job) => stepsOfJob(job).some(({ env }) => Object.values(env ?? {}).includes("$(System.AccessToken)")))
    .filter((job) => !stepsOfJob(job).some(({ checkout }) => checkout === "none"))
    .map((job) => `${nameOf(job)}: runs code of the repository with the token of the build`);

const forks: Rule = ({ file, pipeline }) =>
  file.endsWith("pull-request.yml")
    ? jobsOf(pipeline)
        .filter(connects)
        .flatMap((job) => [
          ...(job.condition === "ne(variables['System.PullRequest.IsFork'], 'True')" ? [] : [`${nameOf(job)}: a fork can sign in`]),
          ...(job.environment === undefined ? [`${nameOf(job)}: signs in without approval`] : []),
        ])
    : [];

/** The digest of a plan covers the source tree, so no step may write to it. */
const cleanTree: Rule = ({ pipeline }) =>
  stepsOf(pipeline)
    .filter(({ step }) => /--output (?!"\$AGENT_TEMPDIRECTORY\/|tsv)/.test(scriptOf(step) ?? ""))
    .map(({ name, step }) => `${name}: writes to the source tree: ${step.displayName}`);

const deployments: Rule = ({ pipeline }) =>
  stepsOf(pipeline)
    .filter(({ step }) => / deploy --/.test(scriptOf(step) ?? ""))
    .flatMap(({ name, job, step }) => [
      ...(job.environment === undefined ? [`${name}: deploys without an environment`] : []),
      ...(step.inputs?.keepAzSessionActive === true ? [] : [`${name}: the login expires`]),
      ...(step.env?.DIGEST === "$(digest)" && job.variables?.digest === "$[ dependencies.plan.outputs['plan.digest'] ]"
        ? []
        : [`${name}: the digest is not that of the plan`]),
    ]);

export const azurePipelinesRules = {
  pinnedTasks,
  noInjection,
  checkouts,
  timeouts,
  triggers,
  accessToken,
  forks,
  cleanTree,
  deployments,
} satisfies Readonly<Record<string, Rule>>;

/** One line for each finding: the rule, and what it found. */
export function azurePipelinesFindings(file: string, text: string): string[] {
  const pipeline = parse(text) as Pipeline;
  return Object.entries(azurePipelinesRules).flatMap(([name, rule]) => rule({ file, pipeline }).map((finding) => `${name}: ${finding}`));
}
