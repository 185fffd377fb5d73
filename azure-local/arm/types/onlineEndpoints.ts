import { AzureError } from "../azureError";
import { containerLifecycle } from "../containerLifecycle";
import { type JsonObject, sameJson, textOf } from "../json";
import type { ActionRequest, Inventory, Resource, ResourceType, Timing } from "../model";
import { parentIdOf } from "../path";
import { regionName } from "../region";
import { stamp } from "../timestamp";
import { DEPLOYMENT, deploymentProperties, ENDPOINT, endpointProperties } from "./onlineEndpointBodies";

/** Path of the scoring URI: the scoring route of a deployment's environment. `/score` by default. */
function scoringPath(endpoint: Resource, inventory: Inventory): string {
  for (const deployment of inventory.children(endpoint.id, DEPLOYMENT)) {
    const environment = inventory.get(deploymentProperties(deployment).environmentId?.replace(/^azureml:/, ""));
    const inference = environment?.body.properties?.inferenceConfig as { scoringRoute?: { path?: string } } | undefined;
    if (inference?.scoringRoute?.path) return inference.scoringRoute.path;
  }
  return "/score";
}

function addresses(endpoint: Resource, inventory: Inventory): { scoringUri: string; swaggerUri: string } {
  const region = regionName(endpoint.body.location);
  const host = inventory.scoringOrigin?.(endpoint.name) ?? `https://${endpoint.name}.${region}.inference.ml.azure.com`;
  const path = scoringPath(endpoint, inventory);
  return { scoringUri: `${host}${path.startsWith("/") ? path : `/${path}`}`, swaggerUri: `${host}/swagger.json` };
}

function requireMode(endpoint: Resource, modes: readonly string[], what: string): void {
  const { authMode } = endpointProperties(endpoint);
  if (modes.includes(authMode)) return;
  throw new AzureError(
    400,
    "BadRequest",
    `${what} of the endpoint '${endpoint.name}' is not available: its authMode is ${authMode}; it must be ${modes.join(" or ")}.`,
  );
}

function invalid(what: string): AzureError {
  return new AzureError(400, "InvalidRequestContent", `The request content was invalid: ${what}.`);
}

const keyNames: ReadonlyMap<string, "primaryKey" | "secondaryKey"> = new Map([
  ["primary", "primaryKey"],
  ["secondary", "secondaryKey"],
]);

function regenerateKeys({ resource, body, effects }: ActionRequest): { body?: unknown } {
  requireMode(resource, ["Key"], "Keys");
  const { keyType, keyValue = undefined } = body;
  const which = typeof keyType === "string" ? keyNames.get(keyType.toLowerCase()) : undefined;
  if (!which) throw invalid("'keyType' must be Primary or Secondary");
  if (keyValue !== undefined && keyValue !== null && (typeof keyValue !== "string" || keyValue === "")) {
    throw invalid("'keyValue' must be a non-empty string");
  }
  const before = effects.credentials.endpointKeys(resource.id);
  const other = which === "primaryKey" ? "secondaryKey" : "primaryKey";
  // The Python client azure-ai-ml 1.35 sends the current key in the request for a new one.
  const value = keyValue === before?.[which] ? undefined : (keyValue ?? undefined);
  effects.credentials.forget(resource.id);
  effects.credentials.setEndpointKeys(resource.id, { [which]: value, [other]: before?.[other] });
  return {};
}

const endpoint: ResourceType = {
  type: ENDPOINT,
  seconds: ({ event }) => ({ create: 90, update: 30, delete: 60 })[event],
  // Source: Azure docs, concept-endpoints-online-auth: without an identity the endpoint gets a system-assigned one.
  defaults: () => ({
    kind: "Managed",
    identity: { type: "SystemAssigned" },
    properties: { publicNetworkAccess: "Enabled", traffic: {}, mirrorTraffic: {}, properties: {} },
  }),
  omit: ["properties.keys"],
  written: (resource, request, { credentials }) => {
    if (credentials.endpointKeys(resource.id) === undefined)
      credentials.setEndpointKeys(resource.id, endpointProperties({ body: request }).keys ?? {});
  },
  derived: (resource, inventory) => ({ properties: addresses(resource, inventory) }),
  actions: {
    listKeys: ({ resource, effects }) => {
      requireMode(resource, ["Key"], "Keys");
      return { body: effects.credentials.endpointKeys(resource.id) };
    },
    token: ({ resource, effects }) => {
      requireMode(resource, ["AMLToken"], "A token");
      const token = effects.credentials.issueToken(resource.id, effects.inventory.now());
      const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
      return {
        body: {
          accessToken: token.accessToken,
          tokenType: "Bearer",
          expiryTimeUtc: seconds(token.expiresAt),
          refreshAfterTimeUtc: seconds(token.refreshAt),
        },
      };
    },
    regenerateKeys,
  },
};

