import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Azure, type AzureOptions, openAzure } from "../../azure-local";
import type { ManualClock } from "../../azure-local/arm";

const location = "swedencentral";
const version = "2025-12-01";

/** A local Azure with a workspace for one test, over HTTP and HTTPS. */
export interface Platform {
  readonly azure: Azure;
  /** ARM id. */
  readonly workspace: string;
  /** Writes a resource and completes the operation. */
  put(id: string, body: object, apiVersion?: string): Promise<void>;
  /** Writes a resource without completing the operation, for tests with their own clock. @returns the URL of the operation's status */
  begin(id: string, body: object, apiVersion?: string): Promise<string | null>;
  /** Creates an environment version whose container answers like Azure's inference server. @returns its ARM ID */
  environment(name: string, port: number, scoringPath: string, probePath: string): Promise<string>;
  /** Creates an endpoint with one deployment that receives all traffic. @returns its ARM ID */
  endpoint(name: string, environmentId: string, properties?: object, authMode?: string): Promise<string>;
  close(): Promise<void>;
}

export interface PlatformOptions extends Partial<AzureOptions> {
  /** The test's own clock. */
  readonly clock?: ManualClock;
}

export async function startPlatform({ clock, ...options }: PlatformOptions = {}): Promise<Platform> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-clients-"));
  const azure = await openAzure({ home, https: true, scoringUris: "loopback", ...options, ...(clock ? { arm: { clock } } : {}) });
  const group = `/subscriptions/${azure.subscriptionId}/resourceGroups/rg`;
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/models`;

  const headers = { authorization: "Bearer test", "content-type": "application/json" };

  async function begin(id: string, body: object, apiVersion = version): Promise<string | null> {
    const response = await fetch(`${azure.armUrl}${id}?api-version=${apiVersion}`, { method: "PUT", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`PUT ${id}: ${response.status} ${text}`);
    return response.headers.get("azure-asyncoperation");
  }

  async function put(id: string, body: object, apiVersion?: string): Promise<void> {
    const operation = await begin(id, body, apiVersion);
    // With the test's own clock, one hour is long enough for all operations.
    clock?.advance(3600);
    const ended = operation ? ((await (await fetch(operation, { headers })).json()) as { status: string }) : undefined;
    if (ended && ended.status !== "Succeeded") throw new Error(`PUT ${id}: ${JSON.stringify(ended)}`);
  }

  const storageAccount = `${group}/providers/Microsoft.Storage/storageAccounts/clientstest`;
  const keyVault = `${group}/providers/Microsoft.KeyVault/vaults/clientstest`;
  const tenantId = "00000000-0000-4000-8000-0000000000aa";
  await put(group, { location }, "2024-03-01");
  await put(storageAccount, { location, kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} }, "2024-01-01");
  const vault = { tenantId, sku: { family: "A", name: "standard" }, accessPolicies: [], enableRbacAuthorization: true };
  await put(keyVault, { location, properties: vault }, "2024-11-01");
  await put(workspace, { location, identity: { type: "SystemAssigned" }, properties: { storageAccount, keyVault } });

  return {
    azure,
    workspace,
    put,
    begin,
    async environment(name, port, scoringPath, probePath) {
      const probe = { path: probePath, port };
      const inferenceConfig = { scoringRoute: { path: scoringPath, port }, livenessRoute: probe, readinessRoute: probe };
      const image = `mcr.microsoft.com/${name}@sha256:${"a".repeat(64)}`;
      await put(`${workspace}/environments/${name}/versions/1`, { properties: { image, inferenceConfig } });
      return `${workspace}/environments/${name}/versions/1`;
    },
    async endpoint(name, environmentId, properties = {}, authMode = "Key") {
      const id = `${workspace}/onlineEndpoints/${name}`;
      await put(id, { location, properties: { authMode } });
      await put(`${id}/deployments/main`, {
        location,
        sku: { name: "Default", capacity: 1 },
        properties: {
          endpointComputeType: "Managed",
          instanceType: "Standard_DS3_v2",
          environmentId,
          requestSettings: { requestTimeout: "PT30S", maxConcurrentRequestsPerInstance: 4 },
          ...properties,
        },
      });
      await put(id, { location, properties: { authMode, traffic: { main: 100 } } });
      return id;
    },
    async close() {
      await azure.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
