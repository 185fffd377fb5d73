// Proves where alerts, notifications and events are sent, and that no finding shows the secrets or the persons in an address.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, idOf, inside, missing, others, outside, resourceOf, resultsOf, sweden, types } from "./world";

const group = (properties: Value) => resourceOf(types.actionGroup, { location: "swedencentral", properties });

test.each<[Value, string[], string[]]>([
  ["swedencentral", [], ["holds location"]],
  ["Sweden Central", [], ["holds location"]],
  ["germanywestcentral", [], ["violated location"]],
  ["global", ["violated location"], []],
  ["Global", ["violated location"], []],
  [undefined, ["violated location"], []],
  [UNKNOWN, [], ["unknown location"]],
])("an action group in %p", (location, global, place) => {
  const resource = resourceOf(types.actionGroup, { location });
  expect([resultsOf("MOOR411", resource), resultsOf("MOOR401", resource)]).toEqual([global, place]);
});

const logicApp = idOf("Microsoft.Logic/workflows", "away");
const far = resourceOf("Microsoft.Logic/workflows", { location: "eastus" }, { id: logicApp, from: "observed" });

test.each<[string, Value, string[]]>([
  ["e-mails", { emailReceivers: [{ name: "a", emailAddress: "a@example.com" }] }, []],
  ["no receivers", { smsReceivers: [], voiceReceivers: null }, []],
  ["text messages", { smsReceivers: [{ countryCode: "46", phoneNumber: "700000000" }] }, ["violated properties.smsReceivers"]],
  ["calls", { voiceReceivers: [{ phoneNumber: "700000000" }] }, ["violated properties.voiceReceivers"]],
  ["mobile devices", { azureAppPushReceivers: [{ emailAddress: "a@example.com" }] }, ["violated properties.azureAppPushReceivers"]],
  ["a service desk", { itsmReceivers: [{ connectionId: "x" }] }, ["violated properties.itsmReceivers"]],
  ["unknown text messages", { smsReceivers: UNKNOWN }, ["unknown properties.smsReceivers"]],
  [
    "a webhook",
    { webhookReceivers: [{ serviceUri: "https://hooks.example.com/x?code=planted" }] },
    ["violated properties.webhookReceivers.0.serviceUri"],
  ],
  ["a secret webhook", { webhookReceivers: [{ serviceUri: SECRET }] }, ["unknown properties.webhookReceivers.0.serviceUri"]],
  [
    "a webhook in a region of the residency",
    { webhookReceivers: [{ serviceUri: "https://prod-01.swedencentral.logic.azure.com/x" }] },
    ["holds properties.webhookReceivers.0.serviceUri"],
  ],
  [
    "an event hub outside",
    { eventHubReceivers: [{ eventHubNameSpace: "away" }] },
    ["violated properties.eventHubReceivers.0.eventHubNameSpace"],
  ],
  [
    "the stack's event hub, and an unknown one",
    { eventHubReceivers: [{ eventHubNameSpace: "home" }, { eventHubNameSpace: UNKNOWN }] },
    ["holds properties.eventHubReceivers.0.eventHubNameSpace", "unknown properties.eventHubReceivers.1.eventHubNameSpace"],
  ],
  ["a Logic App outside", { logicAppReceivers: [{ resourceId: logicApp }] }, ["violated properties.logicAppReceivers.0.resourceId"]],
  [
    "a function",
    { azureFunctionReceivers: [{ functionAppResourceId: missing.hub, httpTriggerUrl: "https://f.azurewebsites.net/x" }] },
    ["violated properties.azureFunctionReceivers.0.httpTriggerUrl", "unknown properties.azureFunctionReceivers.0.functionAppResourceId"],
  ],
])("an action group with %s", (_, properties, expected) => {
  expect(resultsOf("MOOR420", group(properties), sweden, [...others, far])).toEqual(expected);
});

test("no finding shows tokens or persons", () => {
  const resource = group({
    webhookReceivers: [{ serviceUri: "https://user:planted@hooks.example.com/planted?code=planted" }],
    smsReceivers: [{ name: "planted", phoneNumber: "planted" }],
    voiceReceivers: "planted",
  });
  const checks = checksOf(resource).map(({ resource: _, ...check }) => check);
  expect(checks.filter(({ outcome }) => outcome === "violated")).toHaveLength(3);
  expect(JSON.stringify(checks)).not.toContain("planted");
  expect(JSON.stringify(checks)).toContain("https://hooks.example.com");
});

