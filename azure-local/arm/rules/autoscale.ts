/** Rules of autoscale settings. */
import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { sameId } from "../path";
import { sameRegion } from "../region";
import { DEPLOYMENT } from "../types/onlineEndpointBodies";
import { isMissing, referenceError } from "./common";
import { metricError, metricTypeOf } from "./metrics";

const AUTOSCALE = "Microsoft.Insights/autoscalesettings";
const SPECIFICATION = "Azure REST specification, monitor";

interface Profile {
  readonly name: string;
  readonly capacity: { readonly minimum: string; readonly maximum: string; readonly default: string };
  readonly rules: readonly {
    readonly metricTrigger: MetricTrigger;
    readonly scaleAction: { readonly value?: string; readonly cooldown: string };
  }[];
  readonly recurrence?: {
    readonly frequency: string;
    readonly schedule: {
      readonly timeZone: string;
      readonly days: readonly string[];
      readonly hours: readonly number[];
      readonly minutes: readonly number[];
    };
  };
  readonly fixedDate?: { readonly timeZone?: string; readonly start: string; readonly end: string };
}

interface MetricTrigger {
  readonly metricName: string;
  readonly metricNamespace?: string;
  readonly metricResourceUri: string;
  readonly timeGrain: string;
  readonly timeWindow: string;
}

interface AutoscaleProperties {
  readonly targetResourceUri?: string;
  readonly profiles: readonly Profile[];
  readonly predictiveAutoscalePolicy?: { readonly scaleMode: string };
}

