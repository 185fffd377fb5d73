// Proves the autoscale setting's body and order. Doesn't prove how Azure Monitor aggregates the metric.
import { Autoscale, type AutoscaleArgs } from "../../../components/endpoint/autoscale";
import type { ScaleRule } from "../../../planner/decision";
import { group, Milestone, workspaceId } from "../fixtures";
import { armRequest, find, listing, record, schemaErrors } from "../recorder";

const deploymentId = `${workspaceId}/onlineEndpoints/chat/deployments/main-8c1f02ab`;
const base: AutoscaleArgs = {
  deploymentId,
  deploymentName: "main-8c1f02ab",
  endpointName: "chat",
  resourceGroupName: "rg",
  location: "swedencentral",
  scale: { min: 2, max: 6 },
  rule: { scaleOutAbove: 90, scaleInBelow: 38 },
  tags: { owner: "ml" },
};
const make = (args: Partial<AutoscaleArgs> = {}, preview = false) =>
  record(() => new Autoscale("scale", { ...base, ...args }), { preview });

const trigger = {
  metricName: "RequestsPerMinute",
  metricNamespace: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
  metricResourceUri: deploymentId,
  timeGrain: "PT1M",
  statistic: "Average",
  timeAggregation: "Average",
  dividePerInstance: true,
};

test.each([false, true])("A deployment gets one setting (preview %s).", async (preview) => {
  expect(listing(await make({}, preview))).toEqual(["scale-setting: monitor:AutoscaleSetting", "scale: moor:index:Autoscale"].sort());
});

test("The setting is enabled, with capacities as text, one rule to scale out and one to scale in, and ARM's schema accepts it.", async () => {
  const setting = find(await make(), "scale-setting");
  expect(armRequest(setting)).toEqual({
    id: `${group}/providers/Microsoft.Insights/autoscalesettings/as-chat-main-8c1f02ab`,
    body: {
      location: "swedencentral",
      tags: { owner: "ml" },
      properties: {
        name: "as-chat-main-8c1f02ab",
        enabled: true,
        targetResourceUri: deploymentId,
        profiles: [
          {
            name: "requests",
            capacity: { minimum: "2", maximum: "6", default: "2" },
            rules: [
              {
                metricTrigger: { ...trigger, timeWindow: "PT5M", operator: "GreaterThan", threshold: 90 },
                scaleAction: { direction: "Increase", type: "ChangeCount", value: "1", cooldown: "PT15M" },
              },
              {
                metricTrigger: { ...trigger, timeWindow: "PT15M", operator: "LessThan", threshold: 38 },
                scaleAction: { direction: "Decrease", type: "ChangeCount", value: "1", cooldown: "PT15M" },
              },
            ],
          },
        ],
      },
    },
  });
  expect(schemaErrors(setting)).toEqual([]);
});

type ScaleSetting = {
  readonly metricTrigger: { readonly timeWindow: string };
  readonly scaleAction: { readonly cooldown: string };
};

test.each<[string, Partial<ScaleRule>, string[]]>([
  ["nothing", {}, ["PT5M", "PT15M", "PT15M"]],
  ["its defaults", { scaleOutWindowMinutes: 5, scaleInWindowMinutes: 15, cooldownMinutes: 15 }, ["PT5M", "PT15M", "PT15M"]],
  ["a cooldown", { cooldownMinutes: 40 }, ["PT5M", "PT15M", "PT40M"]],
  ["all times", { scaleOutWindowMinutes: 10, scaleInWindowMinutes: 40, cooldownMinutes: 90 }, ["PT10M", "PT40M", "PT1H30M"]],
])("A rule with %s of windows and cooldown results in %j.", async (_, times, [out, into, cooldown]) => {
  const setting = find(await make({ rule: { ...base.rule, ...times } }), "scale-setting");
  const [profile] = setting.inputs.profiles as { rules: ScaleSetting[] }[];
  expect(profile!.rules.map(({ metricTrigger, scaleAction }) => [metricTrigger.timeWindow, scaleAction.cooldown])).toEqual([
    [out, cooldown],
    [into, cooldown],
  ]);
  expect(schemaErrors(setting)).toEqual([]);
});

test("The component's inputs contain the rule as given, so that a changed default doesn't change the state.", async () => {
  expect(find(await make(), "scale").inputs.rule).toEqual({ scaleOutAbove: 90, scaleInBelow: 38 });
});

test("The setting depends on the resources in `after`.", async () => {
  const recording = await record(() => {
    const traffic = new Milestone("traffic");
    new Autoscale("scale", { ...base, after: [traffic] });
  });
  expect(find(recording, "scale-setting").dependsOn).toEqual(["traffic"]);
});
