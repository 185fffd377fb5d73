// Proves that platform settings in a stack file reach the request bodies, and the values of the bodies without them. The stack is
// the shipped prod with other settings. Doesn't prove that Azure applies them.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import { armRequest, exposed, find, type Recording, type RecordOptions, SUBSCRIPTION, schemaErrors, template } from "./recorder";
import { runStack, shippedConfig } from "./shippedStacks";

// A complete stack takes 5 s, and longer on a busy machine.
jest.setTimeout(180_000);
afterAll(() => jest.restoreAllMocks());

const shipped = JSON.parse(shippedConfig("prod")["moor:platform"]!) as Record<string, unknown>;

/** prod with other settings of the platform. */
function run(platform: Record<string, unknown> = {}, options: RecordOptions = {}): Promise<Recording> {
  return runStack("prod", { ...options, config: { ...options.config, "moor:platform": JSON.stringify({ ...shipped, ...platform }) } });
}

type Body = Record<string, unknown> & { readonly properties: Record<string, unknown> };
const bodyOf = (recording: Recording, name: string) => armRequest(find(recording, name)).body as Body;
const propertiesOf = (recording: Recording, name: string) => bodyOf(recording, name).properties;
const complaints = ({ resources }: Recording) =>
  resources
    .filter(({ type }) => /:(monitor|network|operationalinsights|machinelearningservices:Workspace)/.test(type))
    .filter(({ type }) => type.startsWith("azure-native:"))
    .flatMap(schemaErrors);

const alerts = ["latency", "model-errors", "server-errors"].map((name) => `chat-monitoring-${name}`);
const thresholds = (recording: Recording) =>
  alerts.map((name) => (propertiesOf(recording, name).criteria as { allOf: { threshold: number }[] }).allOf[0]!.threshold);
const actionsOf = (recording: Recording) => alerts.map((name) => propertiesOf(recording, name).actions);

const groupId = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Insights/actionGroups/${name}`;
const ownGroup = {
  actionGroupId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/moor-prod-swedencentral/providers/Microsoft.Insights/actionGroups/ag-chat-prod-x7k2p9`,
};

test("Defaults: 90 days of logs without a cap, a Basic firewall, Azure DNS, and alerts by e-mail with derived thresholds.", async () => {
  const recording = await run();
  expect(propertiesOf(recording, "platform-logs")).toMatchObject({ retentionInDays: 90 });
  expect(propertiesOf(recording, "platform-logs")).not.toHaveProperty("workspaceCapping");
  expect(propertiesOf(recording, "platform-workspace").managedNetwork).toMatchObject({ firewallSku: "Basic" });
  expect(propertiesOf(recording, "network-vnet")).not.toHaveProperty("dhcpOptions");
  expect(thresholds(recording)).toEqual([178_200, 5, 5]);
  expect(actionsOf(recording)).toEqual(Array(3).fill([ownGroup]));
  expect(propertiesOf(recording, "chat-monitoring-emails")).not.toHaveProperty("webhookReceivers");
});

