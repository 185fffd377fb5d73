// Proves how networkRuleBypassAllowedForTasks behaves at each API version of a registry, also when a template writes it. Doesn't prove that
// Azure resets it when a PUT at an older version omits it: that is an inference, which can be switched off.
import type { ArmOptions } from "../../../azure-local/arm";
import { type Answer, Caller } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const PROPERTY = "networkRuleBypassAllowedForTasks";
const OLD = "2023-01-01-preview";
const NEW = "2025-11-01";

let caller: Caller;
afterEach(() => caller.stop());

async function start(options: Partial<ArmOptions> = {}): Promise<void> {
  caller = await Caller.start(options);
  await caller.made(paths.group, bodies(caller).group);
}

async function write(method: "PUT" | "PATCH", value: unknown, apiVersion: string): Promise<Answer> {
  const body = method === "PUT" ? bodies(caller).registry : {};
  const answer = await caller.send(
    method,
    paths.registry,
    value === undefined ? body : but(body, `properties/${PROPERTY}`, value),
    apiVersion,
  );
  await caller.outcome(answer);
  return answer;
}

async function read(apiVersion = NEW): Promise<unknown> {
  return (await caller.send("GET", paths.registry, undefined, apiVersion)).body.properties[PROPERTY];
}

test.each(["2025-05-01-preview", "2025-06-01-preview", NEW])(
  "A PUT and a GET at %s have it; it is false by default",
  async (apiVersion) => {
    await start();
    expect((await write("PUT", undefined, apiVersion)).body.properties[PROPERTY]).toBe(false);
    await write("PUT", true, apiVersion);
    expect([await read(apiVersion), await read()]).toEqual([true, true]);
  },
);

test.each(["2023-07-01", "2025-04-01", "2025-03-01-preview"])("A PUT at %s ignores it, and a GET doesn't return it", async (apiVersion) => {
  await start();
  const answer = await write("PUT", true, apiVersion);
  expect([answer.status, PROPERTY in answer.body.properties]).toEqual([201, false]);
  expect([await read(apiVersion), await read()]).toEqual([undefined, false]);
});

test("azure-native's version rejects it as an unknown property, and lists don't return it", async () => {
  await start();
  expect((await write("PUT", true, OLD)).body.error.message).toContain(`Could not find member 'properties.${PROPERTY}'`);
  await write("PUT", true, NEW);
  const group = paths.registry.slice(0, paths.registry.lastIndexOf("/"));
  const lists = await Promise.all([OLD, NEW].map((version) => caller.send("GET", group, undefined, version)));
  expect(lists.map(({ body }) => body.value[0].properties[PROPERTY])).toEqual([undefined, true]);
});

test("The newer version is validated strictly too", async () => {
  await start();
  const answer = await caller.send(
    "PUT",
    paths.registry,
    but(bodies(caller).registry, "properties/policies", { softDeletePolicy: {} }),
    NEW,
  );
  expect(answer.body.error.message).toContain("Could not find member 'properties.policies.softDeletePolicy'");
});

test("A PUT at an older version resets it; with weak grades or this behavior switched off, it keeps its value", async () => {
  const after = async (options: Partial<ArmOptions>) => {
    await start(options);
    await write("PUT", true, NEW);
    await write("PUT", undefined, OLD);
    const value = await read();
    await caller.stop();
    return value;
  };
  expect(await after({})).toBe(false);
  expect(await after({ withoutGrades: ["I"] })).toBe(true);
  expect(await after({ withoutRules: ["older-version-resets"] })).toBe(true);
});

test("A PATCH at an older version keeps it, and rejects it as an unknown property", async () => {
  await start();
  await write("PUT", true, NEW);
  expect((await caller.send("PATCH", paths.registry, { tags: { a: "b" } }, OLD)).status).toBe(200);
  expect(await read()).toBe(true);
  expect((await write("PATCH", false, OLD)).status).toBe(400);
  expect((await write("PATCH", false, NEW)).status).toBe(200);
  expect(await read()).toBe(false);
});

test("A template that writes the whole registry at the newer version sets it", async () => {
  await start();
  await write("PUT", undefined, OLD);
  const registry = { ...bodies(caller).registry, type: "Microsoft.ContainerRegistry/registries", apiVersion: NEW, name: "registry01" };
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [but(registry, `properties/${PROPERTY}`, true)],
  };
  const deployment = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/registry";
  await caller.made(deployment, { properties: { mode: "Incremental", template } });
  expect([await read(), await read(OLD)]).toEqual([true, undefined]);
});
