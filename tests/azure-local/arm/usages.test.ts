// Tests the used addresses of subnets that the local Azure returns, and that it lists zones in pages. Doesn't test Azure's numbers.
import { Caller } from "./client";
import { bodies, paths } from "./platform";

let caller: Caller;
beforeAll(async () => {
  caller = await Caller.start();
  const body = bodies(caller);
  for (const name of ["group", "storage", "network"] as const) await caller.made(paths[name], body[name]);
});
afterAll(() => caller.stop());

test("A network lists the used and usable addresses of each subnet.", async () => {
  const usages = async () => (await caller.get(`${paths.network}/usages`)).body.value;
  expect(await usages()).toEqual([
    {
      id: caller.id(paths.subnet),
      currentValue: 0,
      limit: 251,
      unit: "Count",
      name: { value: "SubnetSpace", localizedValue: "Subnet size and usage" },
    },
  ]);
  await caller.made("/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/blob", {
    location: "swedencentral",
    properties: {
      subnet: { id: caller.id(paths.subnet) },
      privateLinkServiceConnections: [{ name: "blob", properties: { privateLinkServiceId: caller.id(paths.storage), groupIds: ["blob"] } }],
    },
  });
  expect((await usages())[0]).toMatchObject({ currentValue: 1, limit: 251 });
});

test("The zones of a subscription are listed in pages of 100, or of the requested size.", async () => {
  for (let count = 0; count < 103; count++) {
    await caller.put(`/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z${count}.example`, { location: "global" });
  }
  caller.clock.advance(3600);
  const pages: number[] = [];
  let next: string | undefined = `${caller.arm.url}${caller.id("/providers/Microsoft.Network/privateDnsZones")}?api-version=2024-06-01`;
  const seen = new Set<string>();
  while (next !== undefined) {
    const page = (await (await fetch(next)).json()) as { value: { name: string }[]; nextLink?: string };
    pages.push(page.value.length);
    for (const { name } of page.value) seen.add(name);
    next = page.nextLink;
  }
  expect([pages, seen.size]).toEqual([[100, 3], 103]);
  const few = await caller.send("GET", "/providers/Microsoft.Network/privateDnsZones?$top=2", undefined, "2024-06-01");
  expect([few.status, few.body.value.length, typeof few.body.nextLink]).toEqual([200, 2, "string"]);
});
