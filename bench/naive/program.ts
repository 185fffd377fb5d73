/**
 * How public templates change a model: one endpoint and one deployment whose name stays. Kept as they write it, with a public workspace and
 * Azure's own image, because what is measured is only what callers see of a change.
 */
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as resources from "@pulumi/azure-native/resources";
import * as storage from "@pulumi/azure-native/storage";

export interface NaiveArgs {
  readonly endpointName: string;
  readonly model: string;
  readonly instanceType: string;
  readonly instances: number;
  /** Percent by deployment name; Azure refuses a deployment's name before that exists, so the first run has none. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Seconds. */
  readonly requestTimeout: number;
}

export const naiveDeployment = "main";

export function naiveProgram({ endpointName, model, instanceType, instances, traffic, requestTimeout }: NaiveArgs): void {
  const place = { location: "swedencentral", resourceGroupName: "naive" };
  const group = new resources.ResourceGroup("group", place);
  const account = new storage.StorageAccount(
    "storage",
    { ...place, accountName: "stnaive", kind: "StorageV2", sku: { name: "Standard_LRS" } },
    { dependsOn: group },
  );
  const { tenantId } = authorization.getClientConfigOutput();
  const vault = new keyvault.Vault(
    "vault",
    {
      ...place,
      vaultName: "kv-naive",
      properties: { tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true },
    },
    { dependsOn: group },
  );
  const workspaceName = new ml.Workspace("workspace", {
    ...place,
    workspaceName: "mlw-naive",
    identity: { type: "SystemAssigned" },
    storageAccount: account.id,
    keyVault: vault.id,
  }).name;
  const environment = new ml.EnvironmentVersion("environment", {
    ...{ resourceGroupName: place.resourceGroupName, workspaceName, name: "vllm", version: "1" },
    properties: {
      image: "mcr.microsoft.com/azureml/vllm:1",
      osType: "Linux",
      inferenceConfig: {
        scoringRoute: { path: "/v1/chat/completions", port: 8000 },
        livenessRoute: { path: "/health", port: 8000 },
        readinessRoute: { path: "/health", port: 8000 },
      },
    },
  });
  const endpoint = new ml.OnlineEndpoint("endpoint", {
    ...{ ...place, workspaceName, endpointName, kind: "Managed", identity: { type: "SystemAssigned" } },
    properties: { authMode: "Key", traffic: { ...traffic } },
  });
  new ml.OnlineDeployment("deployment", {
    ...{ ...place, workspaceName, endpointName: endpoint.name, deploymentName: naiveDeployment, kind: "Managed" },
    sku: { name: "Default", capacity: instances },
    properties: {
      endpointComputeType: "Managed",
      ...{ instanceType, environmentId: environment.id },
      environmentVariables: { MOOR_MODEL: model },
      requestSettings: { requestTimeout: `PT${requestTimeout}S`, maxConcurrentRequestsPerInstance: 8 },
    },
  });
}
