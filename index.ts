import "./config/stack"; // first: a mistake in the stack file is told before the rest is loaded

import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  groupInRegion,
  groupName,
  HubAccess,
  InferenceEndpoint,
  type InferenceEndpointArgs,
  Model,
  modelKey,
  Network,
  Workspace,
} from "./components";
import { describe } from "./config/describe";
import { reportMistakes } from "./config/mistakes";
import { moveMistakes } from "./config/rules/move";
import type { EndpointSpec } from "./config/spec";
import { huggingFaceToken, spec } from "./config/stack";
import { stackTag } from "./planner/tags";

const { name: stack, location: region, platform } = spec;
const { roles, diagnostics } = platform;
const tags = { [stackTag]: stack, ...platform.tags };
/** A stack that is worth a lock is worth keeping. */
const protect = spec.decisionsFrom === "lock";
/** Azure-on-this-machine spreads roles at once and says how long it waits: `{"rolePropagationSeconds":0,"drainSeconds":0}`. */
const waits = JSON.parse(process.env.MOOR_WAITS ?? "{}") as Pick<
  InferenceEndpointArgs,
  "rolePropagationSeconds" | "drainSeconds" | "gateSeconds"
>;

const lines = spec.endpoints.flatMap(({ key, deployments }) => deployments.map((deployment) => describe(key, deployment)));
for (const line of [...spec.notes, ...lines]) pulumi.log.info(line);

/** With a lock, the lock knows the region, and the check of the stack has compared it. */
const refusal = (is: string, group: string) => reportMistakes(stack, moveMistakes(stack, is, `resource group ${group}`, region, false));
const groupNamed = spec.decisionsFrom === "lock" ? groupName(stack, region) : groupInRegion({ stack, location: region, refusal });
const group = new resources.ResourceGroup("moor", { resourceGroupName: groupNamed, location: region, tags }, { protect });
const resourceGroupName = group.name;
const suffix = new random.RandomString("suffix", { length: 6, upper: false, special: false }).result;
const place = { stack, suffix, resourceGroupName, location: region, tags };

const { subnetId, addressSpace } = platform.network;
const network = new Network("network", {
  ...place,
  network: subnetId === undefined ? { create: { addressSpace } } : { existing: { subnetId } },
  dns: platform.dns,
});
const workspace = new Workspace("platform", {
  ...place,
  residency: spec.residency.regions,
  workspace: createOr(platform.workspaceId),
  imageRegistry: createOr(platform.imageRegistryId),
  logs: createOr(platform.logsId),
  privateEndpoints: platform.privateEndpoints === "moor" ? network.place : undefined,
  roles,
  rolePropagationSeconds: waits.rolePropagationSeconds,
  protect,
});

const decisions = spec.endpoints.flatMap(({ deployments }) =>
  deployments.flatMap(({ decision, previous, keepPrevious }) => [decision, ...(keepPrevious && previous ? [previous] : [])]),
);
const weights = decisions.flatMap(({ model }) => model ?? []);
const models = new Map<string, Model>();
for (const { id, revision, path } of weights) {
  const key = modelKey({ id, revision });
  if (path !== undefined && !models.has(key)) models.set(key, new Model(`model-${key}`, { workspace, stack, id, revision, path, tags }));
}
const modelVersionIds = Object.fromEntries([...models].map(([key, { versionId }]) => [key, versionId]));
const fromHub = weights.some(({ source }) => source === "hub");
const { vaultId, ready: after } = workspace;
const hub = fromHub ? new HubAccess("hub", { workspace, vaultId, token: huggingFaceToken, tags, after }) : undefined;

export { region as location };
export const workspaceId = workspace.id;
export const endpoints = Object.fromEntries(spec.endpoints.map((endpoint) => [endpoint.key, serve(endpoint)]));

function serve({ key, name, auth, invokers, gate, deployments }: EndpointSpec) {
  const endpoint = new InferenceEndpoint(key, {
    ...{ stack, resourceGroupName, workspace, auth, gate, deployments, modelVersionIds, hub, roles, diagnostics, protect, tags, ...waits },
    invokers,
    endpointName: name ?? pulumi.interpolate`${key}-${stack}-${suffix}`,
    alertEmails: platform.alertEmails,
    after: [...models.values()],
  });
  const keyCommand = pulumi.interpolate`az ml online-endpoint get-credentials --name ${endpoint.name} --resource-group ${workspace.resourceGroupName} --workspace-name ${workspace.name}`;
  const tokenCommand = `az account get-access-token --resource ${endpoint.scoringAudience} --query accessToken --output tsv`;
  const { id, scoringUri, openaiBaseUrl } = endpoint;
  return { id, scoringUri, openaiBaseUrl, auth, ...(auth === "key" ? { keyCommand } : { tokenCommand }) };
}

function createOr(id: string | undefined) {
  return id === undefined ? ("create" as const) : { existing: id };
}
