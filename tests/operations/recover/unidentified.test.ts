// Proves how recover continues if the ID of a resource is unknown, and what it reports. Pulumi is a stack in memory: it reads resources in
// the state by their IDs, and removes those that don't exist in Azure.
import type { Checkpoint, StateResource } from "../../../operations/checkpoint";
import { recover } from "../../../operations/recover";
import { recoverReport } from "../../../operations/recover/report";
import { memoryStack, type World } from "../memoryStack";

const groupId = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg";
const stackUrn = "urn:pulumi:prod::moor::pulumi:pulumi:Stack::moor-prod";
const urnOf = (type: string, name: string) => `urn:pulumi:prod::moor::${type}::${name}`;
const resource = (type: string, name: string, inputs: object, more: Partial<StateResource> = {}): StateResource => ({
  ...{ urn: urnOf(type, name), custom: true, type, inputs: inputs as StateResource["inputs"], parent: stackUrn },
  ...more,
});

const groupType = "azure-native:resources:ResourceGroup";
const stack: StateResource = { urn: stackUrn, custom: false, type: "pulumi:pulumi:Stack" };
const group = resource(groupType, "rg", { resourceGroupName: "rg" }, { id: groupId });
const inGroup = { dependencies: [group.urn] };
const identity = (name: string, more: Partial<StateResource> = inGroup) =>
  resource("azure-native:managedidentity:UserAssignedIdentity", name, { resourceName: name, resourceGroupName: "rg" }, more);
const identityId = (name: string) => `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const redis = (more: Partial<StateResource> = {}) =>
  resource("azure-native:cache:Redis", "cache", { name: "cache", resourceGroupName: "rg" }, { ...inGroup, ...more });
const bucket = resource("aws:s3/bucket:Bucket", "bucket", { bucket: "b" });
const password = resource("random:index/randomPassword:RandomPassword", "password", { length: 20 });

const stateWith = (...begun: StateResource[]): Checkpoint => ({
  version: 3,
  deployment: { resources: [stack, group], pending_operations: begun.map((one) => ({ type: "creating", resource: one })) },
});

async function recovered(world: World) {
  const pulumi = memoryStack({ ...world, azure: [groupId, ...(world.azure ?? [])] });
  const found = await recover(pulumi);
  const urns = (pulumi.state.deployment.resources ?? []).map(({ urn }) => urn);
  return { found, urns, pending: pulumi.state.deployment.pending_operations, report: recoverReport(pulumi, found) };
}

test("Resources of other types are added, and those that can't be looked up are listed with type, status and import command.", async () => {
  const { urns, pending, report } = await recovered({
    state: stateWith(redis(), identity("begun"), bucket),
    program: [redis(), identity("begun"), identity("planned"), resource("azure-native:batch:BatchAccount", "jobs", {}, inGroup)],
    azure: [identityId("begun"), identityId("planned")],
  });
  expect(urns).toEqual([stack.urn, group.urn, identity("begun").urn, identity("planned").urn]);
  expect(pending).toBeUndefined();
  expect(report).toBe(`Found in Azure and added to the state:
  ${identityId("begun")}
  ${identityId("planned")}
These resources could not be looked up, because their IDs are unknown:
  cache (azure-native:cache:Redis): the killed run had started to create it
  bucket (aws:s3/bucket:Bucket): the killed run had started to create it
  jobs (azure-native:batch:BatchAccount): planned; the state doesn't show that its creation has started
Check whether each resource exists in Azure or in the service of its provider. If it exists, import it:
  pulumi import azure-native:cache:Redis cache <ARM ID> --protect=false -s prod
  pulumi import aws:s3/bucket:Bucket bucket <ID> --protect=false -s prod
  pulumi import azure-native:batch:BatchAccount jobs <ARM ID> --protect=false -s prod
After an import, run \`npm run recover -- -s prod\` again to look up the resources that depend on it.
If a resource does not exist, no action is required: \`pulumi up\` creates it if it is part of the program.
Then run \`pulumi up -s prod\` to complete the deployment.`);
});

test("If nothing else is missing, the report says so.", async () => {
  const { report } = await recovered({ state: stateWith(redis()), local: true });
  expect(report).toBe(`No missing resources were found in Azure.
These resources could not be looked up, because their IDs are unknown:
  cache (azure-native:cache:Redis): the killed run had started to create it
Check whether each resource exists in Azure or in the service of its provider. If it exists, import it:
  npm run local -- import azure-native:cache:Redis cache <ARM ID> --protect=false -s prod
After an import, run \`npm run recover -- -s prod --local\` again to look up the resources that depend on it.
If a resource does not exist, no action is required: \`pulumi up\` creates it if it is part of the program.
Then run \`npm run local -- up -s prod\` to complete the deployment.`);
});

