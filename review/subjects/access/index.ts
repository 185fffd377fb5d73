/** Who gains or loses access: roles, callers of endpoints, and custom roles. */
import type { StackChange } from "../../change";
import type { EndpointView } from "../../endpoints";
import { counted, groupBy, listed, shortened } from "../../lists";
import { empty, type Notice, type Section } from "../../section";
import { closedNotices } from "./closed";
import { definitionNotices } from "./definitions";
import { type Grant, grantsOf, keyOf } from "./grants";

export function access(change: StackChange): Section {
  const [before, after] = [grantsOf(change, "before"), grantsOf(change, "after")];
  const gained = without(after, before);
  const lost = without(before, after);
  const keys = keyEndpoints(change);
  const notices = [
    ...gainedNotices(gained, change),
    ...keys.map(keyNotice),
    ...lostNotices(lost, change),
    ...definitionNotices(change),
    ...closedNotices(change),
  ];
  if (notices.length === 0) return empty;
  return { summary: summaryOf(gained, lost, keys, notices), notices, data: { gained, lost } };
}

/** Grants of a list that the other list doesn't contain. */
function without(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  const keys = new Set(others.map(keyOf));
  return groupBy(
    grants.filter((one) => !keys.has(keyOf(one))),
    keyOf,
  ).map(([first]) => first!);
}

const everyone = "00000000-0000-0000-0000-000000000000";

function gainedNotices(gained: readonly Grant[], change: StackChange): Notice[] {
  const isDangerous = ({ isBroad, powers, principal }: Grant) => isBroad || powers.includes("grant roles") || principal === everyone;
  const dangerous = gained.filter(isDangerous);
  const rest = gained.filter((one) => !isDangerous(one));
  const isNew = ({ principal, principalKind }: Grant) =>
    principalKind === "identity" && change.changes.some(({ name, kind }) => name === principal && kind === "create");
  const fresh = rest.filter(isNew);
  return [
    ...dangerous.map(
      (one): Notice => ({ severity: "danger", text: `${holder(one)} gets the role ${one.role} on ${one.place}${reachOf(one)}.` }),
    ),
    ...callerNotices(rest, "gets"),
    ...roleNotices(
      rest.filter((one) => !isNew(one)),
      "gets",
    ),
    ...groupBy(fresh, ({ principal }) => principal).map(
      (grants): Notice => ({
        severity: "note",
        text: shortened(`${counted(grants.length, "role")} for the new identity ${grants[0]!.principal}: ${rolesOf(grants)}.`, 300),
      }),
    ),
  ];
}

function reachOf({ isBroad, powers, principal }: Grant): string {
  if (principal === everyone) return ", so every identity of the tenant has it";
  if (powers.includes("grant roles")) return ", so it can grant itself any other role there";
  return isBroad ? ", which reaches beyond the resource group of the stack" : "";
}

function lostNotices(lost: readonly Grant[], { changes }: StackChange): Notice[] {
  const isGone = ({ principal, principalKind }: Grant) =>
    principalKind === "identity" && changes.some(({ name, kind }) => name === principal && kind === "delete");
  const gone = lost.filter(isGone);
  const identities = new Set(gone.map(({ principal }) => principal)).size;
  return [
    ...callerNotices(lost, "loses"),
    ...roleNotices(
      lost.filter((one) => !isGone(one)),
      "loses",
    ),
    ...(gone.length === 0
      ? []
      : [
          {
            severity: "note" as const,
            text: `${counted(gone.length, "role")} of ${counted(identities, "deleted identity", "deleted identities")} ${gone.length === 1 ? "is" : "are"} removed.`,
          },
        ]),
  ];
}

type Direction = "gets" | "loses";

/** One notice for each endpoint. */
function callerNotices(grants: readonly Grant[], direction: Direction): Notice[] {
  const callers = grants.filter(({ callerOf }) => callerOf !== undefined);
  return groupBy(callers, ({ callerOf }) => callerOf!).map((group) => {
    const who = listed(group.map(({ principal }) => principal));
    const count = counted(group.length, direction === "gets" ? "new caller" : "caller");
    const text =
      direction === "gets"
        ? `Endpoint ${group[0]!.callerOf}: ${count} can send requests: ${who}.`
        : `Endpoint ${group[0]!.callerOf}: ${count} can no longer send requests and ${group.length === 1 ? "gets" : "get"} 403: ${who}.`;
    return { severity: "look", text: shortened(text, 300) };
  });
}

