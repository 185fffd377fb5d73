/**
 * Stands in for the provider plugin `docker` where there is no Docker daemon: an image is never built or pushed; its digest is a hash over
 * what a build would read, so that it changes when the context, the Dockerfile, the arguments or the platform do.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { equal } from "./diff";
import type { Difference, DiffResult, Provider, ProviderDefinition, UpdateRequest, WriteRequest } from "./provider";
import { hasUnknown, isObject, type Properties, plainProperties, UNKNOWN, withSecretsOf } from "./wire";

const IMAGE = "docker:index/image:Image";
/** In the build's inputs, as with the real provider: the content of the context, whose change the engine couldn't see otherwise. */
const CONTENT = "contextDigest";
const IGNORED = new Set([".git", "node_modules"]);
// A change of these pushes under another name or to another registry; credentials and such may change without a new image.
const REPLACING = new Set(["imageName"]);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !IGNORED.has(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]));
}

interface Build {
  readonly context: string;
  readonly dockerfile: string;
  readonly settings: Properties;
}

function buildOf(inputs: Properties): Build {
  const { [CONTENT]: _, context = ".", dockerfile, ...settings } = isObject(inputs.build) ? inputs.build : {};
  const folder = String(context);
  return { context: folder, dockerfile: typeof dockerfile === "string" ? dockerfile : join(folder, "Dockerfile"), settings };
}

function contentHash({ context, dockerfile, settings }: Build): string {
  if (!existsSync(context)) throw new Error(`build context '${context}' does not exist: set build.context to a folder`);
  if (!existsSync(dockerfile)) throw new Error(`Dockerfile '${dockerfile}' does not exist: set build.dockerfile to a file`);
  const hash = createHash("sha256");
  for (const file of filesOf(context)) {
    hash.update(`${relative(context, file)}\0`);
    hash.update(lstatSync(file).isSymbolicLink() ? readlinkSync(file) : readFileSync(file));
  }
  hash.update(readFileSync(dockerfile)).update(JSON.stringify(sorted(settings)));
  return hash.digest("hex");
}

function sorted(properties: Properties): Properties {
  const entries = Object.entries(properties).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, isObject(value) ? sorted(value) : value]));
}

/** `registry/repository` of `registry/repository:tag`; a port is no tag. */
function repositoryOf(imageName: string): string {
  const colon = imageName.lastIndexOf(":");
  return colon > imageName.lastIndexOf("/") ? imageName.slice(0, colon) : imageName;
}

function outputsOf(inputs: Properties): Properties {
  const imageName = String(inputs.imageName);
  const build = buildOf(inputs);
  const repository = repositoryOf(imageName);
  return {
    baseImageName: imageName,
    context: build.context,
    dockerfile: build.dockerfile,
    imageName,
    ...(typeof build.settings.platform === "string" ? { platform: build.settings.platform } : {}),
    registryServer: repository.split("/")[0] ?? "",
    repoDigest: `${repository}@sha256:${contentHash(build)}`,
  };
}

const OUTPUTS = ["baseImageName", "context", "dockerfile", "imageName", "registryServer", "repoDigest"];

class Docker implements Provider {
  cancel(): void {}

  async check({ news, type }: { news: Properties; type: string }) {
    if (type !== IMAGE) throw new Error(`resource type ${type} is not served by azure-local: it has ${IMAGE}`);
    if (news.imageName === undefined) return { inputs: news, failures: ["missing required property 'imageName'"] };
    const plainNews = plainProperties(news);
    if (hasUnknown(plainNews.build)) return { inputs: news, failures: [] };
    try {
      const build = isObject(news.build) ? news.build : {};
      return { inputs: { ...news, build: { ...build, [CONTENT]: contentHash(buildOf(plainNews)) } }, failures: [] };
    } catch (error) {
      return { inputs: news, failures: [error instanceof Error ? error.message : String(error)] };
    }
  }

  diff({ news, oldInputs }: { news: Properties; oldInputs: Properties }): DiffResult {
    const [old, next] = [plainProperties(oldInputs), plainProperties(news)];
    const changed = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter(
      (key) => key !== "registry" && !equal(old[key], next[key]),
    );
    const entries = changed.map((key): [string, Difference] => [key, { kind: "update", replace: REPLACING.has(key) }]);
    return { differences: new Map(entries), deleteBeforeReplace: false };
  }

  async create(request: WriteRequest) {
    const state = this.outputs(request);
    return { id: request.preview ? "" : String(state.repoDigest), state: withSecretsOf(state, request.inputs) as Properties };
  }

  async read({ id, inputs, state }: { id: string; inputs: Properties | undefined; state: Properties }) {
    return { id, inputs: inputs ?? {}, state };
  }

  async update(request: UpdateRequest) {
    return withSecretsOf(this.outputs(request), request.inputs) as Properties;
  }

  async delete(): Promise<void> {}

  async invoke(token: string): Promise<Properties> {
    throw new Error(`docker has no function ${token} here`);
  }

  private outputs(request: WriteRequest): Properties {
    const { registry: _, ...inputs } = plainProperties(request.inputs);
    return hasUnknown(inputs) ? Object.fromEntries(OUTPUTS.map((name) => [name, UNKNOWN])) : outputsOf(inputs);
  }
}

export const docker: ProviderDefinition = { name: "docker", version: "5.2.0", configure: () => new Docker() };
