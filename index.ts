import "./config/stack"; // first: configuration errors are reported before the other modules are loaded

import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { parentOf } from "./azure/armId";
import {
  azureOf,
  blobContainerOf,
  type EndpointOutputs,
  endpointOutputs,
  groupInRegion,
  groupName,
  HubAccess,
  HubToken,
  InferenceEndpoint,
  type InferenceEndpointArgs,
  ignorePolicyTags,
  keepSpelling,
  type LinkedServiceName,
  linkedServices,
  Model,
  modelKey,
  Network,
  type NetworkChoice,
  PublishedImage,
  platformOutputs,
  publishedImageName,
  rejectDeletedEndpoints,
  removeLeftScripts,
  residencyOutputs,
  reviewProgram,
  ScriptEnvironment,
  type ScriptSubnet,
  Workspace,
  warnOfRisks,
} from "./components";
import { contractOf } from "./config/contract";
import { describe, describeCost } from "./config/describe";
import { reportErrors } from "./config/errors";
import { moveErrors } from "./config/rules/move";
import type { EndpointSpec, PlatformSpec } from "./config/spec";
import { alertWebhook, huggingFaceToken, importCredentials, spec } from "./config/stack";
import { imageText, type PlannedImage } from "./planner/image";
import { stackTag } from "./planner/tags";

const { name: stack, location: region, platform } = spec;
const { roles, diagnostics, identityIsolationScope: isolationScope } = platform;
const tags = { [stackTag]: stack, ...platform.tags };
/** Options of all resources with tags. */
const tagged = { transformations: ignorePolicyTags(platform.policyTags) };
/** Protect the resources of stacks with a lock file. */
const protect = spec.decisionsFrom === "lock";
/** The local Azure shortens the waits: `{"rolePropagationSeconds":0,"drainSeconds":0}`. */
const waits = JSON.parse(process.env.MOOR_WAITS ?? "{}") as Pick<
  InferenceEndpointArgs,
  "rolePropagationSeconds" | "drainSeconds" | "gateSeconds"
>;

const lines = spec.endpoints.flatMap(({ key, deployments }) => deployments.map((deployment) => describe(key, deployment)));
for (const line of [...spec.notes, ...lines, describeCost(spec)]) pulumi.log.info(line);

const adopted = adoptedIds(platform);
const reviewed = reviewProgram({ stack, contract: contractOf(spec), accept: spec.accept, adopted: [...new Set(adopted.map(withData))] });
if (adopted.length > 0) pulumi.runtime.registerResourceTransform(keepSpelling(azureOf(), adopted));

/** With a lock file, the check of the stack has already compared the region with the one in the lock file. */
const errorMessage = (is: string, group: string) => reportErrors(stack, moveErrors(stack, is, `resource group ${group}`, region, false));
const groupNamed = spec.decisionsFrom === "lock" ? groupName(stack, region) : groupInRegion({ stack, location: region, errorMessage });
const group = new resources.ResourceGroup("moor", { resourceGroupName: groupNamed, location: region, tags }, { protect, ...tagged });
const resourceGroupName = group.name;
const suffix = new random.RandomString("suffix", { length: 6, upper: false, special: false }).result;
const place = { stack, suffix, resourceGroupName, location: region, tags };

const decisions = spec.endpoints.flatMap(({ deployments }) =>
  deployments.flatMap(({ decision, previous, keepPrevious }) => [decision, ...(keepPrevious && previous ? [previous] : [])]),
);
const weights = decisions.flatMap(({ model }) => model ?? []);
const fromHub = weights.some(({ source }) => source === "hub");

