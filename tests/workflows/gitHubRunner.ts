/**
 * A runner for the workflows of this repository: it evaluates expressions and conditions, runs the shell steps with bash, and replaces actions
 * with stand-ins. Each job starts in an empty folder.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { type Contexts, evaluate, type Functions, interpolate } from "./expressions";
import type { Job, Step, Workflow } from "./gitHubRules";
import { bash } from "./shell";

/** What happened to a step or a job. */
export type Outcome = "success" | "failure" | "skipped";

export interface StepRun {
  readonly name: string;
  readonly outcome: Outcome;
  readonly output: string;
}

export interface JobRun {
  readonly result: Outcome;
  readonly steps: readonly StepRun[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown on the page of the run. */
  readonly summary: string;
}

export interface GitHubRunner {
  /** Texts of the workflows, by file name. */
  readonly workflows: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, string>>;
  /** Folder of each job, which is created and removed. */
  readonly folder: string;
  /** Environment of each shell step. */
  readonly environment: NodeJS.ProcessEnv;
  /** Variables that only a job which may sign in has. */
  readonly signIn: NodeJS.ProcessEnv;
  /** Stand-ins for actions, by repository and folder. They reject if the action fails. */
  readonly actions: Readonly<Record<string, (inputs: Readonly<Record<string, string>>, workspace: string) => Promise<void>>>;
}

/** Runs a workflow. Resolves to its jobs by name; those of a reusable workflow are named `<caller>/<job>`. */
export async function runWorkflow(
  runner: GitHubRunner,
  file: string,
  inputs: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, JobRun>> {
  const { jobs } = parse(runner.workflows[file]!) as Workflow;
  const runs: Record<string, JobRun> = {};
  for (const [name, job] of Object.entries(jobs)) {
    const needs = job.needs === undefined ? {} : { [job.needs]: runs[job.needs]! };
    const contexts = { github: runner.github, vars: runner.vars, runner: { os: "Linux" }, inputs, needs };
    const succeeded = Object.values(needs).every(({ result }) => result === "success");
    if (!holds(job.if, contexts, succeeded)) {
      runs[name] = { result: "skipped", steps: [], outputs: {}, summary: "" };
    } else if (job.uses !== undefined) {
      const called = await runWorkflow(runner, path.basename(job.uses), job.with);
      for (const [inner, run] of Object.entries(called)) runs[`${name}/${inner}`] = run;
      const isFailed = Object.values(called).some(({ result }) => result === "failure");
      runs[name] = { result: isFailed ? "failure" : "success", steps: [], outputs: {}, summary: "" };
    } else {
      const [variable, values] = Object.entries(job.strategy?.matrix ?? {})[0] ?? ["", [""]];
      for (const value of values) {
        runs[value === "" ? name : `${name}/${value}`] = await runJob(runner, job, { ...contexts, matrix: { [variable]: value } });
      }
    }
  }
  return runs;
}

/** Whether a condition holds. Without a function for the state of the job, a failure doesn't satisfy it. */
function holds(condition: string | undefined, contexts: Contexts, succeeded: boolean): boolean {
  const functions: Functions = { success: () => succeeded, failure: () => !succeeded, cancelled: () => false, always: () => true };
  const expression = (condition ?? "success()").trim().replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const hasState = /\b(success|failure|cancelled|always)\(\)/.test(expression);
  return (hasState || succeeded) && Boolean(evaluate(expression, contexts, functions));
}

async function runJob(runner: GitHubRunner, job: Job, given: Contexts): Promise<JobRun> {
  const temp = runner.folder;
  const workspace = path.join(temp, "work");
  fs.mkdirSync(workspace, { recursive: true });
  const file = (name: string) => path.join(temp, name);
  for (const name of ["output", "env", "path", "summary"]) fs.writeFileSync(file(name), "");
  const hashFiles = () => "hash";
  const steps: StepRun[] = [];
  const outputs: Record<string, { outputs: Record<string, string>; outcome: Outcome }> = {};
  try {
    for (const step of job.steps ?? []) {
      const contexts = { ...given, steps: outputs, runner: { os: "Linux", temp } };
      const name = step.name ?? "";
      const failed = steps.some(({ outcome }) => outcome === "failure");
      const fill = (values: object | undefined) =>
        Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, interpolate(String(value), contexts, { hashFiles })]));
      let run: StepRun = { name, outcome: "skipped", output: "" };
      fs.writeFileSync(file("output"), "");
      if (holds(step.if, contexts, !failed)) {
        const files = { GITHUB_OUTPUT: file("output"), GITHUB_PATH: file("path"), GITHUB_STEP_SUMMARY: file("summary"), RUNNER_TEMP: temp };
        const signIn = job.permissions?.["id-token"] === "write" ? runner.signIn : {};
        const env = { ...runner.environment, ...signIn, ...fill(job.env), ...fill(step.env), ...files, CI: "true" };
        const added = fs.readFileSync(file("path"), "utf8").split("\n").filter(Boolean).reverse();
        const PATH = [runner.environment.PATH, ...added, process.env.PATH].join(path.delimiter);
        run = { name, ...(await runStep(runner, step, fill(step.with), workspace, { ...env, PATH })) };
      }
      steps.push(run);
      if (step.id !== undefined) outputs[step.id] = { outputs: linesOf(file("output")), outcome: run.outcome };
    }
    const contexts = { ...given, steps: outputs };
    const values = Object.entries(job.outputs ?? {}).map(([name, value]) => [name, interpolate(value, contexts, {})]);
    const result = steps.some(({ outcome }) => outcome === "failure") ? "failure" : "success";
    return { result, steps, outputs: Object.fromEntries(values), summary: fs.readFileSync(file("summary"), "utf8") };
  } finally {
    fs.rmSync(temp, { recursive: true, force: true });
  }
}

async function runStep(
  runner: GitHubRunner,
  step: Step,
  inputs: Readonly<Record<string, string>>,
  workspace: string,
  env: NodeJS.ProcessEnv,
): Promise<Omit<StepRun, "name">> {
  if (step.run !== undefined) {
    const { code, output } = await bash(step.run, workspace, env);
    return { outcome: code === 0 ? "success" : "failure", output };
  }
  const action = step.uses!.split("@")[0]!;
  const standIn = runner.actions[action];
  if (standIn === undefined) throw new Error(`There is no stand-in for ${action}.`);
  try {
    await standIn(inputs, workspace);
    return { outcome: "success", output: "" };
  } catch (error) {
    return { outcome: "failure", output: (error as Error).message };
  }
}

/** Lines of the form `name=value`. */
function linesOf(file: string): Record<string, string> {
  const lines = fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
