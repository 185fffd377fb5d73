/** azure-native's functions: the actions in the table, the deployer's identity, and `getX` for each resource type. */
import { createHash } from "node:crypto";
import type { ArmClient } from "./armClient";
import { toOutputs } from "./mapping";
import { apiVersionOf, resourceId, resourceType } from "./metadata";
import { type Properties, plainProperties, type Value } from "./wire";

/** Signs a token that the scoring proxy accepts. */
export type IssueToken = (request: { readonly oid: string; readonly audience: string }) => string;

export interface InvokeContext {
  readonly client: ArmClient;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly issueToken?: IssueToken;
}

interface Action {
  /** The resource that receives the action. */
  readonly resource: string;
  readonly action: string;
  /** Arguments that are sent in the body. */
  readonly body: readonly string[];
}

const ml = (resource: string, action: string, body: readonly string[] = []): Action => ({
  resource: `machinelearningservices:${resource}`,
  action,
  body,
});

/** Functions that post an action. Their responses already use the SDK's names. */
const actions: Readonly<Record<string, Action>> = {
  "containerregistry:listRegistryCredentials": { resource: "containerregistry:Registry", action: "listCredentials", body: [] },
  "machinelearningservices:getOnlineDeploymentLogs": ml("OnlineDeployment", "getLogs", ["containerType", "tail"]),
  "machinelearningservices:getOnlineEndpointToken": ml("OnlineEndpoint", "token"),
  "machinelearningservices:listOnlineEndpointKeys": ml("OnlineEndpoint", "listKeys"),
  "machinelearningservices:listWorkspaceConnectionSecrets": ml("WorkspaceConnection", "listsecrets"),
  "machinelearningservices:listWorkspaceKeys": ml("Workspace", "listKeys"),
  "operationalinsights:getSharedKeys": { resource: "operationalinsights:Workspace", action: "sharedKeys", body: [] },
  "storage:listStorageAccountKeys": { resource: "storage:StorageAccount", action: "listKeys", body: [] },
};

const MANAGEMENT = "https://management.azure.com/";

export async function invoke(context: InvokeContext, token: string, args: Properties, signal: AbortSignal): Promise<Properties> {
  const name = token.replace(/^azure-native:/, "");
  if (name === "authorization:getClientConfig") return clientConfig(context);
  if (name === "authorization:getClientToken") return { token: clientToken(context, args.endpoint) };
  const action = actions[name];
  if (action) return post(context, action, args, signal);
  return get(context, name, args, signal);
}

async function post(
  context: InvokeContext,
  { action, body, resource }: Action,
  args: Properties,
  signal: AbortSignal,
): Promise<Properties> {
  const type = resourceType(resource);
  const id = resourceId(type, args, context.subscriptionId);
  const values = Object.fromEntries(body.map((name) => [name, args[name]] as const).filter(([, value]) => value !== undefined));
  const answer = await context.client.post(`${id}/${action}`, apiVersionOf(type, args), values as Properties, signal);
  return plainProperties(answer);
}

async function get(context: InvokeContext, name: string, args: Properties, signal: AbortSignal): Promise<Properties> {
  const [, module, typeName] = /^(\w+):get(\w+)$/.exec(name) ?? [];
  if (module === undefined)
    throw new Error(`azure-local does not support the function azure-native:${name}. Add it to azure-local/providers/invoke.ts.`);
  const type = resourceType(`${module}:${typeName}`);
  const apiVersion = apiVersionOf(type, args);
  const body = await context.client.get(resourceId(type, args, context.subscriptionId), apiVersion, signal);
  return { ...toOutputs(type.outputSchema, body), azureApiVersion: apiVersion };
}

/** The deployer's IDs: generated, and the same in each run. */
function clientConfig({ subscriptionId, tenantId }: InvokeContext): Record<string, string> {
  return { clientId: uuidFrom(`${tenantId} client`), objectId: deployerObjectId(tenantId), subscriptionId, tenantId };
}

/** Object ID of the identity that runs the local engine. */
export function deployerObjectId(tenantId: string): string {
  return uuidFrom(`${tenantId} object`);
}

function uuidFrom(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** A signed token for the scoring proxy. Otherwise an unsigned token with Entra's claims, because no other local server verifies tokens. */
function clientToken(context: InvokeContext, endpoint: Value | undefined): string {
  const { clientId, objectId } = clientConfig(context);
  const audience = (typeof endpoint === "string" && endpoint !== "" ? endpoint : MANAGEMENT).replace(/\/\.default$/, "");
  if (context.issueToken && audience !== MANAGEMENT) return context.issueToken({ oid: objectId!, audience });
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, appid: clientId, exp: now + 3600, iat: now, oid: objectId, tid: context.tenantId };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
