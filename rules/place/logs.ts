/** Copies of logs: replication and exports of Log Analytics, and its stores. */
import { armTypeOf } from "../../azure/resourceTypes";
import { allowedText } from "../contract";
import { at, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, type Value, valueText } from "../values";
import { byId, flowRules } from "./flows";
import { judgeRegion } from "./judgement";

const logs = armTypeOf("operationalinsights:Workspace");
const cluster = "Microsoft.OperationalInsights/clusters";

/** First API version that shows replication. Source: Azure docs, azure-monitor/logs/workspace-replication. */
const REPLICATION_API = "2025-02-01";

/** Replication to another region: logs are then stored and processed in both. */
const replicationRule: Rule = {
  code: "MOOR408",
  types: [logs, cluster],
  check(resource, { contract }) {
    const property = "properties.replication.enabled";
    const enabled = at(resource, property);
    const allowed = `false, or a location in ${allowedText(contract)}`;
    const result = (outcome: "holds" | "violated" | "unknown", problem = "", at = property, value: Value = enabled) => [
      checked("MOOR408", outcome, resource, at, value, { problem, allowed }),
    ];
    if (isOpaque(enabled)) return result("unknown", `The replication setting is ${valueText(enabled)}.`);
    if (enabled === undefined || enabled === null) {
      return hidesReplication(resource)
        ? result(
            "unknown",
            `API version ${resource.apiVersion} doesn't show whether the workspace is replicated. Required: ${REPLICATION_API} or later.`,
          )
        : result("holds");
    }
    if (isFalse(enabled)) return result("holds");
    const location = at(resource, "properties.replication.location");
    const { outcome, where } = judgeRegion(location, contract);
    return result(outcome, `Logs are replicated to a region that ${where}.`, "properties.replication.location", location);
  },
};

/** A planned workspace without the property isn't replicated. An observed one can be, if the API version doesn't contain the property. */
function hidesReplication({ from, apiVersion = "" }: RuleResource): boolean {
  return from === "observed" && apiVersion.slice(0, REPLICATION_API.length) < REPLICATION_API;
}

/** ARM also accepts booleans as text. */
function isFalse(value: Value): boolean {
  return value === false || (typeof value === "string" && value.toLowerCase() === "false");
}

const exportRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR409",
      types: [`${logs}/dataExports`],
      properties: ["properties.destination.resourceId"],
      flow: "Logs are exported to",
      judge: byId,
    },
    {
      code: "MOOR409",
      types: [`${logs}/linkedStorageAccounts`],
      properties: ["properties.storageAccountIds.*"],
      flow: "Logs and queries are stored in",
      judge: byId,
    },
    {
      code: "MOOR409",
      types: [`${logs}/linkedServices`],
      properties: ["properties.resourceId", "properties.writeAccessResourceId"],
      flow: "Logs are stored in or read by",
      judge: byId,
    },
    {
      code: "MOOR409",
      types: [logs],
      properties: ["properties.features.clusterResourceId", "properties.defaultDataCollectionRuleResourceId"],
      flow: "Logs are stored in or sent through",
      judge: byId,
    },
  ]),
  propertyRule({
    code: "MOOR409",
    types: [logs],
    property: "properties.features.enableDataExport",
    allowed: [undefined, false],
    consequence: "logs can be exported",
  }),
];

export const logRules: readonly Rule[] = [replicationRule, ...exportRules];
