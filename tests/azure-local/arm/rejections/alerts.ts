import { paths } from "../platform";
import { autoscale, diagnostics } from "./monitor";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";

const INSIGHTS = "/resourceGroups/rg/providers/Microsoft.Insights";
const alert = `${INSIGHTS}/metricAlerts/errors`;
const actionGroup = `${INSIGHTS}/actionGroups/team`;
const scale = `${INSIGHTS}/autoscalesettings/main`;
const diagnostic = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/logs`;
const ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const CRITERION = "properties/criteria/allOf/0";
const RULE = "properties/profiles/0/rules/0";
const BAD = "400 BadRequest";
const INVALID = "400 InvalidAutoscaleSetting";

const STATIC = {
  criterionType: "StaticThresholdCriterion",
  name: "errors",
  metricName: "RequestsPerMinute",
  metricNamespace: ENDPOINTS,
  operator: "GreaterThan",
  threshold: 5,
  timeAggregation: "Average",
  dimensions: [{ name: "statusCodeClass", operator: "Include", values: ["5xx"] }],
};
const { threshold: _, ...measure } = STATIC;
const DYNAMIC = {
  ...measure,
  criterionType: "DynamicThresholdCriterion",
  alertSensitivity: "Medium",
  failingPeriods: { numberOfEvaluationPeriods: 4, minFailingPeriodsToAlert: 3 },
};

function errors({ id }: Scene) {
  return {
    location: "global",
    properties: {
      severity: 2,
      enabled: true,
      scopes: [id(paths.endpoint)],
      evaluationFrequency: "PT1M",
      windowSize: "PT5M",
      criteria: { "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", allOf: [STATIC] as object[] },
      actions: [] as object[],
    },
  };
}

/** An alert on several endpoints, or with a dynamic threshold. */
function learned(scene: Scene) {
  const body = but(errors(scene), "properties/criteria/odata.type", "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria");
  return but(but(body, CRITERION, DYNAMIC), "properties/evaluationFrequency", "PT5M");
}

const team = {
  location: "global",
  properties: {
    groupShortName: "team",
    enabled: true,
    emailReceivers: [{ name: "ml", emailAddress: "ml@example.org", useCommonAlertSchema: true }],
  },
};

function receivers(kind: string, count: number, one: (index: number) => object) {
  return but(
    team,
    `properties/${kind}`,
    Array.from({ length: count }, (_, index) => ({ name: `${kind}-${index}`, ...one(index) })),
  );
}

const email = (index: number) => ({ emailAddress: `ml${index}@example.org` });
const webhook = (more: object = {}) => ({ serviceUri: "https://example.org/alert", ...more });
const secured = { useAadAuth: true, objectId: "a", identifierUri: "api://a", tenantId: "b" };

/** Action groups, and an alert that references them. */
function groups(count: number) {
  return (scene: Scene) =>
    but(
      errors(scene),
      "properties/actions",
      Array.from({ length: count }, (_, index) => ({ actionGroupId: scene.id(`${actionGroup}-${index}`) })),
    );
}

function categories(logs: readonly object[], metrics: readonly object[] = []) {
  return (scene: Scene) => but(but(diagnostics(scene), "properties/logs", logs), "properties/metrics", metrics);
}

const log = (category: string, more: object = {}) => ({ category, enabled: true, ...more });
const logGroup = (categoryGroup: string) => ({ categoryGroup, enabled: true });

/** A diagnostic setting on another resource of the platform. */
function settingOf(below: string): string {
  return `${below}/providers/Microsoft.Insights/diagnosticSettings/logs`;
}

/** Rejected and accepted categories of a resource's diagnostic setting. */
function logsOf(
  below: string,
  rejected: readonly object[],
  accepted: readonly object[],
  metrics: readonly [object[], object[]] = [[], []],
): Pick<RejectedRequest, "rejected" | "accepted"> {
  return {
    rejected: (scene) => ["PUT", settingOf(below), categories(rejected, metrics[0])(scene)],
    accepted: (scene) => ["PUT", settingOf(below), categories(accepted, metrics[1])(scene)],
  };
}

export const alertRejections: readonly RejectedRequest[] = [
  {
    rule: "alert-frequency",
    case: "an alert that is evaluated every 10 minutes",
    answer: BAD,
    ...differ(alert, (scene) => but(errors(scene), "properties/windowSize", "PT30M"), "properties/evaluationFrequency", "PT10M", "PT15M"),
  },
  { rule: "alert-frequency", case: "an alert over 2 hours", answer: BAD, ...differ(alert, errors, "properties/windowSize", "PT2H", "P1D") },
  {
    rule: "alert-frequency",
    case: "a dynamic threshold that is evaluated every minute",
    answer: BAD,
    ...differ(alert, learned, "properties/evaluationFrequency", "PT1M", "PT5M"),
  },
  {
    rule: "alert-frequency",
    case: "a dynamic threshold over 6 hours",
    answer: BAD,
    ...differ(alert, learned, "properties/windowSize", "PT6H", "PT1H"),
  },
  {
    rule: "alert-criteria",
    case: "an alert without a condition",
    answer: BAD,
    ...differ(alert, errors, "properties/criteria/allOf", [], [STATIC]),
  },
  {
    rule: "alert-criteria",
    case: "two conditions with the same name",
    answer: BAD,
    ...differ(alert, errors, "properties/criteria/allOf", [STATIC, STATIC], [STATIC, { ...STATIC, name: "more" }]),
  },
  {
    rule: "alert-criteria",
    case: "a dynamic threshold and another condition",
    answer: BAD,
    ...differ(alert, learned, "properties/criteria/allOf", [DYNAMIC, { ...DYNAMIC, name: "more" }], [DYNAMIC]),
  },
  {
    rule: "alert-criteria",
    case: "a dynamic threshold in a criteria type that doesn't support it",
    answer: BAD,
    ...differ(
      alert,
      learned,
      "properties/criteria/odata.type",
      "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
      "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria",
    ),
    rejected: (scene) => [
      "PUT",
      alert,
      but(
        but(errors(scene), CRITERION, { ...STATIC, criterionType: "DynamicThresholdCriterion" }),
        "properties/evaluationFrequency",
        "PT5M",
      ),
    ],
  },
  {
    rule: "alert-failing-periods",
    case: "more failing periods than evaluation periods",
    answer: BAD,
    ...differ(alert, learned, `${CRITERION}/failingPeriods/minFailingPeriodsToAlert`, 5, 4),
  },
  {
    rule: "alert-dimensions",
    case: "an unknown operator of a dimension",
    answer: BAD,
    ...differ(alert, errors, `${CRITERION}/dimensions/0/operator`, "Equals", "Exclude"),
  },
  {
    rule: "alert-dimensions",
    case: "a dimension without values",
    answer: BAD,
    ...differ(alert, errors, `${CRITERION}/dimensions/0/values`, [], ["*"]),
  },
  {
    rule: "alert-dimensions",
    case: "a dimension of another metric",
    answer: BAD,
    ...differ(
      alert,
      (scene) => but(errors(scene), `${CRITERION}/metricName`, "RequestLatency_P95"),
      `${CRITERION}/dimensions`,
      STATIC.dimensions,
      [{ name: "deployment", operator: "Include", values: ["main"] }],
    ),
  },
  {
    rule: "alert-dimensions",
    case: "a dimension of a metric without dimensions",
    answer: BAD,
    ...differ(
      alert,
      (scene) => but(errors(scene), `${CRITERION}/metricName`, "ConnectionsActive"),
      `${CRITERION}/dimensions`,
      [{ name: "deployment", operator: "Include", values: ["*"] }],
      [],
    ),
  },
  {
    rule: "alert-namespace",
    case: "the namespace of a deployment's metrics on an endpoint",
    answer: BAD,
    ...differ(alert, errors, `${CRITERION}/metricNamespace`, `${ENDPOINTS}/deployments`, ENDPOINTS),
  },
  {
    rule: "alert-aggregation",
    case: "the sum of a latency",
    answer: BAD,
    ...differ(
      alert,
      (scene) => but(but(errors(scene), `${CRITERION}/metricName`, "RequestLatency_P95"), `${CRITERION}/dimensions`, []),
      `${CRITERION}/timeAggregation`,
      "Total",
      "Average",
    ),
  },
  {
    rule: "alert-scopes",
    case: "an alert without a scope",
    answer: BAD,
    rejected: (scene) => ["PUT", alert, but(errors(scene), "properties/scopes", [])],
    accepted: (scene) => ["PUT", alert, errors(scene)],
  },
  {
    rule: "alert-scopes",
    case: "two scopes with single-resource criteria",
    answer: BAD,
    setup: ({ caller, body }) => caller.made(paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint),
    rejected: (scene) => ["PUT", alert, but(errors(scene), "properties/scopes", both(scene))],
    accepted: (scene) => ["PUT", alert, several(scene)],
  },
  {
    rule: "alert-scopes",
    case: "several scopes without their type and region",
    answer: BAD,
    setup: ({ caller, body }) => caller.made(paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint),
    rejected: (scene) => ["PUT", alert, but(several(scene), "properties/targetResourceRegion", undefined)],
    accepted: (scene) => ["PUT", alert, several(scene)],
  },
  {
    rule: "alert-scopes",
    case: "scopes with two resource types",
    answer: BAD,
    setup: ({ caller, body }) => caller.made(paths.endpoint.replace("chat-dev", "next-dev"), body.endpoint),
    rejected: (scene) => ["PUT", alert, but(several(scene), "properties/scopes/1", scene.id(paths.deployment))],
    accepted: (scene) => ["PUT", alert, several(scene)],
  },
  {
    rule: "alert-actions",
    case: "six action groups in one alert",
    answer: BAD,
    setup: async ({ caller }) => {
      for (const index of [0, 1, 2, 3, 4, 5]) await caller.made(`${actionGroup}-${index}`, team);
    },
    rejected: (scene) => ["PUT", alert, groups(6)(scene)],
    accepted: (scene) => ["PUT", alert, groups(5)(scene)],
  },
  {
    rule: "alert-description",
    case: "a description of more than 2,048 characters",
    answer: BAD,
    ...differ(alert, errors, "properties/description", "d".repeat(2049), "d".repeat(2048)),
  },
  {
    rule: "action-group-location",
    case: "an action group in an unsupported region",
    answer: "400 LocationNotAvailableForResourceType",
    ...differ(actionGroup, () => team, "location", "westeurope", "Sweden Central"),
  },
  {
    rule: "action-group-short-name",
    case: "a short name of 13 characters, at any API version",
    answer: BAD,
    rejected: () => ["PUT", actionGroup, but(team, "properties/groupShortName", "a".repeat(13)), "2023-01-01"],
    accepted: () => ["PUT", actionGroup, but(team, "properties/groupShortName", "a".repeat(12)), "2023-01-01"],
  },
  {
    rule: "action-group-short-name",
    case: "an empty short name",
    answer: BAD,
    ...differ(actionGroup, () => team, "properties/groupShortName", "", "t"),
  },
  {
    rule: "action-group-emails",
    case: "an invalid email address",
    answer: BAD,
    ...differ(actionGroup, () => team, "properties/emailReceivers/0/emailAddress", "ml@example", "ml+alerts@example.org"),
  },
  {
    rule: "action-group-emails",
    case: "an email address of more than 64 characters",
    answer: BAD,
    ...differ(
      actionGroup,
      () => team,
      "properties/emailReceivers/0/emailAddress",
      `${"m".repeat(53)}@example.org`,
      `${"m".repeat(52)}@example.org`,
    ),
  },
  {
    rule: "action-group-counts",
    case: "more than 1,000 email addresses",
    answer: BAD,
    rejected: () => ["PUT", actionGroup, receivers("emailReceivers", 1001, email)],
    accepted: () => ["PUT", actionGroup, receivers("emailReceivers", 1000, email)],
  },
  {
    rule: "action-group-counts",
    case: "more than 10 webhooks",
    answer: BAD,
    rejected: () => ["PUT", actionGroup, receivers("webhookReceivers", 11, () => webhook())],
    accepted: () => ["PUT", actionGroup, receivers("webhookReceivers", 10, () => webhook())],
  },
  {
    rule: "action-group-names",
    case: "an email receiver and a webhook with the same name",
    answer: BAD,
    ...differ(actionGroup, () => team, "properties/webhookReceivers", [webhook({ name: "ml" })], [webhook({ name: "pager" })]),
  },
  {
    rule: "action-group-webhooks",
    case: "a webhook without a scheme",
    answer: BAD,
    ...differ(
      actionGroup,
      () => team,
      "properties/webhookReceivers",
      [webhook({ name: "pager", serviceUri: "example.org/alert" })],
      [webhook({ name: "pager" })],
    ),
  },
  {
    rule: "action-group-webhooks",
    case: "a webhook over plain HTTP",
    answer: BAD,
    ...differ(
      actionGroup,
      () => team,
      "properties/webhookReceivers",
      [webhook({ name: "pager", serviceUri: "http://example.org/alert" })],
      [webhook({ name: "pager" })],
    ),
  },
  {
    rule: "action-group-secure-webhook",
    case: "a secure webhook without the application that it authenticates to",
    answer: BAD,
    ...differ(
      actionGroup,
      () => team,
      "properties/webhookReceivers",
      [webhook({ name: "pager", ...secured, objectId: undefined })],
      [webhook({ name: "pager", ...secured })],
    ),
  },
  {
    rule: "action-group-phones",
    case: "an unsupported country code",
    answer: BAD,
    ...differ(actionGroup, () => team, "properties/smsReceivers", [phone("385")], [phone("49")]),
  },
  {
    rule: "autoscale-action-type",
    case: "an action type that only some services support",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/scaleAction/type`, "ServiceAllowedNextValue", "PercentChangeCount"),
  },
  {
    rule: "autoscale-action-type",
    case: "a scale rule without a direction",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/scaleAction/direction`, "None", "Increase"),
  },
  {
    rule: "autoscale-window",
    case: "a window that is not a multiple of the time grain",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/metricTrigger/timeWindow`, "PT5M30S", "PT6M"),
  },
  {
    rule: "autoscale-dimensions",
    case: "a dimension that the metric doesn't have",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/metricTrigger/dimensions`, [dimension("statusCode")], [dimension("envoy_response_code")]),
  },
  {
    rule: "autoscale-profiles",
    case: "two profiles with the same name",
    answer: INVALID,
    rejected: (scene) => ["PUT", scale, but(autoscale(scene), "properties/profiles", profiles(scene, "load"))],
    accepted: (scene) => ["PUT", scale, but(autoscale(scene), "properties/profiles", profiles(scene, "night"))],
  },
  {
    rule: "autoscale-profiles",
    case: "a recurrence without a day",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/profiles/0/recurrence", weekly({ days: [] }), weekly({})),
  },
  {
    rule: "autoscale-profiles",
    case: "a recurrence at two hours",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/profiles/0/recurrence", weekly({ hours: [8, 18] }), weekly({ hours: [8] })),
  },
  {
    rule: "autoscale-notifications",
    case: "a notification to an invalid email address",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/notifications", [notified("ml")], [notified("ml@example.org")]),
  },
  {
    rule: "autoscale-notifications",
    case: "a notification to a webhook over plain HTTP",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/notifications", [called("http://example.org/")], [called("https://example.org/")]),
  },
  {
    rule: "diagnostic-category-kind",
    case: "a metric category in the logs",
    answer: BAD,
    ...logsOf(paths.endpoint, [log("AllMetrics")], [log("AmlOnlineEndpointEventLog")], [[], [log("AllMetrics")]]),
  },
  {
    rule: "diagnostic-category-kind",
    case: "a log category in the metrics",
    answer: BAD,
    ...logsOf(paths.vault, [], [], [[log("AuditEvent")], [log("AllMetrics")]]),
  },
  {
    rule: "diagnostic-category-or-group",
    case: "an entry without a category",
    answer: BAD,
    ...logsOf(paths.vault, [{ enabled: true }], [log("AuditEvent")]),
  },
  {
    rule: "diagnostic-category-or-group",
    case: "a category and a category group in one entry",
    answer: BAD,
    ...logsOf(paths.endpoint, [{ ...log("AmlOnlineEndpointEventLog"), ...logGroup("allLogs") }], [logGroup("allLogs")]),
  },
  {
    rule: "diagnostic-category-or-group",
    case: "categories in addition to a category group",
    answer: BAD,
    ...logsOf(paths.endpoint, [log("AmlOnlineEndpointEventLog"), logGroup("allLogs")], [logGroup("allLogs")], [[], [log("AllMetrics")]]),
  },
  {
    rule: "diagnostic-category-twice",
    case: "the same category twice",
    answer: BAD,
    ...logsOf(
      paths.endpoint,
      [log("AmlOnlineEndpointEventLog"), log("AmlOnlineEndpointEventLog")],
      [log("AmlOnlineEndpointEventLog"), log("AmlOnlineEndpointTrafficLog")],
    ),
  },
  {
    rule: "diagnostic-category-known",
    case: "a log category that key vaults don't have",
    answer: BAD,
    ...logsOf(paths.vault, [log("AuditEvents")], [log("AuditEvent"), log("AzurePolicyEvaluationDetails")]),
  },
  {
    rule: "diagnostic-category-known",
    case: "a log category that registries don't have",
    answer: BAD,
    ...logsOf(
      paths.registry,
      [log("ContainerRegistryEvents")],
      [log("ContainerRegistryLoginEvents"), log("ContainerRegistryRepositoryEvents")],
    ),
  },
  {
    rule: "diagnostic-category-known",
    case: "blob logs on the storage account",
    answer: BAD,
    ...logsOf(paths.storage, [log("StorageRead")], [], [[], [log("Transaction")]]),
  },
  {
    rule: "diagnostic-category-known",
    case: "all logs of a storage account, which has logs only in its services",
    answer: BAD,
    ...logsOf(paths.storage, [logGroup("allLogs")], [], [[log("Transaction")], [log("Transaction")]]),
  },
  {
    rule: "diagnostic-category-known",
    case: "a log category that Log Analytics workspaces don't have",
    answer: BAD,
    ...logsOf(paths.logs, [log("Query")], [log("Audit")]),
  },
  {
    rule: "diagnostic-category-known",
    case: "all metrics of a blob service",
    answer: BAD,
    ...logsOf(`${paths.storage}/blobServices/default`, [], [log("StorageWrite")], [[log("AllMetrics")], [log("Transaction")]]),
  },
  {
    rule: "diagnostic-category-known",
    case: "an unknown category group",
    answer: BAD,
    ...logsOf(paths.workspace, [logGroup("everything")], [logGroup("allLogs")]),
  },
  {
    rule: "diagnostic-retention",
    case: "a retention in a diagnostic setting",
    answer: BAD,
    ...logsOf(
      paths.endpoint,
      [log("AmlOnlineEndpointEventLog", { retentionPolicy: { enabled: true, days: 90 } })],
      [log("AmlOnlineEndpointEventLog", { retentionPolicy: { enabled: false, days: 0 } })],
    ),
  },
  {
    rule: "diagnostic-destination-type",
    case: "an unknown table type",
    answer: BAD,
    ...differ(diagnostic, diagnostics, "properties/logAnalyticsDestinationType", "ResourceSpecific", "Dedicated"),
  },
  {
    rule: "diagnostic-storage",
    case: "a storage account in another region",
    answer: BAD,
    ...archive({ location: "westeurope" }, {}),
  },
  {
    rule: "diagnostic-storage",
    case: "a storage account with a hierarchical namespace",
    answer: BAD,
    ...archive({ "properties/isHnsEnabled": true }, {}),
  },
];

function both({ id }: Scene): string[] {
  return [id(paths.endpoint), id(paths.endpoint.replace("chat-dev", "next-dev"))];
}

function several(scene: Scene) {
  const body = but(errors(scene), "properties/scopes", both(scene));
  const typed = but(body, "properties/criteria/odata.type", "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria");
  return but(but(typed, "properties/targetResourceType" as string, ENDPOINTS), "properties/targetResourceRegion", "swedencentral");
}

function phone(countryCode: string) {
  return { name: "on call", countryCode, phoneNumber: "1701234567" };
}

function dimension(DimensionName: string) {
  return { DimensionName, Operator: "Equals", Values: ["200"] };
}

function profiles(scene: Scene, name: string) {
  const [profile] = autoscale(scene).properties.profiles;
  return [profile, { ...profile, name, recurrence: weekly({}) }];
}

function weekly(schedule: object) {
  return { frequency: "Week", schedule: { timeZone: "UTC", days: ["Monday"], hours: [8], minutes: [0], ...schedule } };
}

function notified(address: string) {
  return { operation: "Scale", email: { customEmails: [address] } };
}

function called(serviceUri: string) {
  return { operation: "Scale", webhooks: [{ serviceUri }] };
}

/** A diagnostic setting with a storage account as its destination, and the account's body. */
function archive(
  rejected: Readonly<Record<string, unknown>>,
  accepted: Readonly<Record<string, unknown>>,
): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  const account = (name: string) => paths.storage.replace("storage01", name);
  const made = (body: object, change: Readonly<Record<string, unknown>>) =>
    Object.entries(change).reduce((result, [path, value]) => but(result, path, value), body);
  return {
    setup: async ({ caller, body }) => {
      await caller.made(account("archive1"), made(body.storage, rejected));
      await caller.made(account("archive2"), made(body.storage, accepted));
    },
    rejected: (scene) => [
      "PUT",
      diagnostic,
      but(diagnostics(scene), "properties/storageAccountId" as string, scene.id(account("archive1"))),
    ],
    accepted: (scene) => [
      "PUT",
      diagnostic,
      but(diagnostics(scene), "properties/storageAccountId" as string, scene.id(account("archive2"))),
    ],
  };
}
