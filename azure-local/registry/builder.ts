import * as os from "node:os";
import { basesOf, type ImageBuild } from "./imageBuild";
import { runProcess } from "./runProcess";

/** Builds images on this machine. It never pulls base images. */
export interface Builder {
  /** For example `buildah`. */
  readonly name: string;
  hasImage(image: string): Promise<boolean>;
  /** @throws Error with the end of the output */
  build(build: ImageBuild, name: string): Promise<void>;
  /** Pushes an image that was built, to a registry on loopback. @param authFile A `config.json` of Docker with credentials */
  push(name: string, authFile?: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Timeouts, in seconds. */
const timeouts = { question: 30, build: 3600 } as const;

/** Number of lines of a failed command's output in an error. */
const shownLines = 40;

/** Arguments and environment of a program that builds images. */
interface Engine {
  readonly program: "buildah" | "docker";
  readonly global: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Succeeds if the program can build. */
  readonly isReady: readonly string[];
  readonly inspect: readonly string[];
  readonly build: readonly string[];
  readonly push: (authFile: string | undefined) => readonly string[];
  readonly remove: readonly string[];
}

/** Builders in order of preference. For tests, `MOOR_BUILDAH_ROOT` is the folder for buildah's storage. */
function engines(environment: NodeJS.ProcessEnv): Engine[] {
  const root = environment.MOOR_BUILDAH_ROOT;
  const isolation = os.userInfo().uid === 0 && environment.BUILDAH_ISOLATION === undefined ? { BUILDAH_ISOLATION: "chroot" } : {};
  const buildah: Engine = {
    program: "buildah",
    global: root ? ["--root", `${root}/storage`, "--runroot", `${root}/run`] : [],
    environment: { ...environment, ...isolation, ...(root ? { STORAGE_DRIVER: "vfs" } : {}) },
    isReady: ["--version"],
    inspect: ["inspect", "--type", "image"],
    build: ["build", "--pull-never", "--layers=false"],
    push: (authFile) => ["push", "--tls-verify=false", ...(authFile ? ["--authfile", authFile] : [])],
    remove: ["rmi", "--force"],
  };
  const docker: Engine = {
    program: "docker",
    global: [],
    environment,
    isReady: ["version", "--format", "{{.Server.Version}}"],
    inspect: ["image", "inspect"],
    build: ["build", "--pull=false"],
    push: () => ["push"],
    remove: ["image", "rm", "--force"],
  };
  return root ? [buildah] : [docker, buildah];
}

/**
 * Finds a program that can build an image without a pull.
 * @returns why nothing can be built, as the continuation of "nothing was built: "
 */
export async function findBuilder(
  build: ImageBuild,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Builder | { readonly reason: string }> {
  const bases = basesOf(build);
  const reasons: string[] = [];
  for (const engine of engines(environment)) {
    const builder = builderOf(engine);
    if (!(await succeeds(engine, engine.isReady))) continue;
    const missing: string[] = [];
    for (const base of bases) if (!(await builder.hasImage(base))) missing.push(base);
    if (missing.length === 0) return builder;
    reasons.push(`${engine.program} has no base image ${missing.join(" and ")} on this machine, and the local Azure doesn't pull images`);
  }
  return { reason: reasons.join("; ") || "neither Docker nor buildah is available on this machine" };
}

function builderOf(engine: Engine): Builder {
  return {
    name: engine.program,
    hasImage: (image) => succeeds(engine, [...engine.inspect, image]),
    async build({ context, dockerfile, args, platform, target }, name) {
      const given = Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
      const options = [...(platform ? ["--platform", platform] : []), ...(target ? ["--target", target] : [])];
      await run(engine, [...engine.build, ...given, ...options, "--file", dockerfile, "--tag", name, context], timeouts.build);
    },
    push: (name, authFile) => run(engine, [...engine.push(authFile), name], timeouts.build),
    remove: async (name) => void (await succeeds(engine, [...engine.remove, name])),
  };
}

async function succeeds({ program, global, environment }: Engine, args: readonly string[]): Promise<boolean> {
  const request = { program, args: [...global, ...args], folder: os.tmpdir(), environment, timeoutSeconds: timeouts.question };
  return (await runProcess(request)).code === 0;
}

async function run({ program, global, environment }: Engine, args: readonly string[], timeoutSeconds: number): Promise<void> {
  const { code, output, problem } = await runProcess({
    program,
    args: [...global, ...args],
    folder: os.tmpdir(),
    environment,
    timeoutSeconds,
  });
  if (code === 0) return;
  const end = output.trimEnd().split("\n").slice(-shownLines).join("\n");
  throw new Error(`${program} ${args[0]} failed: ${problem ?? `exit code ${code}`}\n${end}`);
}
