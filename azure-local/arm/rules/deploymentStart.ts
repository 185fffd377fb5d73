import { holdsRole, isUserAssigned, principalOf, userAssignedIds } from "../grants";
import type { Resource, Rule, RuleContext } from "../model";
import { sameId } from "../path";
import { isolationOf, type PrivateEndpointDestination, propertiesOf, ruleProperties, rulesOf } from "../types/managedNetwork";
import { DEPLOYMENT, type DeploymentProperties } from "../types/onlineEndpointBodies";
import { dependenciesOf } from "./deployments";
import { MANAGED_NETWORK, TROUBLESHOOT } from "./sources";

const AUTHORIZATION = "startup task failed due to authorization error";

function hostOf(image: string): string {
  const first = image.split("/")[0]!;
  return first.includes(".") || first.includes(":") ? first.toLowerCase() : "docker.io";
}

export function registryOf(image: string, { inventory }: RuleContext): Resource | undefined {
  const host = hostOf(image);
  return inventory
    .all("Microsoft.ContainerRegistry/registries")
    .find(({ outputs }) => (outputs.properties as { loginServer: string }).loginServer === host);
}

export function principalsOf(endpoint: Resource, { inventory }: RuleContext): (string | undefined)[] {
  return userAssignedIds(endpoint.body.identity).map((id) => principalOf(inventory, id));
}

function usesDataCollector({ dataCollector }: DeploymentProperties): boolean {
  return Object.values(dataCollector?.collections ?? {}).some(({ dataCollectionMode }) => dataCollectionMode === "Enabled");
}

/** Whether an FQDN rule allows the host. */
function isAllowed(host: string, workspace: Resource, { inventory }: RuleContext): boolean {
  return rulesOf(workspace, inventory).some((rule) => {
    const { type, destination } = ruleProperties(rule);
    const allowed = String(destination).toLowerCase();
    return type === "FQDN" && (allowed === host || (allowed.startsWith("*.") && host.endsWith(allowed.slice(1))));
  });
}

/** Whether the workspace has a private endpoint rule to the resource. */
export function hasRuleTo(targetId: string, workspace: Resource, { inventory }: RuleContext): boolean {
  return rulesOf(workspace, inventory).some((rule) =>
    sameId((ruleProperties(rule).destination as PrivateEndpointDestination | undefined)?.serviceResourceId, targetId),
  );
}

/** Failures when the instances start: the request is accepted, and the state of the deployment becomes Failed. */
export const deploymentStartRules: readonly Rule[] = [
  {
    code: "image-registry-known",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: cannot download image)`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { image } = dependenciesOf(context);
      return image && hostOf(image).endsWith(".azurecr.io") && !registryOf(image, context)
        ? `Cannot download the image '${image}': the registry ${hostOf(image)} was not found.`
        : undefined;
    },
  },
  {
    code: "image-reachable",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: cannot download image); ${MANAGED_NETWORK}`,
    grade: "I",
    failsOperation: true,
    check: (context) => {
      const { image, workspace } = dependenciesOf(context);
      if (!image || isolationOf(propertiesOf(workspace)) !== "AllowOnlyApprovedOutbound") return undefined;
      const host = hostOf(image);
      const registry = registryOf(image, context);
      if (host.endsWith(".azurecr.io") && !registry) return undefined;
      if (host === "mcr.microsoft.com" || (registry && hasRuleTo(registry.id, workspace, context)) || isAllowed(host, workspace, context))
        return undefined;
      return `Cannot download the image '${image}': the workspace's managed network has no outbound rule to ${host}.`;
    },
  },
  {
    code: "image-pull-role",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: authorization); how-to-access-resources-from-endpoints-managed-identities`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { endpoint, image } = dependenciesOf(context);
      const registry = image ? registryOf(image, context) : undefined;
      if (!registry || !isUserAssigned(endpoint.body.identity)) return undefined;
      const pulls = principalsOf(endpoint, context).some((principal) =>
        holdsRole(context.inventory, principal, ["AcrPull", "AcrPush", "Reader", "Contributor", "Owner"], registry.id),
      );
      return pulls
        ? undefined
        : `The ${AUTHORIZATION}: the endpoint's user-assigned identity has no role assignment for AcrPull on ${registry.id}.`;
    },
  },
  {
    code: "storage-read-role",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: authorization); the data collector requires Storage Blob Data Contributor`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { endpoint, workspace, properties } = dependenciesOf(context);
      const storage = propertiesOf(workspace).storageAccount;
      if (!storage || !isUserAssigned(endpoint.body.identity)) return undefined;
      const roles = usesDataCollector(properties)
        ? (["Storage Blob Data Contributor"] as const)
        : (["Storage Blob Data Reader", "Storage Blob Data Contributor"] as const);
      const reads = principalsOf(endpoint, context).some((principal) => holdsRole(context.inventory, principal, roles, storage));
      return reads
        ? undefined
        : `The ${AUTHORIZATION}: the endpoint's user-assigned identity has no role assignment for ${roles[0]} on ${storage}.`;
    },
  },
  {
    code: "image-build-compute",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "ImageBuildFailure",
    status: 400,
    source: `${TROUBLESHOOT} (ImageBuildFailure: build compute not set)`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { environment, workspace } = dependenciesOf(context);
      const { build, condaFile } = (environment?.body.properties ?? {}) as { build?: unknown; condaFile?: string };
      const { containerRegistry, imageBuildCompute } = propertiesOf(workspace);
      const isPrivate = context.inventory.get(containerRegistry)?.body.properties?.publicNetworkAccess === "Disabled";
      return (build || condaFile) && isPrivate && !imageBuildCompute
        ? "The image can't be built: the workspace's registry is private and 'imageBuildCompute' is not set."
        : undefined;
    },
  },
];
