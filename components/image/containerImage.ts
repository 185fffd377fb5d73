import { createHash } from "node:crypto";
import * as resources from "@pulumi/azure-native/resources";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resourceTypes } from "../../azure/resourceTypes";
import type { ImageReference, Routes } from "../../planner/decision";
import { canonicalJson } from "../../planner/names";
import { stateInputs, type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";

/** An image to build on the machine that runs the program. This requires a container engine and permission to push to the registry. */
export interface ImageBuild {
  /** Repository in the image registry. */
  readonly repository: string;
  /** Tag to push; deployments use the digest. */
  readonly tag: string;
  /** Build context: path of a folder. */
  readonly context: string;
  /** Path of the Dockerfile. @default - `Dockerfile` in the context */
  readonly dockerfile?: string;
  /** Build arguments. @default - none */
  readonly args?: Readonly<Record<string, string>>;
}

export interface ContainerImageArgs {
  readonly workspace: WorkspaceReference;
  /** Stack name; part of the environment's name, so that stacks in one workspace don't use the same name. */
  readonly stack: string;
  /** Key of the endpoint; part of the environment's name. */
  readonly endpoint: string;
  /** Host name of the image registry. */
  readonly loginServer: pulumi.Input<string>;
  /** An image in the registry, by digest, or an image to build. Changing it creates a new environment version. */
  readonly image: ImageReference | { readonly build: ImageBuild };
  /** Port and paths of the container. Changing them creates a new environment version. */
  readonly routes: Routes;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: ContainerImageTransforms;
}

export interface ContainerImageTransforms {
  readonly image?: Transform<docker.ImageArgs>;
  readonly environment?: Transform<resources.ResourceArgs>;
}

/**
 * A container image for Azure Machine Learning: an environment version with the image, by digest, and its routes. The version is a hash of
 * both, so a new image with the same tag changes nothing. A new digest or route replaces the environment version: the new version is
 * created before the previous one is deleted.
 *
 * The environment version is an untyped ARM resource, because the typed resource checks route paths against a pattern that rejects `/`. The
 * service accepts this path, and OpenAI clients require it.
 *
 * Cost: none, except for the registry's storage. A build uses time and disk space of the machine that runs the program.
 *
 * @example
 * new ContainerImage("chat-image", {
 *   workspace, stack: "prod", endpoint: "chat", loginServer: workspace.loginServer,
 *   image: { repository: "moor/vllm", digest: "sha256:…" },
 *   routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
 * });
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** ARM ID of the environment version. */
  readonly environmentId: pulumi.Output<string>;
  /** Image reference by digest: `registry/repository@sha256:…`. */
  readonly reference: pulumi.Output<string>;
  /** The resources that this component created. */
  readonly nodes: { readonly image?: docker.Image; readonly environment: resources.Resource };

  private readonly logicalName: string;

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:ContainerImage", name, stateInputs(args), opts);
    this.logicalName = name;
    const { image, loginServer } = args;
    const built = "build" in image ? this.build(args, image.build) : undefined;
    this.reference = "build" in image ? built!.repoDigest : pulumi.interpolate`${loginServer}/${image.repository}@${image.digest}`;
    const environment = this.createEnvironment(args);
    this.environmentId = environment.id;
    this.nodes = { image: built, environment };
    this.registerOutputs({ environmentId: this.environmentId, reference: this.reference });
  }

  private build(args: ContainerImageArgs, build: ImageBuild): docker.Image {
    return new docker.Image(
      ...transformed(
        args.transform?.image,
        `${this.logicalName}-build`,
        {
          imageName: pulumi.interpolate`${args.loginServer}/${build.repository}:${build.tag}`,
          // Azure runs x86-64 images; the build machine can have another architecture.
          build: {
            context: build.context,
            dockerfile: build.dockerfile ?? `${build.context}/Dockerfile`,
            args: build.args,
            platform: "linux/amd64",
          },
          buildOnPreview: false,
        },
        { parent: this },
      ),
    );
  }

  private createEnvironment(args: ContainerImageArgs): resources.Resource {
    const { workspace, stack, endpoint, routes, transform } = args;
    return new resources.Resource(
      ...transformed(
        transform?.environment,
        `${this.logicalName}-environment`,
        {
          apiVersion: resourceTypes["machinelearningservices:EnvironmentVersion"].apiVersion,
          resourceGroupName: workspace.resourceGroupName,
          resourceProviderNamespace: "Microsoft.MachineLearningServices",
          parentResourcePath: pulumi.interpolate`workspaces/${workspace.name}/environments/${stack}-${endpoint}`,
          resourceType: "versions",
          resourceName: this.reference.apply((reference) => environmentVersion(reference, routes)),
          properties: {
            image: this.reference,
            osType: "Linux",
            inferenceConfig: {
              livenessRoute: { path: routes.liveness, port: routes.port },
              readinessRoute: { path: routes.readiness, port: routes.port },
              scoringRoute: { path: routes.scoring, port: routes.port },
            },
            tags: args.tags,
          },
        },
        // A deployment still uses the previous version until it is updated.
        { parent: this, deleteBeforeReplace: false },
      ),
    );
  }
}

/**
 * Returns the name of the environment version: the first 16 hexadecimal digits of the SHA-256 hash of the image reference and its routes.
 */
export function environmentVersion(reference: string, routes: Routes): string {
  return createHash("sha256").update(canonicalJson({ reference, routes })).digest("hex").slice(0, 16);
}
