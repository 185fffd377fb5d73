// Proves how an endpoint with its deployments is composed: shared, kept, omitted and ordered resources. Bodies are proved in the tests of
// the parts. Doesn't prove that a rollout serves without interruption: tests/e2e does.
import * as pulumi from "@pulumi/pulumi";
import { InferenceEndpoint, type InferenceEndpointArgs } from "../../../components/endpoint/inferenceEndpoint";
import { HubAccess } from "../../../components/model/hubAccess";
import { Workspace } from "../../../components/workspace/workspace";
import { mirroredOf } from "../../../config/stagedWeights";
import type { DeploymentDecision } from "../../../planner/decision";
import { modelKey } from "../../../planner/names";
import type { DesiredDeployment } from "../../../planner/rollout";
import { serveAzure } from "../../azure/fakeArm";
import { group, hubDecision, scoreDecision, vaultId, vllmDecision, workspaceId } from "../fixtures";
import { armRequest, find, type RecordOptions, record, template } from "../recorder";

const planned: DesiredDeployment = { label: "main", decision: vllmDecision, instances: 2, weight: 100, mirror: 0 };
const previous = { ...vllmDecision, name: "main-01d00000" };
const modelVersionId = `${workspaceId}/models/prod-qwen/versions/1`;

function make(
  args: Partial<InferenceEndpointArgs> = {},
  options: RecordOptions & { readonly token?: string; readonly hub?: boolean } = {},
) {
  return record(() => {
    const place = { stack: "prod", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral" };
    const workspace = new Workspace("platform", place);
    const hub = options.hub ? new HubAccess("hub", { workspace, vaultId, token: options.token }) : undefined;
    return new InferenceEndpoint("chat", {
      stack: "prod",
      endpointName: "chat-prod-x7k2p9",
      resourceGroupName: "rg",
      workspace,
      auth: "key",
      deployments: [planned],
      modelVersionIds: { [modelKey(mirroredOf(vllmDecision)!)]: pulumi.output(modelVersionId) },
      hub,
      ...args,
    });
  }, options);
}
type Made = Awaited<ReturnType<typeof make>>;
const ofType = ({ resources }: Made, type: string) =>
  resources.filter((resource) => resource.type.endsWith(`:${type}`)).map(({ name }) => name);
const bodyOf = (recording: Made, name: string) => armRequest(find(recording, name)).body as { properties: Record<string, unknown> };
const traffic = (recording: Made) =>
  (template(find(recording, "chat-traffic-write")).resources as { properties: Record<string, unknown> }[])[0]!;

test("Staged weights are mounted, and the base URL for OpenAI clients is relative to the endpoint's.", async () => {
  const recording = await make();
  expect(bodyOf(recording, "chat-main-8c1f02ab-deployment").properties.model).toBe(modelVersionId);
  expect(recording.outputs.chat).toMatchObject({
    name: "chat-prod-x7k2p9",
    scoringUri: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com/",
    openaiBaseUrl: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com/v1",
  });
});

const endpointWorkspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-prod-x7k2p9`;

test.each<[string, Partial<DeploymentDecision>, mounted: string | undefined, manifest: string | undefined]>([
  ["staged weights of an earlier lock file", {}, modelVersionId, undefined],
  [
    "staged weights with a list of files",
    { model: { ...mirroredOf(vllmDecision)!, manifest: `sha256:${"f".repeat(64)}` } },
    modelVersionId,
    `sha256:${"f".repeat(64)}`,
  ],
  ["weights of the Hub", { model: { id: "a/b", revision: "c".repeat(40), source: "hub" } }, undefined, undefined],
  [
    "a model of the workspace",
    { model: { id: "a/b", source: "workspace", name: "chat-tuned", version: "3" } },
    `${endpointWorkspace}/models/chat-tuned/versions/3`,
    undefined,
  ],
  [
    "a model of a registry",
    { model: { id: "a/b", source: "catalogue", registry: "azureml", name: "Phi-4", version: "7" } },
    "azureml://registries/azureml/models/Phi-4/versions/7",
    undefined,
  ],
])("Azure mounts %s, and the container verifies only listed files.", async (_, changes, mounted, manifest) => {
  const recording = await make({ deployments: [{ ...planned, decision: { ...vllmDecision, ...changes } }] });
  const { model, environmentVariables } = bodyOf(recording, "chat-main-8c1f02ab-deployment").properties;
  expect(model).toBe(mounted);
  expect((environmentVariables as Record<string, string>).MOOR_MANIFEST).toBe(manifest);
});

test("A kept deployment is the first in the order, has no traffic and no autoscale, and ignores its number of instances.", async () => {
  const recording = await make({ deployments: [{ ...planned, previous, keepPrevious: true, scale: { min: 2, max: 6 } }] });
  expect(ofType(recording, "OnlineDeployment")).toHaveLength(2);
  expect(find(recording, "chat-main-01d00000-deployment")).toMatchObject({
    ignoreChanges: ["sku.capacity"],
    inputs: { sku: { capacity: 2 } },
  });
  expect(find(recording, "chat-main-8c1f02ab-deployment").dependsOn).toContain("chat-main-01d00000-deployment");
  expect(find(recording, "chat-main-01d00000-deployment").dependsOn).not.toContain("chat-main-8c1f02ab-deployment");
  expect(traffic(recording).properties.traffic).toEqual({ "main-8c1f02ab": 100 });
  expect(ofType(recording, "AutoscaleSetting")).toEqual(["chat-main-8c1f02ab-autoscale-setting"]);
});

const endpointId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-prod-x7k2p9/onlineEndpoints/chat-prod-x7k2p9`;
const capacityOf = async (args: Partial<DesiredDeployment>, capacity: number) => {
  const live = { sku: { capacity }, properties: { provisioningState: "Succeeded" } };
  const azure = await serveAzure({ [`${endpointId}/deployments/main-01d00000`]: live });
  const recording = await make({ deployments: [{ ...planned, ...args }] }).finally(() => azure.close());
  const own = `${endpointId}/deployments/main-8c1f02ab`;
  return {
    sku: find(recording, "chat-main-8c1f02ab-deployment").inputs.sku,
    asked: azure.reads.filter((id) => id.startsWith(`${endpointId}/deployments/`) && id !== own),
  };
};

test.each([
  [1, 2],
  [4, 4],
  [9, 6],
])("A candidate for a deployment with %s instances starts with %s: within its own minimum and maximum.", async (has, starts) => {
  const { sku, asked } = await capacityOf({ previous, scale: { min: 2, max: 6 } }, has);
  expect(sku).toEqual({ name: "Default", capacity: starts });
  expect(asked).toEqual([`${endpointId}/deployments/main-01d00000`]);
});

test("A candidate with a fixed number, or without a previous deployment, starts with its own number and sends no request.", async () => {
  expect(await capacityOf({ previous }, 9)).toEqual({ sku: { name: "Default", capacity: 2 }, asked: [] });
  expect(await capacityOf({ scale: { min: 2, max: 6 } }, 9)).toEqual({ sku: { name: "Default", capacity: 2 }, asked: [] });
});

test("With update: inPlace, the name stays the same with a changed model, and no previous deployment is kept.", async () => {
  const name = async (decision: typeof vllmDecision) => {
    const recording = await make({ deployments: [{ ...planned, decision, previous, keepPrevious: true, update: "inPlace" }] });
    return ofType(recording, "OnlineDeployment");
  };
  const before = await name(vllmDecision);
  expect(before).toHaveLength(1);
  expect(await name({ ...vllmDecision, name: "main-99999999", flags: ["--served-model-name=other"] })).toEqual(before);
  expect(await name({ ...vllmDecision, name: "main-99999999", instanceType: "Standard_NC48ads_A100_v4" })).not.toEqual(before);
});

test("Deployments with the same image and routes share an environment.", async () => {
  const other = { ...vllmDecision, name: "other-00000002", image: { ...vllmDecision.image, digest: `sha256:${"e".repeat(64)}` } };
  const share = (decision: DeploymentDecision, weight: number) => ({ ...planned, decision, weight });
  expect(ofType(await make({ deployments: [{ ...planned, previous, keepPrevious: true }] }), "ContainerImage")).toHaveLength(1);
  expect(ofType(await make({ deployments: [share(vllmDecision, 50), share(other, 50)] }), "ContainerImage")).toHaveLength(2);
});

test("Without deployments, there is an endpoint with empty traffic, and no base URL for OpenAI clients.", async () => {
  const recording = await make({ deployments: [] });
  expect(ofType(recording, "OnlineDeployment")).toEqual([]);
  expect(traffic(recording).properties).toMatchObject({ traffic: {}, mirrorTraffic: {} });
  expect(recording.outputs.chat).not.toHaveProperty("openaiBaseUrl");
});

test("A deployment without traffic has no autoscale, because an idle candidate would be scaled in.", async () => {
  const recording = await make({ deployments: [{ ...planned, weight: 0, scale: { min: 2, max: 6 } }] });
  expect(ofType(recording, "AutoscaleSetting")).toEqual([]);
});

test("The scoring URI has the route of the deployment with the highest traffic weight.", async () => {
  const score: DesiredDeployment = { label: "score", decision: scoreDecision, instances: 1, weight: 90, mirror: 0 };
  const recording = await make({ deployments: [{ ...planned, weight: 10 }, score] });
  expect(recording.outputs.chat).toMatchObject({ scoringUri: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com/score" });
});

test("A deployment with source: hub depends on the Hub's rules and gets the token by reference; one with staged weights does neither.", async () => {
  const other: DesiredDeployment = { ...planned, decision: hubDecision, label: "hub", weight: 0 };
  const recording = await make({ deployments: [planned, other] }, { hub: true, token: "hf_not_a_real_token" });
  const variables = (name: string) => bodyOf(recording, name).properties.environmentVariables as Record<string, string>;
  expect(variables("chat-main-00000001-deployment").HF_TOKEN).toMatch(
    /^\$\{\{keyvault:https:\/\/vault\.vault\.azure\.net\/secrets\/hf-token-dev-x7k2p9\/[0-9a-f]{32}\}\}$/,
  );
  expect(variables("chat-main-8c1f02ab-deployment")).not.toHaveProperty("HF_TOKEN");
  expect(find(recording, "chat-main-00000001-deployment").dependsOn).toContain("hub-hf-xet");
  expect(find(recording, "chat-endpoint").dependsOn).toContain("hub-hf-xet");
  expect(ofType(recording, "RoleAssignment")).toContain("chat-secrets-user");
});

test("An endpoint without source: hub doesn't depend on the Hub's rules, and its identity can't read the vault.", async () => {
  const recording = await make({}, { hub: true, token: "hf_not_a_real_token" });
  expect(find(recording, "chat-endpoint").dependsOn).not.toContain("hub-hf-xet");
  expect(ofType(recording, "RoleAssignment")).not.toContain("chat-secrets-user");
});

test("With diagnostics: policy, no diagnostic setting is created; alerts have receivers.", async () => {
  const azure = await serveAzure({});
  const recording = await make({ diagnostics: "policy", alerts: { emails: ["a@example.com"] } });
  await azure.close();
  expect(ofType(recording, "DiagnosticSetting").filter((name) => !name.startsWith("platform-"))).toEqual([]);
  expect(ofType(recording, "MetricAlert")).toHaveLength(3);
});

test("Deployments always have the tag with which leftovers are found.", async () => {
  const tagsOf = async (tags?: Record<string, string>) => {
    const recording = await make({ tags });
    return find(recording, "chat-main-8c1f02ab-deployment").inputs.tags;
  };
  expect(await tagsOf()).toEqual({ "moor-stack": "prod" });
  expect(await tagsOf({ owner: "ml", "moor-stack": "another" })).toEqual({ owner: "ml", "moor-stack": "prod" });
});

test("A transform changes each resource of the endpoint, and the outputs show it.", async () => {
  const recording = await make({
    transform: {
      endpoint: { properties: { authMode: "AADToken" } },
      deployment: { properties: { description: "ours" } },
      environment: (args) => void Object.assign(args, { apiVersion: "2025-09-01" }),
      setting: { enabled: false },
      diagnostics: { name: "ours" },
    },
    deployments: [{ ...planned, scale: { min: 1, max: 2 } }],
  });
  const result = recording.result as InferenceEndpoint;
  expect(await new Promise((resolve) => result.authMode.apply(resolve))).toBe("AADToken");
  expect(find(recording, "chat-endpoint").inputs.properties).toMatchObject({ authMode: "AADToken", publicNetworkAccess: "Disabled" });
  expect(traffic(recording).properties).toMatchObject({ authMode: "AADToken", publicNetworkAccess: "Disabled" });
  expect(find(recording, "chat-main-8c1f02ab-deployment").inputs.properties).toMatchObject({
    description: "ours",
    endpointComputeType: "Managed",
  });
  const environments = recording.resources.filter(({ name }) => name.endsWith("-environment"));
  expect(environments.map(({ inputs }) => inputs.apiVersion)).toEqual(["2025-09-01"]);
  expect(find(recording, "chat-main-8c1f02ab-autoscale-setting").inputs.enabled).toBe(false);
  expect(find(recording, "chat-monitoring-diagnostics").inputs.name).toBe("ours");
});

test("Its nodes are the created components, and their nodes are the created resources.", async () => {
  const { result } = await make({ deployments: [{ ...planned, scale: { min: 1, max: 2 } }], alerts: { emails: ["ml@example.org"] } });
  const { endpoint, images, deployments, traffic, autoscale, monitoring } = (result as InferenceEndpoint).nodes;
  const name = "main-8c1f02ab";
  expect([Object.keys(images).length, Object.keys(deployments), Object.keys(autoscale)]).toEqual([1, [name], [name]]);
  const nodes = {
    ...endpoint.nodes,
    ...deployments[name]!.nodes,
    ...Object.values(images)[0]!.nodes,
    ...traffic.nodes,
    ...autoscale[name]!.nodes,
    ...monitoring.nodes,
  };
  const typeOf = (node: unknown) => (node as { __pulumiType?: string })?.__pulumiType?.replace("azure-native:", "");
  expect(Object.entries(nodes).flatMap(([key, node]) => (typeOf(node) ? [`${key}: ${typeOf(node)}`] : []))).toEqual([
    "endpoint: machinelearningservices:OnlineEndpoint",
    "identity: managedidentity:UserAssignedIdentity",
    "isolation: resources:Deployment",
    "deployment: machinelearningservices:OnlineDeployment",
    "environment: resources:Resource",
    "write: resources:Deployment",
    "setting: monitor:AutoscaleSetting",
    "diagnostics: monitor:DiagnosticSetting",
    "actionGroup: monitor:ActionGroup",
  ]);
  expect(endpoint.nodes.roleAssignments).toHaveLength(2);
  expect(Object.keys(monitoring.nodes.alerts)).toEqual(["server-errors", "model-errors", "latency"]);
});

test("A registered model is mounted in a score deployment.", async () => {
  const decision = { ...scoreDecision, registeredModel: { name: "fraud", version: "3" } };
  const recording = await make({ deployments: [{ ...planned, decision }] });
  const deployment = find(recording, `chat-${decision.name}-deployment`);
  expect((deployment.inputs.properties as { readonly model?: string }).model).toMatch(
    /\/workspaces\/mlw-prod-x7k2p9\/models\/fraud\/versions\/3$/,
  );
});

test("An image that the run publishes, or whose digest is recorded, replaces the reference in the decision.", async () => {
  const inputs = `sha256:${"e".repeat(64)}`;
  const digest = `sha256:${"f".repeat(64)}`;
  const decision: DeploymentDecision = { ...vllmDecision, image: { repository: "moor/vllm", inputs } };
  const images = { "moor/vllm:moor-eeeeeeeeeeeeeeee": { repository: "moor/vllm", inputs, digest } };
  const recording = await make({ deployments: [{ ...planned, decision }], images });
  const [environment] = recording.resources.filter(({ name }) => /^chat-image-[0-9a-f]{8}-environment$/.test(name));
  expect(environment!.inputs.properties).toMatchObject({ image: `crprodx7k2p9.azurecr.io/moor/vllm@${digest}` });
});
