// Proves the resources of the shipped stack files: the options for their order and protection, ARM's schemas for all bodies, and that the
// Hugging Face token is never in plain text. Doesn't prove that the engine or Azure accepts them: tests/e2e does.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import { DNS_ZONE_NAMES } from "../../components/network/privateLink";
import type { Recording } from "./recorder";
import * as recorder from "./recorder";
import { runStack } from "./shippedStacks";

const token = "hf_not_a_real_token";
const { find, listing, schemaErrors, template } = recorder;

afterAll(() => jest.restoreAllMocks());

const custom = (recording: Recording) => recording.resources.filter((resource) => resource.custom);
const roles = (...names: string[]) => names.map((name) => `${name}: authorization:RoleAssignment`);
const platform = [
  "moor: resources:ResourceGroup",
  "suffix: random:index/randomString:RandomString",
  "network: moor:index:Network",
  "network-nsg: network:NetworkSecurityGroup",
  "network-private-endpoints: network:Subnet",
  "network-vnet: network:VirtualNetwork",
  ...DNS_ZONE_NAMES.flatMap((zone) => [`network-${zone}: privatedns:PrivateZone`, `network-${zone}-link: privatedns:VirtualNetworkLink`]),
  "platform: moor:index:Workspace",
  "platform-app-insights: applicationinsights:Component",
  "platform-blob-service: storage:BlobServiceProperties",
  "platform-identity: managedidentity:UserAssignedIdentity",
  "platform-identity-isolation: resources:Deployment",
  "platform-logs: operationalinsights:Workspace",
  "platform-registry: containerregistry:Registry",
  "platform-storage: storage:StorageAccount",
  "platform-vault: keyvault:Vault",
  "platform-workspace: machinelearningservices:Workspace",
  ...roles(
    "platform-app-insights-contributor",
    "platform-network-approver",
    "platform-registry-contributor",
    "platform-storage-contributor",
    "platform-storage-data",
    "platform-storage-files",
    "platform-vault-contributor",
    "platform-vault-data",
    "platform-workspace-contributor",
  ),
  ...["blob", "file", "registry", "vault", "workspace"].flatMap((service) => [
    `platform-${service}-endpoint: network:PrivateEndpoint`,
    `platform-${service}-endpoint-dns: network:PrivateDnsZoneGroup`,
  ]),
  ...["blob", "logs", "registry", "vault", "workspace"].map((source) => `platform-${source}-diagnostics: monitor:DiagnosticSetting`),
];
const endpoint = (key: string, image: string) => [
  `${key}: moor:index:InferenceEndpoint`,
  `${key}: moor:index:OnlineEndpoint`,
  `${key}-endpoint: machinelearningservices:OnlineEndpoint`,
  `${key}-identity: managedidentity:UserAssignedIdentity`,
  `${key}-identity-isolation: resources:Deployment`,
  ...roles(`${key}-acr-pull`, `${key}-blob-reader`),
  `${image}: moor:index:ContainerImage`,
  `${image}-environment: resources:Resource`,
  `${key}-traffic: moor:index:Traffic`,
  `${key}-traffic-write: resources:Deployment`,
  `${key}-monitoring: moor:index:Monitoring`,
  `${key}-monitoring-diagnostics: monitor:DiagnosticSetting`,
];
const deployment = (name: string, kind: "GpuDeployment" | "ScoreDeployment") => [
  `${name}: moor:index:${kind}`,
  `${name}-deployment: machinelearningservices:OnlineDeployment`,
];
const hub = [
  "hub: moor:index:HubAccess",
  ...["hf-hub", "hf-lfs", "hf-lfs-us", "hf-xet"].map((rule) => `hub-${rule}: machinelearningservices:ManagedNetworkSettingsRule`),
];

/** Names of the deployments in the stack, which contain hashes, by label. */
function deploymentNames(recording: Recording): Record<string, string> {
  const components = recording.resources.filter(({ type }) => type.endsWith("GpuDeployment") || type.endsWith("ScoreDeployment"));
  return Object.fromEntries(components.map(({ name }) => [name.replace(/-[0-9a-f]{8}$/, ""), name]));
}
/** Docker builds the images of the shipped stacks. */
const builtNames = (recording: Recording) => namesOf(recording, "moor:index:PublishedImage");
const built = (recording: Recording) =>
  builtNames(recording).flatMap((name) => [`${name}: moor:index:PublishedImage`, `${name}-build: docker:index/image:Image`]);
