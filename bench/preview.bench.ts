import { spawn } from "node:child_process";
import * as path from "node:path";
import { prepareStack, stackFileOf } from "../cli/local/stackFile";
import { exitCode } from "../cli/pulumiProcess";
import { openSandbox, type Sandbox } from "../tests/e2e/sandbox";
import type { Ratio } from "./index";
import { bareProgram, recordProd, writeProgram } from "./preview/programs";
import { leastOf, type Project, preview, type Taken } from "./preview/run";
import { type Profile, type Share, shares, sharesOf } from "./preview/shares";
import { sampleDeployment } from "./sampleDeployment";

const rounds = 5;
const [few, some, many] = [1, 10, 50] as const;
/** Deployments of an endpoint; the fiftieth is on the fifth. */
const deploymentsOfEndpoint = 10;

/**
 * What a preview costs: of an empty program, of a bare one that registers what prod does, and of prod; then of growing stacks, of a wrong stack
 * file, and of `npm run local`. The local Azure and its providers run for all, and Pulumi attaches to them.
 */
export async function measure(): Promise<readonly Ratio[]> {
  const sandbox = await openSandbox();
  delete sandbox.environment.GOGC; // the engine as users have it
  try {
    const projects = {
      empty: await own(sandbox, "empty", "export {};\n"),
      bare: await own(sandbox, "bare", bareProgram(recordProd(sandbox.home))),
      prod: await shipped(sandbox, "prod", stackFileOf("prod")!),
      wrong: { ...(await shipped(sandbox, "wrong", wrongStackFile(sandbox))), fails: true },
    };
    // The first preview of a clone compiles its files.
    for (const project of Object.values(projects)) await preview(sandbox, project);
    const { empty, bare, prod, wrong } = await leastOf(sandbox, projects, rounds);
    tell({ empty, bare, prod, "wrong stack file": wrong });
    tellShares(await profileOf(sandbox, projects.bare), await profileOf(sandbox, projects.prod));
    const growth = await measureGrowth(sandbox);
    const local = await measureLocal(sandbox, projects.prod);
    return [
      { what: "times the bare program, the preview of prod takes", value: prod.wholeSeconds / bare.wholeSeconds, atMost: 1.25 },
      { what: "times the bare program, the memory of prod", value: prod.peakMiB / bare.peakMiB, atMost: 1.4 },
      { what: "times the empty program, the preview of prod takes", value: prod.wholeSeconds / empty.wholeSeconds, atMost: 2.2 },
      { what: "times the empty program's own time, that of a wrong stack file", value: wrong.cpuSeconds / empty.cpuSeconds, atMost: 1 },
      growth,
      local,
    ];
  } finally {
    await sandbox.close();
  }
}

/** A separate project next to the clone. */
async function own(sandbox: Sandbox, name: string, source: string): Promise<Project> {
  const folder = writeProgram(sandbox.home, name, source);
  await sandbox.pulumiQuietly(["stack", "init", name, "--non-interactive"], folder);
  return { folder, args: ["--stack", name] };
}

/** The clone's own program with a stack file. */
async function shipped(sandbox: Sandbox, stack: string, stackFile: string): Promise<Project> {
  return { folder: sandbox.folder, args: ["--stack", stack, "--config-file", await prepareStack(sandbox, stack, stackFile)] };
}

function wrongStackFile(sandbox: Sandbox): string {
  return sandbox.edit("dev", [[["moor:endpoints", "chat", "deployments", "main", "weight"], 90]]);
}

function tell(taken: Readonly<Record<string, Taken>>): void {
  console.log("Least of the rounds        pulumi preview   program's process   of it CPU   peak memory");
  for (const [name, { wholeSeconds, seconds, cpuSeconds, peakMiB }] of Object.entries(taken)) {
    const cells = [`${wholeSeconds.toFixed(2)} s`.padStart(14), `${seconds.toFixed(2)} s`.padStart(19)];
    console.log(
      `  ${name.padEnd(24)} ${cells.join(" ")} ${`${cpuSeconds.toFixed(2)} s`.padStart(11)} ${`${peakMiB.toFixed(0)} MiB`.padStart(13)}`,
    );
  }
}