test.each<[string, Value, string[]]>([
  ["the stack's action group", inside.actionGroup, ["holds properties.actions.0.actionGroupId"]],
  ["an action group outside", outside.actionGroup, ["violated properties.actions.0.actionGroupId"]],
  ["an action group that isn't in the review", missing.actionGroup, ["unknown properties.actions.0.actionGroupId"]],
])("an alert that uses %s", (_, actionGroupId, expected) => {
  expect(resultsOf("MOOR420", resourceOf("Microsoft.Insights/metricAlerts", { properties: { actions: [{ actionGroupId }] } }))).toEqual(
    expected,
  );
});

test("a global action group is a finding of its own, not one of each alert", () => {
  const global = resourceOf(types.actionGroup, { location: "Global" }, { id: missing.actionGroup });
  const alert = resourceOf("Microsoft.Insights/metricAlerts", { properties: { actions: [{ actionGroupId: missing.actionGroup }] } });
  expect(resultsOf("MOOR420", alert, sweden, [global])).toEqual(["holds properties.actions.0.actionGroupId"]);
});

test("the action groups of a log alert", () => {
  const alert = resourceOf("Microsoft.Insights/scheduledQueryRules", {
    location: "swedencentral",
    properties: { actions: { actionGroups: [inside.actionGroup, outside.actionGroup] } },
  });
  expect(resultsOf("MOOR420", alert)).toEqual(["holds properties.actions.actionGroups.0", "violated properties.actions.actionGroups.1"]);
});

test.each<[string, string, Value, string[]]>([
  [
    "an autoscale webhook",
    "Microsoft.Insights/autoscalesettings",
    { notifications: [{ webhooks: [{ serviceUri: "https://example.com" }] }] },
    ["violated properties.notifications.0.webhooks.0.serviceUri"],
  ],
  ["an autoscale e-mail", "Microsoft.Insights/autoscalesettings", { notifications: [{ email: { customEmails: ["a@example.com"] } }] }, []],
  [
    "a registry webhook",
    "Microsoft.ContainerRegistry/registries/webhooks",
    { serviceUri: "https://example.com/hook" },
    ["violated properties.serviceUri"],
  ],
  [
    "an event webhook",
    "Microsoft.EventGrid/eventSubscriptions",
    { destination: { endpointType: "WebHook", properties: { endpointUrl: "https://example.com" } } },
    ["violated properties.destination.properties.endpointUrl"],
  ],
  [
    "an event hub outside",
    "Microsoft.EventGrid/eventSubscriptions",
    { destination: { properties: { resourceId: `${outside.hub}/eventhubs/e` } } },
    ["violated properties.destination.properties.resourceId"],
  ],
  [
    "an event hub inside",
    "Microsoft.EventGrid/eventSubscriptions",
    { destination: { properties: { resourceId: `${inside.hub}/eventhubs/e` } } },
    ["holds properties.destination.properties.resourceId"],
  ],
  [
    "a store for lost events",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions",
    { deadLetterDestination: { properties: { resourceId: outside.account } } },
    ["violated properties.deadLetterDestination.properties.resourceId"],
  ],
])("%s", (_, type, properties, expected) => {
  expect(resultsOf("MOOR420", resourceOf(type, { location: "swedencentral", properties }))).toEqual(expected);
});

test("alerts can watch a resource group or a subscription", () => {
  const subscription = "/subscriptions/11111111-1111-4111-8111-111111111111";
  const group = resourceOf(
    "Microsoft.Resources/resourceGroups",
    { location: "westeurope" },
    { id: `${subscription}/resourceGroups/away`, from: "observed" },
  );
  const scopes = [subscription, `${subscription}/resourceGroups/AWAY/`, `${subscription}/resourceGroups/missing`, "everything"];
  const alert = resourceOf("Microsoft.Insights/scheduledQueryRules", { location: "swedencentral", properties: { scopes } });
  expect(resultsOf("MOOR420", alert, sweden, [group])).toEqual([
    "unknown properties.scopes.0",
    "violated properties.scopes.1",
    "unknown properties.scopes.2",
    "violated properties.scopes.3",
  ]);
});
