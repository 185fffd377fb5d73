import { paths } from "../platform";
import { scriptBodies, scriptPaths } from "../scriptScene";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";

const { address, gateway, subnet } = scriptPaths;
const other = `${address}-2`;
const REGION = "swedencentral";

const addressBody = ({ caller }: Scene) => scriptBodies(caller).address;
const gatewayBody = ({ caller }: Scene) => scriptBodies(caller).gateway;
const plain = { properties: { addressPrefix: "10.40.1.0/28" } };
const NAT = "properties/natGateway";

async function made(scene: Scene, ...names: readonly ("address" | "gateway" | "subnet")[]): Promise<void> {
  for (const name of names) await scene.caller.made(scriptPaths[name], scriptBodies(scene.caller)[name]);
}

/** A gateway with the second address. */
const withOther = (scene: Scene) => but(gatewayBody(scene), "properties/publicIpAddresses/0/id", scene.id(other));

/** The gateway rejects a second address that differs in a value. */
function unsuitable(name: string, path: string, value: unknown, gatewayValues: object = {}): RejectedRequest {
  return {
    rule: "nat-gateway-addresses",
    case: name,
    answer: "400 NatGatewayPublicIpAddressNotSupported",
    setup: async (scene) => {
      await made(scene, "address");
      await scene.caller.made(other, but(addressBody(scene), path, value));
    },
    rejected: (scene) => ["PUT", gateway, { ...withOther(scene), ...gatewayValues }],
    accepted: (scene) => ["PUT", gateway, gatewayBody(scene)],
  };
}

export const natGatewayRejections: readonly RejectedRequest[] = [
  {
    rule: "public-address-basic",
    answer: "400 IPv4BasicSkuPublicIpCountLimitReached",
    ...differ(address, addressBody, "sku", undefined, { name: "Standard" }),
  },
  {
    rule: "public-address-static",
    answer: "400 PublicIPAllocationMethodMustBeStatic",
    ...differ(address, addressBody, "properties/publicIPAllocationMethod", undefined, "Static"),
  },
  {
    rule: "public-address-idle-timeout",
    answer: "400 InvalidIdleTimeoutInMinutes",
    ...differ(address, addressBody, "properties/idleTimeoutInMinutes", 31, 30),
  },
  {
    rule: "public-address-in-use",
    answer: "400 PublicIPAddressCannotBeDeleted",
    setup: async (scene) => {
      await made(scene, "address", "gateway");
      await scene.caller.made(other, addressBody(scene));
    },
    rejected: () => ["DELETE", address],
    accepted: () => ["DELETE", other],
  },
  {
    rule: "network-zones",
    case: "a region without zones",
    answer: "400 LocationDoesNotSupportAvailabilityZones",
    rejected: (scene) => ["PUT", address, { ...addressBody(scene), location: "westus", zones: ["1"] }],
    accepted: (scene) => ["PUT", address, { ...addressBody(scene), location: REGION, zones: ["1"] }],
  },
  {
    rule: "network-zones",
    case: "a NAT gateway in two zones",
    answer: "400 LocationDoesNotSupportAvailabilityZones",
    setup: async ({ caller }) => caller.made(address, { ...scriptBodies(caller).address, zones: ["1", "2", "3"] }),
    ...differ(gateway, gatewayBody, "zones", ["1", "2"], ["1"]),
  },
  {
    rule: "nat-gateway-zone-fixed",
    answer: "400 ResourceAvailabilityZonesCannotBeModified",
    setup: async (scene) => {
      await scene.caller.made(address, { ...addressBody(scene), zones: ["1", "2", "3"] });
      await scene.caller.made(gateway, { ...gatewayBody(scene), zones: ["1"] });
    },
    ...differ(gateway, gatewayBody, "zones", ["2"], ["1"]),
  },
  {
    rule: "nat-gateway-sku",
    answer: "400 InvalidNatGatewaySku",
    setup: (scene) => made(scene, "address"),
    ...differ(gateway, gatewayBody, "sku", undefined, { name: "Standard" }),
  },
  {
    rule: "nat-gateway-limits",
    answer: "400 InvalidRequestFormat",
    setup: (scene) => made(scene, "address"),
    ...differ(gateway, gatewayBody, "properties/idleTimeoutInMinutes", 121, 120),
  },
  {
    rule: "nat-gateway-limits",
    case: "17 addresses",
    answer: "400 InvalidRequestFormat",
    setup: (scene) => made(scene, "address"),
    rejected: (scene) => [
      "PUT",
      gateway,
      but(gatewayBody(scene), "properties/publicIpAddresses", Array(17).fill({ id: scene.id(address) })),
    ],
    accepted: (scene) => ["PUT", gateway, gatewayBody(scene)],
  },
  {
    rule: "nat-gateway-references",
    answer: "400 InvalidResourceReference",
    setup: (scene) => made(scene, "address"),
    rejected: (scene) => ["PUT", gateway, withOther(scene)],
    accepted: (scene) => ["PUT", gateway, gatewayBody(scene)],
  },
  unsuitable("an IPv6 address", "properties/publicIPAddressVersion", "IPv6"),
  unsuitable("an address of another region", "location", "westeurope"),
  unsuitable("an address of another zone", "zones", ["2"], { zones: ["1"] }),
  {
    rule: "nat-gateway-address-in-use",
    answer: "400 PublicIPAddressInUse",
    setup: async (scene) => {
      await made(scene, "address", "gateway");
      await scene.caller.made(other, addressBody(scene));
    },
    rejected: (scene) => ["PUT", `${gateway}-2`, gatewayBody(scene)],
    accepted: (scene) => ["PUT", `${gateway}-2`, withOther(scene)],
  },
  {
    rule: "nat-gateway-in-use",
    answer: "400 CannotDeleteNatGatewayAssociatedToSubnet",
    setup: async (scene) => {
      await made(scene, "address", "gateway", "subnet");
      await scene.caller.made(other, addressBody(scene));
      await scene.caller.made(`${gateway}-2`, withOther(scene));
    },
    rejected: () => ["DELETE", gateway],
    accepted: () => ["DELETE", `${gateway}-2`],
  },
  {
    rule: "subnet-nat-gateway",
    answer: "400 InvalidResourceReference",
    setup: (scene) => made(scene, "address", "gateway"),
    rejected: ({ id }) => ["PUT", subnet, but(plain, NAT, { id: id(`${gateway}-2`) })],
    accepted: ({ id }) => ["PUT", subnet, but(plain, NAT, { id: id(gateway) })],
  },
  {
    rule: "subnet-nat-gateway",
    case: "in the body of the network, in another region",
    answer: "400 InvalidResourceReference",
    setup: async (scene) => {
      await made(scene, "address", "gateway");
      await scene.caller.made(other, { ...addressBody(scene), location: "westeurope" });
      await scene.caller.made(`${gateway}-2`, { ...withOther(scene), location: "westeurope" });
    },
    rejected: ({ id, body }) => [
      "PUT",
      `${paths.network}-2`,
      but(body.network, "properties/subnets/0/properties/natGateway", { id: id(`${gateway}-2`) }),
    ],
    accepted: ({ id, body }) => [
      "PUT",
      `${paths.network}-2`,
      but(body.network, "properties/subnets/0/properties/natGateway", { id: id(gateway) }),
    ],
  },
];
