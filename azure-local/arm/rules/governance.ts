/** Checks of values of role assignments and budgets. */
import { ROLE_ASSIGNMENT } from "../grants";
import { at } from "../json";
import type { Rule } from "../model";
import { isEmail } from "./actionGroups";

const BUDGET = "Microsoft.Consumption/budgets";
const IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities";
const RBAC = "Azure docs, role-based-access-control";
const BUDGETS = "Azure docs, cost-management-billing/costs/quick-create-budget-template";
const MOST_NOTIFICATIONS = 5;
const LONGEST_DESCRIPTION = 1024;

interface Notification {
  readonly threshold: number;
  readonly contactEmails?: readonly string[];
  readonly contactGroups?: readonly string[];
  readonly contactRoles?: readonly string[];
}

const assignmentRule = { types: [ROLE_ASSIGNMENT], on: ["create"], status: 400 } as const;
const budgets = { types: [BUDGET], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;

export const governanceRules: readonly Rule[] = [
  {
    ...assignmentRule,
    code: "role-condition",
    azureCode: "InvalidConditionVersion",
    source: `${RBAC}/conditions-role-assignments-rest: a condition requires conditionVersion 2.0`,
    grade: "D",
    check: ({ body }) => {
      const [condition, version] = [at(body, "properties.condition"), at(body, "properties.conditionVersion")];
      if (condition !== undefined && version !== "2.0") return `'properties.conditionVersion' is '${version}': it must be 2.0.`;
      return condition === undefined && version !== undefined
        ? "'properties.conditionVersion' requires 'properties.condition'."
        : undefined;
    },
  },
  {
    ...assignmentRule,
    code: "role-principal-type",
    azureCode: "UnmatchedPrincipalType",
    source: `${RBAC}/troubleshooting: principalType must match the principal; a managed identity is a ServicePrincipal`,
    grade: "D",
    check: ({ body, inventory }) => {
      const [principal, type] = [at(body, "properties.principalId"), at(body, "properties.principalType")];
      // `authorization.ts` checks the default type, User.
      if (type === undefined || type === "User" || type === "ServicePrincipal") return undefined;
      const identity = inventory.all(IDENTITY).find(({ outputs }) => at(outputs, "properties.principalId") === principal);
      return (
        identity && `The PrincipalId '${principal}' has type 'ServicePrincipal', which is different from specified PrincipalType '${type}'.`
      );
    },
  },
  {
    ...assignmentRule,
    code: "role-description",
    azureCode: "BadRequestFormat",
    source: `${RBAC}/role-assignments: a description has at most 1,024 characters; common knowledge`,
    grade: "K",
    check: ({ body }) => {
      const { length } = String(at(body, "properties.description") ?? "");
      return length > LONGEST_DESCRIPTION
        ? `'properties.description' has ${length} characters: the limit is ${LONGEST_DESCRIPTION}.`
        : undefined;
    },
  },
  {
    ...budgets,
    code: "budget-values",
    source: `${BUDGETS}: a positive amount, a start on the first day of a month, an end after the start`,
    grade: "D",
    check: ({ body }) => {
      const { amount = 1, timePeriod } = (body.properties ?? {}) as {
        amount?: number;
        timePeriod?: { startDate: string; endDate?: string };
      };
      if (amount <= 0) return `'properties.amount' is ${amount}: it must be greater than 0.`;
      const { startDate = "", endDate } = timePeriod ?? {};
      if (!/^\d{4}-\d{2}-01(T00:00(:00(\.0+)?)?Z?)?$/.test(startDate))
        return `'properties.timePeriod.startDate' is '${startDate}': it must be the first day of a month.`;
      return endDate !== undefined && !(Date.parse(endDate) > Date.parse(startDate))
        ? `'properties.timePeriod.endDate' is '${endDate}': it must be after startDate, ${startDate}.`
        : undefined;
    },
  },
  {
    ...budgets,
    code: "budget-notifications",
    source: `${BUDGETS} and Azure REST specification, consumption: at most five notifications, thresholds of 0 to 1000 percent, at least one contact`,
    grade: "D",
    check: ({ body }) => {
      const notifications = Object.entries((at(body, "properties.notifications") ?? {}) as Readonly<Record<string, Notification>>);
      if (notifications.length > MOST_NOTIFICATIONS)
        return `'properties.notifications' has ${notifications.length} entries: the limit is ${MOST_NOTIFICATIONS}.`;
      for (const [name, { threshold, contactEmails = [], contactGroups = [], contactRoles = [] }] of notifications) {
        if (threshold < 0 || threshold > 1000)
          return `The threshold of the notification '${name}' is ${threshold}: it must be between 0 and 1000.`;
        if (contactEmails.length + contactGroups.length + contactRoles.length === 0)
          return `The notification '${name}' requires a contact.`;
        const address = contactEmails.find((one) => !isEmail(one));
        if (address !== undefined) return `The email address '${address}' of the notification '${name}' is not valid.`;
      }
      return undefined;
    },
  },
];
