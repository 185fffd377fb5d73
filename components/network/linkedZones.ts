/** Private DNS zones that a network has already: looked for before the stack links zones of the same names. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, resourceGroupId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { stop } from "../../program/fail";
import { armIdOf } from "../base/azure";

interface Zone {
  readonly id: string;
  readonly name: string;
}

interface Link {
  readonly id: string;
  readonly properties: { readonly virtualNetwork?: { readonly id?: string } };
}

export interface NetworkToLink {
  readonly networkId: string;
  /** Names of the zones that the stack links. */
  readonly zones: readonly string[];
  /** Name of the stack's resource group, whose zones are the stack's own. Undefined in the preview of a stack that doesn't exist yet. */
  readonly resourceGroupName?: string;
}

/**
 * Ends the program where a zone that other teams own is linked to the network already. It sees the zones of the network's subscription; of all
 * others it says that it didn't look, and why. What can't be listed is warned of.
 * @param name Logical name of the component that links the zones.
 * @see Azure docs, dns/private-dns-virtual-network-links: a network can be linked to one zone of a name
 */
export async function refuseLinkedZones(name: string, azure: ArmClient, network: NetworkToLink): Promise<void> {
  const { networkId, zones } = network;
  const { subscriptionId } = armIdOf(networkId);
  let linked: readonly Linked[];
  try {
    linked = await linkedZones(azure, network);
  } catch (error) {
    return pulumi.log.warn(
      `${name}: the private DNS zones of the subscription ${subscriptionId} can't be listed (${(error as Error).message}), so nothing here ` +
        `tells whether ${networkId} has zones of the same names already.`,
    );
  }
  if (linked.length > 0) return stop(report(name, networkId, linked));
  return pulumi.log.info(
    `${name}: no zone ${zones.join(" or ")} in the subscription ${subscriptionId} is linked to ${networkId}. Zones of other subscriptions ` +
      "were not looked at: Azure lists the links of a zone, and not those of a network. If a hub holds such zones, set dns: policy.",
  );
}

type Linked = readonly [zone: Zone, link: string];

async function linkedZones(azure: ArmClient, { networkId, zones, resourceGroupName }: NetworkToLink): Promise<Linked[]> {
  const { subscriptionId } = armIdOf(networkId);
  const own = resourceGroupName === undefined ? undefined : resourceGroupId(subscriptionId, resourceGroupName);
  const all = await azure.list<Zone>(`/subscriptions/${subscriptionId}/providers/${armTypeOf("privatedns:PrivateZone")}`);
  const theirs = all.filter(({ id, name }) => zones.includes(name.toLowerCase()) && (own === undefined || !isWithinArmId(id, own)));
  const found = theirs.map(async (zone): Promise<Linked[]> => {
    const links = await azure.list<Link>(`${zone.id}/virtualNetworkLinks`);
    const link = links.find(({ properties }) => sameArmId(properties.virtualNetwork?.id, networkId));
    return link === undefined ? [] : [[zone, armIdOf(link.id).name]];
  });
  return (await Promise.all(found)).flat();
}

function report(name: string, networkId: string, linked: readonly Linked[]): string {
  const blocks = linked.map(([zone, link]) => {
    const { resourceGroupName } = armIdOf(zone.id);
    return (
      `${zone.id}\n  It is linked to the network already (link ${link}).\n` +
      "  Fix: Set dns: policy, and have the zone's owner give the stack's private endpoints a zone group with this zone; or have its owner " +
      `delete the link: az network private-dns link vnet delete -g ${resourceGroupName} -z ${zone.name} -n ${link}`
    );
  });
  const why = "because Azure links one zone of a name to a network";
  return [`${name}: private DNS zones of the stack can't be linked to ${networkId}, ${why}.`, ...blocks].join("\n\n");
}
