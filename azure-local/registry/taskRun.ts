import * as fs from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { writePrivateFile } from "../files/privateHome";
import { createHttpServer, listenOnLoopback } from "../http/listen";
import { REDACTED, redactText } from "../http/redact";
import { findBuilder } from "./builder";
import { hashInputs, type ImageBuild } from "./imageBuild";
import { digestOfTag, type PushTarget, pushPlaceholder } from "./placeholder";
import type { TaskRunRequest, TaskRunResult } from "./registries";
import { runProcess } from "./runProcess";
import { type BuildStep, type PushStep, readTask, type ScriptStep, type TaskFile, UnsupportedTask } from "./taskSteps";

/** What a run needs from the registries. */
export interface TaskContext {
  /** Refresh token of the task's identity; undefined if it has no role on the registry. */
  readonly password: string | undefined;
  /** Serves a request to the login server, of a caller that network rules admit. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, origin: string) => Promise<void>;
  /** Lines for the log of a failed run: causes that don't exist in Azure. */
  readonly explain: () => readonly string[];
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** Where Azure starts steps. */
const workspace = "/workspace";

/**
 * Runs a task on this machine. As in Azure, the steps receive the address of the registry in `$Registry`, here a loopback address, and its
 * credentials in `$HOME/.docker/config.json`.
 */
export async function runTask(run: TaskRunRequest, context: TaskContext): Promise<TaskRunResult> {
  const log: string[] = [`Logging in to registry: ${run.loginServer}`];
  const ended = (succeeded: boolean, images: TaskRunResult["images"] = []): TaskRunResult => {
    const text = context.password ? log.join("\n").replaceAll(context.password, REDACTED) : log.join("\n");
    return { succeeded, log: `${redactText(text)}\n`, images };
  };
  const refusal = loginError(run, context);
  if (refusal !== undefined || context.password === undefined) {
    log.push(`failed to login, ran out of retries: failed to set docker credentials: ${refusal}`);
    return ended(false);
  }
  log.push(`Successfully logged into ${run.loginServer}`);
  const server = createHttpServer((request, response) => context.serve(request, response, `http://127.0.0.1:${port}`));
  const port = await listenOnLoopback(server);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "acr-task-"));
  try {
    const registry = `127.0.0.1:${port}`;
    const task = readTask(run.steps, registry);
    const runner = new Runner(run, context, { registry, password: context.password }, folder, task, log);
    const succeeded = await runner.run();
    if (!succeeded) log.push(...context.explain());
    return ended(succeeded, runner.images);
  } catch (error) {
    if (!(error instanceof UnsupportedTask)) throw error;
    log.push(`unsupported: ${error.message}`);
    return ended(false);
  } finally {
    server.close();
    server.closeAllConnections();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Texts: Azure/azure-cli#27253 (network rules), Azure/acr documentation of authorization (no role). */
function loginError({ admitted, loginServer, principalId }: TaskRunRequest, { password }: TaskContext): string | undefined {
  const error = `Error response from daemon: Get "https://${loginServer}/v2/":`;
  const denied = "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
  if (!admitted) return `${error} denied: {"errors":[{"code":"DENIED","message":"${denied}"}]}`;
  if (principalId === undefined) return `${error} unauthorized: the task has no identity`;
  if (password === undefined)
    return `${error} unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.`;
  return undefined;
}

class Runner {
  readonly images: { repository: string; tag: string; digest: string }[] = [];
  /** What the `build` steps made: with a builder or, if undefined, a hash of the inputs. */
  private readonly built = new Map<string, { readonly push: () => Promise<void>; readonly inputs?: string }>();

  constructor(
    private readonly request: TaskRunRequest,
    private readonly context: TaskContext,
    private readonly access: { readonly registry: string; readonly password: string },
    private readonly folder: string,
    private readonly task: TaskFile,
    private readonly log: string[],
  ) {}

  async run(): Promise<boolean> {
    this.writeFiles();
    for (const [index, step] of this.task.steps.entries()) {
      this.log.push(`Executing step ID: acb_step_${index}`);
      try {
        if (step.kind === "script") await this.script(step);
        else if (step.kind === "build") await this.build(step);
        else await this.push(step);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.log.push(`failed during run, err: step acb_step_${index}: ${reason}`);
        return false;
      }
    }
    this.log.push("Run complete");
    return true;
  }

  private writeFiles(): void {
    for (const [name, files] of this.task.volumes) {
      const folder = this.volume(name);
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const [file, bytes] of files) fs.writeFileSync(path.join(folder, file), bytes, { mode: 0o600 });
    }
    const docker = path.join(this.folder, "home", ".docker");
    for (const folder of [docker, path.join(this.folder, "workspace")]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const auth = Buffer.from(`00000000-0000-0000-0000-000000000000:${this.access.password}`).toString("base64");
    writePrivateFile(this.authFile, JSON.stringify({ auths: { [this.access.registry]: { auth }, [this.request.loginServer]: { auth } } }));
  }

  private async script({ args, mounts, timeoutSeconds }: ScriptStep): Promise<void> {
    const unknown = mounts.find(({ volume }) => !this.task.volumes.has(volume));
    if (unknown) throw new Error(`the task has no volume '${unknown.volume}'`);
    const folders = [...mounts.map((mount) => [mount.path, this.volume(mount.volume)] as const), [workspace, this.workspace] as const];
    const { code, output, problem } = await runProcess({
      program: "python3",
      args: ["-B", "-u", ...args.map((argument) => mapped(argument, folders))],
      folder: this.workspace,
      environment: { PATH: process.env.PATH, LANG: "C.UTF-8", HOME: path.join(this.folder, "home"), TMPDIR: this.folder },
      timeoutSeconds,
      signal: this.context.signal,
    });
    if (output) this.log.push(output.trimEnd());
    if (code !== 0) throw new Error(`python3 ${args[0]}: ${problem ?? `exit code ${code}`}`);
  }

  private async build({ args }: BuildStep): Promise<void> {
    const { names, build } = buildOf(args, this.workspace);
    const builder = await findBuilder(build);
    const inputs = hashInputs(build, build.args);
    const [first, ...others] = names;
    if (first === undefined) throw new Error("the build has no name: add -t $Registry/<repository>:<tag>");
    if (others.length > 0) throw new Error("the local Azure supports one -t for a build");
    if ("reason" in builder) {
      this.log.push(`Nothing was built: ${builder.reason}. The digest is a hash of the inputs.`);
      this.built.set(first, { push: async () => {}, inputs });
      return;
    }
    await builder.build(build, first);
    this.log.push(`Built by ${builder.name}.`);
    this.built.set(first, {
      push: async () => {
        await builder.push(first, this.authFile);
        await builder.remove(first);
      },
    });
  }

  private async push({ images }: PushStep): Promise<void> {
    for (const image of images) {
      const built = this.built.get(image);
      const [, repository, tag] = /^[^/]+\/(.+):([^:/]+)$/.exec(image) ?? [];
      if (built === undefined || repository === undefined || tag === undefined) throw new Error(`no build step made ${image}`);
      const { registry, password } = this.access;
      const target: PushTarget = { origin: `http://${registry}`, loginServer: this.request.loginServer, repository, password };
      if (built.inputs === undefined) await built.push();
      else await pushPlaceholder(target, tag, built.inputs);
      const digest = await digestOfTag(target, tag);
      this.log.push(`Successfully pushed image: ${image}, digest ${digest}`);
      this.images.push({ repository, tag, digest });
    }
  }

  private get authFile(): string {
    return path.join(this.folder, "home", ".docker", "config.json");
  }

  private get workspace(): string {
    return path.join(this.folder, "workspace");
  }

  private volume(name: string): string {
    return path.join(this.folder, "volumes", Buffer.from(name).toString("hex"));
  }
}

/** Replaces the path of a mount at the beginning of an argument with its folder on this machine. */
function mapped(argument: string, folders: readonly (readonly [inContainer: string, folder: string])[]): string {
  const [mount, folder] = folders.find(([inContainer]) => argument === inContainer || argument.startsWith(`${inContainer}/`)) ?? [];
  return mount === undefined || folder === undefined
    ? argument
    : path.join(folder, path.posix.normalize(`/${argument.slice(mount.length)}`));
}

/** Reads the arguments of a `build` step, which are those of `docker build`. */
function buildOf(args: readonly string[], context: string): { names: string[]; build: ImageBuild } {
  const names: string[] = [];
  const variables: Record<string, string> = {};
  let dockerfile = "Dockerfile";
  let platform: string | undefined;
  let folder = ".";
  for (let index = 0; index < args.length; index++) {
    const [, option = "", inline] = /^(--?[a-z-]+)(?:=(.*))?$/.exec(args[index]!) ?? [];
    const value = () => inline ?? args[++index] ?? "";
    if (option === "-t" || option === "--tag") names.push(value());
    else if (option === "-f" || option === "--file") dockerfile = value();
    else if (option === "--platform") platform = value();
    else if (option === "--build-arg") {
      const [, name = "", text = ""] = /^(\w+)=(.*)$/s.exec(value()) ?? [];
      variables[name] = text;
    } else if (option === "") folder = args[index]!;
    else throw new Error(`the local Azure doesn't support the option ${option} of a build`);
  }
  const inside = (below: string) => path.join(context, path.posix.normalize(`/${below.replace(/^\/workspace\/?/, "")}`));
  return { names, build: { context: inside(folder), dockerfile: inside(dockerfile), args: variables, ...(platform ? { platform } : {}) } };
}
