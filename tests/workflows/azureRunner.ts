/**
 * A runner for the pipelines of this repository: it expands templates, evaluates conditions, runs the shell steps with bash, and replaces tasks
 * with stand-ins. Each job starts in an empty folder.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { jobsOf, type Pipeline, type PipelineJob, type PipelineStep, scriptOf, stepsOfJob } from "./azurePipelinesRules";
import { type Contexts, evaluate, type Functions, interpolate } from "./expressions";
import { bash } from "./shell";

export type Result = "Succeeded" | "Failed" | "Skipped";

export interface PipelineJobRun {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** The first step that failed, with its output. */
  readonly failure?: string;
}

export interface AzureRunner {
  /** Texts of the pipelines, by file name. */
  readonly pipelines: Readonly<Record<string, string>>;
  /** Variables of the build and the pipeline. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folder of each job, which is created and removed. */
  readonly folder: string;
  /** Environment of each shell step. */
  readonly environment: NodeJS.ProcessEnv;
  /** Checks out the repository. */
  checkout(workspace: string): void;
  /** Folder of the artifacts. */
  readonly artifacts: string;
}

/** Runs a pipeline. Resolves to its jobs; those of a template are named `<stack>/<job>`. */
export async function runPipeline(runner: AzureRunner, file: string): Promise<Record<string, PipelineJobRun>> {
  const pipeline = parse(runner.pipelines[file]!) as Pipeline;
  const runs = await runJobs(runner, jobsOf(pipeline));
  for (const stage of pipeline.stages ?? []) {
    if (!("template" in stage)) continue;
    const called = await runTemplate(runner, stage.template, stage.parameters);
    for (const [name, run] of Object.entries(called)) runs[`${stage.parameters.stack}/${name}`] = run;
  }
  return runs;
}

/** Runs the jobs of a template. */
export function runTemplate(runner: AzureRunner, file: string, parameters: Readonly<Record<string, string>>) {
  const replace = (...[text, from, to]: readonly unknown[]) => String(text).replaceAll(String(from), String(to));
  return runJobs(runner, jobsOf(parse(interpolate(runner.pipelines[file]!, { parameters }, { replace })) as Pipeline));
}

async function runJobs(runner: AzureRunner, jobs: readonly PipelineJob[]): Promise<Record<string, PipelineJobRun>> {
  const runs: Record<string, PipelineJobRun> = {};
  for (const job of jobs) {
    const name = (job.job ?? job.deployment)!;
    const contexts = { variables: runner.variables, dependencies: runs };
    const after = job.dependsOn === undefined || runs[job.dependsOn]?.result === "Succeeded";
    runs[name] = holds(job.condition, contexts, after) ? await runJob(runner, job, contexts) : { result: "Skipped", outputs: {} };
  }
  return runs;
}

function holds(condition: string | undefined, contexts: Contexts, succeeded: boolean): boolean {
  const functions: Functions = {
    succeeded: () => succeeded,
    canceled: () => false,
    not: (value) => !value,
    and: (...values) => values.every(Boolean),
    eq: (one, other) => one === other,
    ne: (one, other) => one !== other,
    in: (one, ...others) => others.includes(one),
  };
  return Boolean(evaluate(condition ?? "succeeded()", contexts, functions));
}

async function runJob(runner: AzureRunner, job: PipelineJob, contexts: Contexts): Promise<PipelineJobRun> {
  const temp = runner.folder;
  const workspace = path.join(temp, "s");
  fs.mkdirSync(workspace, { recursive: true });
  fs.mkdirSync(path.join(temp, "temp"));
  const own = Object.entries(job.variables ?? {}).map(([name, value]) => {
    const expression = /^\$\[(.*)\]$/.exec(value)?.[1];
    return [name, expression === undefined ? value : String(evaluate(expression.trim(), contexts, {}))];
  });
  const agent = { "Pipeline.Workspace": temp, "Agent.TempDirectory": path.join(temp, "temp") };
  const variables: Readonly<Record<string, string>> = { ...runner.variables, ...agent, ...Object.fromEntries(own) };
  const outputs: Record<string, string> = {};
  const folders: string[] = [];
  let failure: string | undefined;
  try {
    for (const step of stepsOfJob(job)) {
      if (!holds(step.condition, contexts, failure === undefined)) continue;
      const filled = (text: string) => text.replace(/\$\(([\w.]+)\)/g, (whole, variable: string) => variables[variable] ?? whole);
      const values = Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value)]);
      const PATH = [runner.environment.PATH, ...folders, process.env.PATH].join(path.delimiter);
      const { code, output } = await runStep(runner, { ...step, publish: step.publish && filled(step.publish) }, workspace, {
        ...{ ...runner.environment, PATH, AGENT_TEMPDIRECTORY: agent["Agent.TempDirectory"] },
        ...Object.fromEntries(values),
      });
      if (code !== 0) failure ??= `${step.displayName}:\n${output}`;
      for (const [, folder] of output.matchAll(/^##vso\[task\.prependpath\](.*)$/gm)) folders.unshift(folder!);
      for (const [, name, value] of output.matchAll(/^##vso\[task\.setvariable variable=(\w+);isOutput=true;isReadOnly=true\](.*)$/gm))
        outputs[`${step.name}.${name}`] = value!;
    }
    return { result: failure === undefined ? "Succeeded" : "Failed", outputs, ...(failure === undefined ? {} : { failure }) };
  } finally {
    fs.rmSync(temp, { recursive: true, force: true });
  }
}

async function runStep(runner: AzureRunner, step: PipelineStep, workspace: string, env: NodeJS.ProcessEnv) {
  const script = scriptOf(step);
  if (script !== undefined) return bash(script, workspace, env);
  if (step.checkout === "self") runner.checkout(workspace);
  if (step.publish !== undefined) {
    const [from, artifact] = [step.publish, path.join(runner.artifacts, step.artifact!)];
    if (!fs.existsSync(from)) return { code: 1, output: `${step.publish} does not exist.` };
    fs.rmSync(artifact, { recursive: true, force: true });
    fs.cpSync(from, fs.statSync(from).isDirectory() ? artifact : path.join(artifact, path.basename(from)), { recursive: true });
  }
  if (step.download !== undefined)
    fs.cpSync(path.join(runner.artifacts, step.artifact!), path.join(path.dirname(workspace), step.artifact!), { recursive: true });
  return { code: 0, output: "" };
}
