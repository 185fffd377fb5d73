import * as applicationinsights from "@pulumi/azure-native/applicationinsights";
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as storage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "../base/outputs";
import { type NamedType, platformName } from "../base/platformName";
import { type Transform, transformed } from "../base/transform";
import { registryPrivacy, storagePrivacy, vaultPrivacy } from "./privacy";

/** What every store of a workspace has in common. */
export interface StoreContext {
  /** Logical name of the component that the store belongs to. */
  readonly parentName: string;
  readonly parent: pulumi.Resource;
  readonly stack: string;
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly protect: boolean;
}

/** Where images are pulled from. */
export interface ImageRegistry {
  /** The registry itself, where this program made it. */
  readonly resource?: containerregistry.Registry;
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  /** Host name. */
  readonly loginServer: pulumi.Output<string>;
}

/** Last changes to the stores' arguments. */
export interface StoreTransforms {
  readonly storage?: Transform<storage.StorageAccountArgs>;
  readonly vault?: Transform<keyvault.VaultArgs>;
  readonly registry?: Transform<containerregistry.RegistryArgs>;
  readonly logs?: Transform<operationalinsights.WorkspaceArgs>;
  readonly appInsights?: Transform<applicationinsights.ComponentArgs>;
}

/** Weights, code and logs of requests. Reached by private endpoint and Entra only: account keys are off. */
export function createStorage(context: StoreContext, transform: StoreTransforms["storage"]): storage.StorageAccount {
  return new storage.StorageAccount(
    ...transformed(
      transform,
      `${context.parentName}-storage`,
      {
        accountName: storeName(context, "storage"),
        ...place(context),
        kind: "StorageV2",
        // Copies stay in the region (a geo-redundant account keeps one in the paired region), and LRS exists in every region.
        sku: { name: "Standard_LRS" },
        publicNetworkAccess: "Disabled",
        networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" },
        allowBlobPublicAccess: false,
        allowSharedKeyAccess: false,
        allowCrossTenantReplication: false,
        defaultToOAuthAuthentication: true,
        enableHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
      },
      storeOptions(context),
      storagePrivacy,
    ),
  );
}

/** Secrets. Role-based, and open to trusted Azure services, without which an endpoint with key authentication can't be made. */
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

/** Images. Premium, because no other tier takes private endpoints. */
export function createRegistry(context: StoreContext, transform: StoreTransforms["registry"]): ImageRegistry {
  const registry = new containerregistry.Registry(
    ...transformed(
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
        // Left to Azure, which makes registries zone-redundant where the region has zones; left to the SDK, it would be "Disabled".
        zoneRedundancy: pulumi.output<string | undefined>(undefined),
      },
      { ...storeOptions(context), ignoreChanges: ["zoneRedundancy"] },
      registryPrivacy,
    ),
  );
  return { resource: registry, id: registry.id, loginServer: kept(registry, registry.loginServer, loginServerOf) };
}

function loginServerOf({ properties }: { readonly properties: { readonly loginServer: string } }): string {
  return properties.loginServer;
}

/**
 * Logs are written and read over public addresses, with Entra ID and the roles on the workspace. Closing them needs an Azure Monitor private link
 * scope, which belongs to the owner of the network.
 */
const logAccess = { publicNetworkAccessForIngestion: "Enabled", publicNetworkAccessForQuery: "Enabled" };

/** Logs of the endpoints, in the stack's region. */
export function createLogs(
  context: StoreContext,
  { retentionInDays, dailyQuotaGb }: { readonly retentionInDays: number; readonly dailyQuotaGb?: number },
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
        ...logAccess,
        features: { disableLocalAuth: true },
        ...(dailyQuotaGb === undefined ? {} : { workspaceCapping: { dailyQuotaGb } }),
      },
      { parent: context.parent },
    ),
  );
}

/** Application Insights over the given logs, so that its records too stay in their region. */
export function createAppInsights(
  context: StoreContext,
  logsId: pulumi.Input<string>,
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
        ...logAccess,
        disableLocalAuth: true,
        workspaceResourceId: logsId,
      },
      { parent: context.parent, additionalSecretOutputs: ["connectionString", "instrumentationKey"] },
    ),
  );
}

/** Physical name of something of the workspace. */
export function storeName(context: Pick<StoreContext, "stack" | "suffix">, type: NamedType, qualifier?: string): pulumi.Output<string> {
  return pulumi.output(context.suffix).apply((suffix) => platformName(type, context.stack, suffix, qualifier));
}

function place({ resourceGroupName, location, tags }: StoreContext) {
  return { resourceGroupName, location, tags };
}

function storeOptions({ parent, protect }: StoreContext): pulumi.CustomResourceOptions {
  return { parent, protect };
}