/** One notice for principals that get or lose the same roles. */
function roleNotices(grants: readonly Grant[], direction: Direction): Notice[] {
  const others = grants.filter(({ callerOf }) => callerOf === undefined);
  const byPrincipal = groupBy(others, ({ principal }) => principal);
  return groupBy(byPrincipal, (group) => rolesOf(group)).map((groups): Notice => {
    const roles = groups[0]!;
    const isOne = groups.length === 1;
    const who = isOne ? holder(roles[0]!) : `${groups.length} principals (${listed(groups.map(([first]) => first!.principal))})`;
    const verb = direction === "gets" ? (isOne ? "gets" : "get") : isOne ? "loses" : "lose";
    return { severity: "look", text: shortened(`${who} ${verb} ${counted(roles.length, "role")}: ${rolesOf(roles)}.`, 300) };
  });
}

function holder({ principal, principalKind }: Grant): string {
  if (principalKind === "unknown") return `A principal that is known only during the update`;
  return principalKind === "identity" ? `The identity ${principal}` : `The principal ${principal}`;
}

function rolesOf(grants: readonly Grant[]): string {
  const known = grants.filter(({ isKnown }) => isKnown);
  if (known.length === 0) return "which ones is known only during the update";
  return listed(
    known.map(({ role, place }) => `${role} on ${place}`),
    3,
  );
}

/** Endpoints that anyone with a key can call after the run, and that were called in another way before, or didn't exist. */
function keyEndpoints({ endpoints: { before, after } }: StackChange): EndpointView[] {
  return after.filter((one) => usesKeys(one) && !before.some((other) => other.key === one.key && usesKeys(other)));
}

function usesKeys({ authMode }: EndpointView): boolean {
  return authMode?.toLowerCase() === "key";
}

function keyNotice({ key }: EndpointView): Notice {
  return { severity: "look", text: `Endpoint ${key}: anyone who has one of its two keys can send requests.` };
}

function summaryOf(gained: readonly Grant[], lost: readonly Grant[], keys: readonly EndpointView[], notices: readonly Notice[]): string {
  const [newCallers, oldCallers] = [gained, lost].map((list) => list.filter(({ callerOf }) => callerOf !== undefined));
  const [newRoles, oldRoles] = [gained, lost].map((list) => list.filter(({ callerOf }) => callerOf === undefined));
  const parts = [
    ...callers(newCallers!, "new caller", ""),
    ...callers(oldCallers!, "caller", " removed"),
    ...(keys.length === 0
      ? []
      : [
          `anyone with a key can call ${listed(
            keys.map(({ key }) => key),
            3,
          )}`,
        ]),
    ...roles(newRoles!, "new role", "for"),
    ...roles(oldRoles!, "role", "removed from"),
  ];
  const text = parts.length > 0 ? parts.join("; ") : notices[0]!.text;
  return shortened(text, 160);
}

function callers(grants: readonly Grant[], word: string, suffix: string): string[] {
  return groupBy(grants, ({ callerOf }) => callerOf!).map((group) => {
    const who = group.length === 1 ? ` (${group[0]!.principal})` : "";
    return `${group[0]!.callerOf}: ${counted(group.length, word)}${suffix}${who}`;
  });
}

function roles(grants: readonly Grant[], word: string, preposition: string): string[] {
  if (grants.length === 0) return [];
  const who = [...new Set(grants.map(({ principal }) => principal))];
  const isOwn = grants.every(({ principalKind }) => principalKind === "identity");
  const holders = who.length === 1 ? who[0] : isOwn ? counted(who.length, "identity", "identities") : counted(who.length, "principal");
  const name = grants.length === 1 && grants[0]!.isKnown ? ` (${grants[0]!.role})` : "";
  return [`${counted(grants.length, word)} ${preposition} ${holders}${name}`];
}
