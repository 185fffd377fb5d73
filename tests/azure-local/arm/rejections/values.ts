import { ACR_PULL, grant, paths } from "../platform";
import { but, differ, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const rule = `${paths.workspace}/outboundRules/rule-1`;
const next = paths.workspace.replace("workspaces/workspace", "workspaces/next");
const INLINE = "properties/managedNetwork/outboundRules";
const link = `${paths.zone}/virtualNetworkLinks/network`;
const record = `${paths.zone}/A/one`;
const deployment = paths.deployment.replace("main-1", "main-2");
const budget = `${paths.group}/providers/Microsoft.Consumption/budgets/team`;
const group = `${paths.privateEndpoint}/privateDnsZoneGroups/default`;
const INVALID = "400 ValidationError";
const BAD = "400 BadRequest";

function tag(destination: object) {
  return {
    properties: { type: "ServiceTag", destination: { serviceTag: "AzureMonitor", protocol: "TCP", portRanges: "443", ...destination } },
  };
}

function tagged(rejected: object, accepted: object): Pick<RejectedRequest, "rejected" | "accepted"> {
  return { rejected: () => ["PUT", rule, tag(rejected)], accepted: () => ["PUT", rule, tag(accepted)] };
}

const toTarget = ({ id }: Scene, target: string, subresourceTarget: string) => ({
  properties: { type: "PrivateEndpoint", destination: { serviceResourceId: id(target), subresourceTarget } },
});

/** Two outbound rules in the body of a workspace. */
function inline(first: object, second: object) {
  return ({ body }: Scene): Request => ["PUT", next, but(body.workspace, INLINE, { "rule-1": first, "rule-2": second })];
}

function linked(body: object) {
  return ({ id }: Scene) => ({
    location: "global",
    properties: { virtualNetwork: { id: id(paths.network) }, registrationEnabled: false, ...body },
  });
}

const zone = (name: string) => paths.zone.replace("privatelink.api.azureml.ms", name);
const address = (ipv4Address: string) => ({ properties: { ttl: 3600, aRecords: [{ ipv4Address }] } });

function spending() {
  const notification = { enabled: true, operator: "GreaterThan", threshold: 80, contactEmails: ["ml@example.org"] };
  return {
    properties: {
      category: "Cost",
      amount: 1000,
      timeGrain: "Monthly",
      timePeriod: { startDate: "2026-11-01T00:00:00Z", endDate: "2027-11-01T00:00:00Z" },
      notifications: { warn: notification } as Record<string, object>,
    },
  };
}

function alerts(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, spending().properties.notifications.warn]));
}

function assignment(scene: Scene, properties: object): Request {
  const [path, body] = grant(
    scene.caller,
    paths.logs,
    "22222222-0000-4000-8000-000000000009",
    ACR_PULL,
    "33333333-0000-4000-8000-000000000009",
  );
  const { properties: usual } = body as { properties: object };
  return ["PUT", path, { properties: { ...usual, ...properties } }];
}

const deployed = ({ body }: Scene) => body.deployment;

