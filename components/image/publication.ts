/** Publishes an image in the container registry of the stack. Content that is present is not sent again. */
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import {
  importImage,
  type Presence,
  type RegistryClient,
  registryApiVersion,
  runTask,
  type SourceCredentials,
  TaskRunError,
} from "../../azure/containerRegistry";
import type { ImageReference } from "../../planner/decision";
import { type ExternalImage, externalImageText, type ImageSource, imageTag, imageText, type LayeredImage } from "../../planner/image";
import { fail } from "../../program/fail";
import { armIdOf, azureOf, registryOf } from "../base/azure";
import { outputValue } from "../base/outputs";
import { type PublishingRegistry, rejectUnreachable, requireReach } from "./reach";
import { isInManifest } from "./taskStep";

export interface Publication {
  readonly registry: PublishingRegistry;
  readonly reference: ImageReference;
  readonly source: ImageSource;
  /** Setting in the stack file that names the image. */
  readonly setting: string;
  /** `<username>:<password>` by host name of a source registry, as a secret. @default - images are imported without credentials */
  readonly importCredentials?: pulumi.Output<Readonly<Record<string, string>>>;
  /** With `via: task`: ARM ID of the task. */
  readonly taskId?: pulumi.Output<string>;
  /** With `build`: image reference by digest, as the Docker provider returned it. */
  readonly built?: pulumi.Output<string>;
}

/** In a preview, shows how the image will be published. */
export function announce({ source, reference, setting }: Publication): void {
  const sentence = announcement(source, imageText(reference));
  if (sentence !== undefined) pulumi.log.info(`${setting}: ${sentence}`);
}

function announcement(source: ImageSource, image: string): string | undefined {
  switch (source.kind) {
    case "existing":
      return undefined;
    case "import":
      return `Azure will import ${externalImageText(source.from)} as ${image}, unless the container registry contains it.`;
    case "layer": {
      const who = { registry: "this run", task: "an ACR task" }[source.via];
      const base = externalImageText(source.image.base);
      return `Azure will import the base image ${base}, and ${who} will add a layer and publish ${image}, unless the container registry contains it.`;
    }
    case "build":
      return `Docker will build ${path.relative(process.cwd(), source.context) || "."} and push ${image}.`;
    default:
      return source satisfies never;
  }
}

/** In a preview, checks whether `publish` can succeed on this machine. An image with `build` is checked by a hook of its own. */
export async function reviewPublication({ registry, reference, source, setting }: Publication): Promise<void> {
  if (source.kind !== "layer" || source.via !== "registry") return;
  await requireReach({ registry, repository: reference.repository, setting, kind: "layer" });
}

/**
 * Publishes the image.
 * @throws pulumi.RunError with the setting and the cause
 */
