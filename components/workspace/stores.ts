import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import type * as resources from "@pulumi/azure-native/resources";
import type * as storage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import { immutableOutput } from "../base/outputs";
import { type Transform, transformed } from "../base/transform";
import { registryPrivacy, vaultPrivacy } from "./privacy";
import { place, type StoreContext, storeName, storeOptions } from "./storeContext";
import { writeTaskAccess } from "./taskAccess";

/** The container registry of the images. */
export interface ImageRegistry {
  /** The registry's resource, if this program creates it. */
  readonly resource?: containerregistry.Registry;
  /** The template that sets `networkRuleBypassAllowedForTasks`, if this program sets it. */
  readonly taskAccess?: resources.Deployment;
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  /** Host name. */
  readonly loginServer: pulumi.Output<string>;
  /** Azure region. */
  readonly location: pulumi.Output<string>;
}

/** Changes to the stores' arguments, applied last. */
export interface StoreTransforms {
  readonly storage?: Transform<storage.StorageAccountArgs>;
  readonly blobService?: Transform<storage.BlobServicePropertiesArgs>;
  readonly vault?: Transform<keyvault.VaultArgs>;
  readonly registry?: Transform<containerregistry.RegistryArgs>;
  readonly logs?: Transform<operationalinsights.WorkspaceArgs>;
  readonly appInsights?: Transform<applicationinsights.ComponentArgs>;
}

/**
 * Creates the Key Vault. It uses Azure RBAC. Trusted Azure services have access, because Azure requires it for endpoints with key
 * authentication.
 */
export function createVault(context: StoreContext, transform: StoreTransforms["vault"]): keyvault.Vault {
  return new keyvault.Vault(
    ...transformed(
      transform,
      `${context.parentName}-vault`,
      {
        vaultName: storeName(context, "vault"),
        ...place(context),
        properties: {
          tenantId: authorization.getClientConfigOutput({ parent: context.parent }).tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          enablePurgeProtection: true,
          enabledForDeployment: false,
          enabledForDiskEncryption: false,
          enabledForTemplateDeployment: false,
          publicNetworkAccess: "Disabled",
          networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
        },
      },
      storeOptions(context),
      vaultPrivacy,
    ),
  );
}

/**
 * Creates the container registry. Its tier is Premium, because other tiers don't support private endpoints.
 * @param allowTasks Whether tasks of the registry can bypass its network rules; see `writeTaskAccess`. @default - Azure's default, false
 */
export function createRegistry(context: StoreContext, transform: StoreTransforms["registry"], allowTasks?: boolean): ImageRegistry {
  const [name, args, opts] = transformed<containerregistry.RegistryArgs>(
    transform,
    `${context.parentName}-registry`,
    {
      registryName: storeName(context, "registry"),
      ...place(context),
      sku: { name: "Premium" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Disabled",
      networkRuleBypassOptions: "AzureServices",
      // Images can't be copied to another registry. Imports into this registry, and pulls, aren't affected. Source: Azure docs,
      // container-registry/data-loss-prevention.
      policies: { exportPolicy: { status: "disabled" } },
      // An undefined Output, because the SDK would set "Disabled". Azure creates zone-redundant registries in regions with zones.
      zoneRedundancy: pulumi.output<string | undefined>(undefined),
    },
    { ...storeOptions(context), ignoreChanges: ["zoneRedundancy"] },
    registryPrivacy,
  );
  const registry = new containerregistry.Registry(name, args, opts);
  return {
    resource: registry,
    taskAccess: allowTasks === undefined ? undefined : writeTaskAccess(context, registry, args, allowTasks),
    id: registry.id,
    loginServer: immutableOutput(registry, registry.loginServer, loginServerOf),
    location: pulumi.output(context.location),
  };
}

function loginServerOf({ properties }: { readonly properties: { readonly loginServer: string } }): string {
  return properties.loginServer;
}

/** Who can query logs: clients with any address, or only clients of networks with an Azure Monitor Private Link Scope. */
export type LogQueries = "public" | "private";

/**
 * Returns the network access to logs. No client writes logs from outside: Azure sends those of diagnostic settings over its own channel,
 * which these settings don't affect, and deployments don't send to Application Insights. Queries require Microsoft Entra ID and a role.
 * Source: Azure docs, azure-monitor/fundamentals/private-link-design (2024-10-23).
 */
function logAccess(queries: LogQueries = "public") {
  return {
    publicNetworkAccessForIngestion: "Disabled",
    publicNetworkAccessForQuery: queries === "public" ? "Enabled" : "Disabled",
  };
}

/** Settings of a Log Analytics workspace. */
export interface LogSettings {
  readonly retentionInDays: number;
  /** @default - no cap */
  readonly dailyQuotaGb?: number;
  /** @default "public" */
  readonly queries?: LogQueries;
}

/** Creates the Log Analytics workspace, in the region of the stack. */
export function createLogs(
  context: StoreContext,
  { retentionInDays, dailyQuotaGb, queries }: LogSettings,
  transform: StoreTransforms["logs"],
): operationalinsights.Workspace {
  return new operationalinsights.Workspace(
    ...transformed(
      transform,
      `${context.parentName}-logs`,
      {
        workspaceName: storeName(context, "logs"),
        ...place(context),
        sku: { name: "PerGB2018" },
        retentionInDays,
        ...logAccess(queries),
        features: { disableLocalAuth: true },
        ...(dailyQuotaGb === undefined ? {} : { workspaceCapping: { dailyQuotaGb } }),
      },
      { parent: context.parent },
    ),
  );
}

/** Creates Application Insights on the given Log Analytics workspace, so that its data stays in the same region. */
export function createAppInsights(
  context: StoreContext,
  { logsId, queries }: { readonly logsId: pulumi.Input<string> } & Pick<LogSettings, "queries">,
  transform: StoreTransforms["appInsights"],
): applicationinsights.Component {
  return new applicationinsights.Component(
    ...transformed(
      transform,
      `${context.parentName}-app-insights`,
      {
        resourceName: storeName(context, "appInsights"),
        ...place(context),
        kind: "web",
        applicationType: "web",
        flowType: "Bluefield",
        requestSource: "rest",
        ingestionMode: "LogAnalytics",
        ...logAccess(queries),
        disableLocalAuth: true,
        workspaceResourceId: logsId,
      },
      { parent: context.parent, additionalSecretOutputs: ["connectionString", "instrumentationKey"] },
    ),
  );
}
