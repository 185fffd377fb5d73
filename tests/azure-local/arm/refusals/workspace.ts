import { grant, paths } from "../platform";
import { but, type Refusal, type Scene } from "./refusal";

const next = paths.workspace.replace("workspaces/workspace", "workspaces/next");
const rule = `${paths.workspace}/outboundRules/rule-1`;
const INLINE = "properties/managedNetwork/outboundRules";
const APPROVER = "b556d68e-0be0-4f35-a333-ad7ee1ce17ea";

function isolation({ body }: Scene, isolationMode: string) {
  return but(body.workspace, "properties/managedNetwork", { isolationMode });
}

function fqdn(destination: string, category?: string) {
  return { properties: { type: "FQDN", destination, category } };
}

function privateEndpoint({ id }: Scene, target: string, subresourceTarget: string) {
  return { properties: { type: "PrivateEndpoint", destination: { serviceResourceId: id(target), subresourceTarget } } };
}

const registry2 = paths.registry.replace("registry01", "registry02");
const internet = (scene: Scene) => scene.caller.made(next, isolation(scene, "AllowInternetOutbound"));

export const workspaceRefusals: readonly Refusal[] = [
  {
    rule: "workspace-references",
    answer: "400 ValidationError",
    refused: ({ body, id }) => ["PUT", next, but(body.workspace, "properties/keyVault", id(paths.storage))],
    accepted: ({ body }) => ["PUT", next, body.workspace],
  },
  {
    rule: "workspace-needs-storage-and-vault",
    answer: "400 ValidationError",
    refused: ({ body }) => ["PUT", next, but(body.workspace, "properties/keyVault", undefined)],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/containerRegistry", undefined)],
  },
  {
    rule: "workspace-references-same-subscription",
    answer: "400 ValidationError",
    given: ({ caller, body }) => elsewhere(caller.send.bind(caller), caller, body),
    refused: ({ body }) => ["PUT", next, but(body.workspace, "properties/containerRegistry", FOREIGN)],
    accepted: ({ body }) => [
      "PUT",
      next,
      but(but(body.workspace, "properties/containerRegistry", FOREIGN), "properties/managedNetwork", undefined),
    ],
  },
  {
    rule: "workspace-identity",
    answer: "400 ValidationError",
    refused: ({ body }) => ["PUT", next, but(body.workspace, "identity", { type: "None" })],
    accepted: ({ body }) => ["PUT", next, body.workspace],
  },
  {
    rule: "workspace-fixed",
    answer: "400 ValidationError",
    given: ({ caller, body }) => caller.made(paths.storage.replace("storage01", "storage02"), body.storage),
    refused: ({ body, id }) => [
      "PUT",
      paths.workspace,
      but(body.workspace, "properties/storageAccount", id(paths.storage.replace("storage01", "storage02"))),
    ],
    accepted: ({ body }) => ["PUT", paths.workspace, body.workspace],
  },
  {
    rule: "workspace-creation-only",
    answer: "400 ValidationError",
    refused: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/hbiWorkspace", true)],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/hbiWorkspace", false)],
  },
  {
    rule: "workspace-creation-only",
    case: "data isolation",
    answer: "400 ValidationError",
    refused: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/enableDataIsolation", true)],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/enableDataIsolation", true)],
  },
  {
    rule: "workspace-identity-one-way",
    answer: "400 ValidationError",
    given: ({ caller, body, id }) => caller.made(paths.workspace, but(body.workspace, "identity", both(id))),
    refused: ({ body }) => ["PUT", paths.workspace, body.workspace],
    accepted: ({ body, id }) => ["PUT", paths.workspace, but(body.workspace, "identity", both(id))],
  },
  {
    rule: "workspace-soft-deleted",
    answer: "409 Conflict",
    given: async (scene) => {
      await internet(scene);
      await scene.caller.outcome(await scene.caller.delete(next));
    },
    refused: ({ body }) => ["PUT", next, body.workspace],
    accepted: ({ body }) => ["PUT", `${next}-2`, body.workspace],
  },
  {
    rule: "asset-version-fixed",
    answer: "400 UserError",
    refused: ({ body }) => ["PUT", paths.environment, but(body.environment, "properties/inferenceConfig/scoringRoute/path", "/v1")],
    accepted: ({ body }) => ["PUT", paths.environment, but(body.environment, "properties/description", "the same image")],
  },
  {
    rule: "asset-version-fixed",
    case: "a model",
    answer: "400 UserError",
    refused: ({ body }) => [
      "PUT",
      paths.model,
      but(body.model, "properties/modelUri", "azureml://datastores/workspaceblobstore/paths/other"),
    ],
    accepted: ({ body }) => ["PUT", paths.model, but(body.model, "properties/description", "the same files")],
  },
  {
    rule: "asset-name",
    answer: "400 UserError",
    refused: ({ body }) => ["PUT", paths.model.replace("qwen", "Qwen2.5"), body.model],
    accepted: ({ body }) => ["PUT", paths.model.replace("qwen", "Qwen2-5"), body.model],
  },
  {
    rule: "asset-name",
    case: "a container",
    answer: "400 UserError",
    refused: () => ["PUT", paths.model.replace("qwen/versions/1", "Qwen2.5"), { properties: {} }],
    accepted: () => ["PUT", paths.model.replace("qwen/versions/1", "Qwen2-5"), { properties: {} }],
  },
  {
    rule: "environment-has-source",
    answer: "400 UserError",
    refused: ({ body }) => [
      "PUT",
      paths.environment.replace("versions/1", "versions/2"),
      but(body.environment, "properties/image", undefined),
    ],
    accepted: ({ body }) => ["PUT", paths.environment.replace("versions/1", "versions/2"), body.environment],
  },
  {
    rule: "model-has-uri",
    answer: "400 UserError",
    refused: ({ body }) => ["PUT", paths.model.replace("versions/1", "versions/2"), but(body.model, "properties/modelUri", undefined)],
    accepted: ({ body }) => ["PUT", paths.model.replace("versions/1", "versions/2"), body.model],
  },
  {
    rule: "asset-container-empty",
    answer: "409 UserError",
    refused: () => ["DELETE", paths.model.replace("/versions/1", "")],
    accepted: () => ["DELETE", paths.model],
  },
  {
    rule: "isolation-one-way",
    answer: "400 ValidationError",
    refused: (scene) => ["PUT", paths.workspace, isolation(scene, "AllowInternetOutbound")],
    accepted: (scene) => ["PUT", paths.workspace, isolation(scene, "AllowOnlyApprovedOutbound")],
  },
  {
    rule: "isolation-internet-to-approved",
    answer: "400 ValidationError",
    given: internet,
    refused: (scene) => ["PUT", next, isolation(scene, "AllowOnlyApprovedOutbound")],
    accepted: (scene) => ["PUT", next, isolation(scene, "AllowInternetOutbound")],
  },
  {
    rule: "isolation-needs-empty-workspace",
    answer: "400 ValidationError",
    given: async (scene) => {
      for (const name of [next, `${next}-2`]) await scene.caller.made(name, isolation(scene, "Disabled"));
      await scene.caller.made(`${next}/onlineEndpoints/next-dev`, scene.body.endpoint);
    },
    refused: (scene) => ["PUT", next, isolation(scene, "AllowOnlyApprovedOutbound")],
    accepted: (scene) => ["PUT", `${next}-2`, isolation(scene, "AllowOnlyApprovedOutbound")],
  },
  {
    rule: "firewall-sku-before-fqdn",
    answer: "400 ValidationError",
    given: async (scene) => {
      await scene.caller.made(next, scene.body.workspace);
      await scene.caller.made(rule, fqdn("huggingface.co"));
    },
    refused: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/firewallSku", "Basic")],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/managedNetwork/firewallSku", "Basic")],
  },
  {
    rule: "managed-network-kind-one-way",
    answer: "400 ValidationError",
    given: ({ caller, body }) => caller.made(paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V2")),
    refused: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V1")],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V2")],
  },
  {
    rule: "outbound-rule-needs-network",
    answer: "400 ValidationError",
    given: (scene) => scene.caller.made(next, isolation(scene, "Disabled")),
    refused: (scene) => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), privateEndpoint(scene, paths.vault, "vault")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-rule-name",
    answer: "400 ValidationError",
    refused: ({ body }) => ["PUT", paths.workspace, but(body.workspace, INLINE, { "hugging.face": fqdn("huggingface.co").properties })],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, INLINE, { "hugging-face": fqdn("huggingface.co").properties })],
  },
  {
    rule: "outbound-rule-category",
    answer: "400 ValidationError",
    refused: () => ["PUT", rule, fqdn("huggingface.co", "Required")],
    accepted: () => ["PUT", rule, fqdn("huggingface.co", "UserDefined")],
  },
  {
    rule: "fqdn-needs-approved-only",
    answer: "400 ValidationError",
    given: internet,
    refused: () => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), fqdn("huggingface.co")],
    accepted: () => ["PUT", rule, fqdn("huggingface.co")],
  },
  {
    rule: "fqdn-needs-approved-only",
    case: "written with the workspace",
    answer: "400 ValidationError",
    refused: (scene) => [
      "PUT",
      next,
      but(isolation(scene, "AllowInternetOutbound"), "properties/managedNetwork/outboundRules", { hub: fqdn("huggingface.co").properties }),
    ],
    accepted: (scene) => [
      "PUT",
      next,
      but(isolation(scene, "AllowOnlyApprovedOutbound"), "properties/managedNetwork/outboundRules", {
        hub: fqdn("huggingface.co").properties,
      }),
    ],
  },
  {
    rule: "fqdn-destination",
    answer: "400 ValidationError",
    refused: () => ["PUT", rule, fqdn("https://huggingface.co")],
    accepted: () => ["PUT", rule, fqdn("*.huggingface.co")],
  },
  {
    rule: "fqdn-not-storage",
    answer: "400 ValidationError",
    refused: () => ["PUT", rule, fqdn("storage01.blob.core.windows.net")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-target",
    answer: "400 ValidationError",
    refused: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-subresource",
    answer: "400 ValidationError",
    refused: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "storage")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-registry-premium",
    answer: "400 ValidationError",
    given: async ({ caller, body }) => {
      await caller.made(registry2, but(but(body.registry, "sku/name", "Standard"), "properties", {}));
      await caller.made(registry2.replace("02", "03"), body.registry);
    },
    refused: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, registry2.replace("02", "03"), "registry")],
  },
  {
    rule: "outbound-private-endpoint-twice",
    answer: "409 Conflict",
    given: (scene) => scene.caller.made(rule, privateEndpoint(scene, paths.storage, "dfs")),
    refused: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "dfs")],
    accepted: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "queue")],
  },
  {
    rule: "outbound-rules-one-at-a-time",
    answer: "409 Conflict",
    given: async (scene) => {
      await internet(scene);
      await scene.caller.put(rule, privateEndpoint(scene, paths.storage, "dfs"));
    },
    refused: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "queue")],
    accepted: (scene) => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), privateEndpoint(scene, paths.storage, "queue")],
  },
  {
    rule: "outbound-rule-required",
    answer: "400 ValidationError",
    given: (scene) => scene.caller.made(rule, privateEndpoint(scene, paths.storage, "dfs")),
    refused: () => ["DELETE", `${paths.workspace}/outboundRules/__SYS_PE_storage01_blob`],
    accepted: () => ["DELETE", rule],
  },
  {
    rule: "network-approver",
    answer: "BadRequest",
    given: async (scene) => {
      for (const name of ["02", "03"]) await scene.caller.made(registry2.replace("02", name), scene.body.registry);
      const workspace = (await scene.caller.get(paths.workspace)).body;
      const role = "44444444-0000-4000-8000-000000000001";
      await scene.caller.made(...grant(scene.caller, registry2.replace("02", "03"), role, APPROVER, workspace.identity.principalId));
    },
    refused: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
    accepted: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, registry2.replace("02", "03"), "registry")],
  },
];

export const OTHER_SUBSCRIPTION = "00000000-0000-4000-8000-000000000002";
const FOREIGN = `/subscriptions/${OTHER_SUBSCRIPTION}${paths.registry.replace("registry01", "central01")}`;

/** A registry in another subscription of the tenant. */
export async function elsewhere(send: Scene["caller"]["send"], caller: Scene["caller"], body: Scene["body"]): Promise<void> {
  await send("PUT", `/subscriptions/${OTHER_SUBSCRIPTION}${paths.group}`, body.group, "2024-03-01");
  await caller.made(FOREIGN, body.registry);
}

function both(id: Scene["id"]) {
  return { type: "SystemAssigned,UserAssigned", userAssignedIdentities: { [id(paths.identity)]: {} } };
}
