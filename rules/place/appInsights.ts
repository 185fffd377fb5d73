/** The store of Application Insights. */
import { armTypeOf } from "../../azure/resourceTypes";
import { at } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { forbidden } from "./existence";
import { byId, flowCheck, flowRules } from "./flows";
import { judgeTarget } from "./target";

const component = armTypeOf("applicationinsights:Component");

const flow = { code: "MOOR415", flow: "Traces are stored in" } as const;

/** Without a Log Analytics workspace, Application Insights has a store of its own. */
const storeRule: Rule = {
  code: "MOOR415",
  types: [component],
  check(resource, context) {
    const property = "properties.WorkspaceResourceId";
    const workspace = at(resource, property);
    if (workspace === undefined || workspace === null || workspace === "") {
      const text = {
        problem: "It has no Log Analytics workspace, so Azure stores its traces separately.",
        allowed: "the stack's Log Analytics workspace",
      };
      return [checked("MOOR415", "violated", resource, property, workspace, text)];
    }
    return [flowCheck(flow, resource, property, workspace, judgeTarget(workspace, context), context)];
  },
};

export const appInsightsRules: readonly Rule[] = [
  storeRule,
  propertyRule({
    code: "MOOR415",
    types: [component],
    property: "properties.IngestionMode",
    allowed: [undefined, "LogAnalytics"],
    consequence: "traces are also stored outside the stack's Log Analytics workspace",
  }),
  propertyRule({
    code: "MOOR423",
    types: [component],
    property: "properties.DisableIpMasking",
    allowed: [undefined, false],
    consequence: "the IP addresses of clients are stored",
  }),
  // Source: Azure docs, azure-monitor/app/export-telemetry.
  forbidden({
    code: "MOOR409",
    types: [`${component}/exportconfiguration`],
    property: "properties.DestinationStorageLocationId",
    problem: "Continuous export writes traces to a storage account in any region.",
    remedy: "Remove the continuous export.",
  }),
  ...flowRules([
    {
      code: "MOOR409",
      types: [`${component}/linkedStorageAccounts`],
      properties: ["properties.linkedStorageAccount"],
      flow: "Profiles and snapshots are stored in",
      judge: byId,
    },
  ]),
];