const imageNames = (recording: Recording) => namesOf(recording, "moor:index:ContainerImage");
const namesOf = ({ resources }: Recording, type: string) =>
  resources
    .filter((resource) => resource.type === type)
    .map(({ name }) => name)
    .sort();

/** Errors of ARM's schemas in the bodies, except for the pattern that is the reason for the untyped environment. */
const complaints = (recording: Recording) =>
  custom(recording)
    .filter(({ type }) => type.startsWith("azure-native:"))
    .flatMap(schemaErrors)
    .filter((error) => !/-environment\/properties\/inferenceConfig\/\w+Route\/path must match pattern/.test(error));

describe.each([undefined, true])("dev (preview %s)", (preview) => {
  test("creates the platform, access to the Hub, and one endpoint with one deployment.", async () => {
    const recording = await runStack("dev", { preview });
    const { "chat-main": main } = deploymentNames(recording);
    const [image] = imageNames(recording);
    expect(main).toMatch(/^chat-main-[0-9a-f]{8}$/);
    expect(listing(recording)).toEqual(
      [...platform, ...hub, ...built(recording), ...endpoint("chat", image!), ...deployment(main!, "GpuDeployment")].sort(),
    );
    expect(recording.resources).toHaveLength(74);
  });

  test("contains the token only in secret envelopes.", async () => {
    const config = { "moor:huggingFaceToken": token };
    const recording = await runStack("dev", { preview, config, secretKeys: ["moor:huggingFaceToken"] });
    expect(listing(recording)).toEqual(
      expect.arrayContaining(["hub-token: keyvault:Secret", "chat-secrets-user: authorization:RoleAssignment"]),
    );
    expect(recording.resources).toHaveLength(77);
    expect(recording.resources.flatMap(({ name, rawInputs }) => recorder.exposed(rawInputs, token, name))).toEqual([]);
    expect(JSON.stringify(recording.outputs)).not.toContain(token);
    expect(JSON.stringify(find(recording, "hub-token").rawInputs)).toContain(token);
  });
});

test("The token's secret has the expiry date of the stack file.", async () => {
  const config = { "moor:huggingFaceToken": token, "moor:huggingFaceTokenExpires": "2027-03-01" };
  const recording = await runStack("dev", { config, secretKeys: ["moor:huggingFaceToken"] });
  expect(find(recording, "hub-token").inputs.properties).toMatchObject({ attributes: { expires: Date.UTC(2027, 2, 1) / 1000 } });
});

describe.each([undefined, true])("prod (preview %s)", (preview) => {
  test("creates the platform, two models, and two endpoints with three deployments, autoscale, alerts and an invoker.", async () => {
    const recording = await runStack("prod", { preview });
    const names = deploymentNames(recording);
    const [chatImage, fraudImage] = imageNames(recording);
    const alerts = (key: string) => [
      `${key}-monitoring-emails: monitor:ActionGroup`,
      ...["latency", "model-errors", "server-errors"].map((alert) => `${key}-monitoring-${alert}: monitor:MetricAlert`),
    ];
    const models = ["model-Qwen-Qwen2-5-7B-Instruct-740e79d4", "model-Qwen-Qwen3-8B-deb75613"];
    expect(Object.keys(names).sort()).toEqual(["chat-candidate", "chat-main", "fraud-main"]);
    expect(listing(recording)).toEqual(
      [
        ...platform,
        ...built(recording),
        ...models.flatMap((model) => [`${model}: moor:index:Model`, `${model}-version: machinelearningservices:ModelVersion`]),
        ...endpoint("chat", chatImage!),
        ...alerts("chat"),
        "chat-invoker-role: authorization:RoleDefinition",
        ...roles("chat-invoker-3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"),
        ...deployment(names["chat-main"]!, "GpuDeployment"),
        ...deployment(names["chat-candidate"]!, "GpuDeployment"),
        `${names["chat-main"]}-autoscale: moor:index:Autoscale`,
        `${names["chat-main"]}-autoscale-setting: monitor:AutoscaleSetting`,
        ...endpoint("fraud", fraudImage!),
        ...alerts("fraud"),
        ...deployment(names["fraud-main"]!, "ScoreDeployment"),
      ].sort(),
    );
    expect(recording.resources).toHaveLength(104);
  });
});

