/** `build`: an image that Docker builds and pushes where the program runs. */
import * as path from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { registryUser } from "../../azure/containerRegistry";
import type { ImageReference } from "../../planner/decision";
import { type ImageSource, imageTag } from "../../planner/image";
import { azureOf, localNetwork, registryOf } from "../base/azure";
import { type Transform, transformed } from "../base/transform";
import { type PublishingRegistry, requireReach } from "./reach";

export interface DockerBuildArgs {
  readonly registry: PublishingRegistry;
  readonly reference: ImageReference;
  readonly source: Extract<ImageSource, { readonly kind: "build" }>;
  readonly setting: string;
  /** Resources to create before the image. Without private endpoints and roles, it can't be pushed. */
  readonly dependsOn: readonly pulumi.Input<pulumi.Resource>[];
  readonly transform: Transform<docker.ImageArgs> | undefined;
}

/**
 * Creates the image. Its logical name depends on the hash of the build's inputs, so changed inputs create another image and never update
 * this one.
 */
export function buildImage(name: string, parent: pulumi.Resource, args: DockerBuildArgs): docker.Image {
  const { registry, reference, source, setting, dependsOn, transform } = args;
  const { repository } = reference;
  const reach = new pulumi.ResourceHook(`${name}-reach`, () => requireReach({ registry, repository, setting, kind: "build" }), {
    onDryRun: true,
  });
  const { Image } = pulumiDocker();
  return new Image(
    ...transformed<docker.ImageArgs>(
      transform,
      `${name}-build`,
      {
        imageName: pulumi.interpolate`${registry.loginServer}/${repository}:${imageTag(reference)}`,
        build: {
          context: pathForProvider(source.context),
          dockerfile: pathForProvider(source.dockerfile),
          args: { ...source.args },
          // Azure runs x86-64 images; the build machine can have another architecture.
          platform: "linux/amd64",
        },
        registry: { server: registry.loginServer, username: registryUser, password: pushToken(registry, dependsOn) },
        buildOnPreview: false,
        skipPush: false,
      },
      {
        parent,
        dependsOn: [...dependsOn],
        hooks: { beforeCreate: [reach] },
        // Each run has a new token, which must not update the image.
        ignoreChanges: ["registry.password"],
      },
    ),
  );
}

/** Loaded on use, because most stacks build no image. */
function pulumiDocker(): typeof import("@pulumi/docker") {
  return require("@pulumi/docker");
}

/**
 * A path relative to the program's folder, so that the image is the same in each clone of the repository. The providers of the local Azure
 * run in another folder.
 */
function pathForProvider(absolute: string): string {
  return localNetwork() === undefined ? path.relative(process.cwd(), absolute) || "." : absolute;
}

/**
 * A refresh token of the registry, as a secret. Only a build uses it, so a run that builds nothing doesn't fail without it. A preview
 * requests none.
 * @param after Resources to create before the request, such as the private endpoint.
 */
function pushToken(registry: PublishingRegistry, after: readonly pulumi.Input<pulumi.Resource>[]): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return pulumi.secret(pulumi.output(pulumi.unknown as string));
  const ready = pulumi.all(after.map((resource) => pulumi.output(resource).apply(({ urn }) => urn)));
  return pulumi.secret(pulumi.all([registry.loginServer, ready]).apply(([loginServer]) => tokenOrNone(registry, loginServer)));
}

async function tokenOrNone(registry: PublishingRegistry, loginServer: string): Promise<string> {
  try {
    return await registryOf(azureOf(registry), loginServer).refreshToken();
  } catch {
    // If an image is built, the hook `reach` reports the cause.
    return "";
  }
}