test("If all IDs are known, the report has no list of resources.", async () => {
  const nothing = await recovered({ state: stateWith(), program: [identity("absent"), password] });
  expect(nothing.report).toBe("The state was complete.\nNow run `pulumi up -s prod` to complete the deployment.");
});

test("Without anything to recover or to create, the report names no command.", async () => {
  const there = identity("there", { ...inGroup, id: identityId("there") });
  const state = { version: 3, deployment: { resources: [stack, group, there] } };
  const { report } = await recovered({ state, program: [there], azure: [identityId("there")] });
  expect(report).toBe("The state was complete.\nA preview shows no changes, so there is nothing to do.");
});

test("Resources that depend on a resource that can't be looked up are added after that one is in the state.", async () => {
  const child = identity("child", { dependencies: [group.urn, redis().urn] });
  const world = { program: [redis(), child], azure: [identityId("child"), "/redis"] };
  const first = await recovered({ ...world, state: stateWith(redis()) });
  expect(first.urns).toEqual([stack.urn, group.urn]);
  expect(first.found.unidentified).toEqual([{ resource: redis(), begun: true }]);
  const imported = { version: 3, deployment: { resources: [stack, group, redis({ id: "/redis" })] } };
  const second = await recovered({ ...world, state: imported });
  expect(second.found).toEqual({ adopted: [identityId("child")], unidentified: [], recreated: [], updatedAgain: [], upToDate: false });
});

test.each([
  ["which another missing one must precede", redis({ dependencies: [identity("absent").urn] })],
  ["whose provider the state lacks", redis({ provider: "urn:pulumi:prod::moor::pulumi:providers:azure-native::own::id" })],
  ["that is only a value in the state", password],
  ["that is a provider", resource("pulumi:providers:azure-native", "own", {})],
  ["with a known type and a secret that the preview hides", identity("secret", { inputs: { resourceName: "[secret]" } })],
])("A planned resource %s is not listed.", async (_, planned) => {
  expect((await recovered({ state: stateWith(), program: [identity("absent"), planned] })).found.unidentified).toEqual([]);
});

test("A planned resource below a missing component is listed: components come first.", async () => {
  const component: StateResource = { urn: urnOf("team:index:Cache", "fast"), custom: false, type: "team:index:Cache", parent: stackUrn };
  const planned = redis({ parent: component.urn });
  expect((await recovered({ state: stateWith(), program: [component, planned] })).found.unidentified).toEqual([
    { resource: planned, begun: false },
  ]);
});

test("A resource of a known type is listed if its name is a secret: the state contains it encrypted.", async () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
  const begun = identity("hidden", { ...inGroup, inputs: { resourceName: secret, resourceGroupName: "rg" } });
  expect((await recovered({ state: stateWith(begun) })).found.unidentified).toEqual([{ resource: begun, begun: true }]);
  // A secret that is not part of the ID doesn't matter.
  const tagged = identity("tagged", { ...inGroup, inputs: { resourceName: "tagged", resourceGroupName: "rg", tags: secret } });
  expect((await recovered({ state: stateWith(tagged), azure: [identityId("tagged")] })).found.adopted).toEqual([identityId("tagged")]);
});

test("An import contains the parent and an explicit provider, and keeps the protection of the program.", async () => {
  const parent = urnOf("moor:index:Workspace$team:index:Cache", "fast");
  const own = "urn:pulumi:prod::moor::pulumi:providers:azure-native::own";
  const usual = "urn:pulumi:prod::moor::pulumi:providers:azure-native::default_3_28_0::11111111-1111-4111-8111-111111111111";
  const begun = [redis({ parent, provider: `${own}::04da6b54-80e4-46f7-96ec-b56ff0331ba9`, protect: true }), redis({ provider: usual })];
  const lines = (await recovered({ state: stateWith(...begun.map((one, index) => ({ ...one, urn: `${one.urn}${index}` }))) })).report.split(
    "\n",
  );
  expect(lines.filter((line) => line.startsWith("  pulumi import"))).toEqual([
    `  pulumi import azure-native:cache:Redis cache0 <ARM ID> --parent 'parent=${parent}' --provider 'provider=${own}' -s prod`,
    "  pulumi import azure-native:cache:Redis cache1 <ARM ID> --protect=false -s prod",
  ]);
});

test("If recover fails after the state has lost the pending operations, the started resources are still listed.", async () => {
  const told: string[] = [];
  const pulumi = memoryStack({ state: stateWith(redis()), previewFails: "no such file" });
  await expect(recover(pulumi, { report: (line) => told.push(line) })).rejects.toThrow(
    "`pulumi preview` failed, so the missing resources are unknown:\nno such file\nFix the error and run the command again.",
  );
  expect(pulumi.state.deployment.pending_operations).toBeUndefined();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("\n  cache (azure-native:cache:Redis): the killed run had started to create it\n");
});
