// Proves which platform settings are rejected, with their codes, and which are optional. Doesn't prove that Azure accepts the valid values;
// tests/components/platformSettings.test.ts shows the bodies.
import { checkStack } from "../../config/checkStack";
import { encrypted, webhookKey } from "../../config/settings";
import type { StackSpec } from "../../config/spec";
import { rawStack, spoilt, subscription, type Tree } from "./stacks";

const actionGroup = `${subscription}/Microsoft.Insights/actionGroups/on-call`;
const logs = `${subscription}/Microsoft.OperationalInsights/workspaces/log`;
const workspace = `${subscription}/Microsoft.MachineLearningServices/workspaces/mlw`;
const securityGroup = `${subscription}/Microsoft.Network/networkSecurityGroups/nsg`;
const create = (more: Tree) => ({ network: { create: { addressSpace: "10.40.0.0/22", ...more } } });
const webhook = (address: string, secret = true) => ({ address, secretKeys: secret ? [webhookKey] : [] });

interface Webhook {
  readonly address: string;
  readonly secretKeys: readonly string[];
}

function check(platform: Tree, hook?: Webhook) {
  const settings = spoilt((s) => Object.assign(s["moor:platform"], platform));
  return checkStack(
    rawStack(hook === undefined ? settings : { ...settings, [webhookKey]: hook.address }, { secretKeys: hook?.secretKeys ?? [] }),
  );
}

