// Proves the bodies and options of both kinds of deployment. Doesn't prove that a container starts, nor that Azure executes the probes.
import { GpuDeployment, type GpuDeploymentArgs } from "../../../../components/endpoint/deployment/gpuDeployment";
import { ScoreDeployment } from "../../../../components/endpoint/deployment/scoreDeployment";
import { OnlineEndpoint } from "../../../../components/endpoint/onlineEndpoint";
import { hubDecision, registryId, scoreDecision, storageId, vllmDecision, workspace, workspaceId } from "../../fixtures";
import { armRequest, find, listing, record, schemaErrors } from "../../recorder";

const environmentId = `${workspaceId}/environments/prod-chat/versions/0123456789abcdef`;
const modelVersionId = `${workspaceId}/models/prod-qwen/versions/1`;
const newEndpoint = () =>
  new OnlineEndpoint("chat", {
    workspace,
    endpointName: "chat-prod-x7k2p9",
    resourceGroupName: "rg",
    auth: "key",
    imageRegistryId: registryId,
    storageAccountId: storageId,
  });
const gpu = (args: Partial<GpuDeploymentArgs> = {}, preview = false) =>
  record(
    () => {
      const common = {
        endpoint: newEndpoint(),
        decision: vllmDecision,
        environmentId,
        instances: 2,
        modelVersionId,
        tags: { owner: "ml" },
      };
      return new GpuDeployment("chat-main", { ...common, ...args });
    },
    { preview },
  );
const deploymentOf = (recording: Awaited<ReturnType<typeof gpu>>) => find(recording, "chat-main-deployment");

test.each([false, true])("A GPU deployment is one managed deployment (preview %s).", async (preview) => {
  const own = listing(await gpu({}, preview)).filter((line) => line.startsWith("chat-main"));
  expect(own).toEqual(["chat-main-deployment: machinelearningservices:OnlineDeployment", "chat-main: moor:index:GpuDeployment"]);
});

test("Its body contains the decision, and ARM's schema accepts it.", async () => {
  const deployment = deploymentOf(await gpu());
  expect(armRequest(deployment)).toEqual({
    id: `${workspaceId}/onlineEndpoints/chat-prod-x7k2p9/deployments/main-8c1f02ab`,
    body: {
      location: "swedencentral",
      kind: "Managed",
      sku: { name: "Default", capacity: 2 },
      tags: { owner: "ml" },
      properties: {
        endpointComputeType: "Managed",
        instanceType: "Standard_NC24ads_A100_v4",
        environmentId,
        model: modelVersionId,
        environmentVariables: { HF_HUB_OFFLINE: "1", VLLM_ARGS: '["--served-model-name=chat","--max-model-len=16384"]' },
        livenessProbe: { initialDelay: "PT600S", period: "PT10S", timeout: "PT10S", failureThreshold: 6, successThreshold: 1 },
        readinessProbe: { initialDelay: "PT10S", period: "PT10S", timeout: "PT10S", failureThreshold: 60, successThreshold: 1 },
        requestSettings: { requestTimeout: "PT180S", maxConcurrentRequestsPerInstance: 64 },
        scaleSettings: { scaleType: "Default" },
        appInsightsEnabled: false,
      },
    },
  });
  expect(schemaErrors(deployment)).toEqual([]);
});

test("It is deleted with its endpoint, is never protected, waits for roles, and has a timeout of two hours.", async () => {
  expect(deploymentOf(await gpu())).toMatchObject({
    parent: "chat-main",
    deletedWith: "chat-endpoint",
    protect: false,
    ignoreChanges: [],
    hooks: { beforeCreate: ["chat-main-making", "chat-main-network", "chat-main-role-wait"] },
    customTimeouts: { create: "120m", update: "120m", delete: "60m" },
  });
});

test("With autoscale, the number of instances is set at creation and then ignored.", async () => {
  const recording = await gpu({ autoscaled: { max: 4 } });
  const deployment = deploymentOf(recording);
  expect(deployment.ignoreChanges).toEqual(["sku.capacity"]);
  // The initial number is known only at creation, and would show up as a change of the component in each later preview.
  expect(Object.keys(find(recording, "chat-main").inputs).sort()).toEqual(["autoscaled", "decision"]);
  expect(armRequest(deployment).body.sku).toEqual({ name: "Default", capacity: 2 });
});

test("Weights from the Hub are identified by the model's ID, and a secret by a reference.", async () => {
  const HF_TOKEN = "${{keyvault:https://kv.vault.azure.net/secrets/hf-token/0123456789abcdef0123456789abcdef}}";
  const recording = await gpu({ decision: hubDecision, modelVersionId: undefined, secretReferences: { HF_TOKEN } });
  const { properties } = armRequest(deploymentOf(recording)).body;
  expect(properties).not.toHaveProperty("model");
  expect(properties).toMatchObject({
    environmentVariables: { HF_TOKEN, MOOR_MODEL: "Qwen/Qwen2.5-7B-Instruct", VLLM_ARGS: JSON.stringify(hubDecision.flags) },
  });
});

test("A second deployment of an endpoint depends on the first.", async () => {
  const recording = await record(() => {
    const endpoint = newEndpoint();
    const first = new GpuDeployment("chat-main", { endpoint, decision: vllmDecision, environmentId, instances: 1 });
    new ScoreDeployment("chat-other", { endpoint, decision: scoreDecision, environmentId, instances: 1, after: [first.resource] });
  });
  expect(find(recording, "chat-other-deployment").dependsOn).toEqual(["chat-endpoint", "chat-main-deployment"]);
});

test("A score deployment has its decision's variables and no model, and ARM's schema accepts it.", async () => {
  const recording = await record(
    () => new ScoreDeployment("chat-main", { endpoint: newEndpoint(), decision: scoreDecision, environmentId, instances: 3 }),
  );
  const deployment = deploymentOf(recording);
  expect(armRequest(deployment).body).toEqual({
    location: "swedencentral",
    kind: "Managed",
    sku: { name: "Default", capacity: 3 },
    properties: {
      endpointComputeType: "Managed",
      instanceType: "Standard_DS3_v2",
      environmentId,
      environmentVariables: { WORKER_COUNT: "4" },
      livenessProbe: { initialDelay: "PT300S", period: "PT10S", timeout: "PT10S", failureThreshold: 6, successThreshold: 1 },
      readinessProbe: { initialDelay: "PT10S", period: "PT10S", timeout: "PT10S", failureThreshold: 30, successThreshold: 1 },
      requestSettings: { requestTimeout: "PT60S", maxConcurrentRequestsPerInstance: 4 },
      scaleSettings: { scaleType: "Default" },
      appInsightsEnabled: false,
    },
  });
  expect(schemaErrors(deployment)).toEqual([]);
});

test("A transform changes the deployment last.", async () => {
  const recording = await gpu({
    transform: {
      deployment: (_args, opts) => {
        opts.customTimeouts = { create: "3h" };
      },
    },
  });
  expect(deploymentOf(recording).customTimeouts).toMatchObject({ create: "3h" });
});

test("fails on a decision with another pattern.", async () => {
  await expect(gpu({ decision: scoreDecision })).rejects.toThrow(
    'chat-main: the pattern of the decision is "score". GpuDeployment requires "vllm".',
  );
});

test("The state of the component contains only the decision and the number of instances.", async () => {
  expect(find(await gpu(), "chat-main").inputs).toEqual({ decision: JSON.parse(JSON.stringify(vllmDecision)), instances: 2 });
});
