/** Checks of autoscale values that the API specification allows in general but online deployments don't support. */
import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { isEmail, isHttps } from "./actionGroups";
import { dimensionError } from "./metrics";

const AUTOSCALE = "Microsoft.Insights/autoscalesettings";
const DOCS = "Azure docs, azure-monitor/autoscale";

interface ScaleRule {
  readonly metricTrigger: {
    readonly metricName: string;
    readonly metricResourceUri: string;
    readonly timeGrain: string;
    readonly timeWindow: string;
    readonly dimensions?: readonly { readonly DimensionName: string }[];
  };
  readonly scaleAction: { readonly direction: string; readonly type: string };
}

interface Properties {
  readonly profiles: readonly {
    readonly name: string;
    readonly rules: readonly ScaleRule[];
    readonly recurrence?: { readonly schedule: Readonly<Record<"days" | "hours" | "minutes", readonly unknown[]>> };
  }[];
  readonly notifications?: readonly {
    readonly email?: { readonly customEmails?: readonly string[] };
    readonly webhooks?: readonly { readonly serviceUri?: string }[];
  }[];
}

function propertiesOf(body: { properties?: unknown }): Properties {
  return body.properties as Properties;
}

/** The message about the first invalid rule. */
function firstError(body: { properties?: unknown }, check: (rule: ScaleRule) => string | undefined): string | undefined {
  for (const rule of propertiesOf(body).profiles.flatMap(({ rules }) => rules)) {
    const error = check(rule);
    if (error) return error;
  }
  return undefined;
}

const common = { types: [AUTOSCALE], on: ["create", "update"], azureCode: "InvalidAutoscaleSetting", status: 400 } as const;

export const autoscaleValueRules: readonly Rule[] = [
  {
    ...common,
    code: "autoscale-action-type",
    source: `${DOCS}/autoscale-understanding-settings: Increase or Decrease by ChangeCount, PercentChangeCount or ExactCount; ServiceAllowedNextValue is for services with fixed steps`,
    grade: "D",
    check: ({ body }) =>
      firstError(body, ({ scaleAction: { type, direction } }) => {
        if (type === "ServiceAllowedNextValue")
          return "'scaleAction.type' is ServiceAllowedNextValue: it must be ChangeCount, PercentChangeCount or ExactCount.";
        return direction === "None" ? "'scaleAction.direction' is None: it must be Increase or Decrease." : undefined;
      }),
  },
  {
    ...common,
    code: "autoscale-window",
    source: `${DOCS}/autoscale-understanding-settings: the window is a multiple of the time grain; inferred: the service rejects others`,
    grade: "I",
    check: ({ body }) =>
      firstError(body, ({ metricTrigger: { timeGrain, timeWindow } }) =>
        secondsOf(timeWindow)! % secondsOf(timeGrain)! === 0
          ? undefined
          : `'timeWindow' is ${timeWindow}: it must be a multiple of timeGrain, ${timeGrain}.`,
      ),
  },
  {
    ...common,
    code: "autoscale-dimensions",
    source: "Azure docs, azure-monitor/reference/supported-metrics: dimensions by metric",
    grade: "D",
    check: ({ body }) =>
      firstError(body, ({ metricTrigger: { metricResourceUri, metricName, dimensions = [] } }) =>
        dimensionError(
          metricResourceUri,
          metricName,
          dimensions.map(({ DimensionName }) => DimensionName),
        ),
      ),
  },
  {
    ...common,
    code: "autoscale-profiles",
    source: `${DOCS}/autoscale-multiprofile: profiles have names, and a recurrence has days and one time; common knowledge: the service rejects others`,
    grade: "K",
    check: ({ body }) => {
      const { profiles } = propertiesOf(body);
      const names = profiles.map(({ name }) => name);
      const duplicate = names.find((name, index) => names.indexOf(name) !== index);
      if (duplicate !== undefined) return `The profile '${duplicate}' is specified twice: profile names must be unique.`;
      for (const { name, recurrence } of profiles) {
        if (!recurrence) continue;
        const { days, hours, minutes } = recurrence.schedule;
        if (days.length === 0) return `The recurrence of profile '${name}' requires at least one day.`;
        if (hours.length !== 1 || minutes.length !== 1)
          return `The recurrence of profile '${name}' requires exactly one hour and one minute.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "autoscale-notifications",
    source: `${DOCS}/autoscale-webhook-email: email addresses and a webhook address; inferred: it must be HTTPS`,
    grade: "I",
    check: ({ body }) => {
      for (const { email, webhooks = [] } of propertiesOf(body).notifications ?? []) {
        const address = (email?.customEmails ?? []).find((one) => !isEmail(one));
        if (address !== undefined) return `The email address '${address}' of a notification is not valid.`;
        const webhook = webhooks.find(({ serviceUri }) => !isHttps(serviceUri));
        if (webhook) return `The webhook address '${webhook.serviceUri}' of a notification must start with https://.`;
      }
      return undefined;
    },
  },
];
