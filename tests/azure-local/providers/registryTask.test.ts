// Proves that a task of a registry goes through the stand-in for azure-native to the simulator and back. Doesn't prove that azure-native maps
// in the same way.
import { azureNative } from "../../../azure-local/providers/azureNative";
import type { Provider } from "../../../azure-local/providers/provider";
import { type Properties, UNKNOWN } from "../../../azure-local/providers/wire";
import { Caller, fastClock } from "../arm/client";
import { bodies, paths } from "../arm/platform";
import { encoded, TASK, taskBody } from "../arm/rejections/tasks";

const TYPE = "azure-native:containerregistry:Task";
const resource = { urn: `urn:pulumi:dev::p::${TYPE}::publish`, name: "publish", type: TYPE };

const { platform, step, credentials, timeout } = taskBody.properties;
const inputs: Properties = {
  resourceGroupName: "rg",
  registryName: "registry01",
  taskName: "publish-vllm",
  location: "swedencentral",
  identity: { type: "SystemAssigned" },
  platform,
  step,
  credentials,
  timeout,
};

let caller: Caller;
let provider: Provider;
beforeEach(async () => {
  caller = await Caller.start({ clock: fastClock() });
  for (const name of ["group", "registry"] as const) await caller.made(paths[name], bodies(caller)[name]);
  const { url, subscriptionId, tenantId } = caller.arm;
  provider = azureNative({ armUrl: url, subscriptionId, tenantId, pollMs: 1, refreshIgnores: true }).configure({
    location: "swedencentral",
  });
});
afterEach(() => caller.stop());

const create = () => provider.create({ ...resource, inputs, preview: false, timeout: 0 });

const changed = (content: string): Properties => ({ ...inputs, step: { ...step, encodedTaskContent: encoded(content) } });

const content = "steps: [{ cmd: az }]";

test("A created task returns its principal, for a role assignment", async () => {
  const { id, state } = await create();
  expect(id).toBe(caller.id(TASK));
  expect(state.identity).toMatchObject({ type: "SystemAssigned", principalId: (await caller.get(TASK)).body.identity.principalId });
  expect(state.credentials).toEqual({ customRegistries: { "registry01.azurecr.io": { identity: "[system]" } } });
  expect(state.step).toEqual(step);
});

test("A changed task file is an update and not a replacement, and an unchanged task has no difference", async () => {
  const { id, state } = await create();
  const diff = (news: Properties) => [...provider.diff({ ...resource, oldInputs: inputs, news, ignoreChanges: [] }).differences];
  expect(diff(inputs)).toEqual([]);
  const news = changed(content);
  expect(diff(news)).toEqual([["step.encodedTaskContent", { kind: "update", replace: false }]]);
  const updated = await provider.update({ ...resource, id, state, inputs: news, preview: false, timeout: 0 });
  expect(updated.identity).toEqual(state.identity);
  expect((await caller.get(TASK)).body.properties.step.encodedTaskContent).toBe(encoded(content));
});

test("A preview knows everything but the principal", async () => {
  const { state } = await provider.create({ ...resource, inputs, preview: true, timeout: 0 });
  expect(state).toMatchObject({ step, credentials, identity: { type: "SystemAssigned", principalId: UNKNOWN } });
});

test("A refresh and an import read the task with its credentials", async () => {
  const { id, state } = await create();
  const refreshed = await provider.read({ ...resource, id, inputs, state });
  expect([refreshed.inputs, refreshed.state.identity]).toEqual([inputs, state.identity]);
  const imported = await provider.read({ ...resource, id, inputs: undefined, state: {} });
  expect(imported.inputs).toMatchObject(inputs);
});
