import { createHash } from "node:crypto";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { resourceTypes } from "../../azure/resourceTypes";
import type { ImageReference, Routes } from "../../planner/decision";
import { imageText } from "../../planner/image";
import { canonicalJson } from "../../planner/names";
import { fail } from "../../program/fail";
import { stateInputs, type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";
import { PublishedImage } from "./publishedImage";

export interface ContainerImageArgs {
  readonly workspace: WorkspaceReference;
  /** Stack name; part of the environment's name, so that stacks in one workspace don't use the same name. */
  readonly stack: string;
  /** Key of the endpoint; part of the environment's name. */
  readonly endpoint: string;
  /** Host name of the container registry. */
  readonly loginServer: pulumi.Input<string>;
  /**
   * An image in the registry, or one that this run publishes before the environment version is created. Changing it creates a new
   * environment version. An image that was built without a recorded digest is accepted only for an environment version that exists.
   */
  readonly image: ImageReference | PublishedImage;
  /** Port and paths of the container. Changing them creates a new environment version. */
  readonly routes: Routes;
  readonly tags?: Readonly<Record<string, string>>;
  /** Hooks to run before the environment version is created, and before the image is published. @default - none */
  readonly checks?: readonly pulumi.ResourceHook[];
  /** Changes to the children's arguments, applied last. */
  readonly transform?: ContainerImageTransforms;
}

export interface ContainerImageTransforms {
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
 * Cost: none, except for the registry's storage.
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
  readonly nodes: { readonly environment: resources.Resource };

  private readonly logicalName: string;

  constructor(name: string, args: ContainerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { checks = [], ...described } = args;
    const { image, loginServer } = args;
    const published = image instanceof PublishedImage ? image : undefined;
    const reference = image instanceof PublishedImage ? image.image : image;
    super("moor:index:ContainerImage", name, stateInputs({ ...described, image: reference }), opts);
    this.logicalName = name;
    this.reference = published?.reference ?? pulumi.interpolate`${loginServer}/${referenceInRegistry(reference)}`;
    const environment = this.createEnvironment(args, withChecks(checks, publicationOptions(name, reference, published)));
    this.environmentId = environment.id;
    this.nodes = { environment };
    this.registerOutputs({ environmentId: this.environmentId, reference: this.reference });
  }

  private createEnvironment(args: ContainerImageArgs, publication: pulumi.CustomResourceOptions): resources.Resource {
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
        { parent: this, deleteBeforeReplace: false, ...publication },
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

/** `<repository>@<digest>`. An image that was built without a recorded digest has only its tag. */
function referenceInRegistry(image: ImageReference): string {
  return image.digest === undefined ? imageText(image) : `${image.repository}@${image.digest}`;
}

function withChecks(checks: readonly pulumi.ResourceHook[], options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  if (checks.length === 0) return options;
  return { ...options, hooks: { ...options.hooks, beforeCreate: [...checks, ...(options.hooks?.beforeCreate ?? [])] } };
}

/** The only properties of an environment version that contain the digest; the others follow from its logical name. */
const withDigest = ["resourceName", "properties.image"];

/** Options of an environment version that depend on the source of its image. An image by digest has none. */
function publicationOptions(name: string, image: ImageReference, published: PublishedImage | undefined): pulumi.CustomResourceOptions {
  if (published !== undefined) {
    const { after, hooks, isBuilt } = published;
    return {
      dependsOn: [...after],
      hooks: { beforeCreate: [...hooks] },
      // The logical name contains the hash of the build's inputs. If Docker builds the same inputs again, for example after its resource
      // was removed from the state, deployments keep the image that they run: it is not replaced, not even in a preview with an unknown
      // digest.
      ...(isBuilt ? { ignoreChanges: withDigest } : {}),
    };
  }
  if (image.digest !== undefined) return {};
  // The files of a kept deployment have changed since the build. The state contains the digest.
  return { hooks: { beforeCreate: [rejectUnknownDigest(name, image)] }, ignoreChanges: withDigest };
}

function rejectUnknownDigest(name: string, image: ImageReference): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-digest`,
    () =>
      fail(
        `${name}: the digest of the image ${imageText(image)} is not known, because the files that it was built from have changed. ` +
          "Restore the files of that build, or remove the deployment that uses the image.",
      ),
    { onDryRun: true },
  );
}
