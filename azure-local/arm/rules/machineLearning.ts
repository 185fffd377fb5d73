import { at, sameJson } from "../json";
import type { Rule, RuleContext } from "../model";
import { nameOf, sameId } from "../path";
import { isolationOf, propertiesOf, type WorkspaceProperties } from "../types/managedNetwork";
import { referenceError } from "./common";

const ML = "Microsoft.MachineLearningServices";
export const WORKSPACE = `${ML}/workspaces`;
export const REGISTRY = `${ML}/registries`;

const REFERENCES = {
  storageAccount: "Microsoft.Storage/storageAccounts",
  keyVault: "Microsoft.KeyVault/vaults",
  containerRegistry: "Microsoft.ContainerRegistry/registries",
  applicationInsights: "Microsoft.Insights/components",
  primaryUserAssignedIdentity: "Microsoft.ManagedIdentity/userAssignedIdentities",
} as const satisfies Partial<Record<keyof WorkspaceProperties, string>>;

/** Immutable properties. Source: API specification (x-ms-mutability) for environments; the service treats models and codes as immutable. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  [`${WORKSPACE}/environments/versions`]: ["image", "condaFile", "build", "inferenceConfig", "osType", "autoRebuild"],
  [`${REGISTRY}/environments/versions`]: ["image", "condaFile", "build", "inferenceConfig", "osType", "autoRebuild"],
  [`${WORKSPACE}/models/versions`]: ["modelUri", "modelType"],
  [`${REGISTRY}/models/versions`]: ["modelUri", "modelType"],
  [`${WORKSPACE}/codes/versions`]: ["codeUri"],
};

const CONTAINERS = ["environments", "models", "codes"].map((kind) => `${WORKSPACE}/${kind}`);

function changedImmutableProperty({ type, body, previous }: RuleContext): string | undefined {
  const names = IMMUTABLE[type] ?? [];
  return names.find((name) => !sameJson(at(body, `properties.${name}`), at(previous!.body, `properties.${name}`)));
}

export const machineLearningRules: readonly Rule[] = [
  {
    code: "workspace-references",
    types: [WORKSPACE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, machine-learning/how-to-manage-workspace",
    grade: "D",
    check: (context) => {
      const properties = propertiesOf(context);
      for (const [name, type] of Object.entries(REFERENCES)) {
        const id = properties[name as keyof typeof REFERENCES];
        const error = referenceError(id, type, context);
        if (error) return `The ${name} of the workspace, '${id}', ${error}.`;
      }
      return undefined;
    },
  },
  {
    code: "workspace-needs-storage-and-vault",
    types: [WORKSPACE],
    on: ["create"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, machine-learning/concept-workspace: storage account and key vault are required",
    grade: "D",
    check: ({ body }) => {
      const { storageAccount, keyVault } = propertiesOf({ body });
      if (["Hub", "Project"].includes(String(body.kind)) || (storageAccount && keyVault)) return undefined;
      return `A workspace requires 'properties.${storageAccount ? "keyVault" : "storageAccount"}'.`;
    },
  },
  {
    code: "workspace-references-same-subscription",
    types: [WORKSPACE],
    on: ["create"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, machine-learning/concept-secure-online-endpoint: associated resources must be in the workspace's subscription",
    grade: "D",
    check: ({ id, body }) => {
      const properties = propertiesOf({ body });
      if (!isolationOf(properties)) return undefined;
      const ids = [properties.storageAccount, properties.keyVault, properties.containerRegistry].filter((one) => one !== undefined);
      const foreign = ids.find((one) => one.split("/")[2]?.toLowerCase() !== id.split("/")[2]?.toLowerCase());
      return foreign && `With a managed network, '${foreign}' must be in the subscription of the workspace.`;
    },
  },
  {
    code: "workspace-identity",
    types: [WORKSPACE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, machine-learning/how-to-identity-based-service-authentication",
    grade: "D",
    check: ({ body }) => {
      const { type, userAssignedIdentities = {} } = body.identity ?? {};
      const primary = propertiesOf({ body }).primaryUserAssignedIdentity;
      if (!type || type === "None")
        return "A workspace requires an identity: 'identity.type' must be SystemAssigned, UserAssigned or both.";
      if (type === "UserAssigned" && !primary)
        return "With a user-assigned identity only, 'properties.primaryUserAssignedIdentity' is required.";
      if (primary && !Object.keys(userAssignedIdentities).some((id) => sameId(id, primary)))
        return `The primaryUserAssignedIdentity '${primary}' is not one of 'identity.userAssignedIdentities'.`;
      return undefined;
    },
  },
  {
    code: "workspace-fixed",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source:
      "Azure REST specification, machinelearningservices: storage account and key vault can't be changed after the workspace is created",
    grade: "S",
    check: ({ body, previous }) => {
      for (const name of ["storageAccount", "keyVault"] as const) {
        const [now, before] = [propertiesOf({ body })[name], propertiesOf(previous!)[name]];
        if (now !== undefined && !sameId(now, before)) return `The ${name} of a workspace can't be changed from '${before}' to '${now}'.`;
      }
      return undefined;
    },
  },
  {
    code: "workspace-creation-only",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: hbiWorkspace and enableDataIsolation are set when the workspace is created",
    grade: "S",
    check: ({ body, previous }) => {
      const changed = (["hbiWorkspace", "enableDataIsolation"] as const).find(
        (name) => propertiesOf({ body })[name] !== undefined && propertiesOf({ body })[name] !== (propertiesOf(previous!)[name] ?? false),
      );
      return changed && `'properties.${changed}' can be set only when a workspace is created.`;
    },
  },
  {
    code: "workspace-identity-one-way",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-identity-based-service-authentication: the identity can change from system-assigned to both, but not back",
    grade: "D",
    check: ({ body, previous }) => {
      const before = previous!.body.identity?.type;
      const now = body.identity?.type;
      return before === "SystemAssigned,UserAssigned" && now !== before
        ? `The identity of the workspace can't be changed from ${before} to ${now}.`
        : undefined;
    },
  },
  {
    code: "workspace-soft-deleted",
    types: [WORKSPACE],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure docs, machine-learning/concept-soft-delete: the name is reserved for 14 days",
    grade: "D",
    check: ({ id, name, inventory }) => {
      const deleted = inventory.softDeleted(WORKSPACE).some((one) => sameId(one.id, id));
      return deleted
        ? `A soft-deleted workspace with the name '${name}' exists: recover it, purge it (delete with forceToPurge=true) or use another name.`
        : undefined;
    },
  },
  {
    code: "asset-version-fixed",
    types: Object.keys(IMMUTABLE),
    on: ["update"],
    azureCode: "UserError",
    status: 400,
    source: "Azure REST specification, mfe.json (x-ms-mutability)",
    grade: "S",
    check: (context) => {
      const changed = changedImmutableProperty(context);
      return (
        changed &&
        `A version can't be changed: 'properties.${changed}' of '${nameOf(context.parentId)}:${context.name}' is immutable. Create a new version.`
      );
    },
  },
  {
    code: "asset-name",
    types: [...Object.keys(IMMUTABLE), ...CONTAINERS],
    on: ["create"],
    azureCode: "UserError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: name of an asset container",
    grade: "S",
    check: (context) => {
      const name = CONTAINERS.includes(context.type) ? context.name : nameOf(context.parentId);
      return /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/.test(name)
        ? undefined
        : `The name '${name}' is invalid: it can contain at most 255 letters, digits, '-' and '_' and must start with a letter or digit.`;
    },
  },
  {
    code: "environment-has-source",
    types: [`${WORKSPACE}/environments/versions`],
    on: ["create"],
    azureCode: "UserError",
    status: 400,
    source: "Azure docs, machine-learning/reference-yaml-environment: an image or a build context",
    grade: "D",
    check: ({ body }) => {
      const { image, build } = (body.properties ?? {}) as { image?: string; build?: unknown };
      if (image && build) return "An environment version can't have both 'properties.image' and 'properties.build'.";
      return image || build ? undefined : "An environment version requires 'properties.image' or 'properties.build'.";
    },
  },
  {
    code: "model-has-uri",
    types: [`${WORKSPACE}/models/versions`],
    on: ["create"],
    azureCode: "UserError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: modelUri",
    grade: "D",
    check: ({ body }) => (at(body, "properties.modelUri") ? undefined : "A model version requires 'properties.modelUri'."),
  },
  {
    code: "asset-container-empty",
    types: CONTAINERS,
    on: ["delete"],
    azureCode: "UserError",
    status: 409,
    source: "inferred: an asset container can be deleted only after its versions",
    grade: "I",
    check: ({ id, name, inventory }) => {
      const versions = inventory.children(id).length;
      return versions > 0 ? `'${name}' still has ${versions} versions: delete them first.` : undefined;
    },
  },
];
