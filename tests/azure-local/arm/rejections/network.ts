import { paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const second = `${paths.network}/subnets/second`;
const securityGroup = "/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/endpoints";
const group = `${paths.privateEndpoint}/privateDnsZoneGroups/default`;
const link = `${paths.zone}/virtualNetworkLinks/network`;
const endpoint2 = paths.privateEndpoint.replace("privateEndpoints/workspace", "privateEndpoints/second");

function subnet(addressPrefix: string, more: object = {}) {
  return { properties: { addressPrefix, ...more } };
}

function zones({ id }: Scene, ...names: string[]) {
  const privateDnsZoneConfigs = names.map((name, index) => ({ name: `zone${index}`, properties: { privateDnsZoneId: id(zone(name)) } }));
  return { properties: { privateDnsZoneConfigs } };
}

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "x"]));
}

function zone(name: string): string {
  return paths.zone.replace("privatelink.api.azureml.ms", name);
}

function connection({ body, id }: Scene, target: string, groupId: string) {
  const properties = { privateLinkServiceId: id(target), groupIds: [groupId] };
  return but(body.privateEndpoint, "properties/privateLinkServiceConnections", [{ name: "one", properties }]);
}

function linkTo(id: string | undefined) {
  return { location: "global", properties: { virtualNetwork: id ? { id } : undefined, registrationEnabled: false } };
}