async function profileOf(sandbox: Sandbox, project: Project): Promise<Readonly<Record<Share, number>> & { engine: number }> {
  const { wholeSeconds, seconds, profile } = await preview(sandbox, project, true);
  return { ...sharesOf(profile as Profile), engine: wholeSeconds - seconds };
}

function tellShares(bare: Awaited<ReturnType<typeof profileOf>>, prod: Awaited<ReturnType<typeof profileOf>>): void {
  console.log("Where the time goes, by one profile of each    bare     prod   difference");
  for (const share of ["engine", ...shares] as const) {
    const cells = [bare[share], prod[share], prod[share] - bare[share]].map((seconds) => `${(1000 * seconds).toFixed(0)} ms`.padStart(8));
    console.log(`  ${share.padEnd(42)} ${cells.join(" ")}`);
  }
}

async function measureGrowth(sandbox: Sandbox): Promise<Ratio> {
  const projects: Record<number, Project> = {};
  for (const count of [few, some, many]) projects[count] = await shipped(sandbox, `of${count}`, stackFileWith(sandbox, count));
  const { [few]: least, [some]: more, [many]: most } = (await leastOf(sandbox, projects, 2)) as Record<number, Taken>;
  tell({ [`${few} deployment`]: least!, [`${some} deployments`]: more!, [`${many} deployments`]: most! });
  const each = (from: Taken, to: Taken, count: number) => (to.cpuSeconds - from.cpuSeconds) / count;
  return {
    what: `times the CPU time of each deployment up to ${some}, that of each from ${some} to ${many}`,
    value: each(more!, most!, many - some) / each(least!, more!, some - few),
    atMost: 1.5,
  };
}

/** The stack dev with so many deployments of its model. */
function stackFileWith(sandbox: Sandbox, count: number): string {
  const labels = (endpoint: number) => Math.min(deploymentsOfEndpoint, count - endpoint * deploymentsOfEndpoint);
  const endpoints = Array.from({ length: Math.ceil(count / deploymentsOfEndpoint) }, (_, endpoint) => [
    `chat${endpoint}`,
    {
      auth: "key",
      deployments: Object.fromEntries(
        Array.from({ length: labels(endpoint) }, (_, label) => [`d${label}`, sampleDeployment(label === 0 ? 100 : 0)]),
      ),
    },
  ]);
  return sandbox.edit("dev", [[["moor:endpoints"], Object.fromEntries(endpoints)]]);
}

/** `npm run local` opens the local Azure, attaches pulumi to it, and closes it. Its baseline is pulumi with an Azure that is open. */
async function measureLocal(sandbox: Sandbox, prod: Project): Promise<Ratio> {
  const env = { ...process.env, MOOR_LOCAL_HOME: path.join(sandbox.home, "local") };
  const local = async () => {
    const args = ["run", "--silent", "local", "--", "preview", "--stack", "prod", "--non-interactive"];
    const code = await exitCode(spawn("npm", args, { cwd: sandbox.folder, env, stdio: "ignore" }));
    if (code !== 0) throw new Error(`npm run local ended with ${code}.`);
  };
  await local();
  const [ofLocal, ofPulumi]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await local();
    ofLocal.push((performance.now() - began) / 1000);
    ofPulumi.push((await preview(sandbox, prod)).wholeSeconds);
  }
  const [withLocal, alone] = [Math.min(...ofLocal), Math.min(...ofPulumi)];
  console.log(`npm run local -- preview: ${withLocal.toFixed(2)} s; pulumi preview alone: ${alone.toFixed(2)} s`);
  return { what: "times pulumi alone, a preview by `npm run local`", value: withLocal / alone, atMost: 1.4 };
}
