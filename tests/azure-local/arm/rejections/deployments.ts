import { ACR_PULL, BLOB_READER, grant, paths, ROLE_NAMES } from "../platform";
import { but, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const second = paths.deployment.replace("main-1", "main-2");
const other = paths.endpoint.replace("chat-dev", "other-dev");
const code = paths.model.replace("models/qwen", "codes/score");
const environment2 = paths.environment.replace("versions/1", "versions/2");

/** A new deployment, or an update of the first, with one value changed. */
function made(path: string, value: unknown, name = second): (scene: Scene) => Request {
  return ({ body }) => ["PUT", name, but(body.deployment, path, value)];
}

function updated(path: string, value: unknown): (scene: Scene) => Request {
  return made(path, value, paths.deployment);
}

const asItIs: (scene: Scene) => Request = ({ body }) => ["PUT", second, body.deployment];
const sameAgain: (scene: Scene) => Request = ({ body }) => ["PUT", paths.deployment, body.deployment];

/** An environment version with this image, and a deployment that runs it. */
function withImage(image: string): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  return {
    setup: ({ caller, body }) => caller.made(environment2, but(body.environment, "properties/image", image)),
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/environmentId", id(environment2))],
    accepted: ({ body }) => ["PUT", paths.deployment.replace("main-1", "main-3"), body.deployment],
  };
}

/** Removes a role assignment of the endpoint's identity. An endpoint with a system-assigned identity doesn't need it. */
function withoutRole(scope: string, name: string, role: string): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  return {
    setup: async (scene) => {
      const { principalId } = (await scene.caller.get(paths.identity)).body.properties;
      await scene.caller.delete(grant(scene.caller, scope, name, role, principalId)[0]);
      await scene.caller.made(other, but(scene.body.endpoint, "identity", { type: "SystemAssigned" }));
    },
    rejected: asItIs,
    accepted: ({ body }) => ["PUT", `${other}/deployments/main-1`, body.deployment],
  };
}