describe.each(["dev", "prod"])("%s", (stack) => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await runStack(stack);
  });

  test("has only bodies that ARM's schemas accept.", () => {
    expect(complaints(recording)).toEqual([]);
  });

  test("has a parent for all resources except for the components of index.ts.", () => {
    expect(builtNames(recording)).toHaveLength(stack === "dev" ? 1 : 2);
    const orphans = recording.resources.filter(({ parent }) => parent === undefined).map(({ name }) => name);
    const own =
      stack === "dev" ? ["chat", "hub"] : ["chat", "fraud", "model-Qwen-Qwen2-5-7B-Instruct-740e79d4", "model-Qwen-Qwen3-8B-deb75613"];
    expect(orphans.sort()).toEqual([...own, ...builtNames(recording), "moor", "network", "platform", "suffix"].sort());
  });

  test("protects resources with data or an address if there is a lock file, and never a deployment.", () => {
    const kept = [
      "moor",
      "platform-registry",
      "platform-storage",
      "platform-vault",
      "platform-workspace",
      "chat-endpoint",
      "fraud-endpoint",
    ];
    const names = recording.resources.filter(({ protect }) => protect).map(({ name }) => name);
    expect(names.sort()).toEqual(stack === "dev" ? [] : kept.sort());
  });

  test("tags all resources that support tags with the stack's name and the stack's tags.", () => {
    const tagged = custom(recording).filter(({ inputs }) => inputs.tags !== undefined);
    expect(tagged.length).toBeGreaterThan(20);
    for (const { name, inputs } of tagged)
      expect([name, inputs.tags]).toEqual([name, expect.objectContaining({ "moor-stack": stack, environment: stack })]);
  });

  test("deletes endpoints before images, models, roles and outbound rules, and deployments with their endpoint.", () => {
    for (const { name, dependsOn } of custom(recording).filter(({ type }) => type.endsWith(":OnlineEndpoint"))) {
      const key = name.replace("-endpoint", "");
      const needed = [
        `${key}-acr-pull`,
        `${key}-blob-reader`,
        `${key}-identity`,
        imageNames(recording).find((image) => image.startsWith(key))!,
      ];
      const models = recording.resources.filter(({ type }) => type.endsWith(":ModelVersion")).map((model) => model.name);
      const rules = stack === "dev" ? ["hub-hf-hub", "hub-hf-xet"] : [];
      expect(dependsOn).toEqual(expect.arrayContaining([...needed.slice(0, 3), `${needed[3]}-environment`, ...models, ...rules]));
    }
    for (const { name, deletedWith } of custom(recording).filter(({ type }) => type.endsWith(":OnlineDeployment"))) {
      expect(deletedWith).toBe(`${name.split("-")[0]}-endpoint`);
    }
  });

  test("disables public access on all resources that have this property.", () => {
    const switches = custom(recording).flatMap(({ name, inputs }) => {
      const nested = inputs.properties as Record<string, unknown> | undefined;
      const value = inputs.publicNetworkAccess ?? nested?.publicNetworkAccess;
      return value === undefined ? [] : [[name, value]];
    });
    expect(switches.length).toBe(stack === "dev" ? 5 : 6);
    expect(switches.filter(([, value]) => value !== "Disabled")).toEqual([]);
  });
});

test("In prod, deployments of an endpoint are created one at a time, then traffic, then autoscale.", async () => {
  const recording = await runStack("prod");
  const names = deploymentNames(recording);
  const [main, candidate] = [names["chat-main"]!, names["chat-candidate"]!];
  const chain = [main, candidate].map((name) => find(recording, `${name}-deployment`).dependsOn);
  expect(chain.filter((dependsOn) => dependsOn.some((other) => other.endsWith("-deployment")))).toHaveLength(1);
  expect(find(recording, "chat-traffic-write").dependsOn).toEqual(
    expect.arrayContaining([`${main}-deployment`, `${candidate}-deployment`]),
  );
  expect(find(recording, `${main}-autoscale-setting`).dependsOn).toContain("chat-traffic-write");
  expect(find(recording, `${main}-deployment`)).toMatchObject({ ignoreChanges: ["sku.capacity"], inputs: { sku: { capacity: 3 } } });
  expect(find(recording, `${candidate}-deployment`)).toMatchObject({ ignoreChanges: [], inputs: { sku: { capacity: 1 } } });
});

test("In prod, traffic is that of the stack file, by physical names.", async () => {
  const recording = await runStack("prod");
  const physical = (name: string) => find(recording, `${deploymentNames(recording)[name]}-deployment`).inputs.deploymentName as string;
  const [chat] = template(find(recording, "chat-traffic-write")).resources as { properties: Record<string, unknown> }[];
  expect(chat!.properties).toEqual({
    authMode: "AADToken",
    publicNetworkAccess: "Disabled",
    traffic: { [physical("chat-main")]: 90, [physical("chat-candidate")]: 10 },
    mirrorTraffic: {},
  });
});
