import { RegistryClient } from "../../registry/registryClient";
import { blobRequest } from "../../storage/blobRequest";
import { grant, paths, ROLE_NAMES } from "../platform";
import { but, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const second = paths.deployment.replace("main-1", "main-2");
const third = paths.deployment.replace("main-1", "main-3");
const environment2 = paths.environment.replace("versions/1", "versions/2");
const model2 = paths.model.replace("versions/1", "versions/2");
const vault2 = paths.vault.replace("vault01", "vault02");
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
const CONNECTION_READER = "ea01e6af-a1c1-4350-9563-ad00f8c72ec5";

/** Pushes the deployment's image. The platform's registry has a private endpoint only in the platform's network. */
async function fill(scene: Scene, what: readonly ("image" | "model")[]): Promise<void> {
  const { caller } = scene;
  const headers = { ...blobRequest, "x-azure-local-network": "inside" };
  await caller.made(paths.storage, but(scene.body.storage, "properties/publicNetworkAccess", "Enabled"));
  await caller.made(paths.registry, but(scene.body.registry, "properties/publicNetworkAccess", "Enabled"));
  const { workspaceId } = (await caller.get(paths.workspace)).body.properties;
  const container = `storage01.blob.core.windows.net/azureml-blobstore-${workspaceId}`;
  const put = (where: string, body: string) => fetch(`${caller.arm.url}/data/${where}`, { method: "PUT", headers, body });
  if (what.includes("image")) await new RegistryClient(caller.arm.url, "registry01.azurecr.io").push("vllm", "1");
  if (what.includes("model")) await put(`${container}/models/qwen/model.safetensors`, "weights");
  const image = "registry01.azurecr.io/vllm:1";
  await caller.made(environment2, but(scene.body.environment, "properties/image", image));
}

const runs: (deployment: string, changes?: Record<string, unknown>) => (scene: Scene) => Request =
  (deployment, changes = {}) =>
  ({ body, id }) => {
    let made = but(body.deployment, "properties/environmentId", id(environment2));
    for (const [path, value] of Object.entries(changes)) made = but(made, path, value);
    return ["PUT", deployment, made];
  };

function withVariable(value: string, deployment = second): (scene: Scene) => Request {
  return ({ body }) => ["PUT", deployment, but(body.deployment, "properties/environmentVariables", { HF_TOKEN: value })];
}

const uris = new WeakMap<Scene["caller"], string>();
const reference = (scene: Scene) => `\${{keyvault:${uris.get(scene.caller)}}}`;

/** A secret that the endpoint's identity can read. */
async function secret(scene: Scene, role = true, vault: string = paths.vault): Promise<void> {
  const made = await scene.caller.made(`${vault}/secrets/hub-token`, { properties: { value: "hf_x" } });
  uris.set(scene.caller, made.properties.secretUriWithVersion);
  if (role) await grantEndpoint(scene, vault, SECRETS_USER);
}

/** A workspace connection that the endpoint's identity can read. */
async function connection(scene: Scene, role = true): Promise<void> {
  const properties = { category: "CustomKeys", authType: "CustomKeys", target: "_", credentials: { keys: { token: "hf_x" } } };
  await scene.caller.made(`${paths.workspace}/connections/hub`, { properties });
  if (role) await grantEndpoint(scene, paths.workspace, CONNECTION_READER);
}

async function grantEndpoint({ caller }: Scene, scope: string, role: string): Promise<void> {
  const { principalId } = (await caller.get(paths.identity)).body.properties;
  await caller.made(...grant(caller, scope, ROLE_NAMES.pull.replace(/1$/, "9"), role, principalId));
}

/** The content that exists when a deployment starts. */
export const contentRejections: readonly RejectedRequest[] = [
  {
    rule: "image-present",
    answer: "BadArgument",
    options: { dataPlane: "checked" },
    setup: (scene) => fill(scene, ["image", "model"]),
    rejected: ({ body }) => ["PUT", second, body.deployment],
    accepted: runs(third),
  },
  {
    rule: "model-files-present",
    answer: "BadArgument",
    options: { dataPlane: "checked" },
    setup: (scene) => fill(scene, ["image"]),
    rejected: runs(second),
    accepted: runs(third, { "properties/model": undefined }),
  },
  {
    rule: "model-reachable",
    answer: "BadArgument",
    setup: async ({ caller, body }) => {
      await caller.made(paths.storage.replace("storage01", "storage02"), body.storage);
      const datastore = {
        datastoreType: "AzureBlob",
        accountName: "storage02",
        containerName: "models",
        credentials: { credentialsType: "None" },
      };
      await caller.made(`${paths.workspace}/datastores/elsewhere`, { properties: datastore });
      const modelUri = "azureml://datastores/elsewhere/paths/models/qwen";
      await caller.made(model2, but(body.model, "properties/modelUri", modelUri));
    },
    rejected: ({ body, id }) => ["PUT", second, but(body.deployment, "properties/model", id(model2))],
    accepted: ({ body }) => ["PUT", third, body.deployment],
  },
  {
    rule: "image-needs-gpu",
    answer: "ResourceNotReady",
    rejected: ({ body }) => ["PUT", second, but(body.deployment, "properties/instanceType", "Standard_F8s_v2")],
    accepted: ({ body }) => ["PUT", third, but(body.deployment, "properties/instanceType", "Standard_NC4as_T4_v3")],
  },
  {
    rule: "secret-reference",
    case: "the version is required",
    answer: "SecretsInjectionError",
    setup: (scene) => secret(scene),
    rejected: withVariable("${{keyvault:https://vault01.vault.azure.net/secrets/hub-token}}"),
    accepted: (scene) => withVariable(reference(scene), third)(scene),
  },
  {
    rule: "secret-vault-by-roles",
    answer: "SecretsInjectionError",
    setup: async (scene) => {
      await secret(scene);
      await scene.caller.made(
        paths.vault,
        but(but(scene.body.vault, "properties/enableRbacAuthorization", false), "properties/accessPolicies", []),
      );
    },
    rejected: (scene) => withVariable(reference(scene))(scene),
    accepted: withVariable("no secret", third),
  },
  {
    rule: "secret-read-role",
    answer: "SecretsInjectionError",
    setup: (scene) => secret(scene, false),
    rejected: (scene) => withVariable(reference(scene))(scene),
    accepted: withVariable("no secret", third),
  },
  {
    rule: "secret-present",
    answer: "SecretsInjectionError",
    options: { dataPlane: "checked" },
    setup: async (scene) => {
      await fill(scene, ["image", "model"]);
      await secret(scene);
    },
    rejected: (scene) =>
      runs(second, {
        "properties/environmentVariables": {
          HF_TOKEN: `\${{keyvault:https://vault01.vault.azure.net/secrets/hub-token/${"0".repeat(32)}}}`,
        },
      })(scene),
    accepted: (scene) => runs(third, { "properties/environmentVariables": { HF_TOKEN: reference(scene) } })(scene),
  },
  {
    rule: "secret-vault-known",
    answer: "SecretsInjectionError",
    setup: (scene) => secret(scene),
    rejected: (scene) => withVariable(reference(scene).replace("vault01", "vault02"))(scene),
    accepted: (scene) => withVariable(reference(scene), third)(scene),
  },
  {
    rule: "secret-vault-reachable",
    answer: "SecretsInjectionError",
    setup: async (scene) => {
      await scene.caller.made(vault2, scene.body.vault);
      await secret(scene, true, vault2);
    },
    rejected: (scene) => withVariable(reference(scene))(scene),
    accepted: withVariable("no secret", third),
  },
  {
    rule: "connection-reference",
    answer: "SecretsInjectionError",
    setup: (scene) => connection(scene),
    rejected: withVariable("${{azureml://connections/lab/credentials/token}}"),
    accepted: withVariable("${{azureml://connections/hub/credentials/token}}", third),
  },
  {
    rule: "connection-reference",
    case: "an invalid format",
    answer: "SecretsInjectionError",
    setup: (scene) => connection(scene),
    rejected: withVariable("${{azureml://connections/hub/token}}"),
    accepted: withVariable("${{azureml://connections/hub}}", third),
  },
  {
    rule: "connection-read-role",
    answer: "SecretsInjectionError",
    setup: (scene) => connection(scene, false),
    rejected: withVariable("${{azureml://connections/hub/target}}"),
    accepted: withVariable("no secret", third),
  },
];