export const networkRejections: readonly RejectedRequest[] = [
  {
    rule: "subnets-named",
    answer: "400 InvalidRequestFormat",
    rejected: ({ body }) => ["PUT", `${paths.network}-2`, but(body.network, "properties/subnets/0/name", undefined)],
    accepted: ({ body }) => ["PUT", `${paths.network}-2`, body.network],
  },
  {
    rule: "subnet-prefix-valid",
    answer: "400 InvalidAddressPrefixFormat",
    rejected: () => ["PUT", second, subnet("10.40.1.5/24")],
    accepted: () => ["PUT", second, subnet("10.40.1.0/24")],
  },
  {
    rule: "subnet-inside-network",
    answer: "400 NetcfgInvalidSubnet",
    rejected: () => ["PUT", second, subnet("10.40.4.0/24")],
    accepted: () => ["PUT", second, subnet("10.40.3.0/24")],
  },
  {
    rule: "subnets-apart",
    answer: "400 NetcfgSubnetRangesOverlap",
    rejected: () => ["PUT", second, subnet("10.40.0.128/25")],
    accepted: () => ["PUT", second, subnet("10.40.1.128/25")],
  },
  {
    rule: "subnet-in-use",
    answer: "400 InUseSubnetCannotBeDeleted",
    setup: ({ caller }) => caller.made(second, subnet("10.40.1.0/24")),
    rejected: () => ["DELETE", paths.subnet],
    accepted: () => ["DELETE", second],
  },
  {
    rule: "security-group-in-use",
    answer: "400 InUseNetworkSecurityGroupCannotBeDeleted",
    setup: async ({ caller, id }) => {
      await caller.made(securityGroup, { location: "swedencentral", properties: {} });
      await caller.made(`${securityGroup}-2`, { location: "swedencentral", properties: {} });
      await caller.made(second, subnet("10.40.1.0/24", { networkSecurityGroup: { id: id(securityGroup) } }));
    },
    rejected: () => ["DELETE", securityGroup],
    accepted: () => ["DELETE", `${securityGroup}-2`],
  },
  {
    rule: "private-endpoint-subnet",
    case: "a network instead of a subnet",
    answer: "400 InvalidResourceReference",
    rejected: ({ body, id }) => ["PUT", endpoint2, but(body.privateEndpoint, "properties/subnet", { id: id(paths.network) })],
    accepted: ({ body }) => ["PUT", endpoint2, body.privateEndpoint],
  },
  {
    rule: "private-endpoint-group",
    case: "an online endpoint as the target",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => ["PUT", endpoint2, connection(scene, paths.endpoint, "amlworkspace")],
    accepted: (scene) => ["PUT", endpoint2, connection(scene, paths.workspace, "amlworkspace")],
  },
  {
    rule: "private-endpoint-group",
    case: "no group ID",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => {
      const body = connection(scene, paths.storage, "blob");
      return ["PUT", endpoint2, but(body, "properties/privateLinkServiceConnections/0/properties/groupIds", [])];
    },
    accepted: (scene) => ["PUT", endpoint2, connection(scene, paths.storage, "blob")],
  },
  {
    rule: "network-in-use",
    answer: "400 InUseSubnetCannotBeDeleted",
    rejected: ({ body }) => ["PUT", paths.network, but(body.network, "properties/subnets", [])],
    accepted: ({ body }) => ["PUT", paths.network, but(body.network, "properties/subnets", undefined)],
  },
  {
    rule: "subnet-references",
    answer: "400 InvalidResourceReference",
    setup: ({ caller }) =>
      caller.made("/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg", {
        location: "swedencentral",
        properties: {},
      }),
    rejected: ({ id }) => ["PUT", second, subnet("10.40.1.0/24", nsg(id, "gone"))],
    accepted: ({ id }) => ["PUT", second, subnet("10.40.1.0/24", nsg(id, "nsg"))],
  },
  {
    rule: "private-endpoint-subnet",
    answer: "400 InvalidResourceReference",
    rejected: ({ body, id }) => ["PUT", endpoint2, but(body.privateEndpoint, "properties/subnet/id", id(second))],
    accepted: ({ body }) => ["PUT", endpoint2, body.privateEndpoint],
  },
  {
    rule: "private-endpoint-subnet-region",
    answer: "400 InvalidResourceReference",
    rejected: ({ body }) => ["PUT", endpoint2, but(body.privateEndpoint, "location", "westeurope")],
    accepted: ({ body }) => ["PUT", endpoint2, body.privateEndpoint],
  },
  {
    rule: "private-endpoint-subnet-fixed",
    answer: "400 PrivateEndpointCannotBeUpdated",
    setup: ({ caller }) => caller.made(second, subnet("10.40.1.0/24")),
    rejected: ({ body, id }) => ["PUT", paths.privateEndpoint, but(body.privateEndpoint, "properties/subnet/id", id(second))],
    accepted: ({ body }) => ["PUT", paths.privateEndpoint, body.privateEndpoint],
  },
  {
    rule: "private-endpoint-target",
    answer: "400 InvalidResourceReference",
    rejected: (scene) => ["PUT", endpoint2, connection(scene, paths.vault.replace("vault01", "vault02"), "vault")],
    accepted: (scene) => ["PUT", endpoint2, connection(scene, paths.vault, "vault")],
  },
  {
    rule: "private-endpoint-group",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => ["PUT", endpoint2, connection(scene, paths.storage, "blobs")],
    accepted: (scene) => ["PUT", endpoint2, connection(scene, paths.storage, "blob")],
  },
  {
    rule: "private-endpoint-registry-premium",
    answer: "400 PrivateEndpointNotSupportedForSku",
    setup: ({ caller, body }) =>
      caller.made(paths.registry.replace("registry01", "registry02"), but(but(body.registry, "sku/name", "Standard"), "properties", {})),
    rejected: (scene) => ["PUT", endpoint2, connection(scene, paths.registry.replace("registry01", "registry02"), "registry")],
    accepted: (scene) => ["PUT", endpoint2, connection(scene, paths.registry, "registry")],
  },
  {
    rule: "network-writes-one-at-a-time",
    answer: "409 AnotherOperationInProgress",
    setup: ({ caller }) => caller.put(second, subnet("10.40.1.0/29")),
    rejected: () => ["PUT", second.replace(/[^/]+$/, "third"), subnet("10.40.2.0/29")],
    accepted: ({ caller }) => {
      caller.clock.advance(60);
      return ["PUT", second.replace(/[^/]+$/, "third"), subnet("10.40.2.0/29")];
    },
  },
  {
    rule: "subnet-has-room",
    answer: "400 SubnetIsFull",
    setup: async (scene) => {
      await scene.caller.made(second, subnet("10.40.1.0/29"));
      const first = but(connection(scene, paths.storage, "blob"), "properties/subnet/id", scene.id(second));
      await scene.caller.made(endpoint2.replace(/[^/]+$/, "first"), first);
    },
    rejected: ({ body, id }) => ["PUT", endpoint2, but(body.privateEndpoint, "properties/subnet/id", id(second))],
    accepted: (scene) => ["PUT", endpoint2, but(connection(scene, paths.vault, "vault"), "properties/subnet/id", scene.id(second))],
  },
  {
    rule: "zone-group-zones",
    answer: "400 InvalidResourceReference",
    rejected: (scene) => ["PUT", group, zones(scene, "privatelink.api.azureml.ms", "privatelink.notebooks.azure.net")],
    accepted: (scene) => ["PUT", group, zones(scene, "privatelink.api.azureml.ms")],
  },
  {
    rule: "zone-group-once",
    answer: "400 MultiplePrivateDnsZoneGroupsNotAllowed",
    setup: (scene) => scene.caller.made(group, zones(scene, "privatelink.api.azureml.ms")),
    rejected: (scene) => ["PUT", group.replace("default", "other"), zones(scene, "privatelink.api.azureml.ms")],
    accepted: (scene) => ["PUT", group, zones(scene, "privatelink.api.azureml.ms")],
  },
  {
    rule: "zone-group-distinct",
    answer: "400 DuplicatePrivateDnsZones",
    rejected: (scene) => ["PUT", group, zones(scene, "privatelink.api.azureml.ms", "privatelink.api.azureml.ms")],
    accepted: (scene) => ["PUT", group, zones(scene, "privatelink.api.azureml.ms")],
  },
  {
    rule: "zone-tags",
    answer: "400 InvalidTagNameOrValue",
    rejected: ({ body }) => ["PUT", paths.zone, but(body.zone, "tags", tags(16))],
    accepted: ({ body }) => ["PUT", paths.zone, but(body.zone, "tags", tags(15))],
  },
  {
    rule: "zone-tags",
    answer: "400 InvalidTagNameOrValue",
    rejected: ({ body }) => ["PUT", paths.zone, but(body.zone, "tags", { "cost centre": "1" })],
    accepted: ({ body }) => ["PUT", paths.zone, but(body.zone, "tags", { costCentre: "1" })],
  },
  {
    rule: "zone-in-use",
    answer: "409 CannotDeleteResource",
    setup: ({ caller, id, body }) =>
      Promise.all([caller.made(link, linkTo(id(paths.network))), caller.made(zone("example.org"), body.zone)]),
    rejected: () => ["DELETE", paths.zone],
    accepted: () => ["DELETE", zone("example.org")],
  },
  {
    rule: "link-network-exists",
    answer: "400 BadRequest",
    rejected: ({ id }) => ["PUT", link, linkTo(`${id(paths.network)}-gone`)],
    accepted: ({ id }) => ["PUT", link, linkTo(id(paths.network))],
  },
  {
    rule: "link-unique-name",
    answer: "409 Conflict",
    setup: async ({ caller, id, body }) => {
      await caller.made(link, linkTo(id(paths.network)));
      await caller.made(zone("example.org"), body.zone);
    },
    rejected: ({ id }) => ["PUT", `${link}-again`, linkTo(id(paths.network))],
    accepted: ({ id }) => ["PUT", `${zone("example.org")}/virtualNetworkLinks/network`, linkTo(id(paths.network))],
  },
];

function nsg(id: (below: string) => string, name: string) {
  return { networkSecurityGroup: { id: id(`/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/${name}`) } };
}
