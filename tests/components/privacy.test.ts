// Proves that a transform, in each of its forms, can tighten but can't loosen the properties that keep workspace, stores, endpoint and
// deployment private: in the preview if the value is known, otherwise before the write. Doesn't prove that Azure's own defaults are as
// private.
import * as pulumi from "@pulumi/pulumi";
import { guardHook } from "../../components/base/privacy";
import { ScoreDeployment } from "../../components/endpoint/deployment";
import { OnlineEndpoint, type OnlineEndpointArgs } from "../../components/endpoint/onlineEndpoint";
import { deploymentPrivacy, endpointPrivacy } from "../../components/endpoint/privacy";
import { Traffic } from "../../components/endpoint/traffic";
import type { WorkspaceArgs } from "../../components/workspace/args";
import { registryPrivacy, storagePrivacy, vaultPrivacy, workspacePrivacy } from "../../components/workspace/privacy";
import { createPrivateStorage } from "../../components/workspace/storage";
import type { StoreContext } from "../../components/workspace/storeContext";
import { createRegistry, createVault } from "../../components/workspace/stores";
import { Workspace } from "../../components/workspace/workspace";
import { registryId, scoreDecision, storageId, workspace } from "./fixtures";
import { find, type Recording, type RecordOptions, record } from "./recorder";

