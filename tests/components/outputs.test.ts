// Proves all outputs of the shipped stacks: values for pushing images, uploading weights and calling endpoints. Doesn't prove that
// the engine stores and shows them: tests/e2e/risksAndOutputs.test.ts does.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import { settingsOf } from "../../review/stackSettings";
import type { Body } from "../../rules";
import { serveAzure } from "../azure/fakeArm";
import { shippedNames } from "../shippedNames";
import { type RecordOptions, SUBSCRIPTION } from "./recorder";
import { runStack } from "./shippedStacks";

afterAll(() => jest.restoreAllMocks());

const [devNames, names] = [shippedNames("dev"), shippedNames("prod")];

const retry = {
  statuses: [408, 424, 429],
  modelStatuses: [408, 429, 500, 502, 503, 504],
  attempts: 5,
  firstPauseSeconds: 1,
  pauseFactor: 2,
};

/** Outputs of a stack. Undefined values are omitted, as in Pulumi. */
async function outputsOf(stack: string, options: RecordOptions = {}): Promise<unknown> {
  const { result } = await runStack(stack, options);
  return JSON.parse(JSON.stringify(await plain(result)));
}

/** Resolves all outputs in a value. Values that are unknown in a preview are `undefined`. */
async function plain(value: unknown): Promise<unknown> {
  const output = value as { promise?: (withUnknowns: true) => Promise<unknown>; __pulumiOutput?: boolean } | null | undefined;
  if (output?.__pulumiOutput) return plain(await output.promise!(true));
  if (typeof value === "object" && value !== null && "__pulumiUnknown" in value) return undefined;
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await plain(item)]);
  return Object.fromEntries(await Promise.all(entries));
}

