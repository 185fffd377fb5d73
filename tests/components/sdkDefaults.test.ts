// Proves which values of the requests the program sets and which ones the SDK of azure-native adds: its constructors have defaults, which
// are sent to Azure and can differ from Azure's own. Doesn't prove which defaults the provider plugin adds (location,
// names), nor Azure's defaults.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import type * as pulumiSdk from "@pulumi/pulumi";
import { removeFolders } from "../planner/image/layerFolder";
import { publishedByTask } from "./publishedByTask";
import type { Recorded, RecordOptions } from "./recorder";
import { runStack } from "./shippedStacks";

const modules = [
  "applicationinsights",
  "authorization",
  "containerregistry",
  "keyvault",
  "machinelearningservices",
  "managedidentity",
  "monitor",
  "network",
  "operationalinsights",
  "privatedns",
  "resources",
  "storage",
];

/** Arguments of azure-native's constructors, by type and logical name. */
const given = new Map<string, Promise<unknown>>();

// A proxy replaces each submodule: its classes record their arguments before the SDK adds defaults.
for (const module of modules) {
  jest.doMock(`@pulumi/azure-native/${module}`, () => {
    const actual = jest.requireActual(`@pulumi/azure-native/${module}`) as Record<string, unknown>;
    const { output } = jest.requireActual("@pulumi/pulumi") as typeof pulumiSdk;
    return new Proxy(actual, {
      get: (exported, key: string) => {
        const value = exported[key];
        if (typeof value !== "function" || !(value.prototype instanceof Object) || !/^[A-Z]/.test(key)) return value;
        return new Proxy(value, {
          construct: (target, args) => {
            const [name, inputs] = args as [string, object];
            given.set(`azure-native:${module}:${key} ${name}`, new Promise((resolve) => output(inputs).apply(resolve)));
            return Reflect.construct(target, args);
          },
        });
      },
    });
  });
}

// A complete stack takes 5 s, and longer on a busy machine.
jest.setTimeout(180_000);
afterAll(() => {
  jest.restoreAllMocks();
  removeFolders();
});

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Values that are in `sent` and not in `stated`, by path. A key with the value undefined is left to Azure on purpose. */
function added(stated: unknown, sent: unknown, path = ""): string[] {
  if (!isTree(stated) || !isTree(sent)) return [];
  return Object.entries(sent).flatMap(([key, value]) => {
    const here = Array.isArray(sent) ? `${path}[]` : [path, key].filter(Boolean).join(".");
    return Object.hasOwn(stated, key) ? added(stated[key], value, here) : [`${here}: ${JSON.stringify(value)}`];
  });
}

async function filledIn({ type, name, inputs }: Recorded): Promise<string[]> {
  const key = `${type} ${name}`;
  if (!given.has(key)) throw new Error(`${key} was registered, and no constructor was seen`);
  return added(await given.get(key), inputs).map((value) => `${type.replace("azure-native:", "")} ${value}`);
}

/** Defaults of the SDK that are accepted, each with a reason. */
const accepted = [
  // Azure only reads the ID of a private endpoint's subnet. Omitting these would replace the private endpoints of existing stacks.
  'network:PrivateEndpoint subnet.privateEndpointNetworkPolicies: "Disabled"',
  'network:PrivateEndpoint subnet.privateLinkServiceNetworkPolicies: "Enabled"',
];

const stacks: [stack: string, RecordOptions][] = [
  ["dev", { config: { "moor:huggingFaceToken": "hf_not_a_real_token" }, secretKeys: ["moor:huggingFaceToken"] }],
  ["dev", { config: publishedByTask() }],
  ["prod", { config: { "moor:alertWebhook": "https://hooks.example.com/not-a-real-token" }, secretKeys: ["moor:alertWebhook"] }],
];

test("The program sets all values for which the SDK has a default, except for those listed here.", async () => {
  const filled = new Set<string>();
  for (const [stack, options] of stacks) {
    given.clear();
    const { resources } = await runStack(stack, options);
    const custom = resources.filter(({ type }) => type.startsWith("azure-native:"));
    expect(custom.length).toBeGreaterThan(40);
    for (const resource of custom) for (const value of await filledIn(resource)) filled.add(value);
  }
  expect([...filled].sort()).toEqual(accepted);
});