function autoscale(body: { properties?: unknown }): AutoscaleProperties {
  return body.properties as AutoscaleProperties;
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Whether the name is a Windows time zone, such as `W. Europe Standard Time`. Names of the tz database (`Europe/Berlin`) are not. */
function isWindowsTimeZone(name: string): boolean {
  return /^UTC([+-]\d\d)?$|Standard Time( \(Mexico\)| 2)?$/.test(name);
}

/** Durations of a scale rule: property, minimum and maximum. */
const WINDOWS = [
  ["timeGrain", "PT1M", "PT12H"],
  ["timeWindow", "PT5M", "PT12H"],
  ["cooldown", "PT1M", "P7D"],
] as const;

export const autoscaleRules: readonly Rule[] = [
  {
    code: "autoscale-target",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "ResourceNotFound",
    status: 404,
    source: `${SPECIFICATION}: targetResourceUri; Azure docs, machine-learning/how-to-autoscale-endpoints: the target is the deployment`,
    grade: "D",
    check: (context) => {
      const target = autoscale(context.body).targetResourceUri;
      if (!target) return "An autoscale setting requires 'properties.targetResourceUri'.";
      const error = referenceError(target, DEPLOYMENT, context);
      return error && `The autoscale target '${target}' ${error}.`;
    },
  },
  {
    code: "autoscale-location",
    types: [AUTOSCALE],
    on: ["create"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-autoscale-endpoints: the location is that of the workspace; inferred: the service enforces it",
    grade: "I",
    check: ({ body, inventory }) => {
      const region = inventory.get(autoscale(body).targetResourceUri)?.body.location;
      return region === undefined || sameRegion(region, body.location)
        ? undefined
        : `The location of the autoscale setting, ${body.location}, differs from the location of its target, ${region}.`;
    },
  },
  {
    code: "autoscale-not-predictive",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: "Azure docs, azure-monitor/autoscale: predictive autoscale is for virtual machine scale sets",
    grade: "D",
    check: ({ body }) => {
      const mode = autoscale(body).predictiveAutoscalePolicy?.scaleMode ?? "Disabled";
      return mode === "Disabled"
        ? undefined
        : `'properties.predictiveAutoscalePolicy.scaleMode' is ${mode}: predictive autoscale is not supported for this target.`;
    },
  },
  {
    code: "autoscale-one-per-target",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure docs, azure-monitor/autoscale: one setting per resource",
    grade: "D",
    check: ({ id, body, inventory }) => {
      const target = autoscale(body).targetResourceUri;
      const duplicate = inventory
        .all(AUTOSCALE)
        .find((other) => !sameId(other.id, id) && sameId(autoscale(other.body).targetResourceUri, target));
      return duplicate && `The resource '${target}' already has the autoscale setting '${duplicate.id}': only one is allowed.`;
    },
  },
  {
    code: "autoscale-capacity",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: capacity; Azure docs, machine-learning/how-to-autoscale-endpoints`,
    grade: "D",
    check: ({ body, inventory }) => {
      const most = inventory.settings.limits.instancesPerDeployment;
      for (const { name, capacity } of autoscale(body).profiles) {
        const [minimum, byDefault, maximum] = [capacity.minimum, capacity.default, capacity.maximum].map(Number) as [
          number,
          number,
          number,
        ];
        const whole = [capacity.minimum, capacity.default, capacity.maximum].every((text) => /^\d+$/.test(text));
        if (!whole || minimum < 1 || minimum > byDefault || byDefault > maximum || maximum > most) {
          return `The capacity of profile '${name}' has minimum ${capacity.minimum}, default ${capacity.default}, maximum ${capacity.maximum}. Required: 1 <= minimum <= default <= maximum <= ${most}.`;
        }
      }
      return undefined;
    },
  },
  {
    code: "autoscale-counts",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: 1 to 20 profiles, at most 10 rules each; one profile is the default`,
    grade: "D",
    check: ({ body }) => {
      const { profiles } = autoscale(body);
      if (profiles.length < 1 || profiles.length > 20) return `The autoscale setting has ${profiles.length} profiles: 1 to 20 are allowed.`;
      const full = profiles.find(({ rules }) => rules.length > 10);
      if (full) return `Profile '${full.name}' has ${full.rules.length} rules: the limit is 10.`;
      const plain = profiles.filter(({ recurrence, fixedDate }) => !recurrence && !fixedDate).length;
      return plain > 1 ? `${plain} profiles have neither recurrence nor fixedDate: only one default profile is allowed.` : undefined;
    },
  },
  {
    code: "autoscale-times",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: timeGrain, timeWindow, cooldown`,
    grade: "D",
    check: ({ body }) => {
      for (const { metricTrigger, scaleAction } of autoscale(body).profiles.flatMap(({ rules }) => rules)) {
        const values = { ...metricTrigger, cooldown: scaleAction.cooldown };
        for (const [name, shortest, longest] of WINDOWS) {
          const seconds = secondsOf(values[name]);
          if (seconds === undefined || seconds < secondsOf(shortest)! || seconds > secondsOf(longest)!)
            return `'${name}' is '${values[name]}': it must be between ${shortest} and ${longest}.`;
        }
      }
      return undefined;
    },
  },
  {
    code: "autoscale-recurrence",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: recurrence.frequency is Week`,
    grade: "D",
    check: ({ body }) => {
      const invalid = autoscale(body).profiles.find(({ recurrence }) => recurrence && recurrence.frequency !== "Week");
      return invalid && `The recurrence of profile '${invalid.name}' has the frequency ${invalid.recurrence!.frequency}: it must be Week.`;
    },
  },
  {
    code: "autoscale-schedule",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: day names, hours 0 to 23, minutes 0 to 59, Windows time zone names; Azure docs, azure-monitor/autoscale: a fixed date lasts 365 days at most`,
    grade: "D",
    check: ({ body }) => {
      for (const { name, recurrence, fixedDate } of autoscale(body).profiles) {
        const { timeZone, days = [], hours = [], minutes = [] } = recurrence?.schedule ?? {};
        const zone = [timeZone, fixedDate?.timeZone].find((one) => one !== undefined && !isWindowsTimeZone(one));
        if (zone !== undefined)
          return `The time zone of profile '${name}' is '${zone}': it must be a Windows time zone name, such as W. Europe Standard Time.`;
        const day = days.find((one) => !DAYS.includes(one));
        if (day !== undefined) return `Profile '${name}' has the day '${day}': it must be one of ${DAYS.join(", ")}.`;
        if (hours.some((hour) => hour < 0 || hour > 23))
          return `The hours of profile '${name}' are ${hours.join(", ")}: they must be between 0 and 23.`;
        if (minutes.some((minute) => minute < 0 || minute > 59))
          return `The minutes of profile '${name}' are ${minutes.join(", ")}: they must be between 0 and 59.`;
        const daysLong = fixedDate && (Date.parse(fixedDate.end) - Date.parse(fixedDate.start)) / 86_400_000;
        if (daysLong !== undefined && !(daysLong > 0 && daysLong <= 365))
          return `Profile '${name}' lasts from ${fixedDate!.start} to ${fixedDate!.end}: the end must be after the start, and at most 365 days later.`;
      }
      return undefined;
    },
  },
  {
    code: "autoscale-action",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: scaleAction.value is a string with an integer of at least 1`,
    grade: "S",
    check: ({ body }) => {
      const actions = autoscale(body).profiles.flatMap(({ rules }) => rules.map(({ scaleAction }) => scaleAction));
      const invalid = actions.find(({ value = "1" }) => !/^[1-9]\d*$/.test(value));
      return invalid && `'scaleAction.value' is '${invalid.value}': it must be an integer of at least 1.`;
    },
  },
  {
    code: "autoscale-metrics",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: "Azure docs, azure-monitor/reference/supported-metrics: names, namespaces, and PT1M as the only time grain",
    grade: "D",
    check: (context) => {
      const triggers = autoscale(context.body).profiles.flatMap(({ rules }) => rules.map(({ metricTrigger }) => metricTrigger));
      for (const { metricResourceUri, metricName, metricNamespace, timeGrain } of triggers) {
        if (isMissing(metricResourceUri, context)) return `The metricResourceUri '${metricResourceUri}' was not found.`;
        const type = metricTypeOf(metricResourceUri);
        const unknown = metricError(metricResourceUri, metricName);
        if (unknown || !type) return unknown;
        if (metricNamespace && !sameId(metricNamespace, type))
          return `The metricNamespace '${metricNamespace}' does not match the type of its resource, ${type}.`;
        if (secondsOf(timeGrain) !== 60)
          return `'timeGrain' is '${timeGrain}': it must be PT1M, the only time grain of the metrics of ${type}.`;
      }
      return undefined;
    },
  },
];