const created = { workspace: platform.workspaceId === undefined, imageRegistry: platform.imageRegistryId === undefined };
const network = new Network(
  "network",
  {
    ...place,
    network: networkChoice(platform.network),
    dns: platform.dns,
    services: platform.privateEndpoints === "moor" ? privateServices() : [],
  },
  tagged,
);
const scriptSubnet = chooseScriptSubnet(platform.network);
const workspace = new Workspace(
  "platform",
  {
    ...place,
    residency: "reviewed",
    workspace: createOr(platform.workspaceId),
    imageRegistry: createOr(platform.imageRegistryId),
    logs: createOr(platform.logsId),
    logRetentionDays: platform.logRetentionDays,
    logDailyCapGB: platform.logDailyCapGB,
    logQueries: platform.logQueries,
    hbiWorkspace: platform.hbiWorkspace,
    storageRedundancy: platform.storageRedundancy,
    firewallSku: platform.firewallSku,
    privateEndpoints: platform.privateEndpoints === "moor" ? network.place : undefined,
    vaultSecrets: (fromHub || scriptSubnet !== undefined) && huggingFaceToken !== undefined,
    networkRuleBypassAllowedForTasks: platform.networkRuleBypassAllowedForTasks,
    registryTasks: spec.images.some(isPublishedByTask) || undefined,
    operators: platform.operators.length > 0 ? platform.operators : undefined,
    diagnostics,
    isolationScope,
    roles,
    rolePropagationSeconds: waits.rolePropagationSeconds,
    protect,
  },
  tagged,
);

const models = new Map<string, Model>();
for (const model of weights) {
  if (model.source !== "mirror") continue;
  const { id, revision, path } = model;
  const key = modelKey(model);
  if (!models.has(key)) models.set(key, new Model(`model-${key}`, { workspace, stack, id, revision, path, tags }));
}
const modelVersionIds = Object.fromEntries([...models].map(([key, { versionId }]) => [key, versionId]));
const { vaultId, ready: after } = workspace;
const hubArgs = { workspace, vaultId, token: huggingFaceToken, tokenExpires: spec.tokenExpires, tags, after };
const hub = fromHub ? new HubAccess("hub", hubArgs, tagged) : undefined;

const scripts = scriptSubnet === undefined ? undefined : createScriptEnvironment(scriptSubnet);

/** As a secret: `<username>:<password>` by host. */
const pullCredentials = importCredentials?.apply((text) => JSON.parse(text) as Record<string, string>);
const images = Object.fromEntries(spec.images.map((image) => [imageText(image.reference), publish(image)]));

const named = spec.endpoints.map((endpoint) => ({ ...endpoint, name: nameOf(endpoint) }));
const warned =
  process.env.MOOR_ENDPOINTS === "none"
    ? rejectDeletedEndpoints({ stack, workspace })
    : warnOfRisks({
        ...{ stack, workspace, endpoints: named },
        registryId: registryWithoutSetting(),
        expectedImages: expectedImages(),
        scriptSubnetId: scripts?.subnetId,
        resourceGroupId: group.id,
      });
const cleaned = removeLeftScripts({ stack, resourceGroup: group });

const places = platformOutputs(resourceGroupName, network, workspace, scripts);

export { places as platform, region as location };
// The run waits for its outputs, and so for the review, the warning and the removal.
export const workspaceId = pulumi.all([reviewed, warned, cleaned]).apply(() => workspace.id);
export const residency = residencyOutputs(spec.residency, spec.accept);
export const endpoints = Object.fromEntries(spec.endpoints.map((endpoint) => [endpoint.key, serve(endpoint)]));

function nameOf({ key, name }: EndpointSpec): pulumi.Input<string> {
  return name ?? pulumi.interpolate`${key}-${stack}-${suffix}`;
}

/** The services with private endpoints. The scripts' own storage account has one for its file share. */
function privateServices(): LinkedServiceName[] {
  const services = linkedServices(created);
  const { scripts = false, scriptsSubnetId } = platform.network;
  const forScripts: LinkedServiceName[] = scripts || scriptsSubnetId !== undefined ? ["file"] : [];
  return [...new Set([...services, ...forScripts])];
}

function chooseScriptSubnet({ scripts = false, scriptsSubnetId, addressSpace }: PlatformSpec["network"]): ScriptSubnet | undefined {
  if (scriptsSubnetId !== undefined) return { existing: { subnetId: scriptsSubnetId } };
  return scripts && addressSpace !== undefined ? { create: { network, addressSpace } } : undefined;
}

