/** Public addresses and local authentication of logs. */
import { propertyRule, type Rule } from "../rule";
import { APP_INSIGHTS, LOGS } from "./types";

const types = [LOGS, APP_INSIGHTS];
const LINK_SCOPE = "Microsoft.Insights/privateLinkScopes";

export const logRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR445",
    types,
    property: "properties.publicNetworkAccessForQuery",
    allowed: ["Disabled"],
    consequence: "principals with a role can read logs from any network",
  }),
  propertyRule({
    code: "MOOR446",
    types,
    property: "properties.publicNetworkAccessForIngestion",
    allowed: ["Disabled"],
    consequence: "clients in any network can send data to the resource",
  }),
  propertyRule({
    code: "MOOR445",
    types: [LINK_SCOPE],
    property: "properties.accessModeSettings.queryAccessMode",
    allowed: ["PrivateOnly"],
    consequence: "the network can also query resources outside the scope",
  }),
  propertyRule({
    code: "MOOR446",
    types: [LINK_SCOPE],
    property: "properties.accessModeSettings.ingestionAccessMode",
    allowed: ["PrivateOnly"],
    consequence: "the network can also send logs to resources outside the scope",
    remedy: "Set it to `PrivateOnly`. Azure Machine Learning can require `Open`: then accept the finding.",
  }),
  propertyRule({
    code: "MOOR446",
    types: ["Microsoft.Insights/dataCollectionEndpoints"],
    property: "properties.networkAcls.publicNetworkAccess",
    allowed: ["Disabled"],
    consequence: "clients in any network can write logs through it",
  }),
  propertyRule({
    code: "MOOR462",
    types: [LOGS],
    property: "properties.features.disableLocalAuth",
    allowed: [true],
    consequence: "clients with the workspace's key can write logs",
  }),
  propertyRule({
    code: "MOOR462",
    types: [APP_INSIGHTS],
    property: "properties.DisableLocalAuth",
    allowed: [true],
    consequence: "clients with the instrumentation key can write telemetry",
  }),
];
