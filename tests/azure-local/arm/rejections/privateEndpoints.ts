import { paths } from "../platform";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";
import { elsewhere, OTHER_SUBSCRIPTION } from "./workspace";

const second = `${paths.network}/subnets/second`;
const endpoint2 = paths.privateEndpoint.replace("privateEndpoints/workspace", "privateEndpoints/second");
const storage = paths.storage.replace("storage01", "storage02");
const CONNECTIONS = "properties/privateLinkServiceConnections";

const DELEGATION = { name: "web", properties: { serviceName: "Microsoft.Web/serverFarms" } };

function subnet(addressPrefix: string, more: object = {}) {
  return { properties: { addressPrefix, ...more } };
}

/** A private endpoint to a resource, in a subnet of the platform. */
function endpoint({ body, id }: Scene, target: string, groupIds: readonly string[], subnetPath: string = paths.subnet) {
  const connection = { name: "one", properties: { privateLinkServiceId: id(target), groupIds } };
  return but(but(body.privateEndpoint, CONNECTIONS, [connection]), "properties/subnet/id", id(subnetPath));
}

/** A private endpoint to the key vault in a second subnet with these properties. */
function inSubnet(body: object, name = "second"): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  const at = second.replace("second", name);
  return {
    setup: ({ caller }) => caller.made(at, body),
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"], at)],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"])],
  };
}

/** A private endpoint to a second storage account with this body. */
function toStorage(
  change: Readonly<Record<string, unknown>>,
  rejected: string,
  accepted: string,
): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  return {
    setup: ({ caller, body }) =>
      caller.made(
        storage,
        Object.entries(change).reduce((account, [path, value]) => but(account, path, value), body.storage),
      ),
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, storage, [rejected])],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, accepted === rejected ? paths.storage : storage, [accepted])],
  };
}

const GOVERNMENT = "usgovvirginia";
const foreignNetwork = `/subscriptions/${OTHER_SUBSCRIPTION}${paths.network}`;