export const valueRejections: readonly RejectedRequest[] = [
  {
    rule: "service-tag-needs-approved-only",
    case: "a service tag in a network that allows all internet traffic",
    answer: INVALID,
    setup: ({ caller, body }) =>
      caller.made(next, but(body.workspace, "properties/managedNetwork", { isolationMode: "AllowInternetOutbound" })),
    rejected: () => ["PUT", rule.replace("workspaces/workspace", "workspaces/next"), tag({})],
    accepted: () => ["PUT", rule, tag({})],
  },
  {
    rule: "service-tag-destination",
    case: "an unknown service tag",
    answer: INVALID,
    ...tagged({ serviceTag: "HuggingFace" }, { serviceTag: "Storage.SwedenCentral" }),
  },
  {
    rule: "service-tag-destination",
    case: "an unknown protocol",
    answer: INVALID,
    ...tagged({ protocol: "HTTPS" }, { protocol: "*" }),
  },
  {
    rule: "service-tag-destination",
    case: "a port out of range",
    answer: INVALID,
    ...tagged({ portRanges: "443,70000" }, { portRanges: "80,443,8000-8080" }),
  },
  {
    rule: "service-tag-destination",
    case: "an invalid address prefix",
    answer: INVALID,
    ...tagged({ serviceTag: undefined, addressPrefixes: ["20.1.2"] }, { serviceTag: undefined, addressPrefixes: ["20.1.2.0/24"] }),
  },
  {
    rule: "outbound-private-endpoint-type",
    case: "a private endpoint to an unsupported resource type",
    answer: INVALID,
    rejected: (scene) => ["PUT", rule, toTarget(scene, paths.logs, "azuremonitor")],
    accepted: (scene) => ["PUT", rule, toTarget(scene, paths.storage, "dfs")],
  },
  {
    rule: "outbound-private-endpoint-inline-twice",
    case: "the same target in two rules of a workspace",
    answer: "409 Conflict",
    rejected: (scene) => inline(toTarget(scene, paths.storage, "dfs").properties, toTarget(scene, paths.storage, "dfs").properties)(scene),
    accepted: (scene) =>
      inline(toTarget(scene, paths.storage, "dfs").properties, toTarget(scene, paths.storage, "queue").properties)(scene),
  },
  {
    rule: "record-values",
    case: "an invalid address in a record",
    answer: BAD,
    rejected: () => ["PUT", record, address("10.0.0.256")],
    accepted: () => ["PUT", record, address("10.0.0.255")],
  },
  {
    rule: "record-values",
    case: "a TTL of 0",
    answer: BAD,
    rejected: () => ["PUT", record, but(address("10.0.0.4"), "properties/ttl", 0)],
    accepted: () => ["PUT", record, but(address("10.0.0.4"), "properties/ttl", 1)],
  },
  {
    rule: "record-values",
    case: "more than 20 addresses in a record",
    answer: BAD,
    rejected: () => ["PUT", record, addresses(21)],
    accepted: () => ["PUT", record, addresses(20)],
  },
  {
    rule: "record-values",
    case: "a record name with an asterisk inside",
    answer: BAD,
    rejected: () => ["PUT", `${paths.zone}/A/a*b`, address("10.0.0.4")],
    accepted: () => ["PUT", `${paths.zone}/A/*.a`, address("10.0.0.4")],
  },
  {
    rule: "link-registration-once",
    case: "autoregistration of a network in two zones",
    answer: "409 Conflict",
    setup: async (scene) => {
      await scene.caller.made(zone("moor.internal"), scene.body.zone);
      await scene.caller.made(zone("team.internal"), scene.body.zone);
      await scene.caller.made(`${zone("moor.internal")}/virtualNetworkLinks/network`, linked({ registrationEnabled: true })(scene));
    },
    rejected: (scene) => ["PUT", `${zone("team.internal")}/virtualNetworkLinks/network`, linked({ registrationEnabled: true })(scene)],
    accepted: (scene) => ["PUT", `${zone("team.internal")}/virtualNetworkLinks/network`, linked({})(scene)],
  },
  {
    rule: "link-resolution-policy",
    case: "an internet fallback in a zone that is not for private link",
    answer: BAD,
    setup: ({ caller, body }) => caller.made(zone("moor.internal"), body.zone),
    rejected: (scene) => [
      "PUT",
      `${zone("moor.internal")}/virtualNetworkLinks/network`,
      linked({ resolutionPolicy: "NxDomainRedirect" })(scene),
    ],
    accepted: (scene) => ["PUT", link, linked({ resolutionPolicy: "NxDomainRedirect" })(scene)],
  },
  {
    rule: "link-network-fixed",
    case: "another network for an existing link",
    answer: BAD,
    setup: async (scene) => {
      await scene.caller.made(`${paths.network}-2`, scene.body.network);
      await scene.caller.made(link, linked({})(scene));
    },
    rejected: (scene) => ["PUT", link, linked({ virtualNetwork: { id: scene.id(`${paths.network}-2`) } })(scene)],
    accepted: (scene) => ["PUT", link, linked({})(scene)],
  },
  {
    rule: "zone-group-configs",
    case: "a zone configuration without a name",
    answer: "400 InvalidRequestFormat",
    rejected: (scene) => ["PUT", group, configs([{ properties: { privateDnsZoneId: scene.id(paths.zone) } }])],
    accepted: (scene) => ["PUT", group, configs([{ name: "one", properties: { privateDnsZoneId: scene.id(paths.zone) } }])],
  },
  {
    rule: "deployment-environment-variables",
    case: "an environment variable name with a hyphen",
    answer: "400 BadArgument",
    ...differ(deployment, deployed, "properties/environmentVariables", { "HF-HOME": "/tmp" }, { HF_HOME: "/tmp" }),
  },
  {
    rule: "deployment-sampling",
    case: "a sampling rate of more than 1",
    answer: "400 BadArgument",
    ...differ(deployment, deployed, "properties/dataCollector", collector(2), collector(1)),
  },
  {
    rule: "role-condition",
    case: "a condition without conditionVersion",
    answer: "400 InvalidConditionVersion",
    rejected: (scene) => assignment(scene, { condition: CONDITION }),
    accepted: (scene) => assignment(scene, { condition: CONDITION, conditionVersion: "2.0" }),
  },
  {
    rule: "role-principal-type",
    case: "a managed identity as a group",
    answer: "400 UnmatchedPrincipalType",
    rejected: (scene) => assignment(scene, { principalId: identityOf(scene), principalType: "Group" }),
    accepted: (scene) => assignment(scene, { principalId: identityOf(scene), principalType: "ServicePrincipal" }),
  },
  {
    rule: "role-description",
    case: "a description of more than 1,024 characters",
    answer: "400 BadRequestFormat",
    rejected: (scene) => assignment(scene, { description: "d".repeat(1025) }),
    accepted: (scene) => assignment(scene, { description: "d".repeat(1024) }),
  },
  { rule: "budget-values", case: "a budget of 0", answer: BAD, ...differ(budget, spending, "properties/amount", 0, 1) },
  {
    rule: "budget-values",
    case: "a budget that starts in the middle of a month",
    answer: BAD,
    ...differ(budget, spending, "properties/timePeriod/startDate", "2026-11-15T00:00:00Z", "2026-12-01T00:00:00Z"),
  },
  {
    rule: "budget-values",
    case: "a budget that ends before it starts",
    answer: BAD,
    ...differ(budget, spending, "properties/timePeriod/endDate", "2026-10-31T00:00:00Z", "2026-12-31T00:00:00Z"),
  },
  {
    rule: "budget-notifications",
    case: "more than five notifications",
    answer: BAD,
    ...differ(budget, spending, "properties/notifications", alerts(6), alerts(5)),
  },
  {
    rule: "budget-notifications",
    case: "a threshold of more than 1,000 percent",
    answer: BAD,
    ...differ(budget, spending, "properties/notifications/warn/threshold", 1001, 1000),
  },
  {
    rule: "budget-notifications",
    case: "a notification without a contact",
    answer: BAD,
    ...differ(budget, spending, "properties/notifications/warn/contactEmails", [], ["ml@example.org"]),
  },
];

const CONDITION = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})))";

function addresses(count: number) {
  const aRecords = Array.from({ length: count }, (_, index) => ({ ipv4Address: `10.0.0.${index + 4}` }));
  return { properties: { ttl: 10, aRecords } };
}

function configs(privateDnsZoneConfigs: readonly object[]) {
  return { properties: { privateDnsZoneConfigs } };
}

function collector(samplingRate: number) {
  return { collections: { request: { dataCollectionMode: "Enabled", samplingRate } } };
}

function identityOf({ caller }: Scene): string {
  const identity = caller.arm.get(caller.id(paths.identity)) as { properties: { principalId: string } };
  return identity.properties.principalId;
}