export const deploymentRejections: readonly RejectedRequest[] = [
  {
    rule: "deployment-busy",
    answer: "409 Conflict",
    setup: async ({ caller, body }) => {
      await caller.made(other, body.endpoint);
      await caller.put(second, body.deployment);
    },
    rejected: ({ body }) => ["PUT", paths.deployment.replace("main-1", "main-3"), body.deployment],
    accepted: ({ body }) => ["PUT", `${other}/deployments/main-1`, body.deployment],
  },
  {
    rule: "deployment-busy",
    case: "two concurrent deletes",
    answer: "409 Conflict",
    setup: async ({ caller, body }) => {
      await caller.made(second, body.deployment);
      await caller.delete(second);
    },
    rejected: () => ["DELETE", paths.deployment],
    accepted: () => ["DELETE", paths.model],
  },
  {
    rule: "deployment-name",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.deployment.replace("main-1", "1main"), body.deployment],
    accepted: ({ body }) => ["PUT", paths.deployment.replace("main-1", "main1"), body.deployment],
  },
  {
    rule: "deployment-name-lower-case",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.deployment.replace("main-1", "Blue"), body.deployment],
    accepted: ({ body }) => ["PUT", paths.deployment.replace("main-1", "blue"), body.deployment],
  },
  {
    rule: "deployment-location",
    answer: "400 BadArgument",
    rejected: made("location", "westeurope"),
    accepted: made("location", "Sweden Central"),
  },
  {
    rule: "deployment-compute-type",
    answer: "400 BadArgument",
    rejected: ({ body, id }) => [
      "PUT",
      second,
      { ...body.deployment, properties: { endpointComputeType: "Kubernetes", environmentId: id(paths.environment) } },
    ],
    accepted: asItIs,
  },
  {
    rule: "deployments-per-endpoint",
    answer: "400 OutOfQuota",
    setup: async ({ caller, body }) => {
      for (let index = 2; index <= 20; index += 1) await caller.made(paths.deployment.replace("main-1", `many-${index}`), body.deployment);
    },
    rejected: asItIs,
    accepted: sameAgain,
  },
  { rule: "deployment-instances", answer: "400 BadArgument", rejected: made("sku/capacity", 51), accepted: made("sku/capacity", 50) },
  {
    rule: "deployment-instances",
    case: "zero instances",
    answer: "400 BadArgument",
    rejected: updated("sku/capacity", 0),
    accepted: updated("sku/capacity", 1),
  },
  {
    rule: "deployment-failed-refuses-update",
    answer: "400 BadArgument",
    setup: async ({ caller, body, id }) => {
      await caller.made(environment2, but(body.environment, "properties/image", "unknown.azurecr.io/vllm:1"));
      await caller.outcome(await caller.put(second, but(body.deployment, "properties/environmentId", id(environment2))));
    },
    rejected: asItIs,
    accepted: () => ["DELETE", second],
  },
  {
    rule: "deployment-failed-refuses-update",
    case: "a deployment that was provisioned can be updated after a failed update",
    answer: "400 BadArgument",
    setup: async ({ caller, body, id }) => {
      await caller.made(environment2, but(body.environment, "properties/image", "unknown.azurecr.io/vllm:1"));
      for (const deployment of [second, paths.deployment]) {
        const answer = await caller.put(deployment, but(body.deployment, "properties/environmentId", id(environment2)));
        expect(await caller.outcome(answer)).toMatchObject({ status: "Failed" });
      }
    },
    rejected: asItIs,
    accepted: sameAgain,
  },
  {
    rule: "deployment-instance-type-fixed",
    answer: "400 BadArgument",
    rejected: updated("properties/instanceType", "Standard_NC48ads_A100_v4"),
    accepted: updated("properties/instanceType", "Standard_NC24ads_A100_v4"),
  },
  {
    rule: "deployment-instance-type-known",
    answer: "400 BadArgument",
    rejected: made("properties/instanceType", "Standard_NC6s_v3"),
    accepted: made("properties/instanceType", "Standard_NC4as_T4_v3"),
  },
  {
    rule: "deployment-instance-type-known",
    case: "an Azure VM size that endpoints don't support",
    answer: "400 BadArgument",
    rejected: made("properties/instanceType", "Standard_NC6ads_A10_v4"),
    accepted: made("properties/instanceType", "Standard_NV6ads_A10_v5"),
  },
  {
    rule: "deployment-instance-type-known",
    case: "other capitalization",
    answer: "400 BadArgument",
    rejected: made("properties/instanceType", "Standard_nc24ads_a100_v4"),
    accepted: made("properties/instanceType", "Standard_NC24ads_A100_v4"),
  },
  {
    rule: "deployment-egress-fixed",
    answer: "400 BadArgument",
    rejected: updated("properties/egressPublicNetworkAccess", "Disabled"),
    accepted: updated("properties/egressPublicNetworkAccess", "Enabled"),
  },
  {
    rule: "deployment-egress-with-managed-network",
    answer: "400 BadArgument",
    rejected: made("properties/egressPublicNetworkAccess", "Disabled"),
    accepted: made("properties/egressPublicNetworkAccess", undefined),
  },
  {
    rule: "deployment-properties-add-only",
    answer: "400 BadArgument",
    setup: ({ caller, body }) => caller.made(paths.deployment, but(body.deployment, "properties/properties", { team: "a" })),
    rejected: sameAgain,
    accepted: updated("properties/properties", { team: "a", more: "b" }),
  },
  {
    rule: "deployment-references",
    answer: "404 ResourceNotFound",
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/environmentId", id(environment2))],
    accepted: asItIs,
  },
  {
    rule: "deployment-references",
    case: "the model",
    answer: "404 ResourceNotFound",
    rejected: ({ body, id }) => [
      "PUT",
      second,
      but(body.deployment, "properties/model", id(paths.model.replace("versions/1", "versions/2"))),
    ],
    accepted: made("properties/model", undefined),
  },
  {
    rule: "deployment-references",
    case: "a model as the environment",
    answer: "404 ResourceNotFound",
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/environmentId", id(paths.model))],
    accepted: asItIs,
  },
  {
    rule: "deployment-references",
    case: "a container instead of a version",
    answer: "404 ResourceNotFound",
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/model", id(paths.model.replace("/versions/1", "")))],
    accepted: asItIs,
  },
  {
    rule: "deployment-references",
    case: "the code",
    answer: "404 ResourceNotFound",
    setup: ({ caller }) => caller.made(code, { properties: { codeUri: "https://storage01.blob.core.windows.net/code/score" } }),
    rejected: ({ body, id }) => [
      "PUT",
      second,
      but(body.deployment, "properties/codeConfiguration", { codeId: id(`${code}0`), scoringScript: "score.py" }),
    ],
    accepted: ({ body, id }) => [
      "PUT",
      second,
      but(body.deployment, "properties/codeConfiguration", { codeId: id(code), scoringScript: "score.py" }),
    ],
  },
  {
    rule: "deployment-environment-id",
    answer: "400 BadArgument",
    rejected: made("properties/environmentId", "azureml:vllm:1"),
    accepted: made("properties/environmentId", "azureml://registries/azureml/environments/minimal/versions/1"),
  },
  {
    rule: "deployment-model-id",
    answer: "400 BadArgument",
    rejected: made("properties/model", "azureml:qwen:1"),
    accepted: made("properties/model", "azureml://registries/azureml/models/Phi-4-mini-instruct/versions/1"),
  },
  {
    rule: "deployment-model-id",
    case: "the version of a registry's model is an integer",
    answer: "400 BadArgument",
    rejected: made("properties/model", "azureml://registries/azureml/models/Phi-4-mini-instruct/versions/1.0"),
    accepted: made("properties/model", "azureml://registries/HuggingFace/models/gpt2/labels/latest"),
  },
  {
    rule: "deployment-request-timeout",
    answer: "400 BadArgument",
    rejected: made("properties/requestSettings/requestTimeout", "PT181S"),
    accepted: made("properties/requestSettings/requestTimeout", "PT3M"),
  },
  {
    rule: "deployment-request-timeout",
    case: "maxQueueWait is a duration",
    answer: "400 BadArgument",
    rejected: made("properties/requestSettings/maxQueueWait", "60s"),
    accepted: made("properties/requestSettings/maxQueueWait", "PT0.5S"),
  },
  {
    rule: "deployment-concurrency",
    answer: "400 BadArgument",
    rejected: made("properties/requestSettings/maxConcurrentRequestsPerInstance", 0),
    accepted: made("properties/requestSettings/maxConcurrentRequestsPerInstance", 1),
  },
  {
    rule: "deployment-probes",
    answer: "400 BadArgument",
    rejected: made("properties/livenessProbe", { initialDelay: "PT0S" }),
    accepted: made("properties/livenessProbe", { initialDelay: "PT10M", failureThreshold: 60 }),
  },
  {
    rule: "deployment-probes",
    case: "a period that is not an ISO 8601 duration",
    answer: "400 BadArgument",
    rejected: made("properties/startupProbe", { period: "10s" }),
    accepted: made("properties/startupProbe", { period: "PT10S" }),
  },
  {
    rule: "deployment-collections",
    answer: "400 BadArgument",
    rejected: made("properties/dataCollector", { collections: { request: {}, response: {}, a: {}, b: {}, c: {}, d: {} } }),
    accepted: made("properties/dataCollector", { collections: { request: {}, response: {}, a: {}, b: {}, c: {} } }),
  },
  {
    rule: "deployment-scale-type",
    answer: "400 BadArgument",
    rejected: made("properties/scaleSettings", { scaleType: "TargetUtilization", minInstances: 1, maxInstances: 2 }),
    accepted: made("properties/scaleSettings", { scaleType: "Default" }),
  },
  {
    rule: "deployment-model-mount-path",
    answer: "400 BadArgument",
    rejected: made("properties/modelMountPath", "var/models"),
    accepted: made("properties/modelMountPath", "/var/models"),
  },
  {
    rule: "deployment-needs-active-network",
    answer: "400 WorkspaceManagedNetworkNotReady",
    setup: async ({ caller, body }) => {
      const lazy = paths.workspace.replace("workspaces/workspace", "workspaces/lazy");
      await caller.made(lazy, but(body.workspace, "properties/provisionNetworkNow", undefined));
      await caller.made(other.replace("workspaces/workspace", "workspaces/lazy"), body.endpoint);
    },
    rejected: ({ body }) => ["PUT", `${other.replace("workspaces/workspace", "workspaces/lazy")}/deployments/main-1`, body.deployment],
    accepted: asItIs,
  },
  {
    rule: "deployment-with-traffic-stays",
    answer: "400 BadArgument",
    setup: async ({ caller, body }) => {
      await caller.made(second, body.deployment);
      await caller.made(paths.endpoint, but(body.endpoint, "properties/traffic", { "main-1": 100, "main-2": 0 }));
    },
    rejected: () => ["DELETE", paths.deployment],
    accepted: () => ["DELETE", second],
  },
  {
    rule: "deployment-with-traffic-stays",
    case: "mirrored traffic",
    answer: "400 BadArgument",
    setup: ({ caller, body }) => caller.made(paths.endpoint, but(body.endpoint, "properties/mirrorTraffic", { "main-1": 10 })),
    rejected: () => ["DELETE", paths.deployment],
    accepted: () => ["DELETE", paths.endpoint],
  },
  { rule: "image-registry-known", answer: "BadArgument", ...withImage("unknown.azurecr.io/vllm:1") },
  { rule: "image-reachable", answer: "BadArgument", ...withImage("vllm/vllm-openai:v0.31.0") },
  { rule: "image-pull-role", answer: "BadArgument", ...withoutRole(paths.registry, ROLE_NAMES.pull, ACR_PULL) },
  { rule: "storage-read-role", answer: "BadArgument", ...withoutRole(paths.storage, ROLE_NAMES.read, BLOB_READER) },
  {
    rule: "storage-read-role",
    case: "the data collector needs write access",
    answer: "BadArgument",
    rejected: made("properties/dataCollector", { collections: { request: { dataCollectionMode: "Enabled" } } }),
    accepted: made("properties/dataCollector", { collections: { request: {} } }, paths.deployment.replace("main-1", "main-3")),
  },
  {
    rule: "image-build-compute",
    answer: "ImageBuildFailure",
    setup: ({ caller, body }) => caller.made(environment2, but(body.environment, "properties/condaFile", "dependencies: [pip]")),
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/environmentId", id(environment2))],
    accepted: ({ body }) => ["PUT", paths.deployment.replace("main-1", "main-3"), body.deployment],
  },
];