export const privateEndpointRejections: readonly RejectedRequest[] = [
  {
    rule: "private-endpoint-subnet-delegated",
    case: "a private endpoint in a delegated subnet",
    answer: "400 PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
    ...inSubnet(subnet("10.40.1.0/24", { delegations: [DELEGATION] })),
  },
  {
    rule: "private-endpoint-subnet-delegated",
    case: "a private endpoint in a subnet with a delegation in the body of its network",
    answer: "400 PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
    setup: ({ caller, body }) =>
      caller.made(`${paths.network}-2`, but(body.network, "properties/subnets/0/properties/delegations", [DELEGATION])),
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"], `${paths.network}-2/subnets/endpoints`)],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"])],
  },
  {
    rule: "subnet-delegation-in-use",
    case: "a delegation of a subnet with a private endpoint",
    answer: "400 SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
    setup: ({ caller }) => caller.made(second, subnet("10.40.1.0/24")),
    rejected: () => ["PUT", paths.subnet, subnet("10.40.0.0/24", { delegations: [DELEGATION] })],
    accepted: () => ["PUT", second, subnet("10.40.1.0/24", { delegations: [DELEGATION] })],
  },
  {
    rule: "subnet-delegation-in-use",
    case: "a delegation, in the body of the network, of a subnet with a private endpoint",
    answer: "400 SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
    ...differ(paths.network, ({ body }) => body.network, "properties/subnets/0/properties/delegations", [DELEGATION], []),
  },
  {
    rule: "private-endpoint-subnet-reserved",
    case: "a private endpoint in a gateway subnet",
    answer: "400 SubnetNotAllowed",
    ...inSubnet(subnet("10.40.1.0/24"), "GatewaySubnet"),
  },
  {
    rule: "private-endpoint-subscription",
    case: "a private endpoint in a subnet in another subscription",
    answer: "400 InvalidResourceReference",
    setup: async ({ caller, body }) => {
      await elsewhere(caller.send.bind(caller), caller, body);
      await caller.made(foreignNetwork, body.network);
    },
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"], `${foreignNetwork}/subnets/endpoints`)],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.vault, ["vault"])],
  },
  {
    rule: "private-endpoint-network-policies",
    case: "a private endpoint in a subnet with network policies, in a region that doesn't support them",
    answer: "400 PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
    setup: async ({ caller, body }) => {
      const network = but(body.network, "location", GOVERNMENT);
      const policies = "properties/subnets/0/properties/privateEndpointNetworkPolicies";
      await caller.made(`${paths.network}-2`, but(network, policies, "Enabled"));
      await caller.made(`${paths.network}-3`, but(network, policies, "Disabled"));
    },
    rejected: (scene) => [
      "PUT",
      endpoint2,
      but(endpoint(scene, paths.vault, ["vault"], `${paths.network}-2/subnets/endpoints`), "location", GOVERNMENT),
    ],
    accepted: (scene) => [
      "PUT",
      endpoint2,
      but(endpoint(scene, paths.vault, ["vault"], `${paths.network}-3/subnets/endpoints`), "location", GOVERNMENT),
    ],
  },
  {
    rule: "private-endpoint-one-connection",
    case: "two sub-resources in one private endpoint",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["blob", "file"])],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["blob"])],
  },
  {
    rule: "private-endpoint-one-connection",
    case: "an automatic and a manual connection in one private endpoint",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => {
      const body = endpoint(scene, paths.vault, ["vault"]);
      const connections = body.properties.privateLinkServiceConnections;
      return ["PUT", endpoint2, but(body, "properties/manualPrivateLinkServiceConnections", connections)];
    },
    accepted: (scene) => [
      "PUT",
      endpoint2,
      but(endpoint(scene, paths.vault, ["vault"]), "properties/manualPrivateLinkServiceConnections", []),
    ],
  },
  {
    rule: "private-endpoint-group",
    case: "the vault's sub-resource on a storage account",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["vault"])],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["blob_secondary"])],
  },
  {
    rule: "private-endpoint-group",
    case: "a misspelled sub-resource for static websites",
    answer: "400 PrivateEndpointInvalidGroupId",
    rejected: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["website"])],
    accepted: (scene) => ["PUT", endpoint2, endpoint(scene, paths.storage, ["web"])],
  },
  {
    rule: "private-endpoint-storage-kind",
    case: "a private endpoint to a general-purpose v1 account",
    answer: "400 PrivateEndpointNotSupportedForAccount",
    ...toStorage({ kind: "Storage", "sku/name": "Standard_LRS" }, "blob", "blob"),
  },
  {
    rule: "private-endpoint-storage-kind",
    case: "blobs of a files-only storage account",
    answer: "400 PrivateEndpointNotSupportedForAccount",
    ...toStorage({ kind: "FileStorage", "sku/name": "Premium_LRS" }, "blob", "file"),
  },
  {
    rule: "private-endpoint-connection-fixed",
    case: "another target for an existing private endpoint",
    answer: "400 PrivateEndpointCannotBeUpdated",
    rejected: (scene) => ["PUT", paths.privateEndpoint, endpoint(scene, paths.vault, ["vault"])],
    accepted: ({ body }) => ["PUT", paths.privateEndpoint, but(body.privateEndpoint as object, "tags", { team: "ml" })],
  },
  {
    rule: "private-endpoint-request-message",
    case: "a request message of more than 140 characters",
    answer: "400 InvalidRequestFormat",
    rejected: (scene) => ["PUT", endpoint2, asking(scene, "a".repeat(141))],
    accepted: (scene) => ["PUT", endpoint2, asking(scene, "a".repeat(140))],
  },
  {
    rule: "private-endpoint-address",
    case: "a static address outside the subnet",
    answer: "400 PrivateIPAddressNotInSubnet",
    ...differ(
      endpoint2,
      (scene) => endpoint(scene, paths.vault, ["vault"]),
      "properties/ipConfigurations",
      fixed("10.40.1.9"),
      fixed("10.40.0.9"),
    ),
  },
  {
    rule: "private-endpoint-address",
    case: "a static address that Azure reserves",
    answer: "400 PrivateIPAddressNotInSubnet",
    ...differ(
      endpoint2,
      (scene) => endpoint(scene, paths.vault, ["vault"]),
      "properties/ipConfigurations",
      fixed("10.40.0.3"),
      fixed("10.40.0.200"),
    ),
  },
];

function asking(scene: Scene, requestMessage: string) {
  const body = endpoint(scene, paths.vault, ["vault"]);
  const [connection] = body.properties.privateLinkServiceConnections;
  const asked = but(body, CONNECTIONS, undefined);
  return but(asked, "properties/manualPrivateLinkServiceConnections", [
    but(connection, "properties/requestMessage" as string, requestMessage),
  ]);
}

function fixed(privateIPAddress: string) {
  return [{ name: "one", properties: { privateIPAddress, groupId: "vault", memberName: "default" } }];
}
