// Proves that public IP addresses, NAT gateways and their subnets refer to each other as in Azure, and can be deleted only in the order in
// which Azure allows it. Doesn't prove any traffic: the simulator routes none.
import { Caller } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";
import { scriptBodies, scriptPaths } from "./scriptScene";

const { address, gateway, subnet } = scriptPaths;

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start();
  for (const name of ["group", "network"] as const) await caller.made(paths[name], bodies(caller)[name]);
});
afterEach(() => caller.stop());

const made = async (name: "address" | "gateway" | "subnet") => caller.made(scriptPaths[name], scriptBodies(caller)[name]);
const propertiesOf = async (below: string) => (await caller.get(below)).body.properties;

test("Each has the values that the service generates, and the IDs of its users", async () => {
  await made("address");
  await caller.made(`${address}-2`, scriptBodies(caller).address);
  expect(await propertiesOf(address)).toEqual({
    ipAddress: "203.0.113.20",
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
    idleTimeoutInMinutes: 4,
    resourceGuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    provisioningState: "Succeeded",
  });
  expect((await propertiesOf(`${address}-2`)).ipAddress).toBe("203.0.113.21");
  await made("gateway");
  expect((await propertiesOf(gateway)).subnets).toBeUndefined();
  await made("subnet");
  expect((await propertiesOf(gateway)).subnets).toEqual([{ id: caller.id(subnet) }]);
  expect((await propertiesOf(address)).natGateway).toEqual({ id: caller.id(gateway) });
});

test("They can be deleted from the subnet to the address", async () => {
  for (const name of ["address", "gateway", "subnet"] as const) await made(name);
  expect((await caller.delete(gateway)).body.error.code).toBe("CannotDeleteNatGatewayAssociatedToSubnet");
  expect((await caller.delete(address)).body.error.code).toBe("PublicIPAddressCannotBeDeleted");
  for (const one of [subnet, gateway, address])
    expect(await caller.outcome(await caller.delete(one))).toMatchObject({ status: "Succeeded" });
});

test("A subnet without its NAT gateway releases it, and an address keeps its value in an update", async () => {
  for (const name of ["address", "gateway", "subnet"] as const) await made(name);
  await caller.made(subnet, but(scriptBodies(caller).subnet, "properties/natGateway", undefined));
  await caller.made(address, { ...scriptBodies(caller).address, tags: { a: "b" } });
  expect((await propertiesOf(address)).ipAddress).toBe("203.0.113.20");
  expect(await caller.outcome(await caller.delete(gateway))).toMatchObject({ status: "Succeeded" });
});

test("Another region than the network's is refused, as for other types an unknown region", async () => {
  expect((await caller.put(address, { ...scriptBodies(caller).address, location: "nowhere" })).body.error.code).toBe(
    "LocationNotAvailableForResourceType",
  );
  expect((await caller.put(address, but(scriptBodies(caller).address, "location", undefined))).body.error.code).toBe("LocationRequired");
});

test("In a landing zone, the subnet of scripts needs a network security group", async () => {
  const inLandingZone = await caller.fork({ policies: { deny: ["landing-zone"] } });
  try {
    const { address: addressBody, gateway: gatewayBody, subnet: subnetBody } = scriptBodies(inLandingZone);
    await inLandingZone.made(address, addressBody);
    await inLandingZone.made(gateway, gatewayBody);
    expect((await inLandingZone.put(subnet, subnetBody)).body.error.code).toBe("RequestDisallowedByPolicy");
    await inLandingZone.made(paths.securityGroup, bodies(inLandingZone).securityGroup);
    const networkSecurityGroup = { id: inLandingZone.id(paths.securityGroup) };
    await inLandingZone.made(subnet, but(subnetBody, "properties/networkSecurityGroup", networkSecurityGroup));
  } finally {
    await inLandingZone.stop();
  }
});
