/** `via: task`: a task of the registry that publishes a layered image, and the role that it requires. */
import type * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import type * as pulumi from "@pulumi/pulumi";
import type { ImageReference } from "../../planner/decision";
import type { LayeredImage } from "../../planner/image";
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
  /** Waits for the role, or warns if it is missing. It must run before the task is run. */
  readonly roleCheck: pulumi.ResourceHook;
}

/** Seconds for a run: two steps would fit. The default is 3600. */
const runSeconds = 7200;

/**
 * Creates the task. Its identity is system-assigned, because only that identity can bypass the network rules of the registry. The task has
 * no trigger: it only runs when this program starts it.
 * Source: Azure docs, manage-network-bypass-policy-for-tasks, container-registry-tasks-authentication-managed-identity.
 */
export function createPublishTask(name: string, parent: pulumi.Resource, args: PublishTaskArgs): PublishTask {
  const { registry, reference, image, dependsOn, roles, rolePropagationSeconds, tags, transform } = args;
  const parsed = registry.id.apply(armIdOf);
  const task = new containerregistry.Task(
    ...transformed(
      transform,
      `${name}-task`,
      {
        // Stacks can share a registry. Allowed: 5 to 50 letters, digits, hyphens and underscores.
        taskName: `moor-${stableGuid(`${name}-task`)}`,
        registryName: parsed.name,
        resourceGroupName: parsed.resourceGroupName,
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
