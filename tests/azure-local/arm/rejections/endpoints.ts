import { paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const next = paths.endpoint.replace("chat-dev", "next-dev");
const second = paths.deployment.replace("main-1", "main-2");
const otherWorkspace = paths.workspace.replace("workspaces/workspace", "workspaces/other");
const inOther = (path: string) => path.replace("workspaces/workspace", "workspaces/other");

/** A second workspace without a managed network. `changes` apply to its body. */
async function workspaceWith({ caller, body }: Scene, changes: Record<string, unknown>): Promise<void> {
  let workspace = but(body.workspace, "properties/managedNetwork", undefined);
  for (const [path, value] of Object.entries(changes)) workspace = but(workspace, path, value);
  await caller.made(otherWorkspace, workspace);
}

function traffic({ body }: Scene, live: Record<string, number>, mirrored?: Record<string, number>) {
  return but(but(body.endpoint, "properties/traffic", live), "properties/mirrorTraffic", mirrored);
}

const withSecond = ({ caller, body }: Scene) => caller.made(second, body.deployment);

export const endpointRejections: readonly RejectedRequest[] = [
  {
    rule: "endpoint-busy",
    answer: "409 Conflict",
    setup: ({ caller, body }) => caller.put(second, body.deployment),
    rejected: ({ body }) => ["PUT", paths.endpoint, body.endpoint],
    accepted: ({ body }) => ["PUT", next, body.endpoint],
  },
  {
    rule: "endpoint-busy",
    case: "a delete",
    answer: "409 Conflict",
    setup: async ({ caller, body }) => {
      await caller.made(next, body.endpoint);
      await caller.put(second, body.deployment);
    },
    rejected: () => ["DELETE", paths.endpoint],
    accepted: () => ["DELETE", next],
  },
  {
    rule: "endpoint-name",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "a".repeat(33)), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "a".repeat(32)), body.endpoint],
  },
  {
    rule: "endpoint-name",
    case: "first character",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "1chat"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat1"), body.endpoint],
  },
  {
    rule: "endpoint-name",
    case: "an underscore",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat_1"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat-1"), body.endpoint],
  },
  {
    rule: "endpoint-name-lower-case",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "Chat-1"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat-1"), body.endpoint],
  },
  {
    rule: "endpoint-name-lower-case",
    case: "last character",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat-"), body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint.replace("chat-dev", "chat-1"), body.endpoint],
  },
  {
    rule: "endpoint-name-unique-in-region",
    answer: "409 EndpointNameNotAvailable",
    setup: (scene) => workspaceWith(scene, {}),
    rejected: ({ body }) => ["PUT", inOther(paths.endpoint), body.endpoint],
    accepted: ({ body }) => ["PUT", inOther(next), body.endpoint],
  },
  {
    rule: "endpoint-name-unique-in-region",
    case: "the same region in another spelling",
    answer: "409 EndpointNameNotAvailable",
    setup: (scene) => workspaceWith(scene, {}),
    rejected: ({ body }) => ["PUT", inOther(paths.endpoint), but(body.endpoint, "location", "Sweden Central")],
    accepted: ({ body }) => ["PUT", inOther(next), but(body.endpoint, "location", "Sweden Central")],
  },
  {
    rule: "endpoint-location",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", next, but(body.endpoint, "location", "westeurope")],
    accepted: ({ body }) => ["PUT", next, body.endpoint],
  },
  {
    rule: "endpoint-auth-mode",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", next, but(body.endpoint, "properties/authMode", "Password")],
    accepted: ({ body }) => ["PUT", next, but(body.endpoint, "properties/authMode", "aadtoken")],
  },
  {
    rule: "endpoint-v1-legacy",
    answer: "400 BadArgument",
    setup: (scene) => workspaceWith(scene, { "properties/v1LegacyMode": true }),
    rejected: ({ body }) => ["PUT", inOther(next), body.endpoint],
    accepted: ({ body }) => ["PUT", next, body.endpoint],
  },
  {
    rule: "endpoint-key-auth-needs-vault-bypass",
    answer: "400 BadArgument",
    setup: ({ caller, body }) => caller.made(paths.vault, but(body.vault, "properties/networkAcls/bypass", "None")),
    rejected: ({ body }) => ["PUT", next, body.endpoint],
    accepted: ({ body }) => ["PUT", next, but(body.endpoint, "properties/authMode", "AADToken")],
  },
  {
    rule: "endpoint-secret-stores-need-system-identity",
    answer: "400 BadArgument",
    rejected: ({ body }) => [
      "PUT",
      next,
      but(body.endpoint, "properties/properties", { enforce_access_to_default_secret_stores: "enabled" }),
    ],
    accepted: ({ body }) => [
      "PUT",
      next,
      but(body.endpoint, "properties/properties", { enforce_access_to_default_secret_stores: "disabled" }),
    ],
  },
  {
    rule: "endpoint-identity-fixed",
    answer: "400 BadArgument",
    rejected: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "identity", { type: "SystemAssigned" })],
    accepted: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/authMode", "AADToken")],
  },
  {
    rule: "endpoint-properties-add-only",
    answer: "400 BadArgument",
    setup: ({ caller, body }) => caller.made(paths.endpoint, but(body.endpoint, "properties/properties", { team: "a" })),
    rejected: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/properties", { team: "b" })],
    accepted: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/properties", { team: "a", more: "b" })],
  },
  {
    rule: "traffic-keys-exist",
    answer: "400 BadArgument",
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-9": 100 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 })],
  },
  {
    rule: "traffic-keys-exist",
    case: "0% at creation",
    answer: "400 BadArgument",
    rejected: (scene) => ["PUT", next, traffic(scene, { "main-1": 0 })],
    accepted: (scene) => ["PUT", next, traffic(scene, {})],
  },
  {
    rule: "traffic-sum",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 90, "main-2": 9 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 90, "main-2": 10 })],
  },
  {
    rule: "traffic-sum",
    case: "a traffic weight outside 0 to 100",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 110, "main-2": -10 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 0, "main-2": 0 })],
  },
  {
    rule: "mirror-one-at-most-half",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "main-2": 51 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "main-2": 50 })],
  },
  {
    rule: "mirror-one-at-most-half",
    case: "two deployments",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, {}, { "main-1": 10, "main-2": 10 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, {}, { "main-1": 0, "main-2": 10 })],
  },
  {
    rule: "mirror-not-live",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "main-1": 10 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "main-2": 10 })],
  },
  {
    rule: "mirror-not-live",
    case: "the deployment in another spelling",
    answer: "400 BadArgument",
    setup: withSecond,
    rejected: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "Main-1": 10 })],
    accepted: (scene) => ["PUT", paths.endpoint, traffic(scene, { "main-1": 100 }, { "Main-2": 10 })],
  },
  {
    rule: "endpoint-limit",
    answer: "400 OutOfQuota",
    setup: async ({ caller, body }) => {
      for (let index = 2; index <= 100; index += 1) await caller.put(paths.endpoint.replace("chat-dev", `many-${index}`), body.endpoint);
    },
    rejected: ({ body }) => ["PUT", next, body.endpoint],
    accepted: ({ body }) => ["PUT", paths.endpoint, body.endpoint],
  },
  {
    rule: "patch-of-endpoint-and-deployment",
    answer: "400 BadRequest",
    rejected: () => ["PATCH", paths.endpoint, { properties: { traffic: { "main-1": 100 } } }],
    accepted: () => ["PATCH", paths.endpoint, { tags: { owner: "team" } }],
  },
  {
    rule: "patch-of-endpoint-and-deployment",
    case: "a PATCH of a deployment's sku",
    answer: "400 BadRequest",
    rejected: () => ["PATCH", paths.deployment, { properties: { environmentVariables: { A: "1" } } }],
    accepted: () => ["PATCH", paths.deployment, { sku: { capacity: 3 } }],
  },
];
