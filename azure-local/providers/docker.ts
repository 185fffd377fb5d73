/**
 * Stand-in for the provider plugin `docker`. It builds with Docker or buildah if one of them is available and has all base images, and
 * pushes to a registry of the local Azure. Otherwise, it reports that nothing was built, and pushes an image without layers. The digest of
 * this image depends on the hash of the build's inputs: the context, the Dockerfile, the arguments and the platform.
 */
import { join } from "node:path";
import { type Builder, findBuilder } from "../registry/builder";
import { hashInputs, type ImageBuild } from "../registry/imageBuild";
import { exchangeOci } from "../registry/ociClient";
import { authorize, digestOfTag, type PushTarget, pushPlaceholder } from "../registry/placeholder";
import { equal } from "./diff";
import type { Difference, DiffResult, EngineLog, Provider, ProviderDefinition, UpdateRequest, WriteRequest } from "./provider";
import { hasUnknown, isObject, type Properties, plainProperties, UNKNOWN, withSecretsOf } from "./wire";

const IMAGE = "docker:index/image:Image";
/** A hash of the context in the build's inputs, as in the real provider. Otherwise the engine could not detect changes of the context. */
const CONTENT = "contextDigest";
// A change of these inputs pushes to another name or registry. Changed credentials do not create a new image.
const REPLACING = new Set(["imageName"]);

/** The provider runs where Docker runs, which must be inside the network of the registry. */
const inside = { "x-azure-local-network": "inside" } as const;

export interface DockerOptions {
  /** Address of ARM. @default images are neither built nor pushed */
  readonly armUrl?: string;
  /** Address of the registries for pushes without credentials. @default images are not built */
  readonly imagesAddress?: string;
  /** Environment of the programs that build. @default the environment of this process */
  readonly environment?: NodeJS.ProcessEnv;
}

interface Build {
  readonly image: ImageBuild;
  readonly settings: Properties;
}

function buildOf(inputs: Properties): Build {
  const { [CONTENT]: _, context = ".", dockerfile, ...settings } = isObject(inputs.build) ? inputs.build : {};
  const folder = String(context);
  const args = isObject(settings.args) ? settings.args : {};
  const image: ImageBuild = {
    context: folder,
    dockerfile: typeof dockerfile === "string" ? dockerfile : join(folder, "Dockerfile"),
    args: Object.fromEntries(Object.entries(args).map(([key, value]) => [key, String(value)])),
    ...(typeof settings.platform === "string" ? { platform: settings.platform } : {}),
    ...(typeof settings.target === "string" ? { target: settings.target } : {}),
  };
  return { image, settings };
}

function contentHash({ image, settings }: Build): string {
  return hashInputs(image, settings);
}

/**
 * Inputs without the paths of the build, which are absolute here and so differ between clones of a repository. The hash of the files says
 * whether the image changes.
 */
function withoutPaths(inputs: Properties): Properties {
  if (!isObject(inputs.build) || inputs.build[CONTENT] === undefined) return inputs;
  const { context: _context, dockerfile: _dockerfile, ...build } = inputs.build;
  return { ...inputs, build };
}

interface ImageName {
  /** Host, with a port if there is one. */
  readonly server: string;
  readonly repository: string;
  readonly tag: string;
}

/** Reads `registry/repository:tag`. A port is not a tag. */
function nameOf(imageName: string): ImageName {
  const [server = "", ...path] = imageName.split("/");
  const [, repository = "", tag = "latest"] = /^([^:]*)(?::(.+))?$/.exec(path.join("/")) ?? [];
  return { server, repository, tag };
}

function outputsOf(inputs: Properties, digest: string | typeof UNKNOWN): Properties {
  const imageName = String(inputs.imageName);
  const { image } = buildOf(inputs);
  const { server, repository } = nameOf(imageName);
  return {
    baseImageName: imageName,
    context: image.context,
    dockerfile: image.dockerfile,
    imageName,
    ...(image.platform ? { platform: image.platform } : {}),
    registryServer: server,
    repoDigest: digest === UNKNOWN ? UNKNOWN : `${server}/${repository}@${digest}`,
  };
}

const OUTPUTS = ["baseImageName", "context", "dockerfile", "imageName", "registryServer", "repoDigest"];

