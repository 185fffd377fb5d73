import { createHash } from "node:crypto";
import type * as authorization from "@pulumi/azure-native/authorization";
import type * as containerregistry from "@pulumi/azure-native/containerregistry";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ImageReference } from "../../planner/decision";
import { imageText, type PlannedImage } from "../../planner/image";
import { fail } from "../../program/fail";
import type { Transform } from "../base/transform";
import { type RolesOwner, roleTimes, roleWait } from "../identity";
import type { Workspace } from "../workspace";
import { buildImage } from "./dockerBuild";
import { announce, type Publication, publish, reviewPublication } from "./publication";
import { createPublishTask, type PublishTask } from "./publishTask";

export interface PublishedImageArgs {
  /** The workspace whose registry receives the image. */
  readonly workspace: Workspace;
  /** The image, its source, and its setting for messages. Changing the image creates another resource. */
  readonly image: PlannedImage;
  /**
   * `<username>:<password>` by host name of a source registry, such as `docker.io`, with permission to pull. Only requests to import an
   * image contain it. It must be a secret.
   * @default - images are imported without credentials
   */
  readonly importCredentials?: pulumi.Output<Readonly<Record<string, string>>>;
  /** Who creates the role assignment of a task's identity. @default "moor" */
  readonly roles?: RolesOwner;
  /** Age, in seconds, that role assignments must have before an image is published. @default 300 */
  readonly rolePropagationSeconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: PublishedImageTransforms;
}

export interface PublishedImageTransforms {
  readonly build?: Transform<docker.ImageArgs>;
  readonly task?: Transform<containerregistry.TaskArgs>;
}

/**
 * An image that a run publishes in the container registry of a workspace: an imported image, a layered image, or an image that Docker
 * builds. It is published once per run, before the first environment version that uses it is created. An image that is in the registry is
 * not sent again.
 *
 * An import, and a layer with `via: task`, require only Azure Resource Manager. A layer with `via: registry`, and a build, require a
 * machine that can reach the private registry. The preview checks this. If the check fails, the error shows the commands to run instead.
 *
 * Cost: storage in the registry. With `via: task`, also the compute time of one task run.
 *
 * Deleting the component doesn't delete the image.
 *
 * @example
 * new PublishedImage("image-vllm", {
 *   workspace,
 *   image: {
 *     reference: { repository: "vllm/vllm-openai", digest: "sha256:…" },
 *     source: { kind: "import", from: { registry: "docker.io", repository: "vllm/vllm-openai", digest: "sha256:…" } },
 *     setting: "moor:images.vllm",
 *   },
 * });
 */
export class PublishedImage extends pulumi.ComponentResource {
  readonly image: ImageReference;
  /** Image reference by digest: `registry/repository@sha256:…`. In a preview, it is unknown for an image that Docker has not built yet. */
  readonly reference: pulumi.Output<string>;
  /** Hooks that must run before an environment version with this image is created. They wait for roles and publish the image. */
  readonly hooks: readonly pulumi.ResourceHook[];
  /** Resources to create before an environment version with this image, and to delete after it. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
  /** The resources that this component created. */
  readonly nodes: {
    readonly build?: docker.Image;
    readonly task?: containerregistry.Task;
    readonly roles: readonly authorization.RoleAssignment[];
  };

  private readonly logicalName: string;
  private readonly args: PublishedImageArgs;

  constructor(name: string, args: PublishedImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { reference, source, setting } = args.image;
    super("moor:index:PublishedImage", name, { image: imageText(reference), source: source.kind, setting }, opts);
    this.logicalName = name;
    this.args = args;
    this.image = reference;
    const { workspace } = args;
    const before = [...workspace.ready, ...(workspace.nodes.operators?.registry ?? [])];
    const task = this.createTask(workspace.ready);
    const build = this.build(before);
    const pinned = pulumi.interpolate`${workspace.loginServer}/${reference.repository}@${reference.digest ?? ""}`;
    this.reference = build === undefined ? pinned : build.repoDigest;
    this.nodes = { build, task: task?.task, roles: task?.roles ?? [] };
    this.after = task === undefined ? before : [...before, task.task, ...task.roles];
    this.hooks = [...this.operatorWait(), ...(task === undefined ? [] : [task.roleCheck]), this.publication(task, build)];
    this.registerOutputs({ reference: this.reference });
  }

  /** Whether the digest is known only after the build. */
  get isBuilt(): boolean {
    return this.nodes.build !== undefined;
  }

  private createTask(dependsOn: readonly pulumi.Input<pulumi.Resource>[]): PublishTask | undefined {
    const { workspace, image, roles, rolePropagationSeconds = 300, tags, transform } = this.args;
    const { reference, source, setting } = image;
    if (source.kind !== "layer" || source.via !== "task") return undefined;
    const { imageRegistryId: id, loginServer, imageRegistryLocation: location, nodes } = workspace;
    const access = nodes.registryTasks === undefined ? [] : [nodes.registryTasks];
    return createPublishTask(this.logicalName, this, {
      registry: { id, loginServer, location },
      ...{ reference, image: source.image, setting, dependsOn: [...dependsOn, ...access], roles, rolePropagationSeconds, tags },
      transform: transform?.task,
    });
  }

  private build(dependsOn: readonly pulumi.Input<pulumi.Resource>[]): docker.Image | undefined {
    const { workspace, image, transform } = this.args;
    const { reference, source, setting } = image;
    // A build whose digest is known was published by `npm run image`.
    if (source.kind !== "build" || reference.digest !== undefined) return undefined;
    return buildImage(this.logicalName, this, { registry: workspace, reference, source, setting, dependsOn, transform: transform?.build });
  }

  /** Waits until the roles of the operators take effect. Before that, they can't push. */
  private operatorWait(): pulumi.ResourceHook[] {
    const { workspace, rolePropagationSeconds = 300 } = this.args;
    const assignments = workspace.nodes.operators?.registry ?? [];
    if (assignments.length === 0) return [];
    return [roleWait(`${this.logicalName}-operator-wait`, roleTimes(assignments), rolePropagationSeconds)];
  }

  /** Publishes the image once, however many environment versions wait for it. */
  private publication(task: PublishTask | undefined, build: docker.Image | undefined): pulumi.ResourceHook {
    const { workspace: registry, image, importCredentials } = this.args;
    const publication: Publication = { registry, ...image, importCredentials, taskId: task?.task.id, built: build?.repoDigest };
    let published: Promise<void> | undefined;
    let announced = false;
    const run = async () => {
      if (pulumi.runtime.isDryRun()) {
        if (!announced) announce(publication);
        announced = true;
        return reviewPublication(publication);
      }
      if (published === undefined) {
        published = publish(publication);
        return published;
      }
      const failAgain = () => fail(`${image.setting}: the image was not published. An earlier error of this run contains the cause.`);
      return published.catch(failAgain);
    };
    return new pulumi.ResourceHook(`${this.logicalName}-publication`, run, { onDryRun: true });
  }
}

/**
 * Returns the logical name of a published image: `image-` and 8 hexadecimal digits. For an image that is built, it depends on the hash of
 * the build's inputs.
 */
export function publishedImageName(image: ImageReference): string {
  return `image-${createHash("sha256").update(imageText(image)).digest("hex").slice(0, 8)}`;
}
