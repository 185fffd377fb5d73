/** Private endpoints and DNS zones that are deleted while their services stay, and virtual networks whose addresses change. */
import { parseArmId, sameArmId } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import { at, isOfType, type RuleResource } from "../../../rules/resource";
import { valueAt } from "../../../rules/values";
import type { StackChange } from "../../change";
import { settingIn } from "../../terms";
import { counted, joined, noticeText, resourcesText, typeWord, withinSentence } from "../../words";
import type { Danger } from "./danger";

const privateEndpoint = armTypeOf("network:PrivateEndpoint");
const zoneGroup = armTypeOf("network:PrivateDnsZoneGroup");
const zone = "Microsoft.Network/privateDnsZones";
const zoneLink = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
const virtualNetwork = armTypeOf("network:VirtualNetwork");
const subnet = armTypeOf("network:Subnet");

export function networkDangers(change: StackChange): Danger[] {
  return [...disconnected(change), ...unresolved(change), ...readdressed(change)];
}

const restore = "Restore `privateEndpoints` and `dns` in moor:platform, and apply it again.";

/** Private endpoints whose service stays, with their DNS zones. */
function disconnected(change: StackChange): Danger[] {
  const services = deletedOf(privateEndpoint, change).flatMap((one) => remainingService(one, change) ?? []);
  if (services.length === 0) return [];
  const zones = deletedOf(zone, change).length;
  const deleted = [counted(services.length, privateEndpoint), ...(zones > 0 ? [counted(zones, zone)] : [])];
  const kinds = [...new Set(services.map((type) => withinSentence(typeWord(type))))].sort();
  const text = noticeText(
    `${joined(deleted)} are deleted, but the ${joined(kinds)} stay: the virtual network can't reach them until other private endpoints exist.${policyText(change)}`,
  );
  return [{ severity: "danger", text, label: `${joined(deleted)} deleted`, rollback: restore }];
}

/** DNS zones, links and records that are deleted while the private endpoints stay. */
function unresolved(change: StackChange): Danger[] {
  const remaining = change.after.filter((one) => isOfType(one, privateEndpoint));
  const deleted = [zone, zoneLink, zoneGroup].flatMap((type) => deletedOf(type, change));
  if (remaining.length === 0 || deleted.length === 0) return [];
  const concerned = deleted.filter((one) => !isOfType(one, zoneGroup) || remaining.some(({ id }) => isParent(id, one)));
  if (concerned.length === 0) return [];
  const counts = [zone, zoneLink, zoneGroup].flatMap((type) => {
    const count = concerned.filter((one) => isOfType(one, type)).length;
    return count === 0 ? [] : [counted(count, type)];
  });
  const text = noticeText(
    `${joined(counts)}: deleted, but private endpoints stay. Names of their services resolve to public addresses, which are blocked, until other DNS records exist.${policyText(change)}`,
  );
  return [{ severity: "danger", text, label: "private names stop resolving", rollback: restore }];
}

function isParent(id: string | undefined, { id: child }: RuleResource): boolean {
  return id !== undefined && (child ?? "").toLowerCase().startsWith(`${id.toLowerCase()}/`);
}

function deletedOf(type: string, { changes }: StackChange): RuleResource[] {
  return changes.flatMap(({ kind, before }) => (kind === "delete" && before !== undefined && isOfType(before, type) ? [before] : []));
}

/** Type of the service to which a private endpoint connects. Undefined if the run deletes it too. */
function remainingService(endpoint: RuleResource, { changes }: StackChange): string | undefined {
  const id = valueAt(at(endpoint, "properties.privateLinkServiceConnections.0"), "properties.privateLinkServiceId");
  if (typeof id !== "string") return undefined;
  const isDeleted = changes.some(({ kind, before }) => kind === "delete" && sameArmId(before?.id, id));
  return isDeleted ? undefined : parseArmId(id)?.type;
}

/** With `policy`, the landing zone creates what Moor deletes, at a time that the preview doesn't show. */
function policyText({ preview }: StackChange): string {
  const platform = settingIn(preview.config, "moor:platform");
  const isPolicy = ["privateEndpoints", "dns"].some((key) => valueAt(platform, key) === "policy");
  return isPolicy ? " The stack file expects them from a policy of the landing zone." : "";
}

function readdressed(change: StackChange): Danger[] {
  const networks = change.changes.flatMap(({ kind, before, after }) => {
    const isNetwork = before !== undefined && after !== undefined && kind === "update";
    if (!isNetwork || !(isOfType(after, virtualNetwork) || isOfType(after, subnet))) return [];
    const [was, is] = [prefixesOf(before), prefixesOf(after)];
    return was.every((prefix) => is.includes(prefix)) ? [] : [{ resource: after, was, is }];
  });
  if (networks.length === 0) return [];
  const [first] = networks.filter(({ resource }) => isOfType(resource, virtualNetwork));
  const { was, is } = first ?? networks[0]!;
  const names = resourcesText(
    networks.map(({ resource }) => resource),
    change,
  );
  const says = `addresses change from ${was.join(", ")} to ${is.join(", ")}. Azure can't change the addresses of a subnet that private endpoints use, so the update fails, or the private endpoints are unreachable.`;
  const rollback = "Restore `addressSpace` in moor:platform.network, and apply it again.";
  return [{ severity: "danger", text: noticeText(`${names}: ${says}`), label: `${names}: addresses change`, rollback }];
}

function prefixesOf(resource: RuleResource): string[] {
  const [one, several, own] = ["addressPrefix", "addressPrefixes", "addressSpace.addressPrefixes"].map((key) =>
    at(resource, `properties.${key}`),
  );
  return [one, several, own].flatMap((value) => (Array.isArray(value) ? value : [value])).filter((value) => typeof value === "string");
}
