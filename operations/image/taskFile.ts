/** The task file that builds an image, and the task that contains it. Source: Azure docs, container-registry-tasks-reference-yaml. */
import { stringify } from "yaml";
import { secretFiles, secretText } from "../../azure/containerRegistry";
import { armRequestBytes } from "../../azure/limits";
import { archivePaths } from "./context";

export interface TaskRequest {
  /** Setting in the stack file, for messages. */
  readonly setting: string;
  readonly repository: string;
  readonly tag: string;
  readonly args: Readonly<Record<string, string>>;
  /** Compressed archive of the build context. */
  readonly archive: Uint8Array;
  /** Region of the registry. */
  readonly location: string;
  /** Host name of the registry. */
  readonly loginServer: string;
}

/**
 * Timeouts of a step and of a run, in seconds. That of the run is Azure's maximum. Source: Azure docs,
 * container-registry-tasks-reference-yaml.
 */
export const seconds = { step: 3 * 3600, run: 28_800 } as const;

const mountPath = "/moor";

/** The first line of the script's output. A run whose log doesn't contain it failed before its first step, for example at the login. */
export const startedMark = "moor: unpacking the build context";

/**
 * Joins and unpacks the archive. The shell of the task's agent expands some characters, so the script has none of them: see `secretText`.
 */
const unpack = `import base64, glob, io, sys, tarfile
print("${startedMark}", flush=True)
source, target = sys.argv[1:]
text = "".join(open(name).read() for name in sorted(glob.glob(source + "/context.*")))
with tarfile.open(fileobj=io.BytesIO(base64.b64decode(text)), mode="r:gz") as archive:
    archive.extraction_filter = lambda member, path: member
    archive.extractall(target)
`;

/**
 * The body of the task.
 * @throws Error if the build context is too large, or an argument contains a character that the task would change
 */
export function taskBody(request: TaskRequest): object {
  const content = Buffer.from(taskFile(request)).toString("base64");
  const body = {
    location: request.location,
    identity: { type: "SystemAssigned" },
    properties: {
      platform: { os: "Linux", architecture: "amd64" },
      agentConfiguration: { cpu: 2 },
      timeout: seconds.run,
      // Without it, the task would sign in to the registry with a token that can't bypass the network rules.
      credentials: { sourceRegistry: { loginMode: "None" }, customRegistries: { [request.loginServer]: { identity: "[system]" } } },
      step: { type: "EncodedTask", encodedTaskContent: content },
    },
  };
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size > armRequestBytes) throw tooLarge(request, size);
  return body;
}

/** The task file, in YAML. */
export function taskFile({ setting, repository, tag, args, archive }: TaskRequest): string {
  const image = `$Registry/${repository}:${tag}`;
  const options = Object.entries(args).map(([name, value]) => `--build-arg ${name}=${plainArgument(setting, name, value)}`);
  const build = ["-t", image, "-f", archivePaths.dockerfile, ...options, archivePaths.context].join(" ");
  const task = {
    version: "v1.1.0",
    stepTimeout: seconds.step,
    volumes: [{ name: "moor", secret: { "unpack.py": secretText(unpack), ...secretFiles("context", archive) } }],
    steps: [
      // The image `az` of Azure contains Python.
      { cmd: `az ${mountPath}/unpack.py ${mountPath} .`, entryPoint: "python3", volumeMounts: [{ name: "moor", mountPath }] },
      { build, env: ["DOCKER_BUILDKIT=1"] },
      { push: [image] },
    ],
  };
  return stringify(task, { lineWidth: 0 });
}

/** Returns a value that neither the agent's shell nor the task's templates change. */
function plainArgument(setting: string, name: string, value: string): string {
  if (/^[\w.,:@%+=/^-]*$/.test(value)) return value;
  throw new Error(
    `${setting}: the value of the argument ${name} contains a character that a task would change. Allowed: letters, digits and . , : @ % + = / ^ _ -. ` +
      `Set the value as the default in the Dockerfile instead (ARG ${name}="…").`,
  );
}

function tooLarge({ setting, archive }: TaskRequest, size: number): Error {
  const megabytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return new Error(
    `${setting}: the compressed build context has ${megabytes(archive.length)}, and the task that carries it ${megabytes(size)}. Azure accepts requests of up to ` +
      `${megabytes(armRequestBytes)}. Exclude files with .dockerignore, for example weights and tests; or build the image in your own pipeline, push it to a ` +
      "registry, and use `import` with its digest.",
  );
}
