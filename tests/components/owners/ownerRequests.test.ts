// Proves the warnings of resources that a policy must create, by ID, and that there is none if they exist. Doesn't prove that a policy's
// zones resolve in the networks of callers, nor that Azure's lists have this form.
import { missingDiagnostics, missingLogs, missingZones } from "../../../components/owners/ownerRequests";
import { armClient, type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { group, logsId, workspaceId } from "../fixtures";
import { record } from "../recorder";

const linkId = `${group}/providers/Microsoft.Network/privateEndpoints/pe-dev-workspace-x7k2p9`;
const endpointId = `${workspaceId}/onlineEndpoints/chat`;
const groupsOf = `${linkId}/privateDnsZoneGroups`;
const settingsOf = `${endpointId}/providers/Microsoft.Insights/diagnosticSettings`;
const zones = ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"];
const zoneGroup = (...names: string[]) => ({
  properties: {
    privateDnsZoneConfigs: names.map((name) => ({
      properties: { privateDnsZoneId: `/subscriptions/hub/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/${name}` },
    })),
  },
});
const logs = ["AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointConsoleLog", "AmlOnlineEndpointEventLog"];
const on = (category: string) => ({ category, enabled: true });
const metrics = [on("AllMetrics")];
const setting = (properties: object) => ({ properties: { workspaceId: "/hub/logs", ...properties } });

let azure: FakeAzure;
beforeEach(async () => {
  azure = await serveAzure({});
});
afterEach(() => azure.close());

async function asked(look: () => Promise<string[]>): Promise<unknown> {
  return (await record(look)).result;
}

test.each<[string, object[], string | undefined]>([
  ["no zone group", [], "privatelink.api.azureml.ms and privatelink.notebooks.azure.net"],
  ["one zone of two", [zoneGroup("privatelink.api.azureml.ms")], "privatelink.notebooks.azure.net"],
  ["both zones in one group", [zoneGroup(...zones)], undefined],
  ["both zones in two groups, in another case", [zoneGroup("PrivateLink.api.azureml.ms"), zoneGroup(zones[1]!)], undefined],
  ["an empty group", [{ properties: {} }], "privatelink.api.azureml.ms and privatelink.notebooks.azure.net"],
])("A private endpoint with %s: missing %s.", async (_, value, lacking) => {
  azure.responses[groupsOf] = { value };
  const request = `the private endpoint ${linkId} has no zone group with ${lacking}. The owner of the zones must add one.`;
  expect(await asked(() => missingZones(armClient(), linkId, zones))).toEqual(lacking === undefined ? [] : [request]);
});

test.each<[string, object[], string | undefined]>([
  ["no setting", [], logs.join(", ")],
  [
    "the setting of Azure's policy, which sends no metrics",
    [setting({ logs: [{ categoryGroup: "allLogs", enabled: true }], metrics: [] })],
    undefined,
  ],
  ["everything in one", [setting({ logs: logs.map(on), metrics })], undefined],
  ["the group of all logs", [setting({ logs: [{ categoryGroup: "allLogs", category: null, enabled: true }], metrics })], undefined],
  ["logs and metrics in two", [setting({ logs: logs.map(on) }), setting({ metrics })], undefined],
  ["one log switched off", [setting({ logs: [...logs.slice(1).map(on), { category: logs[0], enabled: false }], metrics })], logs[0]],
  ["a setting that sends to storage only", [setting({ workspaceId: null, logs: logs.map(on), metrics })], logs.join(", ")],
])("An endpoint with %s: missing %s.", async (_, value, lacking) => {
  azure.responses[endpointId] = {};
  azure.responses[settingsOf] = { value };
  const to = `to Log Analytics (the stack's workspace is ${logsId})`;
  const request = `no diagnostic setting of the endpoint ${endpointId} sends ${lacking} ${to}. The owner of the policy must add one.`;
  expect(await asked(() => missingDiagnostics(armClient(), endpointId, logsId))).toEqual(lacking === undefined ? [] : [request]);
});

test("There is no warning for an endpoint that doesn't exist yet.", async () => {
  expect(await asked(() => missingDiagnostics(armClient(), endpointId, logsId))).toEqual([]);
});

const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/kv`;

test.each<[string, object[], boolean]>([
  ["no setting", [], true],
  ["the group of all logs", [setting({ logs: [{ categoryGroup: "allLogs", enabled: true }] })], false],
  ["one category", [setting({ logs: [on("AuditEvent")] })], false],
  ["only metrics", [setting({ logs: [], metrics })], true],
  ["logs switched off", [setting({ logs: [{ categoryGroup: "allLogs", enabled: false }] })], true],
  ["a setting that sends to storage only", [setting({ workspaceId: null, logs: [on("AuditEvent")] })], true],
])("A Key Vault with %s: missing %s.", async (_, value, isMissing) => {
  azure.responses[vaultId] = {};
  azure.responses[`${vaultId}/providers/Microsoft.Insights/diagnosticSettings`] = { value };
  const request = `no diagnostic setting of the Key Vault ${vaultId} sends its logs to Log Analytics (the stack's workspace is ${logsId}). The owner of the policy must add one.`;
  const look = () => missingLogs(armClient(), { id: vaultId, what: "Key Vault" }, logsId);
  expect(await asked(look)).toEqual(isMissing ? [request] : []);
});

test("A failed read is reported as a warning and doesn't fail the run.", async () => {
  azure.responses[groupsOf] = 403;
  const [request] = (await asked(() => missingZones(armClient(), linkId, zones))) as string[];
  expect(request).toMatch(/^can't read the DNS zone groups of .*, so Moor can't check them \(Azure answered 403/);
});
