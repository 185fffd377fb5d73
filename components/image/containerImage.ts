import { createHash } from "node:crypto";
import * as resources from "@pulumi/azure-native/resources";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resourceTypes } from "../../azure/resourceTypes";
import type { ImageReference, Routes } from "../../planner/decision";
import { canonicalJson } from "../../planner/names";
import { stateInputs, type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";

/** An image to build where the program runs; it needs a container engine there and the right to push. */
export interface ImageBuild {
  /** Repository in the image registry. */
  readonly repository: string;
  /** Tag to push; deployments use the digest. */
  readonly tag: string;
  /** Folder that is sent to the build. */
  readonly context: string;
  /** Dockerfile. @default - `Dockerfile` in the context */
  readonly dockerfile?: string;
  /** Build arguments. @default - none */
  readonly args?: Readonly<Record<string, string>>;
}

export interface ContainerImageArgs {
  readonly workspace: WorkspaceReference;
  /** Stack name; in the environment's name, so that stacks in one workspace don't meet. */
  readonly stack: string;
  /** Key of the endpoint; in the environment's name. */
  readonly endpoint: string;
  /** Host name of the image registry. */
  readonly loginServer: pulumi.Input<string>;
  /** A pinned image that is in the registry, or one to build. Changing it makes a new environment version. */
  readonly image: ImageReference | { readonly build: ImageBuild };
  /** Where the container answers. Changing it makes a new environment version. */
  readonly routes: Routes;
  readonly tags?: Readonly<Record<string, string>>;
  /** Last changes to the children's arguments. */
  readonly transform?: ContainerImageTransforms;
}

export interface ContainerImageTransforms {
  readonly image?: Transform<docker.ImageArgs>;
  readonly environment?: Transform<resources.ResourceArgs>;
}

/**
 * A container image as Azure Machine Learning sees it: an environment version that holds the image, by digest, and its routes. The version
 * is the hash of both, so an image that is pushed again under its tag changes nothing, and a new one is a new version beside the old.
 *
 * It is written as an untyped ARM resource: the typed one checks the route's path against a pattern that refuses `/`, which the service
 * accepts and OpenAI clients need.
 *
 * Cost: none, besides the registry's storage. A build takes the time and disk of the machine that runs the program.
 *
 * @example
 * new ContainerImage("chat-image", {
 *   workspace, stack: "prod", endpoint: "chat", loginServer: workspace.loginServer,
 *   image: { repository: "moor/vllm", digest: "sha256:…" },
 *   routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
 * });
 */
export class ContainerImage extends pulumi.ComponentResource {
  /** ARM id of the environment version. */
  readonly environmentId: pulumi.Output<string>;
  /** `registry/repository@sha256:…`. */
  readonly reference: pulumi.Output<string>;
  /** The resources that this component made. */
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
          // Azure runs x86-64 whatever machine builds.
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
        // A deployment that still runs on the old version must not lose it before it has the new one.
        { parent: this, deleteBeforeReplace: false },
      ),
    );
  }
}

/** Name of the environment version: the first 16 hexadecimal digits of SHA-256 over the pinned image and its routes. */
export function environmentVersion(reference: string, routes: Routes): string {
  return createHash("sha256").update(canonicalJson({ reference, routes })).digest("hex").slice(0, 16);
}
