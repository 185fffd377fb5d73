/** Values of autoscale settings that the specification lists for all services, of which a deployment supports fewer. */
import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { isEmail, isHttps } from "./actionGroups";
import { unknownDimension } from "./metrics";

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

/** The sentence about the first rule with which something is wrong. */
function first(body: { properties?: unknown }, wrong: (rule: ScaleRule) => string | undefined): string | undefined {
  for (const rule of propertiesOf(body).profiles.flatMap(({ rules }) => rules)) {
    const sentence = wrong(rule);
    if (sentence) return sentence;
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
      first(body, ({ scaleAction: { type, direction } }) => {
        if (type === "ServiceAllowedNextValue")
          return "'scaleAction.type' is ServiceAllowedNextValue: it must be ChangeCount, PercentChangeCount or ExactCount.";
        return direction === "None" ? "'scaleAction.direction' is None: it must be Increase or Decrease." : undefined;
      }),
  },
  {
    ...common,
    code: "autoscale-window",
    source: `${DOCS}/autoscale-understanding-settings: the window holds whole grains; that the service refuses others is inferred`,
    grade: "I",
    check: ({ body }) =>
      first(body, ({ metricTrigger: { timeGrain, timeWindow } }) =>
        secondsOf(timeWindow)! % secondsOf(timeGrain)! === 0
          ? undefined
          : `'timeWindow' is ${timeWindow}: it must be a multiple of the timeGrain, ${timeGrain}.`,
      ),
  },
  {
    ...common,
    code: "autoscale-dimensions",
    source: "Azure docs, azure-monitor/reference/supported-metrics: dimensions by metric",
    grade: "D",
    check: ({ body }) =>
      first(body, ({ metricTrigger: { metricResourceUri, metricName, dimensions = [] } }) =>
        unknownDimension(
          metricResourceUri,
          metricName,
          dimensions.map(({ DimensionName }) => DimensionName),
        ),
      ),
  },
  {
    ...common,
    code: "autoscale-profiles",
    source: `${DOCS}/autoscale-multiprofile: profiles have names, and a recurrence days and one time; that the service refuses others is common knowledge`,
    grade: "K",
    check: ({ body }) => {
      const { profiles } = propertiesOf(body);
      const names = profiles.map(({ name }) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) return `The profile '${twice}' is given twice: the names of profiles must be unique.`;
      for (const { name, recurrence } of profiles) {
        if (!recurrence) continue;
        const { days, hours, minutes } = recurrence.schedule;
        if (days.length === 0) return `The recurrence of profile '${name}' needs at least one day.`;
        if (hours.length !== 1 || minutes.length !== 1) return `The recurrence of profile '${name}' needs one hour and one minute.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "autoscale-notifications",
    source: `${DOCS}/autoscale-webhook-email: e-mail addresses and an address to call; that it must be HTTPS is inferred`,
    grade: "I",
    check: ({ body }) => {
      for (const { email, webhooks = [] } of propertiesOf(body).notifications ?? []) {
        const address = (email?.customEmails ?? []).find((one) => !isEmail(one));
        if (address !== undefined) return `The e-mail address '${address}' of a notification is not valid.`;
        const webhook = webhooks.find(({ serviceUri }) => !isHttps(serviceUri));
        if (webhook) return `The webhook address '${webhook.serviceUri}' of a notification must begin with https://.`;
      }
      return undefined;
    },
  },
];
