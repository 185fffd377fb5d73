/** Checks of action group values that the API specification doesn't restrict. */
import type { Rule } from "../model";
import { regionName } from "../region";

const DOCS = "Azure docs, azure-monitor/alerts/action-groups";
const LIMITS = "Azure docs, azure-monitor/service-limits (action groups)";

/** Regions that process action groups, in addition to `global`. */
const REGIONS = `
  eastus westus eastus2 westus2 southcentralus northcentralus swedencentral germanywestcentral centralindia southindia
`
  .trim()
  .split(/\s+/);

/** Maximum number of receivers by type. */
const MOST: Readonly<Record<string, number>> = {
  emailReceivers: 1000,
  smsReceivers: 10,
  voiceReceivers: 10,
  webhookReceivers: 10,
  itsmReceivers: 10,
  azureAppPushReceivers: 10,
  automationRunbookReceivers: 10,
  logicAppReceivers: 10,
  armRoleReceivers: 10,
  eventHubReceivers: 10,
};
const KINDS = [...Object.keys(MOST), "azureFunctionReceivers"];

/** Country codes with support for voice calls and SMS. */
const COUNTRIES = `
  1 7 27 31 32 33 34 39 40 41 43 44 45 46 47 49 52 55 56 60 61 64 65 81 82 86 91 351 352 353 358 372 420 852 886 971 972
`
  .trim()
  .split(/\s+/);
const LONGEST_ADDRESS = 64;

interface Receiver {
  readonly name?: string;
  readonly emailAddress?: string;
  readonly countryCode?: string;
  readonly phoneNumber?: string;
  readonly serviceUri?: string;
  readonly useAadAuth?: boolean;
  readonly objectId?: string;
  readonly identifierUri?: string;
  readonly tenantId?: string;
}

function receiversOf(body: { properties?: unknown }, ...kinds: readonly string[]): Receiver[] {
  const properties = (body.properties ?? {}) as Readonly<Record<string, readonly Receiver[] | undefined>>;
  return kinds.flatMap((kind) => properties[kind] ?? []);
}

export function isEmail(text: string | undefined): boolean {
  return /^[^\s@<>()[\],;:"\\]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(text ?? "");
}

export function isHttps(text: string | undefined): boolean {
  return URL.canParse(text ?? "") && new URL(text!).protocol === "https:";
}

const common = { types: ["Microsoft.Insights/actionGroups"], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;

export const actionGroupRules: readonly Rule[] = [
  {
    ...common,
    code: "action-group-location",
    on: ["create"],
    azureCode: "LocationNotAvailableForResourceType",
    source: `${DOCS} (global and regional processing), 07/21/2026`,
    grade: "D",
    check: ({ body: { location } }) =>
      ["global", ...REGIONS].includes(regionName(location))
        ? undefined
        : `The provided location '${location}' is not available for action groups: it must be global or one of ${REGIONS.join(", ")}.`,
  },
  {
    ...common,
    code: "action-group-short-name",
    source: "Azure REST specification, monitor: groupShortName has at most 12 characters",
    grade: "S",
    check: ({ body }) => {
      const name = String((body.properties as { groupShortName?: string } | undefined)?.groupShortName ?? "");
      return name.length >= 1 && name.length <= 12
        ? undefined
        : `'properties.groupShortName' is '${name}': it must have 1 to 12 characters.`;
    },
  },
  {
    ...common,
    code: "action-group-emails",
    source: `${LIMITS}: an email address has at most 64 characters`,
    grade: "D",
    check: ({ body }) => {
      const invalid = receiversOf(body, "emailReceivers", "azureAppPushReceivers").find(
        ({ emailAddress }) => !isEmail(emailAddress) || emailAddress!.length > LONGEST_ADDRESS,
      );
      return (
        invalid &&
        `The receiver '${invalid.name}' has the email address '${invalid.emailAddress}': it must be valid and have at most ${LONGEST_ADDRESS} characters.`
      );
    },
  },
  {
    ...common,
    code: "action-group-counts",
    source: LIMITS,
    grade: "D",
    check: ({ body }) => {
      for (const [kind, most] of Object.entries(MOST)) {
        const count = receiversOf(body, kind).length;
        if (count > most) return `'properties.${kind}' has ${count} entries: the limit is ${most}.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "action-group-names",
    source: `${DOCS}: the name of an action is unique within its group`,
    grade: "D",
    check: ({ body }) => {
      const names = receiversOf(body, ...KINDS).map(({ name }) => name?.toLowerCase());
      const duplicate = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
      return duplicate && `The receiver '${duplicate}' is specified twice: the names of all receivers of an action group must be unique.`;
    },
  },
  {
    ...common,
    code: "action-group-webhooks",
    source: `${DOCS} (webhook): a public address; inferred from the templates: it must be HTTPS`,
    grade: "I",
    check: ({ body }) => {
      const invalid = receiversOf(body, "webhookReceivers").find(({ serviceUri }) => !isHttps(serviceUri));
      return invalid && `The webhook '${invalid.name}' has the address '${invalid.serviceUri}': it must start with https://.`;
    },
  },
  {
    ...common,
    code: "action-group-secure-webhook",
    source: `${DOCS} (secure webhook): the application's object ID, identifier URI and tenant ID`,
    grade: "D",
    check: ({ body }) => {
      const parts = ["objectId", "identifierUri", "tenantId"] as const;
      const invalid = receiversOf(body, "webhookReceivers").find((one) => one.useAadAuth === true && parts.some((part) => !one[part]));
      return invalid && `The secure webhook '${invalid.name}' requires ${parts.map((part) => `'${part}'`).join(", ")}.`;
    },
  },
  {
    ...common,
    code: "action-group-phones",
    source: `${DOCS} (countries/regions with SMS and voice support)`,
    grade: "D",
    check: ({ body }) => {
      const invalid = receiversOf(body, "smsReceivers", "voiceReceivers").find(
        ({ countryCode = "", phoneNumber = "" }) =>
          !COUNTRIES.includes(countryCode.replace(/^\+/, "")) || !/^\d{4,15}$/.test(phoneNumber.replace(/[ -]/g, "")),
      );
      return (
        invalid &&
        `The receiver '${invalid.name}' has the number +${invalid.countryCode} ${invalid.phoneNumber}: the country code must be supported, and the number must contain only digits.`
      );
    },
  },
];