class Docker implements Provider {
  constructor(
    private readonly options: DockerOptions,
    private readonly log: EngineLog,
  ) {}

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
    const [old, next] = [withoutPaths(plainProperties(oldInputs)), withoutPaths(plainProperties(news))];
    const changed = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter(
      (key) => key !== "registry" && !equal(old[key], next[key]),
    );
    const entries = changed.map((key): [string, Difference] => [key, { kind: "update", replace: REPLACING.has(key) }]);
    return { differences: new Map(entries), deleteBeforeReplace: false };
  }

  async create(request: WriteRequest) {
    const state = await this.outputs(request);
    return { id: request.preview ? "" : String(state.repoDigest), state: withSecretsOf(state, request.inputs) as Properties };
  }

  async read({ id, inputs, state }: { id: string; inputs: Properties | undefined; state: Properties }) {
    return { id, inputs: inputs ?? {}, state };
  }

  async update(request: UpdateRequest) {
    return withSecretsOf(await this.outputs(request), request.inputs) as Properties;
  }

  async delete(): Promise<void> {}

  async invoke(token: string): Promise<Properties> {
    throw new Error(`azure-local does not support the function ${token}.`);
  }

  private async outputs({ inputs: given, preview, urn }: WriteRequest): Promise<Properties> {
    const { registry, ...inputs } = plainProperties(given);
    if (hasUnknown(inputs)) return Object.fromEntries(OUTPUTS.map((name) => [name, UNKNOWN]));
    if (preview) return outputsOf(inputs, UNKNOWN);
    const password = isObject(registry) && typeof registry.password === "string" ? registry.password : undefined;
    return outputsOf(inputs, await this.publish(inputs, password, urn));
  }

  /** Builds and pushes. @returns the digest of the manifest */
  private async publish(inputs: Properties, password: string | undefined, urn: string): Promise<string> {
    const build = buildOf(inputs);
    const [hash, name] = [contentHash(build), nameOf(String(inputs.imageName))];
    const target = inputs.skipPush === true ? undefined : await this.target(name, password);
    const { imagesAddress, environment } = this.options;
    if (target === undefined || imagesAddress === undefined) {
      await this.log(
        urn,
        `nothing was built or pushed: the local Azure has no registry ${name.server}. The digest is a hash of the inputs.`,
      );
      return `sha256:${hash}`;
    }
    const builder = await findBuilder(build.image, environment);
    if ("reason" in builder) {
      const digest = await pushPlaceholder(target, name.tag, hash);
      await this.log(urn, `nothing was built: ${builder.reason}. The digest is a hash of the inputs.`);
      return digest;
    }
    const pushed = `${imagesAddress}/${target.loginServer}/${name.repository}:${name.tag}`;
    await this.log(urn, `building with ${builder.name}`);
    await buildAndPush(builder, build.image, pushed);
    return digestOfTag(target, name.tag);
  }

  /** @returns undefined if the local Azure has no such registry. @throws Error if the registry rejects the credentials */
  private async target({ server, repository }: ImageName, password: string | undefined): Promise<PushTarget | undefined> {
    const loginServer = server.replace(/:443$/, "").toLowerCase();
    const { armUrl } = this.options;
    if (armUrl === undefined) return undefined;
    const origin = `${armUrl}/data/${loginServer}`;
    // Without credentials, Docker uses those of `az acr login`: a refresh token of the user, here of the deployer.
    const form = new URLSearchParams({ grant_type: "access_token", service: loginServer, access_token: "az-acr-login" });
    const headers = { ...inside, "content-type": "application/x-www-form-urlencoded" };
    const { status, bytes } = await exchangeOci({
      method: "POST",
      url: `${origin}/oauth2/exchange`,
      headers,
      body: Buffer.from(form.toString()),
    });
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`the registry ${server} rejected the login: ${bytes.toString("utf8")}`);
    const login = (JSON.parse(bytes.toString("utf8")) as { refresh_token: string }).refresh_token;
    const target: PushTarget = { origin, loginServer, repository, password: password ?? login, headers: inside };
    await authorize(target);
    return target;
  }
}

async function buildAndPush(builder: Builder, image: ImageBuild, name: string): Promise<void> {
  await builder.build(image, name);
  try {
    await builder.push(name);
  } finally {
    await builder.remove(name);
  }
}

export function dockerProvider(options: DockerOptions): ProviderDefinition {
  return { name: "docker", version: "5.2.0", configure: (_config, log = async () => {}) => new Docker(options, log) };
}
