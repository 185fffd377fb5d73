// Proves the helpers with which tests make changes as a user of the portal or autoscale does. Does not prove which requests the portal
// sends.
import { Caller } from "./client";
import { buildPlatform, paths } from "./platform";
import { Portal } from "./portal";

let caller: Caller;
let portal: Portal;
beforeEach(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
  portal = new Portal(caller.arm.url);
});
afterEach(() => caller.stop());

test("traffic changes and the endpoint is otherwise unchanged", async () => {
  const before = (await caller.get(paths.endpoint)).body;
  await portal.setTraffic(caller.id(paths.endpoint), { "main-1": 100 });
  caller.clock.advance(60);
  const { traffic, ...properties } = (await caller.get(paths.endpoint)).body.properties;
  const { traffic: _, ...others } = before.properties;
  expect(traffic).toEqual({ "main-1": 100 });
  expect(properties).toEqual(others);
  expect((await caller.get(paths.endpoint)).body.identity).toEqual(before.identity);
});

test("the same rules apply", async () => {
  await expect(portal.setTraffic(caller.id(paths.endpoint), { "main-1": 90 })).rejects.toThrow("The sum of the traffic is 90");
  await expect(portal.setCapacity(caller.id(paths.deployment), 51)).rejects.toThrow("it must be between 1 and 50");
});

test("autoscale changes only the number of instances", async () => {
  const before = (await caller.get(paths.deployment)).body;
  await portal.setCapacity(caller.id(paths.deployment), 4);
  expect((await caller.get(paths.deployment)).body.properties.provisioningState).toBe("Scaling");
  caller.clock.advance(600);
  const after = (await caller.get(paths.deployment)).body;
  expect(after.sku).toEqual({ name: "Default", capacity: 4 });
  expect(after.properties).toEqual(before.properties);
});

test("tags are replaced by key, and an endpoint is deleted with its deployments", async () => {
  await portal.setTags(caller.id(paths.endpoint), { owner: "someone" });
  caller.clock.advance(60);
  expect((await caller.get(paths.endpoint)).body.tags).toEqual({ owner: "someone" });
  await portal.delete(caller.id(paths.endpoint));
  caller.clock.advance(600);
  expect([(await caller.get(paths.endpoint)).status, (await caller.get(paths.deployment)).status]).toEqual([404, 404]);
});
