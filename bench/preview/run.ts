/** Runs previews and measures them. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { exitCode } from "../../cli/pulumiProcess";
import type { Sandbox } from "../../tests/e2e/sandbox";
import { outputOf } from "../../tests/support/childOutput";
import type { Profile } from "./shares";

/** What a preview took. */
export interface Taken {
  /** Seconds of `pulumi preview`, from its start to its end. */
  readonly wholeSeconds: number;
  /** Seconds of the program's process. */
  readonly seconds: number;
  /** Seconds that the program's process had a processor. */
  readonly cpuSeconds: number;
  /** The most memory that the program's process had. */
  readonly peakMiB: number;
  readonly profile?: Profile;
}

/** A project to preview: its folder, and options of pulumi that name its stack. */
export interface Project {
  readonly folder: string;
  readonly args: readonly string[];
  /** Whether the preview is to fail, as one of a wrong stack file does. @default false */
  readonly fails?: boolean;
}

/** @throws Error with pulumi's output when the preview ends otherwise than expected */
export async function preview({ engine, environment, home }: Sandbox, project: Project, profiled = false): Promise<Taken> {
  const probe = path.join(home, "probe.json");
  fs.rmSync(probe, { force: true });
  const args = ["preview", ...project.args, "--non-interactive", "--color", "never"];
  const env = {
    ...environment,
    NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "probe.js"))}`,
    BENCH_PROBE: probe,
    BENCH_PROFILE: String(profiled),
  };
  const began = performance.now();
  const child = spawn(engine.command, args, { cwd: project.folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  const code = await exitCode(child);
  const wholeSeconds = (performance.now() - began) / 1000;
  if ((code !== 0) !== (project.fails ?? false)) throw new Error(`pulumi preview ended with ${code}:\n${output()}`);
  return { wholeSeconds, ...(JSON.parse(fs.readFileSync(probe, "utf8")) as Omit<Taken, "wholeSeconds">) };
}

/** The least that each project takes in several rounds. They are interleaved, so that whatever else the machine does falls on all alike. */
export async function leastOf<Name extends string>(sandbox: Sandbox, projects: Readonly<Record<Name, Project>>, rounds: number) {
  const names = Object.keys(projects) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as Taken[]])) as Record<Name, Taken[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken[name].push(await preview(sandbox, projects[name]));
  }
  return Object.fromEntries(names.map((name) => [name, least(taken[name])])) as Record<Name, Taken>;
}

function least(all: readonly Taken[]): Taken {
  const of = (value: (taken: Taken) => number) => Math.min(...all.map(value));
  return {
    wholeSeconds: of(({ wholeSeconds }) => wholeSeconds),
    seconds: of(({ seconds }) => seconds),
    cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
    peakMiB: of(({ peakMiB }) => peakMiB),
  };
}
