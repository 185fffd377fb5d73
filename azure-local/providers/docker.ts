/**
 * Stand-in for the provider plugin `docker`, without a Docker daemon. It never builds or pushes images. The digest is a hash of the build's
 * inputs, so it changes when the context, the Dockerfile, the arguments or the platform change.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { equal } from "./diff";
import type { Difference, DiffResult, Provider, ProviderDefinition, UpdateRequest, WriteRequest } from "./provider";
import { hasUnknown, isObject, type Properties, plainProperties, UNKNOWN, withSecretsOf } from "./wire";

const IMAGE = "docker:index/image:Image";
/** A hash of the context in the build's inputs, as in the real provider. Otherwise the engine could not detect changes of the context. */
const CONTENT = "contextDigest";
const IGNORED = new Set([".git", "node_modules"]);
// A change of these inputs pushes to another name or registry. Changed credentials do not create a new image.
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

/** Returns `registry/repository` of `registry/repository:tag`. A port is not a tag. */
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
    if (type !== IMAGE) throw new Error(`azure-local does not support the resource type ${type}. It supports ${IMAGE}.`);
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
    throw new Error(`azure-local does not support the function ${token}.`);
  }

  private outputs(request: WriteRequest): Properties {
    const { registry: _, ...inputs } = plainProperties(request.inputs);
    return hasUnknown(inputs) ? Object.fromEntries(OUTPUTS.map((name) => [name, UNKNOWN])) : outputsOf(inputs);
  }
}

export const docker: ProviderDefinition = { name: "docker", version: "5.2.0", configure: () => new Docker() };