function platformOf(stack: string) {
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/moor-${stack}-swedencentral`;
  const networkId = `${group}/providers/Microsoft.Network/virtualNetworks/vnet-${stack}-x7k2p9`;
  const name = `mlw-${stack}-x7k2p9`;
  return {
    resourceGroup: `moor-${stack}-swedencentral`,
    network: { id: networkId, subnetId: `${networkId}/subnets/private-endpoints` },
    workspace: {
      id: `${group}/providers/Microsoft.MachineLearningServices/workspaces/${name}`,
      name,
      resourceGroup: `moor-${stack}-swedencentral`,
    },
    registry: {
      id: `${group}/providers/Microsoft.ContainerRegistry/registries/cr${stack}x7k2p9`,
      name: `cr${stack}x7k2p9`,
      loginServer: `cr${stack}x7k2p9.azurecr.io`,
    },
    storage: { id: `${group}/providers/Microsoft.Storage/storageAccounts/st${stack}x7k2p9`, account: `st${stack}x7k2p9` },
    logs: { id: `${group}/providers/Microsoft.OperationalInsights/workspaces/log-${stack}-x7k2p9`, name: `log-${stack}-x7k2p9` },
  };
}

const az = (stack: string, key: string) => `--resource-group moor-${stack}-swedencentral --workspace-name mlw-${stack}-x7k2p9 ${key}`;
const logs = (stack: string, endpoint: string, name: string) =>
  `az ml online-deployment get-logs --name ${name} --endpoint-name ${endpoint} ${az(stack, "")}`.trim();
const keys = (stack: string, endpoint: string) => `az ml online-endpoint get-credentials --name ${endpoint} ${az(stack, "")}`.trim();
const addresses = (stack: string, key: string) => ({
  id: `${platformOf(stack).workspace.id}/onlineEndpoints/${key}-${stack}-x7k2p9`,
  name: `${key}-${stack}-x7k2p9`,
});

/** Entries of moor:accept in the shipped stacks. */
const accepted = [
  { code: "MOOR430", resource: "*", until: "2029-12-31" },
  { code: "MOOR445", resource: "platform-logs", until: "2029-12-31" },
  { code: "MOOR445", resource: "platform-app-insights", until: "2029-12-31" },
];
const residency = { geography: "Sweden", countries: [], regions: ["swedencentral", "swedensouth"], accepted };

const dev = {
  location: "swedencentral",
  residency: { ...residency, accepted: [...accepted, { code: "MOOR425", resource: "*", until: "2029-12-31" }] },
  workspaceId: platformOf("dev").workspace.id,
  platform: platformOf("dev"),
  endpoints: {
    chat: {
      ...addresses("dev", "chat"),
      scoringUri: "https://chat-dev-x7k2p9.swedencentral.inference.ml.azure.com/",
      openaiBaseUrl: "https://chat-dev-x7k2p9.swedencentral.inference.ml.azure.com/v1",
      auth: "key",
      gate: "auto",
      keyCommand: keys("dev", "chat-dev-x7k2p9"),
      client: { task: "chat", model: "chat", maxTokens: 3024, timeoutSeconds: 40, retry },
      deployments: {
        main: {
          name: devNames["chat/main"]!,
          task: "chat",
          model: "chat",
          weight: 100,
          requestTimeoutSeconds: 30,
          maxTokens: 3024,
          logsCommand: logs("dev", "chat-dev-x7k2p9", devNames["chat/main"]!),
        },
      },
    },
  },
};

test("golden: outputs of dev, with the container name from Azure and without secrets", async () => {
  const id = `${platformOf("dev").workspace.id}/datastores/workspaceblobstore`;
  // With data isolation, the container has another name.
  const azure = await serveAzure({ [id]: { properties: { accountName: "stdevx7k2p9", containerName: "0a1b-azureml-blobstore" } } });
  const token = { config: { "moor:huggingFaceToken": "hf_not_a_real_token" }, secretKeys: ["moor:huggingFaceToken"] };
  const outputs = await outputsOf("dev", token).finally(() => azure.close());
  const { storage } = dev.platform;
  const gates = { chat: "auto" };
  expect(settingsOf(outputs as Body)).toEqual({ region: "swedencentral", residency: dev.residency, gates });
  expect(outputs).toEqual({ ...dev, platform: { ...dev.platform, storage: { ...storage, container: "0a1b-azureml-blobstore" } } });
});

test("golden: outputs of prod, without a container that can't be read, and with client settings that both deployments support", async () => {
  const deployment = (name: string, values: object, endpoint = "chat") => ({
    name,
    ...values,
    logsCommand: logs("prod", `${endpoint}-prod-x7k2p9`, name),
  });
  expect(await outputsOf("prod")).toEqual({
    location: "swedencentral",
    residency,
    workspaceId: platformOf("prod").workspace.id,
    platform: platformOf("prod"),
    endpoints: {
      chat: {
        ...addresses("prod", "chat"),
        scoringUri: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com/",
        openaiBaseUrl: "https://chat-prod-x7k2p9.swedencentral.inference.ml.azure.com/v1",
        auth: "entra",
        gate: "auto",
        tokenCommand: "az account get-access-token --resource https://ml.azure.com --query accessToken --output tsv",
        client: { task: "chat", model: "chat", maxTokens: 1292, timeoutSeconds: 190, retry },
        deployments: {
          main: deployment(names["chat/main"]!, { task: "chat", model: "chat", weight: 90, requestTimeoutSeconds: 180, maxTokens: 1292 }),
          candidate: deployment(names["chat/candidate"]!, {
            task: "chat",
            model: "chat",
            weight: 10,
            requestTimeoutSeconds: 100,
            maxTokens: 1564,
          }),
        },
      },
      fraud: {
        ...addresses("prod", "fraud"),
        scoringUri: "https://fraud-prod-x7k2p9.swedencentral.inference.ml.azure.com/score",
        auth: "key",
        gate: "auto",
        keyCommand: keys("prod", "fraud-prod-x7k2p9"),
        client: { task: "score", timeoutSeconds: 70, retry },
        deployments: { main: deployment(names["fraud/main"]!, { task: "score", weight: 100, requestTimeoutSeconds: 60 }, "fraud") },
      },
    },
  });
});

test("a preview before anything exists shows the values that are already known", async () => {
  const { endpoints, location } = (await outputsOf("dev", { preview: true })) as { endpoints: Record<string, object>; location: string };
  expect(location).toBe("swedencentral");
  const { client, auth } = dev.endpoints.chat;
  expect(endpoints.chat).toMatchObject({ client, auth });
});
