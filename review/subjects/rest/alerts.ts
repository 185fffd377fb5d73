/** Alerts that would no longer reach anyone who receives them now. Addresses are not shown. */
import { type RuleResource, type Value, valueAt } from "../../../rules";
import { isOfType } from "../../../rules/resource";
import type { ResourceChange, StackChange } from "../../change";
import { counted, listed } from "../../lists";
import type { Notice } from "../../section";

const groupType = "Microsoft.Insights/actionGroups";
const alertType = "Microsoft.Insights/metricAlerts";

export function alertNotices({ changes, endpoints }: StackChange): Notice[] {
  const losing = changes.filter(({ kind, before }) => kind === "update" && before !== undefined && isOfType(before, groupType));
  const lost = losing.filter(({ before, after }) => receiversOf(before).some((one) => !receiversOf(after).includes(one)));
  // The alerts of a deleted endpoint are deleted with it.
  const keys = endpoints.after.map(({ key }) => key);
  const deleted = changes.filter(
    ({ kind, name, before }) =>
      kind === "delete" && before !== undefined && isOfType(before, alertType) && keys.some((key) => name.startsWith(`${key}-`)),
  );
  return [
    ...(lost.length === 0 ? [] : [replaced(lost)]),
    ...(deleted.length === 0 ? [] : [look(`${counted(deleted.length, "alert")} of endpoints that stay: deleted (${namesOf(deleted)}).`)]),
  ];
}

function replaced(groups: readonly ResourceChange[]): Notice {
  const [was, is] = [groups[0]!.before, groups[0]!.after].map((group) => receiversOf(group));
  const removed = was!.filter((one) => !is!.includes(one)).length;
  const added = is!.filter((one) => !was!.includes(one)).length;
  const others = added === 0 ? "none is added" : `${counted(added, "other one", "other ones")} ${added === 1 ? "is" : "are"} added`;
  return look(
    `Alerts (${namesOf(groups)}): ${removed} of ${counted(was!.length, "email address", "email addresses")} ${removed === 1 ? "is" : "are"} removed, and ${others}. The stack file contains the addresses.`,
  );
}

function look(text: string): Notice {
  return { severity: "look", text };
}

function namesOf(changes: readonly ResourceChange[]): string {
  return listed(
    changes.map(({ name }) => name),
    3,
  );
}

function receiversOf(group: RuleResource | undefined): string[] {
  const receivers: Value = group === undefined ? undefined : valueAt(group.body, "properties.emailReceivers");
  if (!Array.isArray(receivers)) return [];
  return receivers.flatMap((one: Value) => {
    const address = valueAt(one, "emailAddress");
    return typeof address === "string" ? [address.toLowerCase()] : [];
  });
}
