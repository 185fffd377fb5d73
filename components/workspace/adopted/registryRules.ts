/** What is needed of a registry that other teams own. */
import { armIdOf } from "../../base/azure";
import { type Adopted, isResident, type Problem, problemsOf, residencyProblems, type Shown, warningsOf } from "./rules";

export interface ShownRegistry extends Shown {
  readonly properties: {
    readonly loginServer?: string;
    readonly adminUserEnabled?: boolean;
    readonly anonymousPullEnabled?: boolean;
    readonly publicNetworkAccess?: string;
    readonly networkRuleBypassOptions?: string;
    readonly policies?: { readonly quarantinePolicy?: { readonly status?: string } };
  };
}

/** A copy of a registry in another region. */
export interface ShownReplication {
  readonly name: string;
  readonly location: string;
}

/** Source: Azure docs, how-to-secure-workspace-vnet; container-registry/container-registry-geo-replication and -private-link. */
export function registryProblems(id: string, shown: ShownRegistry, replications: readonly ShownReplication[], place: Adopted): Problem[] {
  const tier = shown.sku?.name;
  const { name } = armIdOf(id);
  const update = `az acr update -n ${name}`;
  const premium = `Its tier is ${tier}; Premium is needed: deployments reach the registry by private endpoint, which no other tier takes.`;
  const outside = replications.filter(({ location }) => !isResident(location, place));
  return [
    ...problemsOf(id, [[tier !== "Premium", premium, `${update} --sku Premium`]]),
    ...residencyProblems(id, shown, place),
    ...problemsOf(
      id,
      outside.map((copy): [boolean, string, string] => [
        true,
        `It is replicated to ${copy.location}, outside the stack's residency; only ${place.regions.join(" or ")} may hold images.`,
        `az acr replication delete -r ${name} -n ${copy.name}`,
      ]),
    ),
    ...registryWarnings(id, shown, update),
  ];
}

/** Source: Azure docs, container-registry/container-registry-authentication, -access-selected-networks and quarantine pattern. */
function registryWarnings(id: string, { properties }: ShownRegistry, update: string): Problem[] {
  const { adminUserEnabled, anonymousPullEnabled, publicNetworkAccess = "Enabled", networkRuleBypassOptions, policies } = properties;
  const closed = publicNetworkAccess !== "Enabled";
  return warningsOf(id, [
    [!closed, "publicNetworkAccess is Enabled: images can be pulled from outside the network.", `${update} --public-network-enabled false`],
    [adminUserEnabled === true, "adminUserEnabled is true: holders of its password need no Entra ID.", `${update} --admin-enabled false`],
    [
      anonymousPullEnabled === true,
      "anonymousPullEnabled is true: images can be pulled without credentials.",
      `${update} --anonymous-pull-enabled false`,
    ],
    [
      closed && networkRuleBypassOptions === "None",
      "networkRuleBypassOptions is None: Azure's own services, which may pull images for a workspace, are shut out.",
      `${update} --allow-trusted-services true`,
    ],
    [
      policies?.quarantinePolicy?.status?.toLowerCase() === "enabled",
      "Its quarantine policy is enabled: a deployment can't pull an image until the image is released from quarantine.",
      `Release the stack's images, or disable the policy: az resource update --ids ${id} --set properties.policies.quarantinePolicy.status=disabled`,
    ],
  ]);
}