/**
 * Source: Azure docs, how-to-deploy-online-endpoints: the first deployment takes up to 15 minutes. It completes when the container is ready, which
 * takes longer with large model weights.
 */
function deploymentSeconds({ event, body, previous, inventory }: Timing): number {
  if (event === "create") return Math.max(15 * 60, containerLifecycle(deploymentProperties({ body }), inventory).readyAfter ?? 0);
  if (event === "delete") return 5 * 60;
  return onlyScales(body, previous) ? 5 * 60 : 10 * 60;
}

function onlyScales(body: JsonObject, previous: Resource | undefined): boolean {
  return sameJson(body.properties, previous?.body.properties) && !sameJson(body.sku, previous?.body.sku);
}

const PROBE = { period: "PT10S", initialDelay: "PT10S", timeout: "PT2S", successThreshold: 1, failureThreshold: 30 };

const deployment: ResourceType = {
  type: DEPLOYMENT,
  seconds: deploymentSeconds,
  writing: ({ event, body, previous }) => (event === "update" && onlyScales(body, previous) ? "Scaling" : undefined),
  finished: (resource, _, effects) => effects.put({ ...resource, facts: { ...resource.facts, hasServed: true } }),
  // Source: Azure docs, reference-yaml-deployment-managed-online, and the specification's defaults.
  defaults: () => ({
    kind: "Managed",
    sku: { name: "Default", capacity: 1 },
    properties: {
      appInsightsEnabled: false,
      instanceType: "Standard_F4s_v2",
      scaleSettings: { scaleType: "Default" },
      requestSettings: { requestTimeout: "PT5S", maxConcurrentRequestsPerInstance: 1, maxQueueWait: "PT0.5S" },
      livenessProbe: PROBE,
      readinessProbe: PROBE,
      properties: {},
    },
  }),
  // Deleting a deployment removes its traffic from the endpoint.
  deleted: ({ id, name }, effects) => {
    const resource = effects.inventory.get(parentIdOf(id));
    if (!resource) return;
    const { traffic = {}, mirrorTraffic = {} } = endpointProperties(resource);
    const properties = { ...resource.body.properties, traffic: without(traffic, name), mirrorTraffic: without(mirrorTraffic, name) };
    effects.put({ ...resource, body: { ...resource.body, properties } });
  },
  actions: {
    getLogs: ({ resource, body, effects }) => {
      const { containerType = "InferenceServer", tail = 100 } = body;
      const log = typeof containerType === "string" ? LOGS.get(containerType) : undefined;
      if (!log) throw invalid(`'containerType' must be ${[...LOGS.keys()].join(" or ")}`);
      if (typeof tail !== "number" || !Number.isInteger(tail) || tail < 1) throw invalid("'tail' must be a number of lines, at least 1");
      return { body: { content: log(resource, effects.inventory).slice(-tail).join("\n") } };
    },
  },
};

function without(weights: Readonly<Record<string, number>>, name: string): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).filter(([key]) => key.toLowerCase() !== name.toLowerCase()));
}

function storageLog(resource: Resource): string[] {
  const { model } = deploymentProperties(resource);
  return [`${stamp(resource.createdAt)} ${model ? `Downloading ${model}` : "No model to download"}`, `${stamp(resource.createdAt)} Done`];
}

/** The simulator runs no container. The log contains the events that the service would report for the deployment. */
function serverLog(resource: Resource, inventory: Inventory): string[] {
  const { instanceType, environmentId } = deploymentProperties(resource);
  const image = inventory.get(environmentId)?.body.properties?.image ?? environmentId ?? "no image";
  return [
    `${stamp(resource.createdAt)} Instance status: ${resource.state}, ${instanceType}`,
    `${stamp(resource.createdAt)} Container image: ${textOf(image)}`,
  ];
}

const LOGS: ReadonlyMap<string, (deployment: Resource, inventory: Inventory) => string[]> = new Map([
  ["InferenceServer", serverLog],
  ["StorageInitializer", storageLog],
]);

export const onlineEndpointTypes: readonly ResourceType[] = [endpoint, deployment];
