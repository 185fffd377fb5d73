import { grant, paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

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

export const workspaceRejections: readonly RejectedRequest[] = [
  {
    rule: "workspace-references",
    answer: "400 ValidationError",
    rejected: ({ body, id }) => ["PUT", next, but(body.workspace, "properties/keyVault", id(paths.storage))],
    accepted: ({ body }) => ["PUT", next, body.workspace],
  },
  {
    rule: "workspace-needs-storage-and-vault",
    answer: "400 ValidationError",
    rejected: ({ body }) => ["PUT", next, but(body.workspace, "properties/keyVault", undefined)],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/containerRegistry", undefined)],
  },
  {
    rule: "workspace-references-same-subscription",
    answer: "400 ValidationError",
    setup: ({ caller, body }) => elsewhere(caller.send.bind(caller), caller, body),
    rejected: ({ body }) => ["PUT", next, but(body.workspace, "properties/containerRegistry", FOREIGN)],
    accepted: ({ body }) => [
      "PUT",
      next,
      but(but(body.workspace, "properties/containerRegistry", FOREIGN), "properties/managedNetwork", undefined),
    ],
  },
  {
    rule: "workspace-identity",
    answer: "400 ValidationError",
    rejected: ({ body }) => ["PUT", next, but(body.workspace, "identity", { type: "None" })],
    accepted: ({ body }) => ["PUT", next, body.workspace],
  },
  {
    rule: "workspace-fixed",
    answer: "400 ValidationError",
    setup: ({ caller, body }) => caller.made(paths.storage.replace("storage01", "storage02"), body.storage),
    rejected: ({ body, id }) => [
      "PUT",
      paths.workspace,
      but(body.workspace, "properties/storageAccount", id(paths.storage.replace("storage01", "storage02"))),
    ],
    accepted: ({ body }) => ["PUT", paths.workspace, body.workspace],
  },
  {
    rule: "workspace-creation-only",
    answer: "400 ValidationError",
    rejected: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/hbiWorkspace", true)],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/hbiWorkspace", false)],
  },
  {
    rule: "workspace-creation-only",
    case: "data isolation",
    answer: "400 ValidationError",
    rejected: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/enableDataIsolation", true)],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/enableDataIsolation", true)],
  },
  {
    rule: "workspace-identity-one-way",
    answer: "400 ValidationError",
    setup: ({ caller, body, id }) => caller.made(paths.workspace, but(body.workspace, "identity", both(id))),
    rejected: ({ body }) => ["PUT", paths.workspace, body.workspace],
    accepted: ({ body, id }) => ["PUT", paths.workspace, but(body.workspace, "identity", both(id))],
  },
  {
    rule: "workspace-soft-deleted",
    answer: "409 Conflict",
    setup: async (scene) => {
      await internet(scene);
      await scene.caller.outcome(await scene.caller.delete(next));
    },
    rejected: ({ body }) => ["PUT", next, body.workspace],
    accepted: ({ body }) => ["PUT", `${next}-2`, body.workspace],
  },
  {
    rule: "asset-version-fixed",
    answer: "400 UserError",
    rejected: ({ body }) => ["PUT", paths.environment, but(body.environment, "properties/inferenceConfig/scoringRoute/path", "/v1")],
    accepted: ({ body }) => ["PUT", paths.environment, but(body.environment, "properties/description", "the same image")],
  },
  {
    rule: "asset-version-fixed",
    case: "a model",
    answer: "400 UserError",
    rejected: ({ body }) => [
      "PUT",
      paths.model,
      but(body.model, "properties/modelUri", "azureml://datastores/workspaceblobstore/paths/other"),
    ],
    accepted: ({ body }) => ["PUT", paths.model, but(body.model, "properties/description", "the same files")],
  },
  {
    rule: "asset-name",
    answer: "400 UserError",
    rejected: ({ body }) => ["PUT", paths.model.replace("qwen", "Qwen2.5"), body.model],
    accepted: ({ body }) => ["PUT", paths.model.replace("qwen", "Qwen2-5"), body.model],
  },
  {
    rule: "asset-name",
    case: "a container",
    answer: "400 UserError",
    rejected: () => ["PUT", paths.model.replace("qwen/versions/1", "Qwen2.5"), { properties: {} }],
    accepted: () => ["PUT", paths.model.replace("qwen/versions/1", "Qwen2-5"), { properties: {} }],
  },
  {
    rule: "environment-has-source",
    answer: "400 UserError",
    rejected: ({ body }) => [
      "PUT",
      paths.environment.replace("versions/1", "versions/2"),
      but(body.environment, "properties/image", undefined),
    ],
    accepted: ({ body }) => ["PUT", paths.environment.replace("versions/1", "versions/2"), body.environment],
  },
  {
    rule: "model-has-uri",
    answer: "400 UserError",
    rejected: ({ body }) => ["PUT", paths.model.replace("versions/1", "versions/2"), but(body.model, "properties/modelUri", undefined)],
    accepted: ({ body }) => ["PUT", paths.model.replace("versions/1", "versions/2"), body.model],
  },
  {
    rule: "asset-container-empty",
    answer: "409 UserError",
    rejected: () => ["DELETE", paths.model.replace("/versions/1", "")],
    accepted: () => ["DELETE", paths.model],
  },
  {
    rule: "isolation-one-way",
    answer: "400 ValidationError",
    rejected: (scene) => ["PUT", paths.workspace, isolation(scene, "AllowInternetOutbound")],
    accepted: (scene) => ["PUT", paths.workspace, isolation(scene, "AllowOnlyApprovedOutbound")],
  },
  {
    rule: "isolation-internet-to-approved",
    answer: "400 ValidationError",
    setup: internet,
    rejected: (scene) => ["PUT", next, isolation(scene, "AllowOnlyApprovedOutbound")],
    accepted: (scene) => ["PUT", next, isolation(scene, "AllowInternetOutbound")],
  },
  {
    rule: "isolation-needs-empty-workspace",
    answer: "400 ValidationError",
    setup: async (scene) => {
      for (const name of [next, `${next}-2`]) await scene.caller.made(name, isolation(scene, "Disabled"));
      await scene.caller.made(`${next}/onlineEndpoints/next-dev`, scene.body.endpoint);
    },
    rejected: (scene) => ["PUT", next, isolation(scene, "AllowOnlyApprovedOutbound")],
    accepted: (scene) => ["PUT", `${next}-2`, isolation(scene, "AllowOnlyApprovedOutbound")],
  },
  {
    rule: "firewall-sku-before-fqdn",
    answer: "400 ValidationError",
    setup: async (scene) => {
      await scene.caller.made(next, scene.body.workspace);
      await scene.caller.made(rule, fqdn("huggingface.co"));
    },
    rejected: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/firewallSku", "Basic")],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/managedNetwork/firewallSku", "Basic")],
  },
  {
    rule: "managed-network-kind-one-way",
    answer: "400 ValidationError",
    setup: ({ caller, body }) => caller.made(paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V2")),
    rejected: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V1")],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, "properties/managedNetwork/managedNetworkKind", "V2")],
  },
  {
    rule: "outbound-rule-needs-network",
    answer: "400 ValidationError",
    setup: (scene) => scene.caller.made(next, isolation(scene, "Disabled")),
    rejected: (scene) => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), privateEndpoint(scene, paths.vault, "vault")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-rule-name",
    answer: "400 ValidationError",
    rejected: ({ body }) => ["PUT", paths.workspace, but(body.workspace, INLINE, { "hugging.face": fqdn("huggingface.co").properties })],
    accepted: ({ body }) => ["PUT", paths.workspace, but(body.workspace, INLINE, { "hugging-face": fqdn("huggingface.co").properties })],
  },
  {
    rule: "outbound-rule-category",
    answer: "400 ValidationError",
    rejected: () => ["PUT", rule, fqdn("huggingface.co", "Required")],
    accepted: () => ["PUT", rule, fqdn("huggingface.co", "UserDefined")],
  },
  {
    rule: "fqdn-needs-approved-only",
    answer: "400 ValidationError",
    setup: internet,
    rejected: () => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), fqdn("huggingface.co")],
    accepted: () => ["PUT", rule, fqdn("huggingface.co")],
  },
  {
    rule: "fqdn-needs-approved-only",
    case: "in the body of the workspace",
    answer: "400 ValidationError",
    rejected: (scene) => [
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
    rejected: () => ["PUT", rule, fqdn("https://huggingface.co")],
    accepted: () => ["PUT", rule, fqdn("*.huggingface.co")],
  },
  {
    rule: "fqdn-not-storage",
    answer: "400 ValidationError",
    rejected: () => ["PUT", rule, fqdn("storage01.blob.core.windows.net")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-target",
    answer: "400 ValidationError",
    rejected: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-subresource",
    answer: "400 ValidationError",
    rejected: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "storage")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-registry-premium",
    answer: "400 ValidationError",
    setup: async ({ caller, body }) => {
      await caller.made(registry2, but(but(body.registry, "sku/name", "Standard"), "properties", {}));
      await caller.made(registry2.replace("02", "03"), body.registry);
    },
    rejected: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
    accepted: (scene) => ["PUT", rule, privateEndpoint(scene, registry2.replace("02", "03"), "registry")],
  },
  {
    rule: "outbound-private-endpoint-twice",
    answer: "409 Conflict",
    setup: (scene) => scene.caller.made(rule, privateEndpoint(scene, paths.storage, "dfs")),
    rejected: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "dfs")],
    accepted: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "queue")],
  },
  {
    rule: "outbound-rules-one-at-a-time",
    answer: "409 Conflict",
    setup: async (scene) => {
      await internet(scene);
      await scene.caller.put(rule, privateEndpoint(scene, paths.storage, "dfs"));
    },
    rejected: (scene) => ["PUT", `${rule}-2`, privateEndpoint(scene, paths.storage, "queue")],
    accepted: (scene) => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), privateEndpoint(scene, paths.storage, "queue")],
  },
  {
    rule: "outbound-rule-required",
    answer: "400 ValidationError",
    setup: (scene) => scene.caller.made(rule, privateEndpoint(scene, paths.storage, "dfs")),
    rejected: () => ["DELETE", `${paths.workspace}/outboundRules/__SYS_PE_storage01_blob`],
    accepted: () => ["DELETE", rule],
  },
  {
    rule: "network-approver",
    answer: "BadRequest",
    setup: async (scene) => {
      for (const name of ["02", "03"]) await scene.caller.made(registry2.replace("02", name), scene.body.registry);
      const workspace = (await scene.caller.get(paths.workspace)).body;
      const role = "44444444-0000-4000-8000-000000000001";
      await scene.caller.made(...grant(scene.caller, registry2.replace("02", "03"), role, APPROVER, workspace.identity.principalId));
    },
    rejected: (scene) => ["PUT", rule, privateEndpoint(scene, registry2, "registry")],
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
