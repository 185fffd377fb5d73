/** `via: task`: an ACR task that publishes a layered image, and the role that it requires. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as pulumi from "@pulumi/pulumi";
import { type ArmId, sameArmId } from "../../azure/armId";
import type { ImageReference } from "../../planner/decision";
import type { LayeredImage } from "../../planner/image";
import { stop } from "../../program/fail";
import { armIdOf, azureOf } from "../base/azure";
import { immutableOutput } from "../base/outputs";
import { type Transform, transformed } from "../base/transform";
import { type Grant, grantRole, type RolesOwner, roleTimes, roleWait, stableGuid, warnOfMissingRoles } from "../identity";
import { taskYaml } from "./taskStep";

export interface PublishTaskArgs {
  readonly registry: {
    /** ARM ID. */
    readonly id: pulumi.Output<string>;
    readonly loginServer: pulumi.Output<string>;
    readonly location: pulumi.Output<string>;
  };
  readonly reference: ImageReference;
  readonly image: LayeredImage;
  /** Setting in the stack file that names the image. */
  readonly setting: string;
  /** Resources to create before the task. */
  readonly dependsOn: readonly pulumi.Input<pulumi.Resource>[];
  readonly roles: RolesOwner | undefined;
  readonly rolePropagationSeconds: number;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly transform: Transform<containerregistry.TaskArgs> | undefined;
}

export interface PublishTask {
  readonly task: containerregistry.Task;
  readonly roles: readonly authorization.RoleAssignment[];
  /** Waits for the role, or warns if it is missing. It must run before the task. */
  readonly roleCheck: pulumi.ResourceHook;
}

/** Timeout of a run, in seconds: twice the timeout of its step. Azure's default is 3600. */
const runSeconds = 7200;

/**
 * Creates the task. Its identity is system-assigned, because only such an identity can bypass the network rules of the registry. The task
 * has no trigger: it runs only when this program starts it.
 * Source: Azure docs, manage-network-bypass-policy-for-tasks, container-registry-tasks-authentication-managed-identity.
 */
export function createPublishTask(name: string, parent: pulumi.Resource, args: PublishTaskArgs): PublishTask {
  const { registry, reference, image, setting, dependsOn, roles, rolePropagationSeconds, tags, transform } = args;
  const { subscriptionId } = authorization.getClientConfigOutput({ parent });
  const place = pulumi.all([registry.id, subscriptionId]).apply(([id, own]) => placeInSubscription(setting, id, own));
  const task = new containerregistry.Task(
    ...transformed(
      transform,
      `${name}-task`,
      {
        // Stacks can share a registry. Allowed: 5 to 50 letters, digits, hyphens and underscores.
        taskName: `moor-${stableGuid(`${name}-task`)}`,
        registryName: place.name,
        resourceGroupName: place.resourceGroupName,
        location: registry.location,
        tags,
        status: "Enabled",
        isSystemTask: false,
        identity: { type: "SystemAssigned" },
        platform: { os: "Linux", architecture: "amd64" },
        step: { type: "EncodedTask", encodedTaskContent: Buffer.from(taskYaml(reference, image)).toString("base64") },
        credentials: {
          // Without it, the task would sign in to the registry with a token that can't bypass the network rules.
          sourceRegistry: { loginMode: "None" },
          customRegistries: registry.loginServer.apply((host) => ({ [host]: { identity: "[system]" } })),
        },
        timeout: runSeconds,
      },
      { parent, dependsOn: [...dependsOn] },
    ),
  );
  const principalId = immutableOutput(
    task,
    task.identity.apply((identity) => identity?.principalId ?? ""),
    (body: { readonly identity: { readonly principalId: string } }) => body.identity.principalId,
  );
  const push: Grant = { principalId, role: "AcrPush", scope: registry.id };
  if (roles === "external") {
    return { task, roles: [], roleCheck: warnOfMissingRoles(`${name}-role-requests`, azureOf(parent), [push]) };
  }
  const assignment = grantRole(`${name}-task-push`, push, { parent });
  return { task, roles: [assignment], roleCheck: roleWait(`${name}-role-wait`, roleTimes([assignment]), rolePropagationSeconds) };
}

/**
 * Returns the parts of the registry's ID. azure-native's typed task is always in the subscription of the provider.
 * @throws pulumi.RunError if the registry is in another subscription
 */
export async function placeInSubscription(setting: string, registryId: string, subscriptionId: string): Promise<ArmId> {
  const parts = armIdOf(registryId);
  if (sameArmId(parts.subscriptionId, subscriptionId)) return parts;
  return stop(
    `${setting}: \`via: task\` requires a registry in the subscription of the stack. The adopted registry is ${registryId}. ` +
      "Set `via: registry` and run `pulumi up` inside the network, or `import` a finished image.",
  );
}
