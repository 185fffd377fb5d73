/** Checks whether this machine can publish images in the container registry, before anything is created. */
import * as pulumi from "@pulumi/pulumi";
import type { NotReachable } from "../../azure/containerRegistry";
import { fail } from "../../program/fail";
import { azureOf, localNetwork, registryOf } from "../base/azure";
import { resolved } from "../base/resolved";
import { missingDocker } from "./dockerEngine";

/** The registry in which images are published. `Workspace` implements it. */
export interface PublishingRegistry extends pulumi.Resource {
  readonly imageRegistryId: pulumi.Output<string>;
  readonly loginServer: pulumi.Output<string>;
  /** The role assignments that the run creates before it publishes an image. */
  readonly nodes?: { readonly operators?: { readonly registry: readonly pulumi.Resource[] } };
}

/** An image that this machine pushes, with the registry API or with Docker. */
export interface PushedImage {
  readonly registry: PublishingRegistry;
  readonly repository: string;
  /** Setting in the stack file that names the image. */
  readonly setting: string;
  readonly kind: "layer" | "build";
}

/** Registries for which this run has shown a message. With many images, a preview shows each message only once. */
const shown = { refusal: new WeakSet<object>(), docker: new WeakSet<object>(), local: new WeakSet<object>() };

/**
 * Fails because this machine can't publish an image. In a preview, only the first image of a registry fails.
 * @throws pulumi.RunError with the cause and the commands that publish the image
 */
export function rejectUnreachable({ registry, setting, kind }: PushedImage, problem: NotReachable | "absent"): void {
  if (!isRepeated(shown.refusal, registry)) fail(refusal(setting, kind, problem));
}

/**
 * Fails if this machine can't publish an image. In a preview, only the first image of a registry fails, because the others have the same
 * cause. The preview of `npm run recover` publishes nothing, so it sets MOOR_PUBLICATION to `unchecked`.
 * @throws pulumi.RunError with the cause and the commands that publish the image
 */
export async function requireReach(image: PushedImage): Promise<void> {
  const { registry, setting } = image;
  if (pulumi.runtime.isDryRun() && process.env.MOOR_PUBLICATION === "unchecked") return;
  const problem = await problemOf(image);
  if (problem !== undefined) return rejectUnreachable(image, problem);
  if (image.kind !== "build" || localNetwork() !== undefined) return;
  const missing = await missingDocker();
  if (missing === undefined || isRepeated(shown.docker, registry)) return;
  fail(dockerRefusal(setting, missing));
}

/** Whether the message was shown before, in a preview. A run that creates resources always fails, so that no image is assumed to exist. */
function isRepeated(registries: WeakSet<object>, registry: object): boolean {
  const before = registries.has(registry);
  registries.add(registry);
  return before && pulumi.runtime.isDryRun();
}

async function problemOf({ registry, repository }: PushedImage): Promise<NotReachable | "absent" | undefined> {
  const loginServer = await resolved<unknown>(registry.loginServer);
  if (typeof loginServer !== "string" || pulumi.containsUnknowns(loginServer)) return absent(registry, "The registry doesn't exist yet.");
  const reach = await registryOf(azureOf(registry), loginServer).probe(repository);
  if (reach === "reachable") return undefined;
  const isDryRun = pulumi.runtime.isDryRun();
  // The run can assign the role first. If the identity is not an operator, the publication fails.
  if (reach.kind === "permission") return isDryRun && (registry.nodes?.operators?.registry ?? []).length > 0 ? undefined : reach;
  // A killed run can have created the registry without its private endpoint.
  return isDryRun && localNetwork() === "inside" ? absent(registry, "The registry has no private endpoint yet.") : reach;
}

/** The registry can't be reached yet. Only in the local Azure, this machine can be inside a network that doesn't exist yet either. */
function absent(registry: PublishingRegistry, cause: string): "absent" | undefined {
  if (localNetwork() !== "inside") return "absent";
  if (!shown.local.has(registry)) {
    shown.local.add(registry);
    pulumi.log.info(
      `${cause} In the local Azure, this machine counts as inside the stack's network, so one run is enough. ` +
        "In Azure, create the network first:\n" +
        commands(true, false),
    );
  }
  return undefined;
}

/** The commands that publish the image. @param create Whether the registry and its network must be created first. */
function commands(create: boolean, isLocal = localNetwork() !== undefined): string {
  const stack = pulumi.getStack();
  const up = isLocal ? `npm run local -- up -s ${stack}` : `pulumi up -s ${stack}`;
  const platform = `npm run platform -- -s ${stack}${isLocal ? " --local" : ""}`;
  const width = (create ? Math.max(up.length, platform.length) : up.length) + 4;
  return [
    ...(create ? [`  ${platform.padEnd(width)}creates everything except the endpoints; requires only Azure Resource Manager`] : []),
    `  ${up.padEnd(width)}publishes the images and creates the endpoints${create ? "; run it inside the network" : ""}`,
  ].join("\n");
}

/** Ways to publish the image without a connection to the registry. */
const alternatives = {
  layer:
    "Alternatively, let Azure publish it, which requires only Azure Resource Manager: set `via: task` for the image and " +
    "`networkRuleBypassAllowedForTasks: true` in moor:platform.",
  build:
    "Alternatively, use an image that requires only Azure Resource Manager: `import` of a finished image, or `layer` with `via: task`.",
} satisfies Record<PushedImage["kind"], string>;

function refusal(setting: string, kind: PushedImage["kind"], problem: NotReachable | "absent"): string {
  if (problem !== "absent" && problem.kind === "permission") return permissionRefusal(setting, problem);
  const cause = problem === "absent" ? "The registry doesn't exist yet." : problem.detail;
  return [
    `${setting}: this machine can't publish the image, because it doesn't reach the private registry. ${cause}`,
    problem === "absent" ? "Run these two commands:" : "Run this command inside the network:",
    commands(problem === "absent"),
    alternatives[kind],
  ].join("\n");
}

function permissionRefusal(setting: string, { detail }: NotReachable): string {
  return [
    `${setting}: the identity of this run can't publish the image. ${detail}`,
    "It requires the role AcrPush on the registry (Container Registry Repository Writer if the registry uses ABAC).",
    "Add its object ID to `operators` in moor:platform, or ask the owner of the registry for the role.",
  ].join("\n");
}

function dockerRefusal(setting: string, missing: string): string {
  const stack = pulumi.getStack();
  return [
    `${setting}: \`build\` requires Docker, which isn't available on this machine (${missing}).`,
    "Start or install Docker, or build the image with an ACR task and write its digest to the lock file:",
    `  npm run image -- -s ${stack} --via task`,
  ].join("\n");
}
