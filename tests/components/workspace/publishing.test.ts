// Proves what a workspace creates for those who publish images and weights: role assignments of operators, and the template that lets tasks
// bypass the registry's network rules. Doesn't prove that Azure accepts the template or that a typed write keeps the property.
import * as pulumi from "@pulumi/pulumi";
import { registryProblems, type ShownRegistry } from "../../../components/workspace/adopted/registryRules";
import type { WorkspaceArgs } from "../../../components/workspace/args";
import { Workspace } from "../../../components/workspace/workspace";
import { BUILT_IN_ROLES } from "../../../facts/roles";
import { find, listing, type RecordOptions, record, SUBSCRIPTION, template } from "../recorder";

const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const base: WorkspaceArgs = { stack: "dev", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral", tags: { note: "[a]" } };
const make = (args: Partial<WorkspaceArgs> = {}, options: RecordOptions = {}) =>
  record(() => new Workspace("platform", { ...base, ...args }), options);
const operator = "44444444-4444-4444-8444-444444444444";

test("without these arguments, nothing is added, and the component's state is unchanged", async () => {
  const [recording, before] = [
    await make({ networkRuleBypassAllowedForTasks: undefined, operators: undefined, registryTasks: undefined }),
    await make(),
  ];
  expect(recording.resources).toEqual(before.resources);
  expect(listing(recording).filter((name) => /operator|registry-tasks/.test(name))).toEqual([]);
  expect(Object.keys(find(recording, "platform").inputs)).toEqual(["location", "resourceGroupName", "stack", "suffix", "tags"]);
});

test.each([false, true])("operators receive AcrPush on the registry and write access to blobs (preview %s)", async (preview) => {
  const recording = await make({ operators: [operator] }, { preview });
  const [registry, storage] = ["registry", "storage"].map((what) => find(recording, `platform-operator-${operator}-${what}`));
  expect([registry!.inputs.principalId, storage!.inputs.principalId]).toEqual([operator, operator]);
  // Azure finds out whether it is a user, a group or a service principal.
  expect([registry, storage].map((one) => Object.hasOwn(one!.inputs, "principalType"))).toEqual([false, false]);
  expect(registry!.inputs.roleAssignmentName).not.toBe(storage!.inputs.roleAssignmentName);
  if (preview) return;
  const role = (name: keyof typeof BUILT_IN_ROLES) =>
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${BUILT_IN_ROLES[name]}`;
  expect([registry!.inputs.scope, registry!.inputs.roleDefinitionId]).toEqual([
    `${group}/providers/Microsoft.ContainerRegistry/registries/crdevx7k2p9`,
    role("AcrPush"),
  ]);
  expect([storage!.inputs.scope, storage!.inputs.roleDefinitionId]).toEqual([
    `${group}/providers/Microsoft.Storage/storageAccounts/stdevx7k2p9`,
    role("Storage Blob Data Contributor"),
  ]);
});

test("with `roles: external`, operators receive no roles", async () => {
  expect(listing(await make({ operators: [operator], roles: "external" })).filter((name) => /operator/.test(name))).toEqual([]);
});

describe.each([true, false])("networkRuleBypassAllowedForTasks: %s", (networkRuleBypassAllowedForTasks) => {
  test.each([false, true])("is written by a template with the registry's full body, after the registry (preview %s)", async (preview) => {
    const recording = await make({ networkRuleBypassAllowedForTasks }, { preview });
    const write = find(recording, "platform-registry-tasks");
    expect([write.type, write.parent, write.dependsOn]).toEqual(["azure-native:resources:Deployment", "platform", ["platform-registry"]]);
    expect(write.inputs.deploymentName).toBe("crdevx7k2p9-tasks");
    expect(template(write)).toEqual({
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      resources: [
        {
          type: "Microsoft.ContainerRegistry/registries",
          apiVersion: "2025-11-01",
          name: "crdevx7k2p9",
          location: "swedencentral",
          sku: { name: "Premium" },
          tags: { note: "[[a]" },
          properties: {
            adminUserEnabled: false,
            anonymousPullEnabled: false,
            publicNetworkAccess: "Disabled",
            networkRuleBypassOptions: "AzureServices",
            policies: { exportPolicy: { status: "disabled" } },
            networkRuleBypassAllowedForTasks,
          },
        },
      ],
    });
  });
});

test("the registry itself is the same with and without the template", async () => {
  const registry = async (args: Partial<WorkspaceArgs>) => find(await make(args), "platform-registry");
  expect(await registry({ networkRuleBypassAllowedForTasks: true })).toEqual(await registry({}));
});

test("the template contains the arguments after the registry's transform, so both have the same privacy", async () => {
  const transform = { registry: { dataEndpointEnabled: true, tags: { team: pulumi.output("a") } } };
  const recording = await make({ networkRuleBypassAllowedForTasks: true, transform });
  const [registry] = template(find(recording, "platform-registry-tasks")).resources as object[];
  expect(registry).toMatchObject({
    tags: { note: "[[a]", team: "a" },
    properties: { dataEndpointEnabled: true, publicNetworkAccess: "Disabled" },
  });
  const loosened = { registry: { publicNetworkAccess: "Enabled" } };
  await expect(make({ networkRuleBypassAllowedForTasks: true, transform: loosened })).rejects.toThrow("sets publicNetworkAccess");
  // A value that becomes known later is rejected before the registry is written, and the template depends on the registry.
  const later = { registry: { publicNetworkAccess: pulumi.output("Enabled") } };
  const refused = await make({ networkRuleBypassAllowedForTasks: true, transform: later }, { runHooks: /registry-privacy/ });
  expect(refused.refusals).toEqual([expect.stringContaining("sets publicNetworkAccess")]);
});

test("the template has the names of Azure's REST API", async () => {
  const ipRules = [{ action: "Allow", iPAddressOrRange: pulumi.output("198.51.100.7") }];
  const transform = { registry: { networkRuleSet: { defaultAction: "Deny", ipRules } } };
  const recording = await make({ networkRuleBypassAllowedForTasks: true, transform });
  const [registry] = template(find(recording, "platform-registry-tasks")).resources as object[];
  expect(registry).toMatchObject({
    properties: { networkRuleSet: { defaultAction: "Deny", ipRules: [{ action: "Allow", value: "198.51.100.7" }] } },
  });
  expect(JSON.stringify(registry)).not.toContain("iPAddressOrRange");
});

test("the template is checked itself, because it also writes properties under `ignoreChanges`", async () => {
  const registry = (args: { publicNetworkAccess?: unknown }, opts: pulumi.CustomResourceOptions) => {
    args.publicNetworkAccess = pulumi.output("Enabled");
    opts.ignoreChanges = ["publicNetworkAccess"];
  };
  const recording = await make({ networkRuleBypassAllowedForTasks: true, transform: { registry } }, { runHooks: /registry-tasks-privacy/ });
  expect(recording.refusals).toEqual([expect.stringContaining("platform-registry-tasks: a transform sets publicNetworkAccess")]);
});

describe("An adopted registry in which tasks publish images", () => {
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.ContainerRegistry/registries/central`;
  const place = {
    subscriptionId: SUBSCRIPTION,
    location: "swedencentral",
    regions: ["swedencentral"],
    vaultSecrets: false,
    endpoints: [],
    registryTasks: true,
  };
  const problems = (properties: ShownRegistry["properties"]) =>
    registryProblems(id, { location: "swedencentral", sku: { name: "Premium" }, properties }, [], place).filter(
      ({ warning }) => warning !== true,
    );
  const closed = { publicNetworkAccess: "Disabled" };
  test("must allow it if it is closed", () => {
    expect(problems({ ...closed, networkRuleBypassAllowedForTasks: true })).toEqual([]);
    expect(problems({ ...closed, networkRuleBypassOptions: "None" }).map(({ what }) => what)).toEqual([
      "networkRuleBypassOptions is None. Required: AzureServices, because tasks publish images (`via: task`).",
      "networkRuleBypassAllowedForTasks is absent. Required: true, because tasks publish images (`via: task`).",
    ]);
    expect(problems({ ...closed, networkRuleBypassAllowedForTasks: false }).map(({ fix }) => fix)).toEqual([
      `az resource update --ids ${id} --api-version 2025-11-01 --set properties.networkRuleBypassAllowedForTasks=true\n  Or set \`via: registry\` for the images of the stack.`,
    ]);
  });
  test("is closed too if only selected addresses have access", () => {
    const selected = { publicNetworkAccess: "Enabled", networkRuleSet: { defaultAction: "Deny" } };
    expect(problems(selected).map(({ what }) => what)).toEqual([
      "networkRuleBypassAllowedForTasks is absent. Required: true, because tasks publish images (`via: task`).",
    ]);
    expect(problems({ ...selected, networkRuleSet: { defaultAction: "Allow" } })).toEqual([]);
  });
  test("must use roles that are effective for the identity of a task", () => {
    const mode = (roleAssignmentMode: string) => problems({ publicNetworkAccess: "Enabled", roleAssignmentMode }).map(({ what }) => what);
    expect(mode("LegacyRegistryPermissions")).toEqual([]);
    expect(mode("AbacRepositoryPermissions")).toEqual([
      expect.stringMatching(/^roleAssignmentMode is AbacRepositoryPermissions\. Required/),
    ]);
  });
  test("need not allow it if it is open", () => {
    expect(problems({ publicNetworkAccess: "Enabled" })).toEqual([]);
  });
});
