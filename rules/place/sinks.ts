/** Sinks: where the logs and metrics of any resource are sent. */
import { armTypeOf } from "../../azure/resourceTypes";
import type { Rule } from "../rule";
import { byId, flowRules, type Judge } from "./flows";
import { opaque, violated } from "./judgement";

const setting = armTypeOf("monitor:DiagnosticSetting");
const flow = "Logs and metrics are sent to";

/** A partner's service, which Azure doesn't run. */
const byPartner: Judge = (value) => opaque(value) ?? violated("is the service of a partner, whose region isn't known");

export const sinkRules: readonly Rule[] = flowRules([
  {
    code: "MOOR410",
    types: [setting],
    properties: [
      "properties.workspaceId",
      "properties.storageAccountId",
      "properties.eventHubAuthorizationRuleId",
      "properties.serviceBusRuleId",
    ],
    flow,
    judge: byId,
  },
  {
    code: "MOOR410",
    types: [setting],
    properties: ["properties.marketplacePartnerId"],
    flow,
    judge: byPartner,
  },
  {
    code: "MOOR410",
    types: ["Microsoft.Insights/dataCollectionRules"],
    properties: [
      "properties.destinations.logAnalytics.*.workspaceResourceId",
      "properties.destinations.monitoringAccounts.*.accountResourceId",
      "properties.destinations.eventHubs.*.eventHubResourceId",
      "properties.destinations.eventHubsDirect.*.eventHubResourceId",
      "properties.destinations.storageAccounts.*.storageAccountResourceId",
      "properties.destinations.storageBlobsDirect.*.storageAccountResourceId",
      "properties.destinations.storageTablesDirect.*.storageAccountResourceId",
      "properties.destinations.azureDataExplorer.*.resourceId",
      "properties.destinations.microsoftFabric.*.artifactId",
      "properties.dataCollectionEndpointId",
    ],
    flow,
    judge: byId,
  },
  {
    code: "MOOR410",
    types: ["Microsoft.Network/networkWatchers/packetCaptures"],
    properties: ["properties.storageLocation.storageId"],
    flow: "Captured packets are stored in",
    judge: byId,
  },
  {
    code: "MOOR410",
    types: ["Microsoft.Insights/logProfiles"],
    properties: ["properties.storageAccountId", "properties.serviceBusRuleId"],
    flow: "The activity log is sent to",
    judge: byId,
  },
  {
    code: "MOOR410",
    types: ["Microsoft.Network/networkWatchers/flowLogs"],
    properties: [
      "properties.storageId",
      "properties.flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.workspaceResourceId",
    ],
    flow: "Flow logs are sent to",
    judge: byId,
  },
]);