function createScriptEnvironment(subnet: ScriptSubnet): ScriptEnvironment {
  const { storageAccountId } = workspace;
  const args = {
    ...place,
    subnet,
    privateEndpoints: platform.privateEndpoints === "moor" ? network.place : undefined,
    weights: { storageAccountId, container: blobContainerOf(workspace) },
    tokenSecretId: hub?.tokenSecretId ?? storeToken(),
    storageRedundancy: platform.storageRedundancy,
    isolationScope,
    roles,
  };
  return new ScriptEnvironment("scripts", args, tagged);
}

/** Stores the Hugging Face token for scripts. `HubAccess` stores it for deployments that download weights themselves. */
function storeToken(): pulumi.Output<string> | undefined {
  if (huggingFaceToken === undefined) return undefined;
  const args = { vaultId, token: huggingFaceToken, tokenExpires: spec.tokenExpires, tags };
  return new HubToken("hub-token", args, tagged).secretId;
}

/** An image that is in the registry needs no resource. */
function publish(image: PlannedImage) {
  if (image.source.kind === "existing") return image.reference;
  const { rolePropagationSeconds } = waits;
  const args = { workspace, image, importCredentials: pullCredentials, roles, rolePropagationSeconds, tags };
  return new PublishedImage(publishedImageName(image.reference), args, tagged);
}

/** The ID of a created registry, if the stack file doesn't set whether tasks bypass its network rules. */
function registryWithoutSetting(): pulumi.Output<string> | undefined {
  return created.imageRegistry && platform.networkRuleBypassAllowedForTasks === undefined ? workspace.imageRegistryId : undefined;
}

/** Images that the stack file expects in the stack's own registry. */
function expectedImages() {
  const existing = spec.images.filter(({ source }) => source.kind === "existing").map(({ reference }) => imageText(reference));
  return created.imageRegistry ? { registryId: workspace.imageRegistryId, images: existing } : undefined;
}

function isPublishedByTask({ source }: PlannedImage): boolean {
  return source.kind === "layer" && source.via === "task";
}

function serve(spec: EndpointSpec): EndpointOutputs {
  const { key, auth, invokers, gate, deployments } = spec;
  const args = {
    stack,
    resourceGroupName,
    workspace,
    auth,
    gate,
    deployments,
    modelVersionIds,
    images,
    hub,
    isolationScope,
    roles,
    diagnostics,
    protect,
    tags,
    ...waits,
    invokers,
    endpointName: nameOf(spec),
    alerts: alertsOf(platform.alerts),
    policyTags: platform.policyTags,
    after: [...models.values()],
  };
  return endpointOutputs(new InferenceEndpoint(key, args, tagged), auth, workspace);
}

function adoptedIds({ network, workspaceId, imageRegistryId, logsId }: PlatformSpec): string[] {
  const { subnetId, scriptsSubnetId, securityGroupId } = network;
  return [subnetId, scriptsSubnetId, securityGroupId, workspaceId, imageRegistryId, logsId].filter((id) => id !== undefined);
}

/** The region of a subnet is that of its network. */
function withData(id: string): string {
  return /\/subnets\/[^/]+$/i.test(id) ? parentOf(id) : id;
}

function networkChoice(choice: PlatformSpec["network"]): NetworkChoice {
  if (choice.subnetId !== undefined) return { existing: { subnetId: choice.subnetId } };
  const { addressSpace, dnsServers, securityGroupId } = choice;
  return { create: { addressSpace, dnsServers, securityGroup: createOr(securityGroupId) } };
}

function alertsOf(alerts: PlatformSpec["alerts"]): InferenceEndpointArgs["alerts"] {
  if (alerts === undefined) return undefined;
  const { latencySeconds, ...rest } = alerts;
  return { ...rest, webhook: alertWebhook, latencyMilliseconds: latencySeconds === undefined ? undefined : 1000 * latencySeconds };
}

function createOr(id: string | undefined) {
  return id === undefined ? ("create" as const) : { existing: id };
}