const place = { stack: "dev", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral" };
const workspaceWith = (transform: unknown, name = "platform") =>
  new Workspace(name, { ...place, roles: "external", transform: { workspace: transform } as WorkspaceArgs["transform"] });
/** Without the workspace, whose creation takes fifty times as long. */
const storeWith =
  (create: (context: StoreContext, transform: never) => unknown) =>
  (transform: unknown, parentName = "platform") => {
    const parent = new pulumi.ComponentResource("tests:index:Parent", parentName);
    return create({ ...place, parentName, parent, tags: {}, protect: false }, transform as never);
  };
const createStorage = (context: StoreContext, transform: never) =>
  createPrivateStorage({ context, transform, opts: { parent: context.parent } });
const endpointWith =
  (args: Partial<OnlineEndpointArgs> = {}) =>
  (transform?: unknown, name = "chat") =>
    new OnlineEndpoint(name, {
      ...{ workspace, resourceGroupName: "rg", endpointName: "chat-dev-x7k2p9", auth: "key" },
      ...{ imageRegistryId: registryId, storageAccountId: storageId, transform: { endpoint: transform as never } },
      ...args,
    });
const deploymentWith = (transform: unknown, name = "main") =>
  new ScoreDeployment(name, {
    ...{ endpoint: endpointWith()(undefined, `${name}-endpoint`), decision: scoreDecision, environmentId: "env", instances: 1 },
    transform: { deployment: transform as never },
  });

type Make = (transform: unknown, name?: string) => unknown;

/** Each resource with its child's logical name and the values that loosen it, by path. */
const loosenings: [
  what: string,
  name: string,
  make: (transform: unknown, name?: string) => unknown,
  values: [path: string, value: unknown][],
][] = [
  [
    "workspace",
    "platform-workspace",
    workspaceWith,
    [
      ["publicNetworkAccess", "Enabled"],
      ["publicNetworkAccess", undefined],
      ["allowPublicAccessWhenBehindVnet", true],
      ["managedNetwork.isolationMode", "AllowInternetOutbound"],
      ["managedNetwork.isolationMode", "Disabled"],
      ["managedNetwork.outboundRules", { all: { type: "FQDN", destination: "*.example.org" } }],
      ["managedNetwork", undefined],
      ["v1LegacyMode", true],
      ["systemDatastoresAuthMode", "AccessKey"],
      ["identity.type", "SystemAssigned"],
      ["identity", undefined],
      ["identity.userAssignedIdentities", []],
      ["primaryUserAssignedIdentity", "/subscriptions/s/other"],
    ],
  ],
  [
    "storage account",
    "platform-storage",
    storeWith(createStorage),
    [
      ["publicNetworkAccess", "Enabled"],
      ["networkRuleSet.defaultAction", "Allow"],
      ["networkRuleSet.bypass", "AzureServices, Logging"],
      ["networkRuleSet", undefined],
      ["allowBlobPublicAccess", true],
      ["allowSharedKeyAccess", true],
      ["allowCrossTenantReplication", true],
      ["defaultToOAuthAuthentication", false],
      ["isLocalUserEnabled", true],
      ["isSftpEnabled", true],
      ["enableHttpsTrafficOnly", false],
      ["minimumTlsVersion", "TLS1_0"],
    ],
  ],
  [
    "vault",
    "platform-vault",
    storeWith(createVault),
    [
      ["properties.publicNetworkAccess", "Enabled"],
      ["properties.networkAcls.defaultAction", "Allow"],
      ["properties.networkAcls.bypass", "Everybody"],
      ["properties.networkAcls", undefined],
      ["properties.enableRbacAuthorization", false],
      ["properties.enableSoftDelete", false],
      ["properties.enablePurgeProtection", undefined],
    ],
  ],
  [
    "registry",
    "platform-registry",
    storeWith(createRegistry),
    [
      ["publicNetworkAccess", "Enabled"],
      ["adminUserEnabled", true],
      ["anonymousPullEnabled", true],
      ["networkRuleBypassOptions", "Everybody"],
      ["networkRuleSet.defaultAction", "Allow"],
    ],
  ],
  [
    "endpoint",
    "chat-endpoint",
    endpointWith(),
    [
      ["properties.publicNetworkAccess", "Enabled"],
      ["properties.publicNetworkAccess", undefined],
      ["properties.authMode", "None"],
      ["properties.authMode", undefined],
      ["identity.type", "SystemAssigned"],
      ["identity.userAssignedIdentities", []],
    ],
  ],
  [
    "endpoint with auth: entra",
    "chat-endpoint",
    endpointWith({ auth: "entra" }),
    [
      ["properties.authMode", "Key"],
      ["properties.authMode", "AMLToken"],
    ],
  ],
  [
    "deployment",
    "main-deployment",
    deploymentWith,
    [
      ["kind", "Kubernetes"],
      ["identity", { type: "SystemAssigned" }],
      ["properties.endpointComputeType", "Kubernetes"],
      ["properties.egressPublicNetworkAccess", "Enabled"],
    ],
  ],
];

/** A nested object with one value: `{ a: { b: value } }` for `a.b`. */
const nested = (path: string, value: unknown): object =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
const inPlace = (path: string, value: unknown) => (args: Record<string, unknown>) => {
  const keys = path.split(".");
  const last = keys.pop()!;
  const holder = keys.reduce<Record<string, unknown>>((object, key) => {
    object[key] ??= {};
    return object[key] as Record<string, unknown>;
  }, args);
  holder[last] = value;
};
const withOutputs = (path: string, value: unknown) => nested(path, pulumi.output(value));
const atTop = (path: string, value: unknown) =>
  Object.fromEntries(Object.entries(nested(path, value)).map(([key, inner]) => [key, pulumi.output(inner)]));

const guarded: RecordOptions = { runHooks: /-privacy$/ };

/** Returns the errors of a program and of its hooks. */
async function refusal(make: () => unknown, options: RecordOptions = guarded): Promise<string> {
  const recording = await record(make, options).catch((error: Error) => ({ refusals: [error.message] }));
  return recording.refusals.join("\n");
}

const cases = loosenings.flatMap(([what, name, make, values]) => values.map(([path, value]) => ({ what, name, make, path, value })));

/** Returns the transforms of a resource that were not rejected. Each has its own logical name in one recording. */
async function passed(name: string, make: Make, transforms: readonly unknown[], options: RecordOptions): Promise<unknown[]> {
  const thrown: string[] = [];
  const { refusals } = await record(() => {
    for (const [index, transform] of transforms.entries()) {
      try {
        make(transform, `n${index}`);
      } catch (error) {
        thrown.push((error as Error).message);
      }
    }
  }, options);
  const said = [...thrown, ...refusals].join("\n");
  const child = name.slice(name.indexOf("-"));
  return transforms.filter((_, index) => !new RegExp(`n${index}${child}: a transform (sets|removes) `).test(said));
}

const identityPaths = (path: string) => /userAssignedIdentit/i.test(path);

test.each(loosenings)(
  "Values and functions that loosen a %s are rejected when the resource is declared.",
  async (_, name, make, values) => {
    // The component's identity can be unknown when the resource is declared.
    const plain = values.filter(([path]) => !identityPaths(path));
    const transforms = plain.flatMap(([path, value]) => [nested(path, value), inPlace(path, value), () => nested(path, value)]);
    expect(await passed(name, make, transforms, {})).toEqual([]);
  },
);

test.each(loosenings)(
  "A changed identity of a %s is rejected as values, as a function and as an Output.",
  async (_, name, make, values) => {
    const changed = values.filter(([path]) => identityPaths(path));
    const transforms = changed.flatMap(([path, value]) => [nested(path, value), inPlace(path, value), withOutputs(path, value)]);
    expect(await passed(name, make, transforms, guarded)).toEqual([]);
  },
);

test.each(loosenings)("Outputs that loosen a %s are rejected in the preview and in the run.", async (_, name, make, values) => {
  // In the preview of a new resource, the identity is unknown.
  const known = values.filter(([path]) => !identityPaths(path));
  const forms = (some: typeof values) => some.flatMap(([path, value]) => [withOutputs(path, value), atTop(path, value)]);
  expect(await passed(name, make, forms(known), { ...guarded, preview: true })).toEqual([]);
  expect(await passed(name, make, forms(values), guarded)).toEqual([]);
});

test("A value that is known only in the run passes in the preview and is rejected before the write.", async () => {
  const later = () => ({ publicNetworkAccess: pulumi.output(pulumi.runtime.isDryRun() ? (pulumi.unknown as string) : "Enabled") });
  expect(await refusal(() => storeWith(createStorage)(later()), { ...guarded, preview: true })).toBe("");
  expect(await refusal(() => storeWith(createStorage)(later()))).toContain(
    'platform-storage: a transform sets publicNetworkAccess to "Enabled". Allowed: "Disabled"',
  );
});

test("The message contains the property, the value, the allowed value, the consequence and the fix.", async () => {
  expect(await refusal(() => storeWith(createRegistry)({ adminUserEnabled: true }))).toBe(
    "platform-registry: a transform sets adminUserEnabled to true. Allowed: false. With any other value, clients with a key would have access without Microsoft Entra ID. " +
      "Leave adminUserEnabled unchanged in the transform.",
  );
});

const kept = { publicNetworkAccess: "Disabled", authMode: "AADToken" };
const strong: [form: string, transform: unknown][] = [
  ["an object", { properties: { authMode: "AADToken" } }],
  [
    "a function",
    (args: { properties: { authMode: string } }) => {
      args.properties = { authMode: "AADToken" };
    },
  ],
  ["a function that returns", () => ({ properties: { authMode: "AADToken" } })],
  ["an Output", pulumi.output({ properties: { authMode: "AADToken" } })],
  ["an object with an Output", { properties: pulumi.output({ authMode: "AADToken" }) }],
];
test.each(strong)("An endpoint with a stronger authMode, set by %s, stays private, and its outputs show it.", async (_, transform) => {
  let endpoint: OnlineEndpoint | undefined;
  const recording: Recording = await record(async () => {
    endpoint = endpointWith()(transform);
    return new Promise((resolve) => endpoint!.authMode.apply(resolve));
  }, guarded);
  expect(find(recording, "chat-endpoint").inputs.properties).toMatchObject(kept);
  expect(recording.result).toBe("AADToken");
});

test.each<[string, Make, object]>([
  ["storage account", storeWith(createStorage), { networkRuleSet: { bypass: "None" }, minimumTlsVersion: "TLS1_3" }],
  ["vault", storeWith(createVault), { properties: { networkAcls: { bypass: "None" }, sku: { family: "A", name: "premium" } } }],
  ["registry", storeWith(createRegistry), { networkRuleBypassOptions: "None", zoneRedundancy: "Enabled" }],
  ["workspace", workspaceWith, { hbiWorkspace: true, description: "ours" }],
])("A transform that tightens a %s, or that is unrelated to privacy, is accepted.", async (_, make, transform) => {
  expect(await refusal(() => make(transform))).toBe("");
});

test("A function that removes the hooks of a resource doesn't remove the check.", async () => {
  const drop = (args: Record<string, unknown>, opts: pulumi.CustomResourceOptions) => {
    opts.hooks = undefined;
    args.publicNetworkAccess = pulumi.output("Enabled");
  };
  expect(await refusal(() => storeWith(createStorage)(drop))).toContain("platform-storage: a transform sets publicNetworkAccess");
});

const trafficWith = (endpoint: unknown, write?: unknown) => {
  const chat = endpointWith()(endpoint);
  return new Traffic("chat-traffic", { endpoint: chat, stack: "dev", deployments: [], shares: [], transform: { write: write as never } });
};
const templateWith = (changes: object) => ({
  properties: { template: { resources: [{ identity: {}, properties: { authMode: "Key", publicNetworkAccess: "Disabled" }, ...changes }] } },
});
const looseWrites: [what: string, endpoint: unknown, write: unknown, message: string][] = [
  ["a transform of the endpoint", { properties: pulumi.output({ publicNetworkAccess: "Enabled" }) }, undefined, "publicNetworkAccess"],
  ["another identity of the endpoint", { identity: pulumi.output({ userAssignedIdentities: ["/other"] }) }, undefined, "identity"],
  ["a transform of the write", undefined, templateWith({ properties: { authMode: "Key" } }), "removes properties.publicNetworkAccess"],
  ["a transform of the write that removes the identity", undefined, templateWith({}), "removes identity.type"],
  ["a transform of the write that removes the endpoint", undefined, { properties: { template: { resources: [] } } }, "removes"],
];
test.each(looseWrites)(
  "A traffic update loosened by %s is rejected, because it changes properties that the endpoint's resource ignores.",
  async (...one) => {
    const [, endpoint, write, message] = one;
    const said = await refusal(() => trafficWith(endpoint, write), { runHooks: /^chat-traffic-privacy$/ });
    expect(said).toMatch(/chat-traffic-write: a transform (sets|removes) /);
    expect(said).toContain(message);
  },
);

test("A traffic update without transforms, or with a stronger authMode, is accepted, also in the preview.", async () => {
  for (const preview of [true, false]) {
    for (const transform of [
      undefined,
      { properties: { authMode: "AADToken" } },
      { properties: pulumi.output({ authMode: "AADToken" }) },
    ]) {
      expect(await refusal(() => trafficWith(transform), { ...guarded, preview })).toBe("");
    }
  }
});

test("An update doesn't check ignored properties, whose inputs contain what Azure has added.", async () => {
  const rules = { managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound", outboundRules: { azures: { type: "PrivateEndpoint" } } } };
  const privacy = {
    "managedNetwork.isolationMode": workspacePrivacy["managedNetwork.isolationMode"]!,
    "managedNetwork.outboundRules": workspacePrivacy["managedNetwork.outboundRules"]!,
  };
  const run = (args: Partial<pulumi.ResourceHookArgs>) =>
    record(() => guardHook("w", privacy, {}, ["managedNetwork.outboundRules"]).callback(args as pulumi.ResourceHookArgs));
  await run({ oldInputs: rules, newInputs: rules });
  await expect(run({ newInputs: rules })).rejects.toThrow("w: a transform sets managedNetwork.outboundRules to");
  const open = { managedNetwork: { isolationMode: "Disabled" } };
  await expect(run({ oldInputs: rules, newInputs: open })).rejects.toThrow("w: a transform sets managedNetwork.isolationMode to");
});

test("Each requirement has a case here that violates it.", () => {
  const required = { workspace: workspacePrivacy, "storage account": storagePrivacy, vault: vaultPrivacy, registry: registryPrivacy };
  const all = { ...required, endpoint: endpointPrivacy("Key"), deployment: deploymentPrivacy };
  for (const [what, privacy] of Object.entries(all)) {
    const broken = new Set(cases.filter((one) => one.what === what).map(({ path }) => path));
    expect(Object.keys(privacy).filter((path) => !broken.has(path))).toEqual([]);
  }
});
