import { paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const word = { rule: "known-words", answer: "400 InvalidRequestContent" };

/** An unknown and a known enum value. The known value has another capitalization. */
function spelled(below: string, name: keyof Scene["body"], path: string, wrong: unknown, right: unknown): RejectedRequest {
  return {
    ...word,
    case: `${path.split("/").pop()} of the ${name}`,
    rejected: ({ body }) => ["PUT", below, but(body[name] as never, path, wrong)],
    accepted: ({ body }) => ["PUT", below, but(body[name] as never, path, right)],
  };
}

const deployment = paths.deployment.replace("main-1", "main-2");
const storage = paths.storage.replace("storage01", "storage02");
const vault = paths.vault.replace("vault01", "vault02");
const workspace = `${paths.workspace}-2`;

export const enumValueRejections: readonly RejectedRequest[] = [
  spelled(paths.endpoint, "endpoint", "properties/publicNetworkAccess", "Off", "disabled"),
  spelled(deployment, "deployment", "properties/dataCollector", collector("Weekly"), collector("hour")),
  spelled(workspace, "workspace", "properties/managedNetwork/isolationMode", "AllowOnlyApproved", "allowOnlyApprovedOutbound"),
  spelled(storage, "storage", "sku/name", "Standard_XRS", "Standard_LRS"),
  spelled(storage, "storage", "properties/minimumTlsVersion", "1.2", "TLS1_2"),
  spelled(storage, "storage", "properties/networkAcls", acls("AzureServices, Alerts"), acls("AzureServices, Logging")),
  spelled(vault, "vault", "properties/networkAcls/bypass", "AzureService", "azureServices"),
  spelled(paths.environment.replace("versions/1", "versions/2"), "environment", "properties/osType", "Unix", "linux"),
  {
    ...word,
    case: "the same value at an API version without listed values",
    rejected: ({ body }) => ["PUT", storage, but(body.storage, "properties/minimumTlsVersion", "1.2")],
    accepted: ({ body }) => ["PUT", storage, but(body.storage, "properties/minimumTlsVersion", "1.2"), "2023-01-01"],
  },
  {
    ...word,
    case: "two identity types, with a space",
    rejected: ({ body, id }) => ["PUT", workspace, identity(body.workspace, id, "SystemAssigned and UserAssigned")],
    accepted: ({ body, id }) => ["PUT", workspace, identity(body.workspace, id, "SystemAssigned, UserAssigned")],
  },
];

function collector(rollingRate: string) {
  return { rollingRate, collections: { request: {} } };
}

function acls(bypass: string) {
  return { bypass, defaultAction: "Deny" };
}

function identity(body: object, id: Scene["id"], type: string) {
  return { ...body, identity: { type, userAssignedIdentities: { [id(paths.identity)]: {} } } };
}
