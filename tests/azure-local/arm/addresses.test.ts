// Number of addresses of private endpoints, and the error if a subnet has too few. Doesn't test which addresses Azure assigns.
import { Caller } from "./client";
import { bodies, paths } from "./platform";

const RESOURCES = "/resourceGroups/rg/providers";
const REGISTRY_2 = paths.registry.replace("registry01", "registry02");
const GROUP_OF = { storage: "blob", vault: "vault", registry: "registry", workspace: "amlworkspace" } as const;
type Target = keyof typeof GROUP_OF;

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start();
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry", "workspace"] as const)
    await caller.made(paths[name], bodies(caller)[name]);
});
afterEach(() => caller.stop());

async function subnetOf(prefix: string): Promise<string> {
  const { network } = bodies(caller);
  const subnets = [{ name: "endpoints", properties: { addressPrefix: prefix } }];
  await caller.made(paths.network, { ...network, properties: { ...network.properties, subnets } });
  return caller.id(paths.subnet);
}

async function connect(name: string, target: string, group: string): Promise<{ status: number; message?: string; addresses: string[] }> {
  const connection = { name, properties: { privateLinkServiceId: caller.id(target), groupIds: [group] } };
  const path = `${RESOURCES}/Microsoft.Network/privateEndpoints/${name}`;
  const properties = { subnet: { id: caller.id(paths.subnet) }, privateLinkServiceConnections: [connection] };
  const { status, body } = await caller.put(path, { location: "swedencentral", properties });
  await caller.clock.advance(60);
  const configs: { ipAddresses: string[] }[] = body.properties?.customDnsConfigs ?? [];
  return { status, message: body.error?.message, addresses: [...new Set(configs.flatMap(({ ipAddresses }) => ipAddresses))] };
}

const to = (target: Target) => connect(`for-${target}`, paths[target], GROUP_OF[target]);

test.each([
  ["storage", 1],
  ["vault", 1],
  ["registry", 2],
  ["workspace", 3],
] as const)("the private endpoint of a %s takes %i addresses", async (target, count) => {
  await subnetOf("10.40.0.0/26");
  expect((await to(target)).addresses).toHaveLength(count);
});

test("a private endpoint of a registry uses one address for the registry and one for the data endpoint of each region", async () => {
  await caller.made(`${paths.registry}/replications/germanywestcentral`, { location: "germanywestcentral" });
  await subnetOf("10.40.0.0/26");
  const { addresses } = await to("registry");
  expect(addresses).toHaveLength(3);
});

test("a replica that is added later uses an address of the subnet too, and is rejected if none is free", async () => {
  const replica = (region: string) => caller.put(`${paths.registry}/replications/${region}`, { location: region });
  await subnetOf("10.40.0.0/29");
  await to("registry");
  expect((await replica("germanywestcentral")).status).toBe(201);
  const { customDnsConfigs } = (await caller.get(`${RESOURCES}/Microsoft.Network/privateEndpoints/for-registry`)).body.properties;
  expect(customDnsConfigs).toEqual([
    { fqdn: "registry01.azurecr.io", ipAddresses: ["10.40.0.4"] },
    { fqdn: "registry01.swedencentral.data.azurecr.io", ipAddresses: ["10.40.0.5"] },
    { fqdn: "registry01.germanywestcentral.data.azurecr.io", ipAddresses: ["10.40.0.6"] },
  ]);
  caller.clock.advance(3600);
  expect(await replica("northeurope")).toMatchObject({ status: 400, body: { error: { code: "SubnetIsFull" } } });
});

test("the error of a full subnet contains the required, used and usable addresses", async () => {
  await caller.made(REGISTRY_2, bodies(caller).registry);
  await subnetOf("10.40.0.0/29");
  expect((await to("registry")).addresses).toEqual(["10.40.0.4", "10.40.0.5"]);
  expect(await connect("second", REGISTRY_2, "registry")).toMatchObject({
    status: 400,
    message: "Subnet endpoints with address prefix 10.40.0.0/29 does not have enough capacity for 2 IP addresses: 2 of its 3 are in use.",
  });
  expect((await to("storage")).addresses).toEqual(["10.40.0.6"]);
  expect(await to("vault")).toMatchObject({
    status: 400,
    message: "Subnet endpoints with address prefix 10.40.0.0/29 does not have enough capacity for 1 IP addresses: 3 of its 3 are in use.",
  });
});

test.each([
  ["10.40.0.0/29", "workspace", 1],
  ["10.40.0.0/28", "workspace", 3],
  ["10.40.0.0/28", "registry", 5],
  ["10.40.0.0/28", "storage", 11],
  ["10.40.0.0/27", "workspace", 9],
] as const)("%s has room for the private endpoints of a %s %i times and once no more", async (prefix, target, times) => {
  await subnetOf(prefix);
  const taken: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const { status, addresses } = await connect(`number-${count}`, paths[target], GROUP_OF[target]);
    expect(status).toBe(201);
    taken.push(...addresses);
  }
  expect(new Set(taken).size).toBe(taken.length);
  expect((await connect("one-more", paths[target], GROUP_OF[target])).status).toBe(400);
});