describe("With all settings", () => {
  const url = "https://hooks.example.com/services/T000/B000/not-a-real-token";
  let recording: Recording;
  beforeAll(async () => {
    const alertSettings = { emails: ["a@example.com"], actionGroups: [groupId("on-call")], latencySeconds: 20, failuresPerMinute: 1 };
    const platform = {
      ...{ logRetentionDays: 365, logDailyCapGB: 5, firewallSku: "Standard", policyTags: ["CostCenter", "cost.centre"] },
      network: { create: { addressSpace: "10.40.0.0/22", dnsServers: ["10.0.0.4", "10.0.0.5"] } },
      alerts: alertSettings,
    };
    recording = await run(platform, { config: { "moor:alertWebhook": url }, secretKeys: ["moor:alertWebhook"] });
  });

  test("log retention, daily cap, firewall and DNS servers are those of the stack file.", () => {
    expect(propertiesOf(recording, "platform-logs")).toMatchObject({ retentionInDays: 365, workspaceCapping: { dailyQuotaGb: 5 } });
    expect(propertiesOf(recording, "platform-workspace").managedNetwork).toMatchObject({ firewallSku: "Standard" });
    expect(propertiesOf(recording, "network-vnet").dhcpOptions).toEqual({ dnsServers: ["10.0.0.4", "10.0.0.5"] });
    expect(complaints(recording)).toEqual([]);
  });

  test("thresholds, existing action groups and a webhook of alerts are those of the stack file.", () => {
    expect(thresholds(recording)).toEqual([20_000, 1, 1]);
    expect(actionsOf(recording)).toEqual(Array(3).fill([ownGroup, { actionGroupId: groupId("on-call") }]));
    expect(propertiesOf(recording, "chat-monitoring-emails")).toMatchObject({
      emailReceivers: [{ name: "a@example.com", emailAddress: "a@example.com", useCommonAlertSchema: true }],
      webhookReceivers: [{ name: "webhook", serviceUri: url, useAadAuth: false, useCommonAlertSchema: true }],
    });
  });

  test("the webhook is in secret envelopes only.", () => {
    expect(recording.resources.flatMap(({ name, rawInputs }) => exposed(rawInputs, "not-a-real-token", name))).toEqual([]);
    expect(JSON.stringify(recording.outputs)).not.toContain("not-a-real-token");
    expect(JSON.stringify(find(recording, "chat-monitoring-emails").rawInputs)).toContain("not-a-real-token");
  });

  test("tags of a policy are ignored on all resources with tags, and only on those.", () => {
    const paths = ["tags.CostCenter", 'tags["cost.centre"]'];
    const azure = recording.resources.filter(({ type }) => type.startsWith("azure-native:"));
    const ignoring = azure.filter(({ ignoreChanges }) => paths.every((path) => ignoreChanges.includes(path)));
    const tagged = azure.filter(({ inputs }) => inputs.tags !== undefined);
    expect(tagged.length).toBeGreaterThan(20);
    expect(tagged.filter((resource) => !ignoring.includes(resource)).map(({ name }) => name)).toEqual([]);
    expect(tagged.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["moor", "network-nsg", "network-vnet", "platform-workspace", "platform-storage", "chat-endpoint"]),
    );
    expect(tagged.some(({ type }) => type.endsWith(":OnlineDeployment"))).toBe(true);
    // These resources support tags too; the program sets none.
    const untagged = ignoring.filter((resource) => !tagged.includes(resource));
    const types = [...new Set(untagged.map(({ type }) => type))].sort();
    expect(types).toEqual(["azure-native:resources:Deployment", "azure-native:resources:Resource"]);
  });
});

describe("With settings for publishing images", () => {
  const operator = "44444444-4444-4444-8444-444444444444";
  const source = `vllm/vllm-openai@sha256:${"ab".repeat(32)}`;
  const imported = (platform: Record<string, unknown>) => {
    const dev = shippedConfig("dev");
    const config = {
      ...dev,
      "moor:platform": JSON.stringify({ ...JSON.parse(dev["moor:platform"]!), ...platform }),
      "moor:images": JSON.stringify({ vllm: { import: `docker.io/${source}` } }),
      "moor:importCredentials": JSON.stringify({ "docker.io": "reader:planted" }),
    };
    return runStack("dev", { config, secretKeys: ["moor:importCredentials"] });
  };

  test("operators receive roles, and the template of the registry has the setting of the stack file.", async () => {
    const recording = await imported({ operators: [operator], networkRuleBypassAllowedForTasks: false });
    const names = recording.resources.map(({ name }) => name).filter((name) => /operator|registry-tasks/.test(name));
    expect(names.sort()).toEqual([
      `platform-operator-${operator}-registry`,
      `platform-operator-${operator}-storage`,
      "platform-registry-tasks",
    ]);
    const [registry] = template(find(recording, "platform-registry-tasks")).resources as { readonly properties: object }[];
    expect(registry!.properties).toMatchObject({ networkRuleBypassAllowedForTasks: false, publicNetworkAccess: "Disabled" });
  });

  test("an imported image has a component, and credentials are in no resource.", async () => {
    const recording = await imported({});
    const published = recording.resources.filter(({ type }) => type === "moor:index:PublishedImage");
    expect(published.map(({ inputs }) => inputs)).toEqual([{ image: source, source: "import", setting: "moor:images.vllm" }]);
    const environments = recording.resources.filter(({ name }) => name.endsWith("-environment"));
    expect(environments.map(({ hooks }) => hooks)).toEqual([{ beforeCreate: [expect.stringMatching(/^image-[0-9a-f]{8}-publication$/)] }]);
    expect(JSON.stringify([recording.resources, recording.outputs])).not.toContain("planted");
  });
});

test("The action group is in the stack's region.", async () => {
  expect(bodyOf(await run(), "chat-monitoring-emails").location).toBe("swedencentral");
});