export async function publish(publication: Publication): Promise<void> {
  const { registry, setting } = publication;
  const azure = azureOf(registry);
  const [registryId, loginServer] = await Promise.all([outputValue(registry.imageRegistryId), outputValue(registry.loginServer)]);
  const context: Context = { ...publication, azure, registryId, client: registryOf(azure, loginServer) };
  try {
    await ways[publication.source.kind](context);
  } catch (error) {
    if (error instanceof pulumi.RunError) throw error;
    fail(`${setting}: publishing the image failed. ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Context extends Publication {
  readonly azure: ArmClient;
  readonly registryId: string;
  readonly client: RegistryClient;
}

const ways = {
  existing: async () => {},
  import: async (context) => {
    const { source, reference } = context;
    if (source.kind !== "import" || isPresent(await look(context, source.from.digest), source.from.digest)) return;
    await copy(context, source.from, imageTag(reference));
  },
  layer: async (context) => {
    const { source, registry, reference, setting } = context;
    if (source.kind !== "layer") return;
    const { image, via } = source;
    const found = await look(context, image.manifest.digest);
    if (isPresent(found, image.manifest.digest)) return;
    const { repository } = reference;
    if (via === "registry" && !("digest" in found)) rejectUnreachable({ registry, repository, setting, kind: "layer" }, found);
    // A manifest can refer only to blobs of its own repository, so the base is imported into the repository of the image.
    const base = await look(context, image.base.digest);
    if (!isPresent(base, image.base.digest)) await copy(context, image.base, imageTag({ repository, digest: image.base.digest }));
    if (via === "registry") await push(context, image);
    else await pushByTask(context, "digest" in found);
  },
  build: async ({ client, reference, built, setting }) => {
    if (built === undefined) return;
    const reported = await outputValue(built);
    const stored = await client.has(reference.repository, imageTag(reference));
    if (stored !== undefined && reported.endsWith(`@${stored}`)) return;
    // Source: pulumi-docker#812. The provider can return the digest of an earlier image.
    fail(
      `${setting}: the Docker provider returned ${reported}, but the tag ${imageTag(reference)} in the registry refers to ${stored ?? "no image"}. ` +
        "Build the image again: run `pulumi up --replace <URN>` with the URN of the resource docker:index/image:Image that `pulumi stack --show-urns` shows.",
    );
  },
} satisfies Record<ImageSource["kind"], (context: Context) => Promise<void>>;

function look({ client, reference }: Context, digest: string): Promise<Presence> {
  return client.look(reference.repository, digest);
}

function isPresent(found: Presence, digest: string): boolean {
  return "digest" in found && found.digest === digest;
}

/** Imports that run in this process, by target. Images with one base in one repository import it once. */
const copies = new Map<string, Promise<void>>();

function copy(context: Context, source: ExternalImage, tag: string): Promise<void> {
  const key = `${context.registryId}/${context.reference.repository}:${tag}`;
  const copying = copies.get(key) ?? copyNow(context, source, tag).finally(() => copies.delete(key));
  copies.set(key, copying);
  return copying;
}

async function copyNow(context: Context, source: ExternalImage, tag: string): Promise<void> {
  const { azure, registryId, reference, setting, client } = context;
  const { repository } = reference;
  pulumi.log.info(
    `${setting}: importing ${externalImageText(source)}, unless the registry contains it. A large image takes several minutes.`,
  );
  const credentials = await credentialsFor(context, source.registry);
  if (await importImage(azure, registryId, { source, repository, tag, credentials })) return;
  // Azure rejected the import because the tag exists. If this machine can reach the registry, it checks that the image exists too.
  const found = await look(context, source.digest);
  if (!("digest" in found) || isPresent(found, source.digest)) return;
  // The local Azure can import an image without its bytes. It then only answers HEAD.
  if ((await client.has(repository, source.digest)) === source.digest) return;
  fail(
    `${setting}: Azure didn't import the image, because the tag ${repository}:${tag} exists. But the registry has no ${repository}@${source.digest}. ` +
      "If another run imports the image, wait for it and run `pulumi up` again. Otherwise, remove the tag, then run `pulumi up` again:\n" +
      `  az acr repository untag --name ${armIdOf(registryId).name} --image ${repository}:${tag}`,
  );
}

/** @throws pulumi.RunError if the credentials are not valid */
async function credentialsFor({ importCredentials }: Context, host: string): Promise<SourceCredentials | undefined> {
  if (importCredentials === undefined) return undefined;
  const pair = (await outputValue(importCredentials))[host];
  if (pair === undefined) return undefined;
  const colon = pair.indexOf(":");
  if (colon > 0) return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  return fail(`moor:importCredentials: the value of "${host}" is not valid. Allowed: <username>:<password>.`);
}

async function push({ client, reference, setting }: Context, { manifest, config, layer }: LayeredImage): Promise<void> {
  const { repository } = reference;
  const tag = imageTag(reference);
  pulumi.log.info(`${setting}: publishing ${repository}:${tag}.`);
  if (isInManifest(layer.digest, manifest.bytes)) await client.putBlob(repository, layer);
  await client.putBlob(repository, config);
  await client.putManifest(repository, tag, manifest);
}

async function pushByTask({ azure, registryId, taskId, setting }: Context, isAbsent: boolean): Promise<void> {
  if (taskId === undefined) return;
  const report = (line: string) => void pulumi.log.info(`${setting}: ${line}`);
  try {
    await runTask(azure, await outputValue(taskId), { report, isAbsent });
  } catch (error) {
    if (!(error instanceof TaskRunError) || (await admitsTasks(azure, registryId))) throw error;
    fail(
      `${setting}: ${error.message}\nThe registry's property networkRuleBypassAllowedForTasks is not true in Azure, so its tasks can't reach it. ` +
        "Another program, or a write of the registry after `pulumi refresh`, can have reset it. Set it, then run `pulumi up` again:\n" +
        `  az resource update --ids ${registryId} --api-version ${registryApiVersion} --set properties.networkRuleBypassAllowedForTasks=true`,
    );
  }
}

/** Whether the registry's network rules admit its tasks. If it can't be read, they are not the known cause of a failure. */
async function admitsTasks(azure: ArmClient, registryId: string): Promise<boolean> {
  const properties = await azure.get<ShownRegistry>(registryId, registryApiVersion).then(
    (registry) => registry.properties,
    () => undefined,
  );
  const isClosed = properties?.publicNetworkAccess === "Disabled" || properties?.networkRuleSet?.defaultAction === "Deny";
  return !isClosed || properties.networkRuleBypassAllowedForTasks === true;
}

interface ShownRegistry {
  readonly properties?: {
    readonly publicNetworkAccess?: string;
    readonly networkRuleSet?: { readonly defaultAction?: string };
    readonly networkRuleBypassAllowedForTasks?: boolean;
  };
}
