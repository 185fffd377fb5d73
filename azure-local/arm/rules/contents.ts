import type { RoleName } from "../builtInRoles";
import { type BlobLocation, datastoreLocation, imageReference } from "../dataLocations";
import { holdsRole, isUserAssigned } from "../grants";
import type { Rule, RuleContext } from "../model";
import { sameId } from "../path";
import { isolationOf, propertiesOf } from "../types/managedNetwork";
import { DEPLOYMENT, endpointProperties } from "../types/onlineEndpointBodies";
import { vmSize } from "../vmSizes";
import { hasRuleTo, principalsOf, registryOf } from "./deploymentStart";
import { dependenciesOf } from "./deployments";
import { MANAGED_NETWORK, TROUBLESHOOT } from "./sources";

const INJECTION = "Azure docs, machine-learning/concept-secret-injection";

/** Images that exit immediately without a GPU, by the end of the repository name. */
const GPU_IMAGES = /(^|[/-])(vllm|vllm-openai|text-generation-inference|sglang)$/;

const CONNECTION_READERS: readonly RoleName[] = [
  "Azure Machine Learning Workspace Connection Secrets Reader",
  "AzureML Data Scientist",
  "Contributor",
  "Owner",
];

const SECRET = /^\$\{\{keyvault:https:\/\/([a-z0-9-]+)\.vault\.azure\.net\/secrets\/([A-Za-z0-9-]+)\/([0-9a-f]{32})\}\}$/;

const CONNECTION = /^\$\{\{azureml:\/\/connections\/([a-zA-Z0-9][a-zA-Z0-9_-]{2,32})(\/target|\/(credentials|metadata)\/[^/}]+)?\}\}$/;

/** Environment variables of the deployment that refer to a key vault. */
function vaultReferences(context: RuleContext): [variable: string, value: string][] {
  const { environmentVariables = {} } = dependenciesOf(context).properties;
  return Object.entries(environmentVariables).filter(([, value]) => value.startsWith("${{keyvault:"));
}

function vaultOf(reference: string, { inventory }: RuleContext) {
  const name = SECRET.exec(reference)?.[1];
  return name === undefined ? undefined : inventory.all("Microsoft.KeyVault/vaults").find((vault) => vault.name.toLowerCase() === name);
}

/** Environment variables that refer to a workspace connection, with the connection's name. */
function connectionReferences(context: RuleContext): [variable: string, connection: string | undefined][] {
  const { environmentVariables = {} } = dependenciesOf(context).properties;
  return Object.entries(environmentVariables)
    .filter(([, value]) => value.startsWith("${{azureml:"))
    .map(([variable, value]) => [variable, CONNECTION.exec(value)?.[1]]);
}

/** Principals of the deployment's container. */
function ownPrincipals(context: RuleContext): (string | undefined)[] {
  const { endpoint } = dependenciesOf(context);
  return isUserAssigned(endpoint.body.identity) ? principalsOf(endpoint, context) : [endpoint.facts.principalId as string | undefined];
}

/** Location of the model files, if the deployment uses a registered model in a datastore. */
function modelLocation(context: RuleContext): BlobLocation | undefined {
  const { workspace, properties } = dependenciesOf(context);
  const uri = context.inventory.get(properties.model)?.body.properties?.modelUri as string | undefined;
  return uri === undefined ? undefined : datastoreLocation(uri, workspace, context.inventory);
}