function specOf(platform: Tree, hook?: Webhook): StackSpec {
  const checked = check(platform, hook);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

test("Left out, each setting has its default.", () => {
  const { platform } = specOf({});
  expect(platform).toMatchObject({
    logRetentionDays: 90,
    storageRedundancy: "LRS",
    firewallSku: "Basic",
    policyTags: [],
    network: { addressSpace: "10.40.0.0/22" },
  });
  for (const absent of ["alerts", "logDailyCapGB", "hbiWorkspace"]) expect(platform).not.toHaveProperty(absent);
  for (const absent of ["dnsServers", "securityGroupId"]) expect(platform.network).not.toHaveProperty(absent);
});

test("Written, each setting is in the spec, and a webhook is not.", () => {
  const alerts = { emails: ["a@example.com"], actionGroups: [actionGroup], latencySeconds: 20, failuresPerMinute: 0 };
  const written = {
    logRetentionDays: 30,
    logDailyCapGB: 1,
    storageRedundancy: "ZRS",
    firewallSku: "Standard",
    policyTags: ["CostCenter"],
    alerts,
  };
  const spec = specOf({ ...written, ...create({ dnsServers: ["10.0.0.4"], securityGroup }) }, webhook("https://hooks.example.com/token"));
  expect(spec.platform).toMatchObject(written);
  expect(spec.platform.network).toEqual({ addressSpace: "10.40.0.0/22", dnsServers: ["10.0.0.4"], securityGroupId: securityGroup });
  expect(JSON.stringify(spec)).not.toContain("hooks.example.com");
});

test("A subnet for deployment scripts is in the spec, and the token of the stack is then not ignored.", () => {
  expect(specOf(create({ scripts: true })).platform.network).toEqual({ addressSpace: "10.40.0.0/22", scripts: true });
  const subnet = (name: string) => `${subscription}/Microsoft.Network/virtualNetworks/spoke/subnets/${name}`;
  const existing = { subnetId: subnet("endpoints"), scriptsSubnetId: subnet("scripts") };
  expect(specOf({ network: { existing } }).platform.network).toEqual(existing);
});

test("DNS servers are told to forward the zones of the private endpoints.", () => {
  const [note] = specOf(create({ dnsServers: ["10.0.0.4", "10.0.0.5"] })).notes.filter((one) => one.includes("DNS servers"));
  expect(note).toBe(
    "The virtual network uses the DNS servers 10.0.0.4, 10.0.0.5 (dnsServers). They must forward privatelink.blob.core.windows.net, " +
      "privatelink.file.core.windows.net, privatelink.vaultcore.azure.net, privatelink.api.azureml.ms, privatelink.notebooks.azure.net, " +
      "privatelink.azurecr.io to Azure DNS (168.63.129.16). Otherwise, clients can't resolve the private endpoints.",
  );
});

test.each<[string, platform: Tree, hook: Webhook | undefined, code: string, path: string]>([
  ["logs kept for 29 days", { logRetentionDays: 29 }, undefined, "MOOR005", "moor:platform.logRetentionDays"],
  ["logs kept for 731 days", { logRetentionDays: 731 }, undefined, "MOOR005", "moor:platform.logRetentionDays"],
  ["a daily cap of 0", { logDailyCapGB: 0 }, undefined, "MOOR005", "moor:platform.logDailyCapGB"],
  ["a firewall that doesn't exist", { firewallSku: "Premium" }, undefined, "MOOR004", "moor:platform.firewallSku"],
  ["retention of adopted logs", { logs, logRetentionDays: 30 }, undefined, "MOOR084", "moor:platform.logRetentionDays"],
  ["a cap on adopted logs", { logs, logDailyCapGB: 5 }, undefined, "MOOR084", "moor:platform.logDailyCapGB"],
  ["the firewall of an adopted workspace", { workspace, firewallSku: "Basic" }, undefined, "MOOR084", "moor:platform.firewallSku"],
  ["the storage of an adopted workspace", { workspace, storageRedundancy: "LRS" }, undefined, "MOOR084", "moor:platform.storageRedundancy"],
  ["hbiWorkspace of an adopted workspace", { workspace, hbiWorkspace: true }, undefined, "MOOR084", "moor:platform.hbiWorkspace"],
  ["queries of adopted logs and insights", { workspace, logs, logQueries: "public" }, undefined, "MOOR084", "moor:platform.logQueries"],
  ["queries from nowhere", { logQueries: "none" }, undefined, "MOOR004", "moor:platform.logQueries"],
  ["hbiWorkspace as text", { hbiWorkspace: "yes" }, undefined, "MOOR003", "moor:platform.hbiWorkspace"],
  ["geo-redundant storage", { storageRedundancy: "GRS" }, undefined, "MOOR004", "moor:platform.storageRedundancy"],
  ["a DNS server by name", create({ dnsServers: ["dns.example"] }), undefined, "MOOR006", "moor:platform.network.create.dnsServers.0"],
  ["no DNS server", create({ dnsServers: [] }), undefined, "MOOR006", "moor:platform.network.create.dnsServers"],
  ["21 DNS servers", create({ dnsServers: Array(21).fill("10.0.0.4") }), undefined, "MOOR006", "moor:platform.network.create.dnsServers"],
  ["a security group of another type", create({ securityGroup: logs }), undefined, "MOOR042", "moor:platform.network.create.securityGroup"],
  ["alerts without a receiver", { alerts: {} }, undefined, "MOOR080", "moor:platform.alerts"],
  ["alerts to no address", { alerts: { emails: [] } }, undefined, "MOOR080", "moor:platform.alerts"],
  ["an action group of another type", { alerts: { actionGroups: [logs] } }, undefined, "MOOR042", "moor:platform.alerts.actionGroups.0"],
  [
    "five action groups besides the stack's",
    { alerts: { actionGroups: Array(5).fill(actionGroup) } },
    undefined,
    "MOOR006",
    "moor:platform.alerts.actionGroups",
  ],
  [
    "a latency that Azure doesn't let happen",
    { alerts: { emails: ["a@example.com"], latencySeconds: 181 } },
    undefined,
    "MOOR005",
    "moor:platform.alerts.latencySeconds",
  ],
  ["a webhook in plain text", { alerts: {} }, webhook("https://hooks.example.com/?token=x", false), "MOOR081", webhookKey],
  ["a webhook without TLS", { alerts: {} }, webhook("http://hooks.example.com/token"), "MOOR082", webhookKey],
  ["a webhook that is no address", { alerts: {} }, webhook("token"), "MOOR082", webhookKey],
  ["a webhook that no alert calls", {}, webhook("https://hooks.example.com/token"), "MOOR083", webhookKey],
  [
    "a policy's tag that the stack sets",
    { tags: { owner: "ml" }, policyTags: ["Owner"] },
    undefined,
    "MOOR085",
    "moor:platform.policyTags.0",
  ],
  ["a pattern of tags", { policyTags: ["CostCenter", "policy-*"] }, undefined, "MOOR085", "moor:platform.policyTags.1"],
  ["a tag of Moor's own", { policyTags: ["moor-stack"] }, undefined, "MOOR085", "moor:platform.policyTags.0"],
])("%s is refused.", (_, platform, hook, code, path) => {
  const checked = check(platform, hook);
  const errors = "errors" in checked ? checked.errors : [];
  expect(errors.map((one) => [one.code, one.path])).toEqual([[code, path]]);
  expect(JSON.stringify(errors)).not.toContain("token=x");
  expect(JSON.stringify(errors)).not.toContain("hooks.example.com");
});

test("A webhook that only Pulumi can decrypt is a receiver, and its form is checked in the run that decrypts it.", () => {
  expect(specOf({ alerts: {} }, webhook(encrypted)).platform.alerts).toMatchObject({ emails: [], actionGroups: [] });
});

test("Zone-redundant storage is refused in a region without availability zones.", () => {
  const errors = (region: string) => {
    const settings = spoilt((s) => {
      s["azure-native:location"] = region;
      s["moor:residency"] = { regions: [region] };
      s["moor:platform"].storageRedundancy = "ZRS";
    });
    const checked = checkStack(rawStack(settings));
    return "errors" in checked ? checked.errors.map(({ code, path, problem }) => [code, path, problem]) : [];
  };
  expect(errors("francecentral")).toEqual([]);
  const problem = "The region ukwest has no availability zones, which `storageRedundancy: ZRS` requires.";
  expect(errors("ukwest")).toContainEqual(["MOOR099", "moor:platform.storageRedundancy", problem]);
});

test.each([{ workspace }, { logs }])(
  "The queries of logs can be set if the stack creates one of the two resources: %j adopted.",
  (adopted) => {
    expect(specOf({ ...adopted, logQueries: "private" }).platform.logQueries).toBe("private");
  },
);

test("The redundancy of the scripts' storage account can be set with an adopted workspace.", () => {
  const platform = { workspace, storageRedundancy: "ZRS", ...create({ scripts: true }) };
  expect(specOf(platform).platform.storageRedundancy).toBe("ZRS");
});

test("Where Azure has no regional action groups, the preview says where the addresses of alerts are kept.", () => {
  const notes = (region: string) => {
    const settings = spoilt((s) => {
      s["azure-native:location"] = region;
      s["moor:residency"] = { regions: [region] };
      s["moor:platform"].alerts = { emails: ["a@example.com"] };
    });
    const checked = checkStack(rawStack(settings));
    if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
    return checked.spec.notes.filter((note) => note.includes("action group"));
  };
  expect(notes("swedencentral")).toEqual([]);
  expect(notes("francecentral")).toEqual([
    "Azure offers no action groups in francecentral. The email addresses and the webhook of alerts are stored in a global action group, which " +
      "can process them in any geography.",
  ]);
});
