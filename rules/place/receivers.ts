/** Receivers of events, alerts and notifications. */
import { armTypeOf } from "../../azure/resourceTypes";
import { canonicalRegion } from "../../facts/regions";
import { allowedText } from "../contract";
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, type Value, valuesAt, valueText } from "../values";
import { byHost, byId, byIdOrHost, flowRules, type Judge } from "./flows";
import { holds } from "./judgement";

const actionGroup = armTypeOf("monitor:ActionGroup");
const registry = armTypeOf("containerregistry:Registry");

/** Action groups in `global` are stored in two or more regions and processed in any geography. */
const globalActionGroupRule: Rule = {
  code: "MOOR411",
  types: [actionGroup],
  check(resource, { contract }) {
    const location = at(resource, "location");
    if (isOpaque(location) || (typeof location === "string" && canonicalRegion(location) !== "global")) return [];
    const problem = `The location is ${valueText(location)}, so Azure can process alerts and the addresses of their receivers in any geography.`;
    return [checked("MOOR411", "violated", resource, "location", location, { problem, allowed: allowedText(contract) })];
  },
};

/** Receivers that a service outside Azure's regions delivers to. */
const remoteReceiversRule: Rule = {
  code: "MOOR420",
  types: [actionGroup],
  check: (resource) =>
    ["smsReceivers", "voiceReceivers", "azureAppPushReceivers", "itsmReceivers"].flatMap((kind) =>
      valuesAt(resource.body, `properties.${kind}`).flatMap(({ path, value }) => {
        if (Array.isArray(value) && value.length === 0) return [];
        const text = {
          problem: `Alerts are sent to ${remoteKinds[kind]}, for which no region is known.`,
          allowed: "emailReceivers and receivers in the residency",
        };
        // Receivers contain phone numbers and addresses of persons.
        return [checked("MOOR420", isOpaque(value) ? "unknown" : "violated", resource, path, isOpaque(value) ? value : "set", text)];
      }),
    ),
};

const remoteKinds: Readonly<Record<string, string>> = {
  smsReceivers: "telephone networks",
  voiceReceivers: "telephone networks",
  azureAppPushReceivers: "the push services of mobile devices",
  itsmReceivers: "a service outside Azure",
};

/** A global action group is a finding of its own. */
const byActionGroup: Judge = (value, context, resource) => {
  const group = typeof value === "string" ? context.resources.find(value) : undefined;
  const location = group === undefined ? undefined : at(group, "location");
  return location === undefined || isRegional(location) ? byId(value, context, resource) : holds;
};

function isRegional(location: Value): boolean {
  return typeof location !== "string" || canonicalRegion(location) !== "global";
}

/** Azure doesn't return the address of a webhook, so a webhook that is read from Azure is not proved. Source: Azure docs, webhooks/get-callback-config. */
const hiddenWebhookRule: Rule = {
  code: "MOOR420",
  types: [`${registry}/webhooks`],
  check(resource, { contract }) {
    const property = "properties.serviceUri";
    const value = at(resource, property);
    if (value !== undefined && value !== null) return [];
    const problem = "Events of images are sent to an address that Azure doesn't return.";
    return [checked("MOOR420", "unknown", resource, property, value, { problem, allowed: allowedText(contract) })];
  },
};

export const receiverRules: readonly Rule[] = [
  hiddenWebhookRule,
  globalActionGroupRule,
  remoteReceiversRule,
  ...flowRules([
    {
      code: "MOOR420",
      types: [actionGroup],
      properties: [
        "properties.webhookReceivers.*.serviceUri",
        "properties.logicAppReceivers.*.callbackUrl",
        "properties.azureFunctionReceivers.*.httpTriggerUrl",
        "properties.automationRunbookReceivers.*.serviceUri",
        "properties.incidentReceivers.*.connection.name",
      ],
      flow: "Alerts are sent to",
      judge: byHost,
    },
    {
      code: "MOOR420",
      types: [actionGroup],
      properties: [
        "properties.logicAppReceivers.*.resourceId",
        "properties.azureFunctionReceivers.*.functionAppResourceId",
        "properties.automationRunbookReceivers.*.automationAccountId",
        "properties.automationRunbookReceivers.*.webhookResourceId",
      ],
      flow: "Alerts are sent to",
      judge: byId,
    },
    {
      code: "MOOR420",
      types: [actionGroup],
      properties: ["properties.eventHubReceivers.*.eventHubNameSpace"],
      flow: "Alerts are sent to the event hub namespace",
      judge: (value, context, resource) => byHost(typeof value === "string" ? `${value}.servicebus.windows.net` : value, context, resource),
    },
    {
      code: "MOOR420",
      types: [armTypeOf("monitor:MetricAlert"), armTypeOf("monitor:ScheduledQueryRule"), "Microsoft.Insights/activityLogAlerts"],
      properties: [
        "properties.actions.*.actionGroupId",
        "properties.actions.actionGroups.*",
        "properties.actions.actionGroups.*.actionGroupId",
      ],
      flow: "Alerts are sent through",
      judge: byActionGroup,
    },
    {
      code: "MOOR420",
      types: [armTypeOf("monitor:MetricAlert"), armTypeOf("monitor:ScheduledQueryRule")],
      properties: ["properties.scopes.*"],
      flow: "It reads metrics or logs of",
      judge: byId,
    },
    {
      code: "MOOR420",
      types: [armTypeOf("monitor:AutoscaleSetting")],
      properties: ["properties.targetResourceUri", "properties.profiles.*.rules.*.metricTrigger.metricResourceUri"],
      flow: "It reads metrics of",
      judge: byId,
    },
    {
      code: "MOOR420",
      types: [armTypeOf("monitor:AutoscaleSetting")],
      properties: ["properties.notifications.*.webhooks.*.serviceUri"],
      flow: "Notifications are sent to",
      judge: byHost,
    },
    {
      code: "MOOR420",
      types: [`${registry}/webhooks`],
      properties: ["properties.serviceUri"],
      flow: "Events of images are sent to",
      judge: byHost,
    },
    {
      code: "MOOR420",
      types: [
        "Microsoft.EventGrid/eventSubscriptions",
        "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        "Microsoft.EventGrid/topics/eventSubscriptions",
        "Microsoft.EventGrid/domains/topics/eventSubscriptions",
      ],
      properties: [
        "properties.destination.properties.endpointUrl",
        "properties.destination.properties.resourceId",
        "properties.deliveryWithResourceIdentity.destination.properties.endpointUrl",
        "properties.deliveryWithResourceIdentity.destination.properties.resourceId",
        "properties.deadLetterDestination.properties.resourceId",
      ],
      flow: "Events are sent to",
      judge: byIdOrHost,
    },
  ]),
];
