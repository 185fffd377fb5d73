/** Rules of diagnostic settings and Application Insights: destinations of logs and metrics. */
import type { Rule } from "../model";
import { sameId, typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpointBodies";
import { referenceError } from "./common";

const DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings";

interface DiagnosticProperties {
  readonly workspaceId?: string;
  readonly storageAccountId?: string;
  readonly eventHubAuthorizationRuleId?: string;
  readonly marketplacePartnerId?: string;
  readonly logs?: readonly Category[];
  readonly metrics?: readonly Category[];
}

interface Category {
  readonly category?: string;
  readonly categoryGroup?: string;
  readonly enabled: boolean;
}

function diagnostics(body: { properties?: unknown }): DiagnosticProperties {
  return (body.properties ?? {}) as DiagnosticProperties;
}

const SINKS = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"] as const;

function categoriesOf({ logs = [], metrics = [] }: DiagnosticProperties): string[] {
  return [...logs, ...metrics].filter(({ enabled }) => enabled).map(({ category, categoryGroup }) => category ?? `group ${categoryGroup}`);
}

/** Source: Azure docs, machine-learning/how-to-monitor-online-endpoints. */
const ENDPOINT_LOGS = [
  "AmlOnlineEndpointTrafficLog",
  "AmlOnlineEndpointConsoleLog",
  "AmlOnlineEndpointEventLog",
  "AllMetrics",
  "group allLogs",
  "group audit",
];

/** Resource types of the data sinks. */
const SINK_TYPES = {
  workspaceId: "Microsoft.OperationalInsights/workspaces",
  storageAccountId: "Microsoft.Storage/storageAccounts",
} as const;

export const diagnosticRules: readonly Rule[] = [
  {
    code: "diagnostic-sink",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings",
    grade: "D",
    check: (context) => {
      const properties = diagnostics(context.body);
      if (!SINKS.some((sink) => properties[sink])) return "A diagnostic setting requires at least one data sink.";
      for (const [sink, type] of Object.entries(SINK_TYPES)) {
        const id = properties[sink as keyof typeof SINK_TYPES];
        const error = referenceError(id, type, context);
        if (error) return `The data sink '${id}' ${error}.`;
      }
      return undefined;
    },
  },
  {
    code: "diagnostic-categories",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-monitor-online-endpoints: settings belong to the endpoint, not to the workspace or a deployment",
    grade: "D",
    check: ({ body, parentId }) => {
      const type = typeOf(parentId);
      if (sameId(type, DEPLOYMENT)) return "Diagnostic settings are not supported on a deployment: create them on its endpoint.";
      const categories = categoriesOf(diagnostics(body));
      if (categories.length === 0) return "A diagnostic setting requires at least one enabled category.";
      const isEndpoint = sameId(type, ENDPOINT);
      const unknown = categories.find((category) =>
        isEndpoint ? !ENDPOINT_LOGS.includes(category) : category.startsWith("AmlOnlineEndpoint"),
      );
      if (!unknown) return undefined;
      return isEndpoint
        ? `Category '${unknown}' is not supported: the categories of an online endpoint are ${ENDPOINT_LOGS.join(", ")}.`
        : `Category '${unknown}' is not supported by ${type}: it is a category of online endpoints.`;
    },
  },
  {
    code: "diagnostic-sink-once",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings: a category can be sent to a data sink once",
    grade: "K",
    check: ({ id, body, parentId, inventory }) => {
      const properties = diagnostics(body);
      const categories = categoriesOf(properties);
      for (const other of inventory.children(parentId, DIAGNOSTICS).filter((one) => !sameId(one.id, id))) {
        const theirs = diagnostics(other.body);
        const sink = SINKS.find((name) => properties[name] && sameId(properties[name], theirs[name]));
        const category = sink && categoriesOf(theirs).find((one) => categories.includes(one));
        if (sink && category)
          return `Data sink '${properties[sink]}' is already used in diagnostic setting '${other.name}' for category '${category}'. Data sinks can't be reused in different settings on the same category for the same resource.`;
      }
      return undefined;
    },
  },
  {
    code: "diagnostic-five",
    types: [DIAGNOSTICS],
    on: ["create"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings: at most five per resource",
    grade: "K",
    check: ({ parentId, inventory }) => {
      const count = inventory.children(parentId, DIAGNOSTICS).length;
      return count >= 5 ? `The resource '${parentId}' has ${count} diagnostic settings: the limit is 5.` : undefined;
    },
  },
  {
    code: "components-workspace",
    types: ["Microsoft.Insights/components"],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/app/create-workspace-resource",
    grade: "D",
    check: (context) => {
      const id = (context.body.properties as { WorkspaceResourceId?: string } | undefined)?.WorkspaceResourceId;
      if (!id) return "Application Insights requires 'properties.WorkspaceResourceId': classic resources can no longer be created.";
      const error = referenceError(id, SINK_TYPES.workspaceId, context);
      return error && `The Log Analytics workspace '${id}' ${error}.`;
    },
  },
];
