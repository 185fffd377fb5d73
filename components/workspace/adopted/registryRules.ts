/** Requirements for an adopted container registry. */
import { registryApiVersion } from "../../../azure/containerRegistry";
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, isResident, type Problem, problemsOf, residencyProblems, type Shown, warningsOf } from "./rules";

export interface ShownRegistry extends Shown {
  readonly properties: {
    readonly loginServer?: string;
    readonly adminUserEnabled?: boolean;
    readonly anonymousPullEnabled?: boolean;
    readonly publicNetworkAccess?: string;
    readonly networkRuleBypassOptions?: string;
    readonly networkRuleSet?: { readonly defaultAction?: string };
    /** Only in API versions that contain it, as `roleAssignmentMode`. */
    readonly networkRuleBypassAllowedForTasks?: boolean;
    readonly roleAssignmentMode?: string;
    readonly policies?: { readonly quarantinePolicy?: { readonly status?: string } };
  };
}

/** A geo-replica of a registry. */
export interface ShownReplication {
  readonly name: string;
  readonly location: string;
}

/** Source: Azure docs, how-to-secure-workspace-vnet; container-registry/container-registry-geo-replication and -private-link. */
export function registryProblems(
  id: string,
  shown: ShownRegistry,
  replications: readonly ShownReplication[],
  place: AdoptionRequirements,
): Problem[] {
  const tier = shown.sku?.name;
  const { name } = armIdOf(id);
  const update = `az acr update -n ${name}`;
  const premium = `Its tier is ${tier}. Required: Premium, because deployments use a private endpoint, which other tiers don't support.`;
  const outside = replications.filter(({ location }) => !isResident(location, place));
  return [
    ...problemsOf(id, [[tier !== "Premium", premium, `${update} --sku Premium`]]),
    ...residencyProblems(id, shown, place),
    ...problemsOf(
      id,
      outside.map((copy): [boolean, string, string] => [
        true,
        `It is replicated to ${copy.location}, outside the stack's residency. Allowed: ${place.regions.join(" or ")}.`,
        `az acr replication delete -r ${name} -n ${copy.name}`,
      ]),
    ),
    ...(place.registryTasks ? taskProblems(id, shown, update) : []),
    ...registryWarnings(id, shown, update),
  ];
}

/**
 * Tasks must have access to a closed registry, also if some addresses have access, and the role of their identity must be effective.
 * Source: Azure docs, manage-network-bypass-policy-for-tasks; container-registry-rbac-abac-repository-permissions.
 */
function taskProblems(id: string, { properties }: ShownRegistry, update: string): Problem[] {
  const { publicNetworkAccess = "Enabled", networkRuleBypassOptions = "AzureServices", networkRuleBypassAllowedForTasks } = properties;
  const { networkRuleSet, roleAssignmentMode = "" } = properties;
  const closed = publicNetworkAccess !== "Enabled" || networkRuleSet?.defaultAction === "Deny";
  const instead = "Or set `via: registry` for the images of the stack.";
  const allow = `az resource update --ids ${id} --api-version ${registryApiVersion} --set properties.networkRuleBypassAllowedForTasks=true`;
  return problemsOf(id, [
    [
      closed && networkRuleBypassOptions !== "AzureServices",
      `networkRuleBypassOptions is ${networkRuleBypassOptions}. Required: AzureServices, because tasks publish images (\`via: task\`).`,
      `${update} --allow-trusted-services true\n  ${instead}`,
    ],
    [
      closed && networkRuleBypassAllowedForTasks !== true,
      `networkRuleBypassAllowedForTasks is ${networkRuleBypassAllowedForTasks ?? "absent"}. Required: true, because tasks publish images (\`via: task\`).`,
      `${allow}\n  ${instead}`,
    ],
    [
      roleAssignmentMode.startsWith("Abac"),
      `roleAssignmentMode is ${roleAssignmentMode}. Required: LegacyRegistryPermissions, because tasks publish images (\`via: task\`) with the role AcrPush, which has no effect otherwise.`,
      "Set `via: registry` for the images of the stack, or `import` finished images.",
    ],
  ]);
}

/** Source: Azure docs, container-registry/container-registry-authentication, -access-selected-networks and the quarantine pattern. */
function registryWarnings(id: string, { properties }: ShownRegistry, update: string): Problem[] {
  const { adminUserEnabled, anonymousPullEnabled, publicNetworkAccess = "Enabled", networkRuleBypassOptions, policies } = properties;
  const closed = publicNetworkAccess !== "Enabled";
  return warningsOf(id, [
    [!closed, "publicNetworkAccess is Enabled: images can be pulled from outside the network.", `${update} --public-network-enabled false`],
    [
      adminUserEnabled === true,
      "adminUserEnabled is true: clients that have the admin password can access the registry without Microsoft Entra ID.",
      `${update} --admin-enabled false`,
    ],
    [
      anonymousPullEnabled === true,
      "anonymousPullEnabled is true: images can be pulled without credentials.",
      `${update} --anonymous-pull-enabled false`,
    ],
    [
      closed && networkRuleBypassOptions === "None",
      "networkRuleBypassOptions is None: Azure's trusted services, which can pull images for a workspace, have no access.",
      `${update} --allow-trusted-services true`,
    ],
    [
      policies?.quarantinePolicy?.status?.toLowerCase() === "enabled",
      "Its quarantine policy is enabled: deployments can't pull an image before it is released from quarantine.",
      `Release the stack's images, or disable the policy: az resource update --ids ${id} --set properties.policies.quarantinePolicy.status=disabled`,
    ],
  ]);
}
