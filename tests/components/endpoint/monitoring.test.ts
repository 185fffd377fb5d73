// Proves the diagnostic setting and the alerts. Doesn't prove that Azure emits these metrics with these dimensions.
import * as pulumi from "@pulumi/pulumi";
import { Monitoring, type MonitoringArgs } from "../../../components/endpoint/monitoring";
import { serveAzure } from "../../azure/fakeArm";
import { group, logsId, workspaceId } from "../fixtures";
import { armRequest, exposed, find, listing, record, schemaErrors } from "../recorder";

const endpointId = `${workspaceId}/onlineEndpoints/chat`;
const base: MonitoringArgs = { endpointId, endpointName: "chat", resourceGroupName: "rg", logsId };
const make = (args: Partial<MonitoringArgs> = {}, preview = false) =>
  record(() => new Monitoring("watch", { ...base, ...args }), {
    preview,
  });

test.each([false, true])(
  "Logs and metrics are sent to Log Analytics, and without alerts nothing else is created (preview %s).",
  async (preview) => {
    const recording = await make({}, preview);
    expect(listing(recording)).toEqual(["watch-diagnostics: monitor:DiagnosticSetting", "watch: moor:index:Monitoring"].sort());
    expect(armRequest(find(recording, "watch-diagnostics"))).toEqual({
      id: `${endpointId}/providers/Microsoft.Insights/diagnosticSettings/moor`,
      body: {
        properties: {
          workspaceId: logsId,
          // By category group, so that a policy which requires all logs accepts it and doesn't add a second setting.
          logs: [{ categoryGroup: "allLogs", enabled: true }],
          metrics: [{ category: "AllMetrics", enabled: true }],
        },
      },
    });
    expect(schemaErrors(find(recording, "watch-diagnostics"))).toEqual([]);
  },
);

test("With diagnostics: policy, no diagnostic setting is created, and a missing one is reported with the endpoint's ID.", async () => {
  const azure = await serveAzure({ [endpointId]: {} });
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  expect(listing(await make({ diagnostics: "policy" }))).toEqual(["watch: moor:index:Monitoring"]);
  const said = warn.mock.calls.map(([message]) => message);
  warn.mockRestore();
  await azure.close();
  expect(said).toEqual([
    expect.stringMatching(/^diagnostics: policy: no diagnostic setting of the endpoint .*\/onlineEndpoints\/chat sends/),
  ]);
});

test("Alerts monitor server errors, model errors and latency, notify the receivers, and ARM's schemas accept them.", async () => {
  const recording = await make({
    alerts: { emails: ["a@example.com", "b@example.com"], latencyMilliseconds: 20_000, failuresPerMinute: 1 },
  });
  expect(listing(recording)).toEqual(
    [
      "watch-diagnostics: monitor:DiagnosticSetting",
      "watch-emails: monitor:ActionGroup",
      "watch-latency: monitor:MetricAlert",
      "watch-model-errors: monitor:MetricAlert",
      "watch-server-errors: monitor:MetricAlert",
      "watch: moor:index:Monitoring",
    ].sort(),
  );
  const criteria = (name: string) => {
    const { properties } = armRequest(find(recording, name)).body as { properties: { criteria: Record<string, unknown> } };
    return properties.criteria;
  };
  const criterion = {
    criterionType: "StaticThresholdCriterion",
    metricNamespace: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    operator: "GreaterThan",
    timeAggregation: "Average",
  };
  const kind = { "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria" };
  const dimensions = (name: string, value: string) => [{ name, operator: "Include", values: [value] }];
  expect(criteria("watch-server-errors")).toEqual({
    ...kind,
    allOf: [
      {
        ...criterion,
        name: "server-errors",
        metricName: "RequestsPerMinute",
        threshold: 1,
        dimensions: dimensions("statusCodeClass", "5xx"),
      },
    ],
  });
  expect(criteria("watch-model-errors")).toEqual({
    ...kind,
    allOf: [
      { ...criterion, name: "model-errors", metricName: "RequestsPerMinute", threshold: 1, dimensions: dimensions("statusCode", "424") },
    ],
  });
  expect(criteria("watch-latency")).toEqual({
    ...kind,
    allOf: [{ ...criterion, name: "latency", metricName: "RequestLatency_P95", threshold: 20_000 }],
  });
  expect(armRequest(find(recording, "watch-latency")).body).toMatchObject({
    location: "global",
    properties: {
      enabled: true,
      scopes: [endpointId],
      evaluationFrequency: "PT1M",
      windowSize: "PT5M",
      severity: 2,
      actions: [{ actionGroupId: `${group}/providers/Microsoft.Insights/actionGroups/ag-chat` }],
    },
  });
  expect(armRequest(find(recording, "watch-emails")).body).toEqual({
    location: "Global",
    properties: {
      enabled: true,
      groupShortName: "moor",
      emailReceivers: ["a@example.com", "b@example.com"].map((emailAddress) => ({
        name: emailAddress,
        emailAddress,
        useCommonAlertSchema: true,
      })),
    },
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test.each([
  ["swedencentral", "swedencentral"],
  ["Germany West Central", "germanywestcentral"],
  ["francecentral", "Global"],
  [undefined, "Global"],
])("The action group of an endpoint in %s is in %s, and the region of an existing group is ignored.", async (location, kept) => {
  const recording = await make({ location, alerts: { emails: ["a@example.com"] } });
  expect(find(recording, "watch-emails")).toMatchObject({ inputs: { location: kept }, ignoreChanges: ["location"] });
  expect(find(recording, "watch-latency").inputs.location).toBe("global");
});

test("Without receivers, there are alerts and no action group.", async () => {
  const recording = await make({ alerts: {} });
  expect(recording.resources.map(({ type }) => type)).not.toContain("azure-native:monitor:ActionGroup");
  expect(find(recording, "watch-latency").inputs).toMatchObject({ actions: [], criteria: { allOf: [{ threshold: 178_200 }] } });
});

const actionGroups = [`${group}/providers/Microsoft.Insights/actionGroups/on-call`];

test("With only existing action groups, no action group is created, and alerts use the existing ones.", async () => {
  const recording = await make({ alerts: { actionGroups } });
  expect(recording.resources.map(({ type }) => type)).not.toContain("azure-native:monitor:ActionGroup");
  expect(find(recording, "watch-latency").inputs.actions).toEqual([{ actionGroupId: actionGroups[0] }]);
});

test("With only a webhook, the action group has no e-mail addresses, and the URL is a secret in the group and the component.", async () => {
  const webhook = "https://hooks.example.com/not-a-real-token";
  const recording = await make({ alerts: { webhook } });
  expect(find(recording, "watch-emails").inputs).toMatchObject({ emailReceivers: [], webhookReceivers: [{ serviceUri: webhook }] });
  expect(recording.resources.flatMap(({ name, rawInputs }) => exposed(rawInputs, "not-a-real-token", name))).toEqual([]);
});