/** Rules about what an instance downloads before the container starts, and about the container's environment. */
export const contentRules: readonly Rule[] = [
  {
    code: "image-present",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: cannot download image)`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { image } = dependenciesOf(context);
      const registry = image ? registryOf(image, context) : undefined;
      if (!registry || context.inventory.settings.dataPlane === "assumed") return undefined;
      const { repository, reference } = imageReference(image!);
      return context.inventory.contents.hasImage(registry.id, repository, reference)
        ? undefined
        : `Cannot download the image '${image}': the registry ${registry.name} has no manifest '${reference}' in '${repository}'.`;
    },
  },
  {
    code: "model-files-present",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: cannot download model)`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { contents, settings } = context.inventory;
      const location = settings.dataPlane === "checked" ? modelLocation(context) : undefined;
      return location && !contents.hasBlobs(location.containerId, location.path)
        ? `Cannot download the model '${dependenciesOf(context).properties.model}': ${location.containerId}/${location.path} contains no files.`
        : undefined;
    },
  },
  {
    code: "model-reachable",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (BadArgument: cannot download model); ${MANAGED_NETWORK}: storage requires private endpoint rules`,
    grade: "I",
    failsOperation: true,
    check: (context) => {
      const { workspace } = dependenciesOf(context);
      const { storageAccount } = propertiesOf(workspace);
      const [account] = modelLocation(context)?.containerId.split("/blobServices/") ?? [];
      if (!account || isolationOf(propertiesOf(workspace)) !== "AllowOnlyApprovedOutbound") return undefined;
      return sameId(account, storageAccount) || hasRuleTo(account, workspace, context)
        ? undefined
        : `Cannot download the model: the workspace's managed network has no outbound rule to ${account}.`;
    },
  },
  {
    code: "image-needs-gpu",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "ResourceNotReady",
    status: 400,
    source: `${TROUBLESHOOT} (ResourceNotReady: the container crashed); azureml-examples use vLLM and other GPU images only with GPU sizes`,
    grade: "E",
    failsOperation: true,
    check: (context) => {
      const { image, properties } = dependenciesOf(context);
      const size = vmSize(properties.instanceType);
      const needsGpu = image !== undefined && GPU_IMAGES.test(imageReference(image).repository);
      return needsGpu && size?.gpus === 0
        ? `The container of the image '${image}' crashed: it requires a GPU, and ${size.name} has none.`
        : undefined;
    },
  },
  {
    code: "secret-reference",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: \${{keyvault:https://<vault>.vault.azure.net/secrets/<name>/<version>}}, the version is required`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const invalid = vaultReferences(context).find(([, value]) => !SECRET.test(value));
      return (
        invalid &&
        `The value of the environment variable '${invalid[0]}' is not a reference to a secret version: the format is \${{keyvault:https://<vault>.vault.azure.net/secrets/<name>/<version>}}.`
      );
    },
  },
  {
    code: "secret-vault-by-roles",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: the vault uses Azure RBAC, not access policies`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const vaults = vaultReferences(context).map(([, value]) => vaultOf(value, context));
      const closed = vaults.find((vault) => vault && vault.body.properties?.enableRbacAuthorization !== true);
      return closed && `The vault '${closed.name}' uses access policies: secret injection requires a vault that uses Azure RBAC.`;
    },
  },
  {
    code: "secret-read-role",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: the service doesn't assign Key Vault Secrets User to the endpoint's identity`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { inventory } = context;
      const principals = ownPrincipals(context);
      const reads = (scope: string) =>
        principals.some((principal) => holdsRole(inventory, principal, ["Key Vault Secrets User", "Key Vault Administrator"], scope));
      for (const [variable, value] of vaultReferences(context)) {
        const vault = vaultOf(value, context);
        const [, , secret] = SECRET.exec(value) ?? [];
        if (vault && !reads(`${vault.id}/secrets/${secret}`))
          return `The endpoint's identity can't read the secret of '${variable}': it has no role assignment for Key Vault Secrets User on ${vault.id}.`;
      }
      return undefined;
    },
  },
  {
    code: "secret-vault-known",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: a reference that can't be resolved fails the deployment`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const unresolved = vaultReferences(context).find(([, value]) => SECRET.test(value) && !vaultOf(value, context));
      return unresolved && `The vault of the environment variable '${unresolved[0]}' was not found: ${unresolved[1]}.`;
    },
  },
  {
    code: "secret-vault-reachable",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}; ${MANAGED_NETWORK}: a vault other than the workspace's requires a private endpoint rule`,
    grade: "I",
    failsOperation: true,
    check: (context) => {
      const { workspace } = dependenciesOf(context);
      if (isolationOf(propertiesOf(workspace)) !== "AllowOnlyApprovedOutbound") return undefined;
      for (const [variable, value] of vaultReferences(context)) {
        const vault = vaultOf(value, context);
        if (vault && !sameId(vault.id, propertiesOf(workspace).keyVault) && !hasRuleTo(vault.id, workspace, context))
          return `The secret of '${variable}' can't be read: the workspace's managed network has no outbound rule to ${vault.id}.`;
      }
      return undefined;
    },
  },
  {
    code: "connection-reference",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: \${{azureml://connections/<connection>}}, optionally with /credentials/<key>, /metadata/<key> or /target`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { workspace } = dependenciesOf(context);
      for (const [variable, connection] of connectionReferences(context)) {
        if (connection === undefined)
          return `The value of the environment variable '${variable}' is not a reference to a connection: the format is \${{azureml://connections/<connection>}}, optionally with /credentials/<key>, /metadata/<key> or /target after the connection name.`;
        if (!context.inventory.get(`${workspace.id}/connections/${connection}`))
          return `The connection of the environment variable '${variable}' was not found: ${connection}.`;
      }
      return undefined;
    },
  },
  {
    code: "connection-read-role",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: Azure Machine Learning Workspace Connection Secrets Reader; the service assigns it only if the endpoint enforces access to the default secret stores`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      const { endpoint, workspace } = dependenciesOf(context);
      const granted = endpointProperties(endpoint).properties?.enforce_access_to_default_secret_stores === "enabled";
      const [first] = granted ? [] : connectionReferences(context);
      const reads = ownPrincipals(context).some((principal) => holdsRole(context.inventory, principal, CONNECTION_READERS, workspace.id));
      return first && !reads
        ? `The endpoint's identity can't read the connection of '${first[0]}': it has no role assignment for Azure Machine Learning Workspace Connection Secrets Reader on ${workspace.id}.`
        : undefined;
    },
  },
  {
    code: "secret-present",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "SecretsInjectionError",
    status: 400,
    source: `${INJECTION}: a reference that can't be resolved fails the deployment`,
    grade: "D",
    failsOperation: true,
    check: (context) => {
      if (context.inventory.settings.dataPlane === "assumed") return undefined;
      const unresolved = vaultReferences(context).find(([, value]) => {
        const [, , name, version] = SECRET.exec(value) ?? [];
        const secret = context.inventory.get(`${vaultOf(value, context)?.id}/secrets/${name}`);
        const uri = (secret?.outputs.properties as { secretUriWithVersion?: string } | undefined)?.secretUriWithVersion;
        return !uri?.endsWith(`/${version}`);
      });
      return unresolved && `The secret of the environment variable '${unresolved[0]}' was not found: ${unresolved[1]}.`;
    },
  },
];
